//! What has begun and not ended, and who waits until nothing has.

use event_listener::Event;

use crate::sync::{Arc, AtomicUsize, Ordering};

/// How many of something are under way.
#[derive(Default)]
pub(super) struct UnderWay {
    count: AtomicUsize,
    /// Rung after the count has come to nothing.
    none: Event,
}

/// One of them, until it is dropped.
pub(super) struct One(Arc<UnderWay>);

impl UnderWay {
    pub(super) fn begin(self: &Arc<Self>) -> One {
        self.count.fetch_add(1, Ordering::SeqCst);
        One(Arc::clone(self))
    }

    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Waits until nothing is under way. What begins meanwhile may be waited for as well.
    pub(super) async fn none(&self) {
        loop {
            let none = self.none.listen();
            if self.count() == 0 {
                return;
            }
            none.await;
        }
    }
}

impl Drop for One {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.none.notify(usize::MAX);
        }
    }
}
