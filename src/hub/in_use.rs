//! The patterns that somebody listens to.

use std::collections::VecDeque;

use super::index::Wildcards;
use super::notice::{Notice, is_of_hub};
use super::pattern::Pattern;
use crate::signal::{Keys, Tally, capture};
use crate::sync::{Arc, AtomicBool, Lock, OnceLock, Ordering};

/// The patterns that somebody listens to, as the connections of a hub tell: however they come and go.
pub(super) struct InUse {
    wildcards: Wildcards,
    news: Lock<News>,
    /// Whether there may be news: most changes are told to nobody.
    has_news: AtomicBool,
    /// Who is told of notices, from when somebody asked for them.
    teller: OnceLock<Teller>,
}

/// Tells of a notice.
pub(super) type Teller = Box<dyn Fn(Notice) + Send + Sync>;

#[derive(Default)]
struct News {
    notices: VecDeque<Notice>,
    /// Whether a thread is telling them. One at a time, so that they are told in order.
    is_told: bool,
}

impl InUse {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            wildcards: Wildcards::new(),
            news: Lock::new(News::default()),
            has_news: AtomicBool::new(false),
            teller: OnceLock::new(),
        })
    }

    /// Has notices told from now on. The first teller stays.
    pub(super) fn tell(&self, teller: impl FnOnce() -> Teller) {
        self.teller.get_or_init(teller);
    }

    fn note(&self, pattern: &Pattern, notice: impl FnOnce(Pattern) -> Notice) {
        if self.teller.get().is_none() || is_of_hub(pattern) {
            return;
        }
        self.news.hold().notices.push_back(notice(pattern.clone()));
        self.has_news.store(true, Ordering::Release);
    }
}

impl Tally<Pattern> for InUse {
    fn came(&self, pattern: &Pattern, connections: usize) {
        if connections == 1 && pattern.has_wildcards() {
            self.wildcards.came(pattern);
        }
        self.note(pattern, |pattern| Notice::Added {
            pattern,
            subscribers: connections,
        });
    }

    fn went(&self, pattern: &Pattern, connections: usize) {
        if connections == 0 && pattern.has_wildcards() {
            self.wildcards.went(pattern);
        }
        self.note(pattern, |pattern| Notice::Removed {
            pattern,
            subscribers: connections,
        });
    }

    fn widen(&self, keys: &mut Keys<Pattern>) {
        if self.wildcards.is_empty() {
            return;
        }
        // A topic, as every pattern that is published under.
        if let Some(topic) = keys.first().and_then(Pattern::as_topic) {
            keys.extend(self.wildcards.matching(&topic).iter().cloned());
        }
    }

    /// Tells what there is to be told, in order. Where somebody is telling already, that one goes on with it.
    fn settle(&self) {
        if !self.has_news.load(Ordering::Acquire) {
            return;
        }
        let Some(teller) = self.teller.get() else {
            return;
        };
        let mut news = self.news.hold();
        if std::mem::replace(&mut news.is_told, true) {
            return;
        }
        loop {
            let Some(notice) = news.notices.pop_front() else {
                news.is_told = false;
                self.has_news.store(false, Ordering::Release);
                return;
            };
            drop(news);
            // Making a message of it is the user's code.
            drop(capture(|| teller(notice)));
            news = self.news.hold();
        }
    }
}
