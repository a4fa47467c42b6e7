//! The last message of each topic, for who comes later.

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::error::TopicError;
use super::handle::{Hub, Shared};
use super::into::IntoPattern;
use super::message::Body;
use super::pattern::Pattern;
use super::topic::Topic;
use crate::signal::{Connection, Prelude, Quiet, capture, drop_quietly};
use crate::sync::{Arc, Lock};

/// The last message of each topic that was published to be kept.
///
/// # Why nobody misses one
/// A publish adds its message before it looks who listens, or looks again if somebody has come in between; who comes looks here
/// after he is listed. Both do so under the lock: whichever is second knows of the other.
pub(super) struct Retained<M> {
    kept: Lock<Kept<M>>,
}

struct Kept<M> {
    by_topic: HashMap<Topic, Entry<M>>,
    /// How many there have ever been.
    count: u64,
}

/// At least one, in the order of publishing: the last is the one that is kept. Those before it go once its publish has begun.
type Entry<M> = SmallVec<[Numbered<M>; 1]>;

struct Numbered<M> {
    /// In the order of publishing.
    number: u64,
    copied: Arc<Copied<M>>,
}

impl<M> Clone for Numbered<M> {
    fn clone(&self) -> Self {
        Self {
            number: self.number,
            copied: Arc::clone(&self.copied),
        }
    }
}

/// A message that is kept, and how it is copied.
struct Copied<M> {
    payload: Quiet<M>,
    copy: fn(&M) -> M,
}

impl<M> Copied<M> {
    fn copy(&self) -> M {
        (self.copy)(&self.payload)
    }
}

/// How often a newcomer is given a topic's message once more, since another was published meanwhile. Who publishes as often as
/// that will do so again.
const ROUNDS: usize = 16;

impl<M> Retained<M> {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            kept: Lock::new(Kept {
                by_topic: HashMap::new(),
                count: 0,
            }),
        })
    }

    fn add(&self, topic: &Topic, copied: &Arc<Copied<M>>) -> u64 {
        let mut kept = self.kept.hold();
        kept.count += 1;
        let number = kept.count;
        let copied = Arc::clone(copied);
        let entry = kept.by_topic.entry_ref(topic).or_default();
        entry.push(Numbered { number, copied });
        number
    }

    /// This one is published: those before it are kept no longer.
    fn confirm(&self, topic: &Topic, number: u64) {
        let mut kept = self.kept.hold();
        // Somebody may have had it forgotten.
        let Some(entry) = kept.by_topic.get_mut(topic) else {
            return;
        };
        let older = entry.iter().take_while(|one| one.number < number).count();
        let older: Entry<M> = entry.drain(..older).collect();
        drop(kept);
        drop(older);
    }

    /// This one was not published.
    fn withdraw(&self, topic: &Topic, number: u64) {
        let mut kept = self.kept.hold();
        let Some(entry) = kept.by_topic.get_mut(topic) else {
            return;
        };
        let at = entry.iter().position(|one| one.number == number);
        let own = at.map(|at| entry.remove(at));
        if entry.is_empty() {
            kept.by_topic.remove(topic);
        }
        drop(kept);
        drop(own);
    }

    /// Those that one of these patterns matches, in the order in which they were published. Looks at all there are, unless no
    /// pattern has wildcards.
    fn matching(&self, patterns: &[Pattern]) -> Vec<(Topic, Numbered<M>)> {
        let kept = self.kept.hold();
        let mut found: Vec<_> = if patterns.iter().any(Pattern::has_wildcards) {
            let all = kept.by_topic.iter();
            let matches = |topic: &Topic| patterns.iter().any(|one| one.matches(topic));
            let matching = all.filter(|(topic, _)| matches(topic));
            matching
                .filter_map(|(topic, entry)| Some((topic.clone(), entry.last()?.clone())))
                .collect()
        } else {
            let topics = patterns.iter().filter_map(Pattern::as_topic);
            let found = |topic: Topic| {
                let last = kept.by_topic.get(&topic)?.last()?.clone();
                Some((topic, last))
            };
            topics.filter_map(found).collect()
        };
        drop(kept);
        found.sort_unstable_by_key(|(_, one)| one.number);
        found.dedup_by_key(|(_, one)| one.number);
        found
    }

    /// The one that is kept under this topic, if it is newer.
    fn newer(&self, topic: &Topic, number: u64) -> Option<Numbered<M>> {
        let kept = self.kept.hold();
        let last = kept.by_topic.get(topic)?.last()?;
        (last.number > number).then(|| last.clone())
    }

    fn forget(&self, pattern: &Pattern) -> usize {
        let mut kept = self.kept.hold();
        let forgotten: Vec<_> = match pattern.as_topic() {
            Some(topic) => kept.by_topic.remove_entry(&topic).into_iter().collect(),
            None => kept
                .by_topic
                .extract_if(|topic, _| pattern.matches(topic))
                .collect(),
        };
        drop(kept);
        forgotten.len()
    }
}

