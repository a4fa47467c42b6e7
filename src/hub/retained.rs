//! The last message of each topic, for who comes later.

use hashbrown::HashMap;

use super::error::TopicError;
use super::handle::Hub;
use super::into::IntoPattern;
use super::message::Body;
use super::pattern::Pattern;
use super::topic::Topic;
use crate::signal::{Connection, Quiet, capture, drop_quietly};
use crate::sync::{Arc, AtomicBool, Lock, Ordering};

/// The last message of each topic that was published to be kept.
pub(super) struct Retained<M> {
    kept: Lock<Kept<M>>,
    /// Set with the first one: most hubs keep none.
    is_used: AtomicBool,
}

struct Kept<M> {
    by_topic: HashMap<Topic, Arc<Copied<M>>>,
    /// How many there have ever been.
    count: u64,
}

/// A message that is kept, and how it is copied.
pub(super) struct Copied<M> {
    number: u64,
    /// Whoever lets go of it last, a newcomer or the hub itself, has nobody to tell.
    payload: Quiet<M>,
    copy: fn(&M) -> M,
}

impl<M> Retained<M> {
    pub(super) fn new() -> Self {
        Self {
            kept: Lock::new(Kept {
                by_topic: HashMap::new(),
                count: 0,
            }),
            is_used: AtomicBool::new(false),
        }
    }

    /// Keeps a message in the place of the one before.
    pub(super) fn keep(&self, topic: &Topic, payload: M, copy: fn(&M) -> M) {
        let mut kept = self.kept.hold();
        kept.count += 1;
        let copied = Arc::new(Copied {
            number: kept.count,
            payload: Quiet::new(payload),
            copy,
        });
        let older = kept.by_topic.insert(topic.clone(), copied);
        self.is_used.store(true, Ordering::Release);
        drop(kept);
        drop(older);
    }

    /// Those that one of these patterns matches, in the order in which they were published.
    fn matching(&self, patterns: &[Pattern]) -> Vec<(Topic, Arc<Copied<M>>)> {
        if !self.is_used.load(Ordering::Acquire) {
            return Vec::new();
        }
        let kept = self.kept.hold();
        let all = kept.by_topic.iter();
        let matching = all.filter(|(topic, _)| patterns.iter().any(|one| one.matches(topic)));
        let mut found: Vec<_> = matching
            .map(|(topic, copied)| (topic.clone(), Arc::clone(copied)))
            .collect();
        drop(kept);
        found.sort_unstable_by_key(|(_, copied)| copied.number);
        found
    }

    fn forget(&self, pattern: &Pattern) -> usize {
        let mut kept = self.kept.hold();
        let forgotten: Vec<_> = kept
            .by_topic
            .extract_if(|topic, _| pattern.matches(topic))
            .collect();
        drop(kept);
        forgotten.len()
    }
}

impl<M: Send + Sync + 'static> Hub<M> {
    /// The messages that are [kept](super::Publish::retain) under topics that match, in the order in which they were published.
    ///
    /// # Errors
    /// Where the text is malformed.
    ///
    /// # Panics
    /// Where copying a message does.
    pub fn retained(&self, pattern: impl IntoPattern) -> Result<Vec<(Topic, M)>, TopicError> {
        let found = self.shared.retained.matching(&[pattern.into_pattern()?]);
        let copy = |(topic, one): (Topic, Arc<Copied<M>>)| (topic, (one.copy)(&one.payload));
        Ok(found.into_iter().map(copy).collect())
    }

    /// Forgets the messages that are [kept](super::Publish::retain) under topics that match; tells how many there were.
    ///
    /// # Errors
    /// Where the text is malformed.
    pub fn forget(&self, pattern: impl IntoPattern) -> Result<usize, TopicError> {
        Ok(self.shared.retained.forget(&pattern.into_pattern()?))
    }

    /// Gives who has just come what is kept under these patterns.
    pub(super) fn catch_up(&self, connection: &Connection<Pattern>, patterns: &[Pattern]) {
        for (topic, kept) in self.shared.retained.matching(patterns) {
            let mut send = self.shared.signal.send();
            let matching = patterns.iter().filter(|one| one.matches(&topic));
            matching.for_each(|pattern| send.add_key(pattern.clone()));
            let copied = capture(|| (kept.copy)(&kept.payload));
            let send = match copied {
                Ok(payload) => send.with(Body::new(topic, payload)),
                Err(panic) => send.failing(panic),
            };
            drop_quietly(send.to(connection).now_where_there_is_room());
        }
    }
}
