//! Why a server or a client was not started.

use std::fmt;

use super::link::ConnectError;

/// Why a server or a client was not started.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StartError {
    /// The server is to listen nowhere.
    NothingToListenAt,
    /// The router of the server is closed.
    RouterClosed,
    /// The client is to connect to nobody.
    NobodyToConnectTo,
    /// The client has not come to be connected.
    Connect(ConnectError),
}

impl StartError {
    /// Why there is no link, if that is it.
    #[must_use]
    pub fn connect_error(&self) -> Option<&ConnectError> {
        match self {
            Self::Connect(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToListenAt => f.write_str(
                "a server listens somewhere: `.listen(tcp::bind(\"127.0.0.1:4333\").await?)` says where",
            ),
            Self::RouterClosed => f.write_str("the router of the server is closed: it needs one that is not"),
            Self::NobodyToConnectTo => f.write_str(
                "a client connects to somebody: `.connect(tcp::dial(\"127.0.0.1:4333\"))` says to whom",
            ),
            Self::Connect(error) => write!(f, "not connected: {error}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Connect(error) => Some(error),
            _ => None,
        }
    }
}