/// A message that is to be kept from when its publish begins.
pub(super) struct Keeping<M> {
    retained: Arc<Retained<M>>,
    topic: Topic,
    copied: Arc<Copied<M>>,
    /// From when it was added until it is known whether the publish has begun.
    number: Option<u64>,
}

impl<M> Keeping<M> {
    pub(super) fn new(
        retained: &Arc<Retained<M>>,
        topic: &Topic,
        payload: M,
        copy: fn(&M) -> M,
    ) -> Self {
        let payload = Quiet::new(payload);
        Self {
            retained: Arc::clone(retained),
            topic: topic.clone(),
            copied: Arc::new(Copied { payload, copy }),
            number: None,
        }
    }
}

impl<M: Send + Sync> Prelude for Keeping<M> {
    fn begin(&mut self) {
        self.number = Some(self.retained.add(&self.topic, &self.copied));
    }

    fn end(&mut self, has_begun: bool) {
        match self.number.take() {
            Some(number) if has_begun => self.retained.confirm(&self.topic, number),
            Some(number) => self.retained.withdraw(&self.topic, number),
            None => {}
        }
    }
}

impl<M: Send + Sync + 'static> Hub<M> {
    /// The messages that are [kept](super::Publish::retain) under topics that match, in the order in which they were published.
    ///
    /// # Errors
    /// Where the text is malformed.
    pub fn retained(&self, pattern: impl IntoPattern) -> Result<Vec<(Topic, M)>, TopicError> {
        let found = self.shared.retained.matching(&[pattern.into_pattern()?]);
        let copy = |(topic, one): (Topic, Numbered<M>)| (topic, one.copied.copy());
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
            if !connection.is_connected() {
                // One was all that it wanted, say.
                return;
            }
            self.hand(connection, patterns, &topic, kept);
        }
    }

    /// Gives a newcomer the message of a topic. What is published meanwhile comes to him as well, and may come before it: he gets
    /// it once more, so that the last that he gets is the last that was published.
    fn hand(
        &self,
        connection: &Connection<Pattern>,
        patterns: &[Pattern],
        topic: &Topic,
        mut kept: Numbered<M>,
    ) {
        let Shared {
            signal, retained, ..
        } = &*self.shared;
        for round in 1..=ROUNDS {
            let payload = match capture(|| kept.copied.copy()) {
                Ok(payload) => payload,
                Err(panic) => return signal.fail_in("the copying of a kept message", panic),
            };
            let newer = retained.newer(topic, kept.number);
            if let Some(newer) = newer.filter(|_| round < ROUNDS) {
                drop_quietly(payload);
                kept = newer;
                continue;
            }
            let mut send = signal.send();
            let wild = |one: &&Pattern| one.has_wildcards() && one.matches(topic);
            send.add_key(Pattern::from(topic));
            let matching = patterns.iter().filter(wild);
            matching.for_each(|pattern| send.add_key(pattern.clone()));
            let send = send.to(connection).with(Body::new(topic.clone(), payload));
            drop_quietly(send.now_where_there_is_room());
            match retained.newer(topic, kept.number) {
                Some(newer) => kept = newer,
                None => return,
            }
        }
    }
}
