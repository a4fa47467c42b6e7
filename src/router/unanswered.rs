//! What comes back from a request that was not replied to.

use std::fmt;

use compact_str::CompactString;

use super::handler::HandlerError;
use crate::signal::Failure;

/// A request without a reply: of which sender, which method, and why.
pub struct RequestError<V> {
    payload: Option<V>,
    problem: RequestProblem,
    sender: CompactString,
    method: CompactString,
    error: Option<HandlerError>,
    failure: Option<Failure>,
}

/// Why there is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestProblem {
    /// No sender of this name is there.
    UnknownSender,
    /// The sender is there, and replies to no requests.
    NoRequests,
    /// The sender has no handler for this method, nor one for any.
    UnknownMethod,
    /// The object whose method was to reply has died.
    HandlerGone,
    /// The handler has failed: by an [error](RequestError::handler_error) that it returned, or in [another way](RequestError::failure).
    Failed,
    /// The [time](super::Request::timeout) was up.
    TimedOut,
    /// The router is closed.
    Closed,
    /// The server is not connected to now.
    Offline,
    /// The way to the sender was lost before there was a reply. Whether it was done is not known.
    Lost,
    /// It cannot go over the network: [`handler_error`](RequestError::handler_error) says why.
    Unsendable,
    /// The server does not let this one ask that.
    Refused,
    /// As many requests are under way as may be.
    TooMany,
}

impl<V> RequestError<V> {
    #[cold]
    pub(crate) fn new(
        problem: RequestProblem,
        sender: CompactString,
        method: CompactString,
    ) -> Self {
        Self {
            payload: None,
            problem,
            sender,
            method,
            error: None,
            failure: None,
        }
    }

    /// What nobody was given.
    pub(crate) fn with_payload(mut self, payload: Option<V>) -> Self {
        self.payload = payload;
        self
    }

    pub(crate) fn because(mut self, error: HandlerError) -> Self {
        self.error = Some(error);
        self
    }

    pub(super) fn after(mut self, failures: Vec<Failure>) -> Self {
        self.failure = failures.into_iter().next();
        self
    }

    /// Why.
    #[must_use]
    pub fn problem(&self) -> RequestProblem {
        self.problem
    }

    /// The sender that was asked.
    #[must_use]
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// The method that was asked for.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// What was asked, if nobody was given it.
    #[must_use]
    pub fn into_payload(self) -> Option<V> {
        self.payload
    }

    /// The error that the handler returned, if it did, or what the network has to say: a [`RemoteError`](crate::net::wire::RemoteError) where
    /// the handler is another process's. It is the [source](std::error::Error::source) as well.
    #[must_use]
    pub fn handler_error(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.error.as_deref()
    }

    /// As [`handler_error`](Self::handler_error), for keeps.
    #[must_use]
    pub fn into_handler_error(self) -> Option<HandlerError> {
        self.error
    }

    fn write_error(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }

    /// How the handler failed, if it returned nothing: a panic, or that its time was up.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

impl<V> fmt::Display for RequestError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sender, method, .. } = self;
        match self.problem {
            RequestProblem::UnknownSender => write!(
                f,
                "not asked: no sender `{sender}` is there; `senders()` tells who is"
            ),
            RequestProblem::NoRequests => {
                write!(f, "not asked: the sender `{sender}` replies to no requests")
            }
            RequestProblem::UnknownMethod => write!(
                f,
                "not asked: the sender `{sender}` has no handler for `{method}`, nor one for any request"
            ),
            RequestProblem::HandlerGone => write!(
                f,
                "not asked: the object that replies to `{method}` of `{sender}` has died"
            ),
            RequestProblem::Closed => f.write_str("not asked: the router is closed"),
            RequestProblem::TimedOut => {
                write!(f, "no reply: the time for `{method}` of `{sender}` was up")
            }
            RequestProblem::Offline => f.write_str(
                "not asked: the server is not connected to now; `client.connected().await` waits until it is",
            ),
            RequestProblem::Lost => {
                write!(f, "no reply: the way to `{sender}` was lost")?;
                self.write_error(f)
            }
            RequestProblem::Unsendable => {
                write!(f, "not asked: `{method}` of `{sender}` cannot go over the network")?;
                self.write_error(f)
            }
            RequestProblem::Refused => {
                // The server says what and of whom.
                match &self.error {
                    Some(error) => write!(f, "not asked: {error}"),
                    None => write!(
                        f,
                        "not asked: `{method}` of `{sender}` is not for this client to ask"
                    ),
                }
            }
            RequestProblem::TooMany => {
                write!(f, "not asked: as many requests are under way as may be")?;
                self.write_error(f)
            }
            RequestProblem::Failed => {
                write!(f, "no reply: `{method}` of `{sender}` failed")?;
                match (&self.error, &self.failure) {
                    (Some(error), _) => write!(f, ": {error}"),
                    (None, Some(failure)) => write!(f, ": {failure}"),
                    (None, None) => Ok(()),
                }
            }
        }
    }
}

impl<V> fmt::Debug for RequestError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestError({self})")
    }
}

impl<V> std::error::Error for RequestError<V> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.error {
            Some(error) => Some(&**error),
            None => None,
        }
    }
}
