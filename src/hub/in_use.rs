//! The patterns that somebody listens to.

use super::index::Wildcards;
use super::notice::{Notice, is_of_hub};
use super::pattern::Pattern;
use crate::signal::{Keys, News, Tally, capture};
use crate::sync::{Arc, OnceLock};

/// The patterns that somebody listens to, as the connections of a hub tell: however they come and go.
pub(super) struct InUse {
    wildcards: Wildcards,
    news: News<Notice>,
    /// Who is told of notices, from when somebody asked for them.
    teller: OnceLock<Teller>,
}

/// Tells of a notice.
pub(super) type Teller = Box<dyn Fn(Notice) + Send + Sync>;

impl InUse {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            wildcards: Wildcards::new(),
            news: News::new(),
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
        self.news.add(notice(pattern.clone()));
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

    fn settle(&self) {
        if !self.news.has_any() {
            return;
        }
        if let Some(teller) = self.teller.get() {
            // Making a message of it is the user's code.
            self.news.tell(|notice| drop(capture(|| teller(notice))));
        }
    }
}
