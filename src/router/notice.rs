//! What a router tells of listeners.

use std::fmt;

use super::route::Route;
use crate::sync::Arc;

/// A listener or a subscription has come to a route, left it, or was taken off it. As text: `temperature of thermometer: added, 2 now`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// One has come.
    Added {
        /// What it listens to.
        route: Route,
        /// How many listen to this route now.
        listeners: usize,
    },
    /// One has left, or was taken off.
    Removed {
        /// What it listened to.
        route: Route,
        /// How many listen to this route now.
        listeners: usize,
    },
    /// Listeners were taken off a route, since nothing can come by it. Told beside what was [removed](Self::Removed).
    Detached {
        /// What they listened to.
        route: Route,
        /// How many they were.
        listeners: usize,
        /// Why nothing can come.
        reason: DetachReason,
    },
}

/// Why nothing can come by a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DetachReason {
    /// The sender is there and does not declare the event.
    Undeclared,
    /// The router does not send `#connect` and `#disconnect` as messages:
    /// [`RouterBuilder::announce`](super::RouterBuilder::announce) has it do so.
    Unannounced,
    /// The server of the network's has ended it, and says why: that the right to listen was taken back, say.
    Remote(Arc<str>),
}

impl Notice {
    /// Which route it is about.
    #[must_use]
    pub fn route(&self) -> &Route {
        match self {
            Self::Added { route, .. }
            | Self::Removed { route, .. }
            | Self::Detached { route, .. } => route,
        }
    }

    /// How many listeners: that there are now, or that were taken off.
    #[must_use]
    pub fn listeners(&self) -> usize {
        match self {
            Self::Added { listeners, .. }
            | Self::Removed { listeners, .. }
            | Self::Detached { listeners, .. } => *listeners,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { route, listeners } => write!(f, "{route}: added, {listeners} now"),
            Self::Removed { route, listeners } => write!(f, "{route}: removed, {listeners} now"),
            Self::Detached {
                route,
                listeners,
                reason,
            } => write!(f, "{route}: {listeners} detached, {reason}"),
        }
    }
}

impl fmt::Display for DetachReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Undeclared => "the sender does not declare this event",
            Self::Unannounced => {
                "the router does not send it; `Router::builder().announce()` makes one that does"
            }
            Self::Remote(reason) => reason,
        })
    }
}
