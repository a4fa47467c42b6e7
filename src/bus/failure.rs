//! What nobody waited for, and failed.

use std::any::Any;
use std::fmt;

use super::content::Content;
use super::error::Problem;
use super::info::MessageInfo;
use super::inject::DependencyError;
use crate::signal::{Cause, Panic};
use crate::sync::{Arc, Lock};

/// A message that came to nothing, or one of its handlers that did, as [`Bus::failures`](crate::Bus::failures) tells where nobody
/// waited for it. Clones are one failure.
#[derive(Clone)]
pub struct FailedMessage(Arc<What>);

struct What {
    info: MessageInfo,
    handler: Option<Arc<str>>,
    problem: Problem,
    /// What it said, if no handler was given it.
    content: Lock<Option<Content>>,
}

impl FailedMessage {
    pub(super) fn new(
        info: MessageInfo,
        handler: Option<Arc<str>>,
        problem: Problem,
        content: Option<Content>,
    ) -> Self {
        Self(Arc::new(What {
            info,
            handler,
            problem,
            content: Lock::new(content),
        }))
    }

    /// Which message.
    #[must_use]
    pub fn info(&self) -> &MessageInfo {
        &self.0.info
    }

    /// The name of the handler that failed, if it was one of them that did.
    #[must_use]
    pub fn handler(&self) -> Option<&str> {
        self.0.handler.as_deref()
    }

    /// Whether nobody handles such a message.
    #[must_use]
    pub fn is_unhandled(&self) -> bool {
        matches!(self.0.problem, Problem::Unhandled)
    }

    /// Whether the bus had been stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(self.0.problem, Problem::Stopped)
    }

    /// Whether the handler, or the whole message, ran out of time.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        matches!(
            self.0.problem,
            Problem::TimedOut | Problem::Call(Cause::TimedOut)
        )
    }

    /// Whether the handler was aborted, or has never begun: by a [`stop`](crate::Bus::stop) whose time was up, or since an executor or an
    /// engine dropped it.
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

    /// The text of the error that the handler replied with.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match &self.0.problem {
            Problem::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// What could not be injected into the handler.
    #[must_use]
    pub fn dependency(&self) -> Option<&DependencyError> {
        match &self.0.problem {
            Problem::Unmet(error) => Some(error),
            _ => None,
        }
    }

    /// The message itself, if it is a command or a query, an `M`, and no handler was given it. Of several that ask, the first has it.
    ///
    /// For an event, as an `Arc` of it: [`event`](Self::event).
    #[must_use]
    pub fn take_message<M: Send + 'static>(&self) -> Option<M> {
        let mut content = self.0.content.hold();
        // It is asked under the lock, which runs no code of the user's.
        let taken = content.take_if(|content| content.is_owned::<M>())?;
        drop(content);
        taken.into_inner()
    }

    /// The event itself, if it is an `E` and no handler was given it; of a message with a name, its body.
    #[must_use]
    pub fn event<E: Any + Send + Sync>(&self) -> Option<Arc<E>> {
        self.0.content.hold().as_ref()?.shared()
    }
}

impl fmt::Display for FailedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.info().fmt(f)?;
        match self.handler() {
            Some(handler) => write!(f, ", handler `{handler}`: ")?,
            None => f.write_str(": ")?,
        }
        self.0.problem.fmt(f)
    }
}

impl fmt::Debug for FailedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FailedMessage({self})")
    }
}

impl std::error::Error for FailedMessage {}
