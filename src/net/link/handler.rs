//! Who does what the other side asks for.

use std::fmt;
use std::time::Duration;

use super::handle::Link;
use super::reason::CloseReason;
use crate::net::wire::{Call, RemoteError, Response, Token};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Does what the other side of a link asks for.
///
/// Its methods are called one after the other, in the order in which messages come, in the task that reads them: what takes
/// its time belongs into the future of an [`Answer`]. A panic in a method, or in a future, is told to the other side as a failure.
pub trait Handler<V>: Send + Sync + 'static {
    /// The other side says hello. It is not let in if this gives an error.
    ///
    /// # Errors
    /// [`Code::Refused`](crate::net::wire::Code::Refused), say: the link is closed after the other side was told.
    fn hello(&self, link: &Link<V>, token: Option<&Token>) -> Result<(), RemoteError> {
        let _ = (link, token);
        Ok(())
    }

    /// The other side was let in, and calls itself by this secret whenever it connects, if it does: what is left here of the time before
    /// is a ghost, and the place it takes is needed.
    fn greeted(&self, link: &Link<V>, session: Option<&Token>) {
        let _ = (link, session);
    }

    /// The other side calls. Calls about the link itself (`hello`, `ping`, `pong`, `cancel`, `close`) do not come here.
    fn call(&self, link: &Link<V>, call: Call<V>) -> Answer<V>;

    /// The other side calls, and will wait for so long, if it has said: for who has others do it, and tells them. An answer that is
    /// [beside](Answer::Beside) others is dropped when that time is up, whoever knows of it.
    fn call_within(&self, link: &Link<V>, call: Call<V>, deadline: Option<Duration>) -> Answer<V> {
        let _ = deadline;
        self.call(link, call)
    }

    /// The link has ended. This is called once, and last.
    fn closed(&self, link: &Link<V>, reason: &CloseReason) {
        let _ = (link, reason);
    }
}

/// Lets several links share one handler, whoever else has it.
impl<V, H: Handler<V> + ?Sized> Handler<V> for Arc<H> {
    fn hello(&self, link: &Link<V>, token: Option<&Token>) -> Result<(), RemoteError> {
        (**self).hello(link, token)
    }

    fn greeted(&self, link: &Link<V>, session: Option<&Token>) {
        (**self).greeted(link, session);
    }

    fn call(&self, link: &Link<V>, call: Call<V>) -> Answer<V> {
        (**self).call(link, call)
    }

    fn call_within(&self, link: &Link<V>, call: Call<V>, deadline: Option<Duration>) -> Answer<V> {
        (**self).call_within(link, call, deadline)
    }

    fn closed(&self, link: &Link<V>, reason: &CloseReason) {
        (**self).closed(link, reason);
    }
}

/// What comes of a call.
#[must_use = "the other side waits for it"]
pub enum Answer<V> {
    /// This.
    Now(Result<Response<V>, RemoteError>),
    /// What this future gives, and nothing more is read from the other side until it has: events keep their order, and who sends them
    /// too fast has to wait. It is not cancelled, since that would have to be read; it is dropped when the link ends.
    InOrder(BoxFuture<'static, Result<Response<V>, RemoteError>>),
    /// What this future gives, beside whatever else goes on. It is polled once where it is, and handed to the executor if it has
    /// to wait. When the caller does not wait any longer, or the link ends, it is dropped. Of those that wait there are as many as
    /// [`Limits::requests`](crate::net::Limits::requests) says; further requests are refused, and calls that want no reply are done in
    /// order.
    Beside(BoxFuture<'static, Result<Response<V>, RemoteError>>),
}

impl<V> Answer<V> {
    /// That it is done.
    pub const fn done() -> Self {
        Self::Now(Ok(Response::Done))
    }

    /// That there is no such method.
    pub fn unknown() -> Self {
        Self::Now(Err(RemoteError::unknown_method()))
    }
}

impl<V> fmt::Debug for Answer<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Now(Ok(_)) => "Now(Ok(..))",
            Self::Now(Err(_)) => "Now(Err(..))",
            Self::InOrder(_) => "InOrder(..)",
            Self::Beside(_) => "Beside(..)",
        })
    }
}
