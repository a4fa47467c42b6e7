//! Telling that senders come and go: of each name in order, by one thread at a time.

use std::cell::Cell;

use super::handle::Shared;
use super::roster::News;
use crate::signal::capture;

thread_local! {
    /// How many names this thread is telling of.
    static TELLING: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread is in the middle of telling: whoever is called by it must not wait for what others tell.
pub(super) fn is_telling() -> bool {
    TELLING.get() > 0
}

struct Telling;

impl Telling {
    fn begin() -> Self {
        TELLING.set(TELLING.get() + 1);
        Self
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        TELLING.set(TELLING.get() - 1);
    }
}

impl<V: Send + Sync + 'static> Shared<V> {
    /// Tells what there is to be told of this name. Where another thread is at it, that one goes on with it.
    pub(super) fn tell_of(&self, name: &str) {
        let mut tells = false;
        let _telling = Telling::begin();
        while let Some(news) = self.heard.roster.next_news(name, &mut tells) {
            self.tell(&news);
            // Nobody else sets it.
            let _ = news.told.set_blocking(());
        }
    }

    /// Nobody is waited for: who comes or goes must not wait for a listener's queue.
    fn tell(&self, news: &News) {
        let presence = &news.presence;
        let told = self.presence.send().with(presence.clone());
        let told = told.keys([presence.name(), presence.event()]);
        drop(capture(|| told.now_where_there_is_room()));
        let Some(as_message) = self.as_message else {
            return;
        };
        // Making a message of it is the user's code, and so is dropping one that nobody can be sent.
        let sent = capture(|| {
            let message = as_message(presence.info().clone());
            let send = self.signal.send_in_turn(news.route.clone());
            drop(send.with(message).now_where_there_is_room());
        });
        if let Err(panic) = sent {
            self.signal.fail_in(
                "the making of a message of a sender that comes or goes",
                panic,
            );
        }
    }
}
