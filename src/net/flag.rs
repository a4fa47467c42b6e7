//! Something that happens once, and that others wait for.

use event_listener::Event;

use crate::sync::{AtomicBool, Ordering};

/// Set once, by whoever is first.
#[derive(Default)]
pub(super) struct Flag {
    is_set: AtomicBool,
    /// Rung after it was set.
    news: Event,
}

impl Flag {
    /// Sets it; tells whether it was not set until now.
    pub(super) fn set(&self) -> bool {
        // Release: who sees it sees what was done before.
        let was_set = self.is_set.swap(true, Ordering::AcqRel);
        self.news.notify(usize::MAX);
        !was_set
    }

    pub(super) fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    /// Waits until it is set.
    pub(super) async fn wait(&self) {
        loop {
            let news = self.news.listen();
            if self.is_set() {
                return;
            }
            news.await;
        }
    }
}
