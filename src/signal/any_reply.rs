//! A reply whose type nobody has named.

use std::any::{Any, type_name};
use std::fmt;

/// A reply, its type forgotten: of a send by name, or of a call that goes through dispatchers.
pub struct AnyReply {
    reply: Box<dyn Any + Send>,
    type_name: &'static str,
}

impl AnyReply {
    pub(crate) fn of<R: Send + 'static>(reply: R) -> Self {
        Self {
            reply: Box::new(reply),
            type_name: type_name::<R>(),
        }
    }

    /// The reply, if it is an `R`.
    #[must_use]
    pub fn downcast_ref<R: 'static>(&self) -> Option<&R> {
        self.reply.downcast_ref()
    }

    /// As [`downcast_ref`](Self::downcast_ref), for keeps.
    ///
    /// # Errors
    /// Where it is none, itself.
    pub fn downcast<R: 'static>(self) -> Result<R, Self> {
        let type_name = self.type_name;
        let reply = self.reply.downcast();
        reply
            .map(|reply| *reply)
            .map_err(|reply| Self { reply, type_name })
    }

    /// What type it is of, by name.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }
}

impl fmt::Debug for AnyReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyReply({})", self.type_name)
    }
}
