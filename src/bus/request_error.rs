//! A command or a query without a reply.

use std::fmt;

use super::error::{Problem, problem_methods};
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

    problem_methods!(self => self.0.problem);
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
