//! The patterns that somebody listens to.

use std::collections::VecDeque;

use super::index::Wildcards;
use super::notice::{Notice, is_of_hub};
use super::pattern::Pattern;
use super::topic::Topic;
use crate::signal::{Tally, capture};
use crate::sync::{Arc, AtomicBool, AtomicUsize, Lock, OnceLock, Ordering};

/// The patterns that somebody listens to, as the connections of a hub tell: however they come and go.
pub(super) struct InUse {
    /// How many patterns without wildcards there are: a publish names the one that is its topic. Written under the lock of
    /// the hub's connections; read by every publish.
    exact: AtomicUsize,
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
            exact: AtomicUsize::new(0),
            wildcards: Wildcards::new(),
            news: Lock::new(News::default()),
            has_news: AtomicBool::new(false),
            teller: OnceLock::new(),
        })
    }

    /// Gives every pattern in use that matches.
    pub(super) fn matching(&self, topic: &Topic, mut found: impl FnMut(Pattern)) {
        // A connect that has returned before a publish begins was told before, under a lock that both have passed.
        if self.exact.load(Ordering::Acquire) > 0 {
            found(Pattern::from(topic));
        }
        if !self.wildcards.is_empty() {
            let matching = self.wildcards.matching(topic);
            matching.iter().cloned().for_each(found);
        }
    }

    /// Whether there is a pattern with a wildcard in use that has a topic in common with this one.
    pub(super) fn any_wildcard_overlapping(&self, pattern: &Pattern) -> bool {
        self.wildcards.any_overlapping(pattern)
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
        if connections == 1 {
            if pattern.as_topic().is_some() {
                self.exact.fetch_add(1, Ordering::AcqRel);
            } else {
                self.wildcards.came(pattern);
            }
        }
        self.note(pattern, |pattern| Notice::Added {
            pattern,
            subscribers: connections,
        });
    }

    fn went(&self, pattern: &Pattern, connections: usize) {
        if connections == 0 {
            if pattern.as_topic().is_some() {
                self.exact.fetch_sub(1, Ordering::AcqRel);
            } else {
                self.wildcards.went(pattern);
            }
        }
        self.note(pattern, |pattern| Notice::Removed {
            pattern,
            subscribers: connections,
        });
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
