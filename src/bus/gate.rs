//! Who is let in, and when the last has left.

use event_listener::{Event, EventListener};

use crate::sync::{AtomicUsize, Ordering};

/// Counts the messages that were accepted and are not finished.
///
/// `word` is their number, above two flags. Everybody who comes or goes adds to it or takes from it; the flags are set once each, by who
/// closes or who waits. All of it is `SeqCst`: that somebody came before the gate was closed, and is seen by who waits after that,
/// is an order of two writes of different threads.
pub(super) struct Gate {
    word: AtomicUsize,
    left: Event,
}

/// Nobody comes in any more, unless for the sake of somebody who is in.
const CLOSED: usize = 1;
/// Somebody has waited, so whoever is the last to leave tells.
const WATCHED: usize = 2;
const ONE: usize = 4;

impl Gate {
    pub(super) fn new() -> Self {
        Self {
            word: AtomicUsize::new(0),
            left: Event::new(),
        }
    }

    /// Comes in, if the gate is open, or if `may` says that this is for the sake of somebody who is in. That is asked after coming in:
    /// if that one is still in then, the gate has not been empty since.
    #[inline]
    pub(super) fn enter(&self, may: impl FnOnce() -> bool) -> bool {
        let before = self.word.fetch_add(ONE, Ordering::SeqCst);
        if before & CLOSED == 0 || may() {
            return true;
        }
        self.leave();
        false
    }

    #[inline]
    pub(super) fn leave(&self) {
        let before = self.word.fetch_sub(ONE, Ordering::SeqCst);
        if before < 2 * ONE && before & WATCHED != 0 {
            self.left.notify(usize::MAX);
        }
    }

    /// Tells whether it was open.
    pub(super) fn close(&self) -> bool {
        self.word.fetch_or(CLOSED, Ordering::SeqCst) & CLOSED == 0
    }

    pub(super) fn is_closed(&self) -> bool {
        self.word.load(Ordering::SeqCst) & CLOSED != 0
    }

    pub(super) fn count(&self) -> usize {
        self.word.load(Ordering::SeqCst) / ONE
    }

    /// Something to wait for, if anybody is in.
    pub(super) fn listen(&self) -> Option<EventListener> {
        self.word.fetch_or(WATCHED, Ordering::SeqCst);
        let listener = self.left.listen();
        (self.count() > 0).then_some(listener)
    }

    /// Waits until nobody is in.
    pub(super) async fn empty(&self) {
        while let Some(listener) = self.listen() {
            listener.await;
        }
    }
}
