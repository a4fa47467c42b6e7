//! A call that is to be made, in a dispatcher's hand.

use std::fmt;
use std::future::ready;

use super::Outcome;
use crate::signal::failure::ConnectionId;
use crate::signal::inspect::ConnectionKind;
use crate::spawn::BoxFuture;

/// One call that is to be made: of one callback, for one send. What becomes of it is a
/// [`Dispatcher`](super::Dispatcher)'s to say.
///
/// It has four ends, each of which gives the future of an outcome. One that is dropped without an end has not been called; what
/// the dispatcher's future gives counts all the same. It can be kept, and called when that future has given an outcome
/// long since: such a call is nobody's any more, what it comes to is told to who awaits it alone, and
/// [`idle`](crate::Signal::idle) waits for it.
#[must_use = "a receiver is not called until `.call()`"]
pub struct Receiver(Box<dyn Callable>);

/// What stands behind a receiver.
pub(super) trait Callable: Send + Sync {
    fn connection(&self) -> ConnectionId;
    fn name(&self) -> Option<&str>;
    fn kind(&self) -> ConnectionKind;
    fn call(self: Box<Self>) -> BoxFuture<'static, Outcome>;
}

impl Receiver {
    pub(super) fn new(callable: impl Callable + 'static) -> Self {
        Self(Box::new(callable))
    }

    /// The connection whose callback it is.
    #[must_use]
    pub fn connection(&self) -> ConnectionId {
        self.0.connection()
    }

    /// The connection's name, if it was given one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name()
    }

    /// Whether the callback is sync or async.
    #[must_use]
    pub fn kind(&self) -> ConnectionKind {
        self.0.kind()
    }

    /// Calls it, when the future is polled and by whatever polls it: a sync callback runs within the first poll, an async one
    /// begins there. Panics of it are caught, and are its outcome.
    ///
    /// It does not start if its connection has ended by then, or if the call has been stopped meanwhile: that is
    /// [`Cause::Aborted`](crate::Cause::Aborted).
    ///
    /// # Cancel safety
    /// Dropping the future cancels an async callback where it waits.
    pub fn call(self) -> BoxFuture<'static, Outcome> {
        self.0.call()
    }

    /// Replies this in the place of the callback. It has to be what callbacks of the signal reply: of another type, it is
    /// reported as [`Cause::Failed`](crate::Cause::Failed), which names both.
    pub fn reply<R: Send + 'static>(self, reply: R) -> BoxFuture<'static, Outcome> {
        Box::pin(ready(Outcome::replied(reply)))
    }

    /// Does not call it: reported as [`Cause::Skipped`](crate::Cause::Skipped), which is no failure. It has its entry in the
    /// report, as it did not reply, and nobody is told of it otherwise.
    pub fn skip(self) -> BoxFuture<'static, Outcome> {
        Box::pin(ready(Outcome::skipped()))
    }

    /// Does not call it, and has the call fail: reported as [`Cause::Failed`](crate::Cause::Failed) with this text, and told by
    /// [`failures`](crate::Signal::failures). A connection with [`retry`](crate::ConnectBuilder::retry) tries again.
    pub fn fail(self, error: impl fmt::Display) -> BoxFuture<'static, Outcome> {
        Box::pin(ready(Outcome::failed(error)))
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("connection", &self.connection().0)
            .field("name", &self.name())
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}
