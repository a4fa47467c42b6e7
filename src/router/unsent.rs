//! What comes back from a send that did not happen.

use std::fmt;

use compact_str::CompactString;

use super::desk::Desk;
use super::route::is_of_router;

/// A message that was not sent: of which sender, which event, and why. The payload is given back.
pub struct SendError<V> {
    payload: Option<V>,
    problem: SendProblem,
    sender: CompactString,
    event: CompactString,
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
}

impl<V> SendError<V> {
    pub(super) fn new(
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
        }
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
        f.write_str(match self.problem {
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
        })
    }
}

impl<V> fmt::Debug for SendError<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SendError({self})")
    }
}

impl<V> std::error::Error for SendError<V> {}
