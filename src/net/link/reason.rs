//! Why a link has ended.

use std::fmt;
use std::time::Duration;

use crate::net::carrier::CarrierError;
use crate::net::codec::CodecError;

/// Why a link has ended.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CloseReason {
    /// It was closed on this side.
    Closed,
    /// Nobody has a handle of it any more, or the executor has dropped its tasks.
    Dropped,
    /// The other side has closed it, and says why.
    Remote(String),
    /// The carrier has ended or failed: the other side has gone without a word, or what it sent was no frame.
    Lost(CarrierError),
    /// Nothing was heard of the other side for this long.
    Silent(Duration),
    /// The other side has taken nothing of what was written for this long.
    Stalled(Duration),
    /// The other side takes things more slowly than they come, and [`Limits::queue`](crate::net::Limits::queue) is full.
    QueueFull,
    /// The other side has sent something that is no message.
    Malformed(CodecError),
    /// The first message, or hello where it is asked for, was not there after this long.
    TooSlow(Duration),
    /// The other side was not let in.
    Refused(String),
}

impl CloseReason {
    /// Whether it ended in order, on either side.
    #[must_use]
    pub fn is_orderly(&self) -> bool {
        match self {
            Self::Closed | Self::Dropped | Self::Remote(_) => true,
            Self::Lost(error) => error.is_ended(),
            _ => false,
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the link was closed on this side"),
            Self::Dropped => f.write_str("the link was dropped on this side"),
            Self::Remote(reason) => write!(f, "the other side has closed the link: {reason}"),
            Self::Lost(error) => write!(f, "the link is lost: {error}"),
            Self::Silent(time) => write!(
                f,
                "the other side has said nothing for {time:?}; `Limits::heartbeat` sets how long it may"
            ),
            Self::Stalled(time) => write!(
                f,
                "the other side has read nothing for {time:?}; `Limits::write_stall` sets how long it may"
            ),
            Self::QueueFull => f.write_str(
                "the other side is slower than what is sent to it; `Limits::queue` sets how much may wait, `Limits::when_full` what happens then",
            ),
            Self::Malformed(error) => write!(f, "the other side has sent no message: {error}"),
            Self::TooSlow(time) => write!(
                f,
                "the other side was not done saying who it is after {time:?}; `Limits::handshake` sets how long it may take"
            ),
            Self::Refused(message) => write!(f, "the other side was not let in: {message}"),
        }
    }
}

impl std::error::Error for CloseReason {}
