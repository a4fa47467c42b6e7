//! A value that comes later, for one or several who wait.

use event_listener::Event;

use crate::sync::OnceLock;

/// Kept once, by whoever is first.
pub(super) struct Promise<T> {
    value: OnceLock<T>,
    /// Rung after it was kept.
    news: Event,
}

impl<T> Promise<T> {
    pub(super) fn new() -> Self {
        Self {
            value: OnceLock::new(),
            news: Event::new(),
        }
    }

    pub(super) fn keep(&self, value: T) {
        if self.value.set(value).is_ok() {
            self.news.notify(usize::MAX);
        }
    }

    /// The value, if it is there.
    pub(super) fn get(&self) -> Option<&T> {
        self.value.get()
    }

    pub(super) async fn wait(&self) -> &T {
        loop {
            let news = self.news.listen();
            if let Some(value) = self.value.get() {
                return value;
            }
            news.await;
        }
    }
}
