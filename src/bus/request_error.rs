//! A command or a query without a reply.

use std::fmt;

use super::error::Problem;
use super::handler::Asked;
use super::inject::DependencyError;
use super::message::MessageKind;
use crate::signal::{Cause, Panic};

/// A command or a query that came to no reply. It gives the message back where no handler was given it.
///
/// Boxed: replies pass by the thousand, errors hardly ever.
pub struct RequestError<M>(Box<What<M>>);

struct What<M> {
    message: Option<M>,
    kind: MessageKind,
    problem: Problem,
}

impl<M> RequestError<M> {
    #[cold]
    pub(super) fn new<K>(message: Option<M>, problem: Problem) -> Self
    where
        M: Asked<K>,
    {
        Self(Box::new(What {
            message,
            kind: M::KIND,
            problem,
        }))
    }

    /// The message, if no handler was given it.
    #[must_use]
    pub fn into_message(self) -> Option<M> {
        self.0.message
    }

    /// Whether nobody handles such a message.
    #[must_use]
    pub fn is_unhandled(&self) -> bool {
        matches!(self.0.problem, Problem::Unhandled)
    }

    /// Whether the bus accepts nothing more, or did not begin with this in time when it was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(self.0.problem, Problem::Stopped)
    }

    /// Whether its [time](super::Request::timeout) was up, or its [handler's](super::HandlerOptions::timeout).
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        matches!(
            self.0.problem,
            Problem::TimedOut | Problem::Call(Cause::TimedOut)
        )
    }

    /// Whether the handler was aborted: by a [`stop`](crate::Bus::stop) whose time was up, or since an executor or an engine dropped it.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        matches!(self.0.problem, Problem::Call(Cause::Aborted))
    }

    /// What the handler panicked with, or the router.
    #[must_use]
    pub fn panic(&self) -> Option<&Panic> {
        self.0.problem.panic()
    }

    /// Why the call of the handler came to no reply, if it was that: a dispatcher that skipped it, say.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        self.0.problem.cause()
    }

    /// What could not be injected into the handler.
    #[must_use]
    pub fn dependency(&self) -> Option<&DependencyError> {
        match &self.0.problem {
            Problem::Unmet(error) => Some(error),
            _ => None,
        }
    }
}

impl<M> fmt::Display for RequestError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = std::any::type_name::<M>();
        write!(
            f,
            "no reply to {} `{message}`: {}",
            self.0.kind, self.0.problem
        )?;
        if self.is_unhandled() {
            write!(
                f,
                "; `.{}(..)` of the builder takes its handler",
                self.0.kind
            )?;
        }
        Ok(())
    }
}

impl<M> fmt::Debug for RequestError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestError({self})")
    }
}

impl<M> std::error::Error for RequestError<M> {}
