//! What is published, as listeners see it.

use std::fmt;
use std::ops::Deref;

use super::pattern::Pattern;
use super::topic::Topic;
use crate::signal::Event;

/// One message, as listeners and subscribers get it: an [`Event`] that knows its [`topic`](Event::topic) and derefs, by way of
/// its [`Body`], to the payload. Its [`keys`](Event::keys) are its topic, and the patterns with wildcards in use that match it; of
/// one that was [kept](super::Publish::retain), those of the newcomer that gets it.
pub type Message<M> = Event<Body<M>, Pattern>;

/// A topic and a payload; derefs to the payload.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Body<M> {
    topic: Topic,
    payload: M,
}

impl<M> Body<M> {
    pub(super) fn new(topic: Topic, payload: M) -> Self {
        Self { topic, payload }
    }

    /// What it was published under.
    #[must_use]
    pub fn topic(&self) -> &Topic {
        &self.topic
    }

    /// The payload, for keeps.
    #[must_use]
    pub fn into_payload(self) -> M {
        self.payload
    }
}

impl<M> Deref for Body<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.payload
    }
}

/// Shows the payload.
impl<M: fmt::Display> fmt::Display for Body<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.payload.fmt(f)
    }
}

impl<M> Event<Body<M>, Pattern> {
    /// What the message was published under.
    #[must_use]
    pub fn topic(&self) -> &Topic {
        self.payload().topic()
    }
}
