//! Who comes to a server, and goes.

use std::fmt;

use super::view::PeerView;
use crate::net::link::CloseReason;

/// Who comes to a server, and goes: what [`ServerRouter::status`](super::ServerRouter::status) tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ServerStatus {
    /// A peer is there: it was let in, or has said its first word if it is one of the original.
    Connected(PeerView),
    /// A peer that was there has gone.
    Disconnected {
        /// As it was at the end.
        peer: PeerView,
        /// Why.
        reason: CloseReason,
    },
    /// The server has ended. Nobody comes any more; those who are there are told, and go.
    Closed,
}

impl fmt::Display for ServerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected(peer) => write!(f, "{peer} is connected"),
            Self::Disconnected { peer, reason } => write!(f, "{peer} has gone: {reason}"),
            Self::Closed => f.write_str("closed"),
        }
    }
}
