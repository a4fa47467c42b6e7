//! Ceasing to listen, by callback.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::error::TopicError;
use super::into::IntoPattern;
use super::message::Body;
use super::pattern::Pattern;
use crate::signal::DisconnectBuilder;

/// A disconnect by callback in the making: `.await` or [`now`](Self::now) does it, and tells whether anything was removed.
/// [`and_wait`](Self::and_wait) waits for what runs, too.
///
/// Bare, it ends the listener. With [`topics`](Self::topics), the listener ceases to listen to those patterns, and ends if it
/// is left with none. What is not there is ignored. It is about the listeners of whom it was asked: the hub's own, or those of one
/// subscriber.
#[must_use = "nothing is disconnected until the builder is ended by `.await`, `.now()` or `.and_wait()`"]
pub struct Unlisten<M> {
    disconnect: DisconnectBuilder<Body<M>, (), Pattern>,
    error: Option<TopicError>,
}

impl<M: Send + Sync + 'static> Unlisten<M> {
    pub(super) fn new(disconnect: DisconnectBuilder<Body<M>, (), Pattern>) -> Self {
        Self {
            disconnect,
            error: None,
        }
    }

    /// Takes the listener off this pattern, as it was given to it.
    pub fn topic(self, pattern: impl IntoPattern) -> Self {
        self.topics([pattern])
    }

    /// As [`topic`](Self::topic), for each of these patterns.
    pub fn topics<I>(mut self, patterns: I) -> Self
    where
        I: IntoIterator<Item: IntoPattern>,
    {
        let patterns: Result<Vec<_>, _> = patterns
            .into_iter()
            .map(IntoPattern::into_pattern)
            .collect();
        match patterns {
            Ok(patterns) => self.disconnect = self.disconnect.keys(patterns),
            Err(error) => drop(self.error.get_or_insert(error)),
        }
        self
    }

    /// Disconnects. What `.await` does, from sync code.
    ///
    /// # Errors
    /// Where the text of a pattern is malformed: nothing is removed then.
    pub fn now(self) -> Result<bool, TopicError> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.disconnect.now()),
        }
    }

    /// Disconnects, and waits until no call of a listener that has ended by this is running. Messages that wait for it are dropped.
    /// One that goes on listening to other patterns is not waited for.
    ///
    /// # Errors
    /// As [`now`](Self::now).
    ///
    /// # Cancel safety
    /// The first poll disconnects. Dropping the future after that stops the waiting, nothing else.
    pub async fn and_wait(self) -> Result<bool, TopicError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let (removed, ended) = self.disconnect.now_and_tell();
        if let Some(ended) = ended {
            ended.disconnect_and_wait().await;
        }
        Ok(removed)
    }
}

impl<M: Send + Sync + 'static> IntoFuture for Unlisten<M> {
    type Output = Result<bool, TopicError>;
    type IntoFuture = UnlistenFuture<M>;

    fn into_future(self) -> Self::IntoFuture {
        UnlistenFuture {
            unlisten: Some(self),
        }
    }
}

impl<M> fmt::Debug for Unlisten<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unlisten")
            .field("disconnect", &self.disconnect)
            .finish_non_exhaustive()
    }
}

/// A disconnect that has been awaited. Made by `.await` on an [`Unlisten`].
///
/// # Cancel safety
/// The first poll disconnects and is ready. Before it nothing has been disconnected.
#[must_use = "futures do nothing unless awaited"]
pub struct UnlistenFuture<M> {
    unlisten: Option<Unlisten<M>>,
}

/// Nothing in it is ever pinned.
impl<M> Unpin for UnlistenFuture<M> {}

impl<M: Send + Sync + 'static> Future for UnlistenFuture<M> {
    type Output = Result<bool, TopicError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let unlisten = self.unlisten.take().expect("polled after it was ready");
        Poll::Ready(unlisten.now())
    }
}

impl<M> fmt::Debug for UnlistenFuture<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnlistenFuture").finish_non_exhaustive()
    }
}
