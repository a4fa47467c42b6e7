//! What a hub tells of subscriptions.

use std::fmt;

use super::pattern::{Pattern, PatternPart};
use super::topic::Topic;

/// A subscription or a listener has come to a pattern, or left it. As text: `a.*: added, 2 now`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// One has come.
    Added {
        /// What it listens to.
        pattern: Pattern,
        /// How many listen to this pattern now.
        subscribers: usize,
    },
    /// One has left.
    Removed {
        /// What it listened to.
        pattern: Pattern,
        /// How many listen to this pattern now.
        subscribers: usize,
    },
}

/// The first part of the topics that a hub itself publishes under.
const HUB: &str = "Hub";

impl Notice {
    /// What it is about.
    #[must_use]
    pub fn pattern(&self) -> &Pattern {
        match self {
            Self::Added { pattern, .. } | Self::Removed { pattern, .. } => pattern,
        }
    }

    /// How many listen to this pattern now.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        match self {
            Self::Added { subscribers, .. } | Self::Removed { subscribers, .. } => *subscribers,
        }
    }

    /// The topic that it is published under: `Hub.addedSubscriber` or `Hub.removedSubscriber`, and the pattern with its stars as
    /// characters.
    #[must_use]
    pub fn topic(&self) -> Topic {
        let what = match self {
            Self::Added { .. } => "addedSubscriber",
            Self::Removed { .. } => "removedSubscriber",
        };
        let parts = self.pattern().parts().map(|part| match part {
            PatternPart::Literal(part) => part,
            PatternPart::One | PatternPart::Rest => "*",
            PatternPart::Any => "**",
        });
        let topic = Topic::from_parts([HUB, what].into_iter().chain(parts));
        topic.unwrap_or_else(|_| unreachable!("it has two parts at least"))
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Added { .. } => "added",
            Self::Removed { .. } => "removed",
        };
        write!(f, "{}: {what}, {} now", self.pattern(), self.subscribers())
    }
}

/// Whether a pattern is of the hub's own topics: nobody is told of who listens to these.
pub(super) fn is_of_hub(pattern: &Pattern) -> bool {
    pattern.parts().next() == Some(PatternPart::Literal(HUB))
}
