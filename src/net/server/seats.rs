//! How many peers there may be.

use crate::sync::{Arc, AtomicUsize, Ordering};

/// Places for peers, of which there are so many.
pub(super) struct Seats {
    taken: AtomicUsize,
    max: usize,
}

/// A place, until it is dropped.
pub(super) struct Seat(Arc<Seats>);

impl Seats {
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            taken: AtomicUsize::new(0),
            max,
        })
    }

    /// A place, if one is free. Relaxed: the number is all there is to know.
    pub(super) fn take(self: &Arc<Self>) -> Option<Seat> {
        let taken = self
            .taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
                (taken < self.max).then_some(taken + 1)
            });
        taken.is_ok().then(|| Seat(Arc::clone(self)))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}
