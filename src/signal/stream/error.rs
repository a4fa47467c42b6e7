//! Why a subscription has no event to give.

use std::error::Error;
use std::fmt;

/// Why [`Subscription::recv`](crate::Subscription::recv) has no event to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecvError {
    /// So many events are missing here, for which the queue had no room. Those that are left can still be received.
    Lost(u64),
    /// All events have been received, and there will never be more: the connection has ended, or the signal is closed or
    /// gone.
    Closed,
}

/// Why [`Subscription::try_recv`](crate::Subscription::try_recv) has no event to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TryRecvError {
    /// No event waits; there may be one later.
    Empty,
    /// As [`RecvError::Lost`].
    Lost(u64),
    /// As [`RecvError::Closed`].
    Closed,
}

impl From<RecvError> for TryRecvError {
    fn from(error: RecvError) -> Self {
        match error {
            RecvError::Lost(count) => Self::Lost(count),
            RecvError::Closed => Self::Closed,
        }
    }
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(count) => {
                let (events, were) = if *count == 1 {
                    ("event", "was")
                } else {
                    ("events", "were")
                };
                write!(
                    f,
                    "{count} {events} {were} lost here, since the subscription's queue was full: receive faster, subscribe with \
                     more `.capacity(..)`, or have sends wait with `.overflow(Overflow::Wait)`"
                )
            }
            Self::Closed => f.write_str(
                "the subscription has ended and all its events have been received: subscribe again, if the signal is open",
            ),
        }
    }
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no event waits: `recv` waits for one"),
            Self::Lost(count) => RecvError::Lost(*count).fmt(f),
            Self::Closed => RecvError::Closed.fmt(f),
        }
    }
}

impl Error for RecvError {}
impl Error for TryRecvError {}
