//! What nobody waited for, and failed.

use std::any::Any;
use std::fmt;

use super::content::Content;
use super::error::{Problem, problem_methods};
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

    problem_methods!(self => self.0.problem);

    /// The text of the error that the handler replied with.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        match &self.0.problem {
            Problem::Failed(error) => Some(error),
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
