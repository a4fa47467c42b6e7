//! How many calls of one connection are running, and waiting until none is.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use event_listener::{Event, EventListener};

use super::notes::Notes;
use crate::sync::{AtomicU32, Ordering};

/// In `count`: somebody has waited, so whoever finishes a call tells. It stays, since a connection is waited for once.
const AWAITED: u32 = 1 << (u32::BITS - 1);

/// The calls of one connection that have started and not finished.
///
/// `count` is written by whoever starts or finishes a call, without a lock. A call counts itself before it looks whether
/// its connection still stands; who disconnects marks the connection before it looks at the count. Both sides are
/// `SeqCst`, so at least one of them sees the other: either the call does not start, or it is waited for.
#[derive(Debug)]
pub(crate) struct Running {
    count: AtomicU32,
    /// Calls that were handed over and have not ended, where the connection has them counted. Relaxed: it stands for itself.
    handed: AtomicU32,
}

/// Told when a call has ended that somebody waits for, or what sends walked is let go of. One for the process: waiting is
/// rare, and who is told in vain looks again.
pub(crate) fn released() -> &'static Event {
    static RELEASED: Event = Event::new();
    &RELEASED
}

impl Running {
    pub(crate) fn new() -> Self {
        Self {
            count: AtomicU32::new(0),
            handed: AtomicU32::new(0),
        }
    }

    /// How many calls run.
    pub(crate) fn count(&self) -> usize {
        (self.count.load(Ordering::SeqCst) & !AWAITED) as usize
    }

    /// A call is handed over.
    pub(crate) fn hand_over(&self) {
        self.handed.fetch_add(1, Ordering::Relaxed);
    }

    /// A call that was handed over has ended.
    pub(crate) fn take_back(&self) {
        self.handed.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many of those that were handed over have not ended.
    pub(crate) fn handed(&self) -> usize {
        self.handed.load(Ordering::Relaxed) as usize
    }

    pub(crate) fn enter(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn leave(&self) {
        if self.count.fetch_sub(1, Ordering::SeqCst) & AWAITED != 0 {
            // Every time, not only at zero: who waits from inside a call waits for its own calls alone to be left.
            released().notify(usize::MAX);
        }
    }

    /// Whether no call is running, those aside that this very thread is in the middle of.
    fn is_idle(&self) -> bool {
        self.count() <= FRAMES.with(|frames| frames.count(self.address()))
    }

    /// Ready once no call is running. `listener` belongs to the one who waits.
    pub(crate) fn poll_idle(
        &self,
        listener: &mut Option<EventListener>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        // Check, listen, check again, wait: a call that finishes in between is seen by one of the two.
        loop {
            if self.is_idle() {
                *listener = None;
                return Poll::Ready(());
            }
            let Some(mut listening) = listener.take() else {
                *listener = Some(released().listen());
                self.count.fetch_or(AWAITED, Ordering::SeqCst);
                continue;
            };
            if Pin::new(&mut listening).poll(cx).is_pending() {
                *listener = Some(listening);
                return Poll::Pending;
            }
        }
    }

    /// Makes this thread known to be inside a call, for as long as the guard lives.
    #[inline]
    pub(crate) fn frame(&self) -> Frame {
        frame_at(self.address())
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

thread_local! {
    /// The calls this thread is inside of. Without it, a callback that waits for its own connection to come to rest would
    /// wait for itself.
    static FRAMES: Notes = const { Notes::new() };
}

#[must_use]
pub(crate) struct Frame(());

/// The same for a call of what is at that address.
#[inline]
pub(crate) fn frame_at(address: usize) -> Frame {
    FRAMES.with(|frames| frames.begin(address));
    Frame(())
}

/// Whether this thread is inside a call of what is at that address.
pub(crate) fn is_inside(address: usize) -> bool {
    FRAMES.with(|frames| frames.count(address)) > 0
}

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        FRAMES.with(Notes::end);
    }
}
