//! What a call came to, whatever its callback replies.

use std::any::{Any, type_name};
use std::fmt;

use crate::signal::failure::Cause;
use crate::signal::panic::{Panic, drop_quietly};

/// What a call came to, the type of its reply forgotten: a reply, or the cause why there is none.
#[must_use = "what a dispatcher's future gives is what the call comes to"]
pub struct Outcome(Result<Said, Cause>);

struct Said {
    reply: Box<dyn Any + Send>,
    type_name: &'static str,
}

impl Outcome {
    /// This reply. It has to be what callbacks of the signal reply: of another type, it is reported as
    /// [`Cause::Failed`], which names both.
    pub fn replied<R: Send + 'static>(reply: R) -> Self {
        Self(Ok(Said {
            reply: Box::new(reply),
            type_name: type_name::<R>(),
        }))
    }

    /// [`Cause::Skipped`]: as [`Receiver::skip`](super::Receiver::skip).
    pub fn skipped() -> Self {
        Self::stopped(Cause::Skipped)
    }

    /// [`Cause::Failed`], with this text: as [`Receiver::fail`](super::Receiver::fail).
    pub fn failed(error: impl fmt::Display) -> Self {
        Self::stopped(Cause::Failed(error.to_string().into()))
    }

    /// [`Cause::Aborted`]: for a call that somebody else was to make, and that is not going to be made.
    pub fn aborted() -> Self {
        Self::stopped(Cause::Aborted)
    }

    pub(crate) fn panicked(panic: Panic) -> Self {
        Self::stopped(Cause::Panicked(panic))
    }

    pub(crate) fn stopped(cause: Cause) -> Self {
        Self(Err(cause))
    }

    /// Whether it is a reply.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.0.is_ok()
    }

    /// The reply, if there is one and it is an `R`.
    #[must_use]
    pub fn reply<R: 'static>(&self) -> Option<&R> {
        self.0.as_ref().ok()?.reply.downcast_ref()
    }

    /// The reply, for keeps.
    ///
    /// # Errors
    /// The outcome as it was, if it is no reply or one of another type.
    pub fn into_reply<R: 'static>(self) -> Result<R, Self> {
        match self.0 {
            Ok(Said { reply, type_name }) => match reply.downcast::<R>() {
                Ok(reply) => Ok(*reply),
                Err(reply) => Err(Self(Ok(Said { reply, type_name }))),
            },
            Err(cause) => Err(Self(Err(cause))),
        }
    }

    /// Why there is no reply.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        self.0.as_ref().err()
    }

    /// With its type again.
    pub(crate) fn typed<R: 'static>(self) -> Result<R, Cause> {
        self.into_reply().map_err(|outcome| match outcome.0 {
            Err(cause) => cause,
            Ok(Said { reply, type_name }) => {
                drop_quietly(reply);
                let expected = std::any::type_name::<R>();
                Cause::Failed(
                    format!(
                        "a dispatcher replied with `{type_name}` where callbacks reply `{expected}`"
                    )
                    .into(),
                )
            }
        })
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(said) => write!(f, "Outcome(a reply of type {})", said.type_name),
            Err(cause) => f.debug_tuple("Outcome").field(cause).finish(),
        }
    }
}
