//! The consumer's end of a subscription.

use std::fmt;
use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::stream::{FusedStream, Stream};

use super::error::{RecvError, TryRecvError};
use super::queue::Received;
use super::target::Events;
use crate::signal::connection::Connection;
use crate::signal::event::Event;
use crate::signal::key::Key;
use crate::signal::panic::drop_quietly;
use crate::sync::Arc;

/// The events of a signal, to be received one by one, at the receiver's pace. Made by
/// [`Signal::subscribe`](crate::Signal::subscribe).
///
/// Events wait in a queue with a capacity; what happens when it is full is the [`Overflow`](crate::Overflow)'s to say.
/// **Loss is never silent:** [`recv`](Self::recv) and [`try_recv`](Self::try_recv) report it once, in its place, with how
/// many events are missing there; [`lost`](Self::lost) has the sum.
///
/// It is a [`Stream`] of events too. There losses do not show, except in `lost()`.
///
/// Dropping it disconnects it. When its connection ends, or its signal closes or goes, what waits can still be received;
/// then it ends. It does not keep the signal alive.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::{RecvError, Signal};
///
/// let signal = Signal::new(0u32);
/// let mut news = signal.subscribe().key("news").capacity(2).await;
/// for number in 1..=3 {
///     signal.send().key("news").with(number).await;
/// }
/// assert_eq!(news.recv().await.err(), Some(RecvError::Lost(1))); // there was room for two, and the oldest went
/// assert_eq!(**news.recv().await?, 2);
/// drop(signal);
/// assert_eq!(**news.recv().await?, 3);
/// assert_eq!(news.recv().await.err(), Some(RecvError::Closed));
/// # Ok::<_, RecvError>(()) }).unwrap();
/// ```
#[must_use = "a subscription that is dropped is disconnected"]
pub struct Subscription<P, K = Key> {
    pub(super) inbox: Arc<Events<P, K>>,
    connection: Connection<K>,
    /// Whether the consumer was told.
    is_ended: bool,
}

impl<P, K> Subscription<P, K> {
    pub(super) fn new(inbox: Arc<Events<P, K>>, connection: Connection<K>) -> Self {
        Self {
            inbox,
            connection,
            is_ended: false,
        }
    }

    /// Receives the next event; waits if there is none.
    ///
    /// # Errors
    /// [`RecvError::Lost`] where events are missing: those that come after them are received by the next calls.
    /// [`RecvError::Closed`] once all events have been received and there will never be more.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing: an event leaves the queue in the very poll that gives it.
    pub fn recv(&mut self) -> Recv<'_, P, K> {
        Recv {
            subscription: self,
            is_waiting: false,
        }
    }

    /// Receives the next event, if one waits.
    ///
    /// # Errors
    /// [`TryRecvError::Empty`] if none waits, [`TryRecvError::Lost`] where events are missing, [`TryRecvError::Closed`]
    /// once all events have been received and there will never be more.
    pub fn try_recv(&mut self) -> Result<Arc<Event<P, K>>, TryRecvError> {
        match self.inbox.try_recv() {
            Some(received) => Ok(self.take(received)?),
            None => Err(TryRecvError::Empty),
        }
    }

    /// How many events wait to be received.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inbox.len()
    }

    /// Whether no event waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many events may wait.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.inbox.capacity()
    }

    /// How many events have been lost so far, reported or not. Those received, those that wait and these are all that
    /// were sent to it.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.inbox.lost()
    }

    /// Its connection, to listen to more or less, to suspend it, or to end it from elsewhere: the handle can be cloned.
    #[must_use]
    pub fn connection(&self) -> &Connection<K> {
        &self.connection
    }

    fn take(
        &mut self,
        received: Received<Arc<Event<P, K>>>,
    ) -> Result<Arc<Event<P, K>>, RecvError> {
        match received {
            Received::Item(event) => Ok(event),
            Received::Lost(count) => Err(RecvError::Lost(count)),
            Received::Closed => {
                self.is_ended = true;
                Err(RecvError::Closed)
            }
        }
    }

    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Arc<Event<P, K>>, RecvError>> {
        let received = ready!(self.inbox.poll_recv(cx));
        Poll::Ready(self.take(received))
    }
}

/// The events, without the losses between them.
///
/// # Cancel safety
/// A poll that does not give an event takes none: futures such as `next` can be dropped and lose nothing.
impl<P, K> Stream for Subscription<P, K> {
    type Item = Arc<Event<P, K>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(self.poll_recv(cx)) {
                Ok(event) => return Poll::Ready(Some(event)),
                Err(RecvError::Lost(_)) => {}
                Err(RecvError::Closed) => return Poll::Ready(None),
            }
        }
    }
}

impl<P, K> FusedStream for Subscription<P, K> {
    fn is_terminated(&self) -> bool {
        self.is_ended
    }
}

impl<P, K> Drop for Subscription<P, K> {
    fn drop(&mut self) {
        self.connection.disconnect();
        // A send may still be holding what feeds it.
        self.inbox.abandon();
    }
}

impl<P, K> fmt::Debug for Subscription<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("connection", &self.connection)
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("overflow", &self.inbox.overflow())
            .field("lost", &self.lost())
            .finish()
    }
}

// Events are dropped with their panics caught, and under no lock.
impl<P, K> UnwindSafe for Subscription<P, K> {}
impl<P, K> RefUnwindSafe for Subscription<P, K> {}

/// Resolves to the next event. Made by [`Subscription::recv`].
///
/// # Cancel safety
/// Dropping it loses nothing.
#[must_use = "futures do nothing unless awaited"]
pub struct Recv<'a, P, K = Key> {
    subscription: &'a mut Subscription<P, K>,
    /// Whether it has left a waker behind.
    is_waiting: bool,
}

impl<P, K> Future for Recv<'_, P, K> {
    type Output = Result<Arc<Event<P, K>>, RecvError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let poll = self.subscription.poll_recv(cx);
        self.is_waiting = poll.is_pending();
        poll
    }
}

impl<P, K> Drop for Recv<'_, P, K> {
    fn drop(&mut self) {
        if self.is_waiting {
            drop_quietly(self.subscription.inbox.forget_consumer());
        }
    }
}

impl<P, K> fmt::Debug for Recv<'_, P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recv").field(&self.subscription).finish()
    }
}
