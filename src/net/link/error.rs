//! What can become of a call.

use std::fmt;
use std::time::Duration;

use super::reason::CloseReason;
use crate::net::codec::CodecError;
use crate::net::wire::{Call, RemoteError};

/// Why a call was not sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Unsendable {
    /// There is no room, and it was not to wait.
    Full,
    /// There is no link at this moment.
    Offline,
    /// The link has ended, or is about to.
    Closed(CloseReason),
    /// The payload cannot be written.
    Unwritable(CodecError),
    /// It is larger than the other side takes.
    TooLarge {
        /// In bytes.
        size: usize,
        /// The limit, in bytes.
        max: usize,
    },
    /// The other side has not said hello, and does not know this method.
    NotUnderstood(&'static str),
}

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => {
                f.write_str("as many messages wait to be sent as may; `send` waits for room")
            }
            Self::Offline => f.write_str(
                "the server is not connected to now; `client.connected().await` waits until it is",
            ),
            Self::Closed(reason) => write!(f, "{reason}"),
            Self::Unwritable(error) => write!(f, "{error}"),
            Self::TooLarge { size, max } => write!(
                f,
                "the message has {size} bytes, and at most {max} are allowed; `Limits::frame` sets how many, on both sides"
            ),
            Self::NotUnderstood(method) => write!(
                f,
                "the other side has not said hello, and does not know {method}"
            ),
        }
    }
}

/// A call that was not sent, which it gives back.
pub struct SendError<V>(Box<(Call<V>, Unsendable)>);

impl<V> SendError<V> {
    pub(super) fn new(call: Call<V>, why: Unsendable) -> Self {
        Self(Box::new((call, why)))
    }

    /// Why it was not sent.
    #[must_use]
    pub fn why(&self) -> &Unsendable {
        &self.0.1
    }

    /// The call.
    #[must_use]
    pub fn into_call(self) -> Call<V> {
        self.0.0
    }
}

impl<V> fmt::Display for SendError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was not sent: {}", self.0.0.method(), self.0.1)
    }
}

impl<V> fmt::Debug for SendError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SendError({self})")
    }
}

impl<V> std::error::Error for SendError<V> {}

/// Why a request has no response.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum RequestError {
    /// It was not sent.
    NotSent(Unsendable),
    /// The other side says so.
    Remote(RemoteError),
    /// There was none after this long. Whether it was done is not known.
    TimedOut(Duration),
    /// The link ended before. Whether it was done is not known.
    Closed(CloseReason),
    /// The response is not what the call is answered with.
    Unreadable(CodecError),
}

impl RequestError {
    /// What the other side replied, if it was that.
    #[must_use]
    pub fn remote(&self) -> Option<&RemoteError> {
        match self {
            Self::Remote(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(why) => write!(f, "not sent: {why}"),
            Self::Remote(error) => write!(f, "{error}"),
            Self::TimedOut(time) => write!(f, "no reply after {time:?}"),
            Self::Closed(reason) => write!(f, "no reply: {reason}"),
            Self::Unreadable(error) => write!(f, "not the reply that was expected: {error}"),
        }
    }
}

impl std::error::Error for RequestError {}

/// Why there is no link over a carrier.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ConnectError {
    /// The carrier could not be made.
    Carrier(crate::net::carrier::CarrierError),
    /// The other side has not let this one in.
    Refused(RemoteError),
    /// It ended, or gave no reply in time, before both knew of each other.
    Failed(RequestError),
    /// A token was given, and the other side knows nothing of tokens: it lets in everybody.
    Plain,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Carrier(error) => write!(f, "{error}"),
            Self::Refused(error) => write!(f, "the other side has not let this one in: {error}"),
            Self::Failed(error) => write!(f, "the other side did not say hello: {error}"),
            Self::Plain => f.write_str(
                "the other side speaks the plain protocol, which has no tokens; give none to connect to it all the same",
            ),
        }
    }
}

impl std::error::Error for ConnectError {}
