//! What comes back from a send that did not happen.

use std::fmt;

use compact_str::CompactString;

use super::desk::Desk;
use super::handler::HandlerError;
use super::route::is_of_router;

/// A message that was not sent: of which sender, which event, and why. The payload is given back.
pub struct SendError<V> {
    payload: Option<V>,
    problem: SendProblem,
    sender: CompactString,
    event: CompactString,
    error: Option<HandlerError>,
}

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SendProblem {
    /// The sender has not declared the event.
    Undeclared,
    /// The event is one that the router alone sends: `#connect` or `#disconnect`.
    Reserved,
    /// The sender was disconnected.
    Disconnected,
    /// A full queue stood in the way, which an awaited send waits for.
    Full,
    /// The [time](super::SendMessage::timeout) was up before there was room.
    TimedOut,
    /// The router is closed.
    Closed,
    /// The server is not connected to now.
    Offline,
    /// It cannot go over the network: the [source](std::error::Error::source) says why.
    Unsendable,
    /// The connection was lost, or the time was up, before the server said that it has it: it may have. The payload comes back all the same.
    Lost,
    /// The server has not taken it: the [source](std::error::Error::source) says why.
    Refused,
}

impl<V> SendError<V> {
    pub(crate) fn new(
        problem: SendProblem,
        sender: &str,
        event: CompactString,
        payload: Option<V>,
    ) -> Self {
        Self {
            payload,
            problem,
            sender: sender.into(),
            event,
            error: None,
        }
    }

    /// What is behind it.
    #[cfg(feature = "net")]
    pub(crate) fn because(mut self, error: impl Into<HandlerError>) -> Self {
        self.error = Some(error.into());
        self
    }

    #[cold]
    pub(super) fn of_undeclared(desk: &Desk, event: CompactString, payload: V) -> Self {
        let problem = if is_of_router(&event) {
            SendProblem::Reserved
        } else {
            SendProblem::Undeclared
        };
        Self::new(problem, desk.name(), event, Some(payload))
    }

    /// Why.
    #[must_use]
    pub fn problem(&self) -> SendProblem {
        self.problem
    }

    /// The sender that was to send it.
    #[must_use]
    pub fn sender(&self) -> &str {
        &self.sender
    }

    /// The event that was to be sent.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// What was to be sent.
    #[must_use]
    pub fn into_payload(self) -> Option<V> {
        self.payload
    }
}

impl<V> fmt::Display for SendError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sender, event, .. } = self;
        write!(f, "`{event}` of `{sender}` was not sent: ")?;
        let problem = match self.problem {
            SendProblem::Undeclared => {
                "the sender has not declared this event; `.event(..)` does, where it is registered"
            }
            SendProblem::Reserved => "the router sends this event, when the sender comes or goes",
            SendProblem::Disconnected => "the sender was disconnected",
            SendProblem::Full => "a queue is full; end the send in `.await` to wait for room",
            SendProblem::TimedOut => {
                "the time was up before there was room in every queue that is waited for"
            }
            SendProblem::Closed => "the router is closed",
            SendProblem::Offline => {
                "the server is not connected to now; `client.connected().await` waits until it is"
            }
            SendProblem::Unsendable => "it cannot go over the network",
            SendProblem::Lost => "the server has not said that it has it",
            SendProblem::Refused => "the server has not taken it",
        };
        f.write_str(problem)?;
        match &self.error {
            Some(error) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}

impl<V> fmt::Debug for SendError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SendError({self})")
    }
}

impl<V> std::error::Error for SendError<V> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.error {
            Some(error) => Some(&**error),
            None => None,
        }
    }
}
