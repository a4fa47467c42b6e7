//! What came of a message of whatever kind.

use std::any::type_name;
use std::fmt;

use super::delivery::Delivery;
use super::error::{Problem, problem_methods};
use super::inject::DependencyError;
use super::message::MessageKind;
use crate::signal::{AnyReply, Cause, Panic};

/// What came of a message of whatever kind: that of [`Bus::handle`](crate::Bus::handle).
#[derive(Debug)]
#[non_exhaustive]
pub enum Handled {
    /// It is an event, and was handed over.
    Event(Delivery),
    /// It is a command, and was executed: this is the reply.
    Command(AnyReply),
    /// It is a query, and was answered: this is the reply.
    Query(AnyReply),
}

impl Handled {
    /// Whether it is an event, a command or a query.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Event(_) => MessageKind::Event,
            Self::Command(_) => MessageKind::Command,
            Self::Query(_) => MessageKind::Query,
        }
    }

    /// The reply, if there is one and it is an `R`.
    ///
    /// # Errors
    /// Where it is none, itself.
    pub fn reply<R: 'static>(self) -> Result<R, Self> {
        match self {
            Self::Event(_) => Err(self),
            Self::Command(reply) => reply.downcast().map_err(Self::Command),
            Self::Query(reply) => reply.downcast().map_err(Self::Query),
        }
    }
}

/// A message of whatever kind that was not handled. It gives back what was sent, where no handler was given it.
pub struct HandleError<T> {
    sent: Option<T>,
    /// What the message is called.
    subject: Box<str>,
    problem: Problem,
}

impl<T> HandleError<T> {
    #[cold]
    pub(super) fn new(sent: Option<T>, subject: &str, problem: Problem) -> Self {
        Self {
            sent,
            subject: subject.into(),
            problem,
        }
    }

    /// What was sent, if no handler was given it: the message, or the body of one with a name.
    #[must_use]
    pub fn into_inner(self) -> Option<T> {
        self.sent
    }

    problem_methods!(self => self.problem);

    /// Whether the handlers of a message of this name take another body.
    #[must_use]
    pub fn is_wrong_body(&self) -> bool {
        matches!(self.problem, Problem::WrongBody { .. })
    }
}

impl<T> fmt::Display for HandleError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message `{}`: {}", self.subject, self.problem)
    }
}

impl<T> fmt::Debug for HandleError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HandleError<{}>({self})", type_name::<T>())
    }
}

impl<T> std::error::Error for HandleError<T> {}
