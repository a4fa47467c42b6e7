//! What becomes of the connection of a client.

use std::fmt;
use std::time::Duration;

use crate::net::link::{CloseReason, ConnectError};

/// What has become of the connection to the server: what [`ClientRouter::status`](super::ClientRouter::status) tells, in order.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Status {
    /// It is there, for the first time.
    Connected,
    /// It is lost, and will be made again. What others send is not heard of until then; what this one sends, and what it asks, is refused.
    Disconnected {
        /// Why.
        reason: CloseReason,
        /// How many events of this client's senders may not have arrived: they were sent, and nothing has shown yet that they did.
        unconfirmed: u64,
    },
    /// An attempt to make it again has failed. There will be another after a pause.
    Failed {
        /// Why.
        error: ConnectError,
        /// How many have failed in a row.
        attempts: u32,
    },
    /// It is there again, and the server has all senders and listeners that it lets this client have. Events may have come just before.
    Resumed {
        /// How many events of this client's senders may be lost, as [`Disconnected`](Self::Disconnected) has told.
        unconfirmed: u64,
        /// For how long nothing was heard of what others sent.
        gap: Duration,
    },
    /// The server does not have this sender any more, or has not taken it again. It does not send any more; its name is free.
    SenderEnded {
        /// Its name.
        sender: String,
        /// Why, as the server says.
        reason: String,
    },
    /// The server has ended an import, or has not taken it: nothing more comes of the signal.
    ImportEnded {
        /// The name that the signal is exported by.
        signal: String,
        /// Why, as the server says.
        reason: String,
    },
    /// The client is closed, or has given up. Nothing more is told.
    Closed,
}

impl Status {
    /// Whether it tells that the server is connected to.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        matches!(self, Self::Connected | Self::Resumed { .. })
    }
}

fn write_lost(f: &mut fmt::Formatter<'_>, events: u64, what: &str) -> fmt::Result {
    match events {
        0 => Ok(()),
        1 => write!(f, "; one event {what}"),
        more => write!(f, "; up to {more} events {what}"),
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("connected"),
            Self::Disconnected {
                reason,
                unconfirmed,
            } => {
                write!(f, "disconnected: {reason}")?;
                write_lost(f, *unconfirmed, "may not have arrived")
            }
            Self::Failed { error, attempts } => {
                write!(f, "attempt {attempts} to connect has failed: {error}")
            }
            Self::Resumed { unconfirmed, gap } => {
                write!(f, "connected again after {gap:.1?}")?;
                write_lost(f, *unconfirmed, "may be lost")
            }
            Self::SenderEnded { sender, reason } => {
                write!(f, "the server does not have `{sender}` any more: {reason}")
            }
            Self::ImportEnded { signal, reason } => {
                write!(f, "nothing more comes of the signal `{signal}`: {reason}")
            }
            Self::Closed => f.write_str("closed"),
        }
    }
}
