//! What a call came to, whatever its callback replies.

use std::any::type_name;
use std::fmt;

use crate::signal::any_reply::AnyReply;
use crate::signal::failure::Cause;
use crate::signal::panic::{Panic, drop_quietly};

/// What a call came to, the type of its reply forgotten: a reply, or the cause why there is none.
#[must_use = "what a dispatcher's future gives is what the call comes to"]
pub struct Outcome(Result<AnyReply, Cause>);

impl Outcome {
    /// This reply. It has to be what callbacks of the signal reply: of another type, it is reported as
    /// [`Cause::Failed`], which names both.
    pub fn replied<R: Send + 'static>(reply: R) -> Self {
        Self(Ok(AnyReply::of(reply)))
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
        self.0.as_ref().ok()?.downcast_ref()
    }

    /// The reply, for keeps.
    ///
    /// # Errors
    /// The outcome as it was, if it is no reply or one of another type.
    pub fn into_reply<R: 'static>(self) -> Result<R, Self> {
        match self.0 {
            Ok(reply) => reply.downcast().map_err(|reply| Self(Ok(reply))),
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
            Ok(reply) => {
                let (given, expected) = (reply.type_name(), type_name::<R>());
                drop_quietly(reply);
                let text = format!(
                    "a dispatcher replied with `{given}` where callbacks reply `{expected}`"
                );
                Cause::Failed(text.into())
            }
        })
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(reply) => write!(f, "Outcome(a reply of type {})", reply.type_name()),
            Err(cause) => f.debug_tuple("Outcome").field(cause).finish(),
        }
    }
}
