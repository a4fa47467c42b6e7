//! How many calls of one connection are running, and waiting until none is.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use event_listener::{Event, EventListener};

use crate::sync::{AtomicUsize, Ordering};

/// In `count`: somebody has waited, so whoever finishes a call tells. It stays, since a connection is waited for once.
const AWAITED: usize = 1 << (usize::BITS - 1);

/// The calls of one connection that have started and not finished.
///
/// `count` is written by whoever starts or finishes a call, without a lock. A call counts itself before it looks whether
/// its connection still stands; who disconnects marks the connection before it looks at the count. Both sides are
/// `SeqCst`, so at least one of them sees the other: either the call does not start, or it is waited for.
#[derive(Debug)]
pub(crate) struct Running {
    count: AtomicUsize,
    finished: Event,
}

impl Running {
    pub(crate) fn new() -> Self {
        Self {
            count: AtomicUsize::new(0),
            finished: Event::new(),
        }
    }

    pub(crate) fn enter(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn leave(&self) {
        if self.count.fetch_sub(1, Ordering::SeqCst) & AWAITED != 0 {
            // Every time, not only at zero: who waits from inside a call waits for its own calls alone to be left.
            self.finished.notify(usize::MAX);
        }
    }

    /// Whether no call is running, those aside that this very thread is in the middle of.
    fn is_idle(&self) -> bool {
        self.count.load(Ordering::SeqCst) & !AWAITED <= frames_of(self)
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
                *listener = Some(self.finished.listen());
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
        let depth = DEPTH.get();
        DEPTH.set(depth + 1);
        if depth < FEW {
            FRAMES.with(|frames| frames[depth].set(self.address()));
        } else {
            // A thread that is being torn down goes without: it can wait for nobody any more.
            let _ = DEEPER.try_with(|deeper| deeper.borrow_mut().push(self.address()));
        }
        Frame(())
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// As many nested calls as are noted without allocating.
const FEW: usize = 16;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// The calls this thread is inside of, outermost first. Without it, a callback that waits for its own connection to
    /// come to rest would wait for itself. Without a destructor, so that it costs no registration.
    static FRAMES: [Cell<usize>; FEW] = const { [const { Cell::new(0) }; FEW] };
    /// Those beyond: for callbacks that run callbacks, that deep.
    static DEEPER: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

fn frames_of(running: &Running) -> usize {
    let own = |frame: usize| usize::from(frame == running.address());
    let depth = DEPTH.get();
    let few: usize = FRAMES.with(|frames| frames.iter().take(depth).map(|f| own(f.get())).sum());
    let deeper = |deeper: &RefCell<Vec<usize>>| deeper.borrow().iter().map(|f| own(*f)).sum();
    few + DEEPER.try_with(deeper).unwrap_or(0)
}

#[must_use]
pub(crate) struct Frame(());

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        let depth = DEPTH.get() - 1;
        DEPTH.set(depth);
        if depth >= FEW {
            let _ = DEEPER.try_with(|deeper| deeper.borrow_mut().pop());
        }
    }
}
