//! Calls that came to no reply.

use std::fmt;

use super::event::Event;
use super::panic::Panic;
use crate::sync::Arc;

/// A callback that did not reply: which one, and why. Clones are one failure.
#[derive(Clone)]
pub struct Failure(Arc<What>);

struct What {
    connection: Option<ConnectionId>,
    name: Option<Arc<str>>,
    /// Where a send as a whole panicked.
    place: &'static str,
    cause: Cause,
}

/// Why a callback did not reply.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Cause {
    /// It panicked: in its body, in the future it returned, in that future's drop, or in its predicate.
    Panicked(Panic),
    /// It was stopped, or its task was dropped before it finished: [`Delivery::abort`](crate::Delivery::abort), a
    /// disconnect before it had started, an executor that shut down or panicked.
    Aborted,
    /// It did not finish in the time that its connection or its send gave it.
    TimedOut,
    /// There was no room for it in the connection's queue; or, where the connection [forwards](crate::Signal::forward_to), the
    /// other signal could not have taken the event without waiting.
    Overflow,
    /// It replied with an error, which this is the text of. Told by [`failures`](crate::Signal::failures) alone, on a signal
    /// that was built [`fallible`](crate::SignalBuilder::fallible): in a report the reply is a reply.
    ///
    /// Or a [`Dispatcher`](crate::dispatcher::Dispatcher) had it fail, or replied with something that is no reply of this signal:
    /// this is the text of that, in reports as well.
    Failed(Arc<str>),
    /// A [`Dispatcher`](crate::dispatcher::Dispatcher) had it not called. That is no failure: it is told to nobody but the report.
    Skipped,
    /// It would have waited for itself: the callback of a connection that runs one call at a time ended a send to that very
    /// connection in `.join()`.
    Reentered,
    /// The signal was closed, so the send reached nobody; or, where a connection [forwards](crate::Signal::forward_to), the other
    /// signal was.
    Closed,
}

impl Failure {
    pub(crate) fn new(connection: ConnectionId, name: Option<Arc<str>>, cause: Cause) -> Self {
        Self(Arc::new(What {
            connection: Some(connection),
            name,
            place: "",
            cause,
        }))
    }

    /// Of who goes by this name, and is not known by the number of a connection.
    pub(crate) fn of_name(name: Arc<str>, cause: Cause) -> Self {
        Self(Arc::new(What {
            connection: None,
            name: Some(name),
            place: "",
            cause,
        }))
    }

    /// Of a send as a whole.
    pub(crate) fn of_send(cause: Cause) -> Self {
        Self::of_send_in("`update`", cause)
    }

    /// The same, in this place, if it is a panic.
    pub(crate) fn of_send_in(place: &'static str, cause: Cause) -> Self {
        Self(Arc::new(What {
            connection: None,
            name: None,
            place,
            cause,
        }))
    }

    /// The connection whose callback it was; `None` where the send itself failed.
    #[must_use]
    pub fn connection(&self) -> Option<ConnectionId> {
        self.0.connection
    }

    /// The connection's name, if it was given one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Why.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// Why, for keeps.
    #[must_use]
    pub fn into_cause(self) -> Cause {
        Arc::try_unwrap(self.0).map_or_else(|what| what.cause.clone(), |what| what.cause)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.0.name, self.0.connection) {
            (Some(name), _) => write!(f, "callback `{name}` ")?,
            (None, Some(id)) => write!(f, "callback of connection {id} ")?,
            (None, None) => f.write_str("the send ")?,
        }
        match &self.0.cause {
            Cause::Panicked(panic) if self.0.connection.is_none() => {
                write!(f, "panicked in {}: {panic}", self.0.place)
            }
            Cause::Panicked(panic) => write!(f, "panicked: {panic}"),
            Cause::Aborted => f.write_str("was aborted"),
            Cause::TimedOut => f.write_str("timed out"),
            Cause::Overflow => f.write_str(
                "was dropped: its queue was full, or the signal that it forwards to has reached a limit",
            ),
            Cause::Skipped => f.write_str("was not called: a dispatcher skipped it"),
            Cause::Failed(error) => write!(f, "failed: {error}"),
            Cause::Reentered => f.write_str(
                "would have waited for itself: it runs one call at a time, and sent to itself with `.join()`",
            ),
            Cause::Closed if self.0.connection.is_some() => {
                f.write_str("reached nobody: the signal that it forwards to is closed")
            }
            Cause::Closed => f.write_str("reached nobody: the signal is closed"),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Failure({self})")
    }
}

impl std::error::Error for Failure {}

/// Who is told of failures, whatever else is known of him.
pub(crate) trait Witness<P, K>: Send + Sync {
    /// Told once for each failure, with the event, where that is still at hand.
    fn tell(&self, failure: &Failure, event: Option<Arc<Event<P, K>>>);

    /// Itself, to be found again.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// The number of a connection, unique within its signal; later ones are higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConnectionId(pub(crate) u64);

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
