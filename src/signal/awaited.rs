//! A send that is awaited.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::delivery::Delivery;
use super::failure::Cause;
use super::key::Key;
use super::passage::Waiting;
use super::send::SendBuilder;
use super::sending::Terms;

/// Sends, and gives the [`Delivery`]: sync callbacks have run by then, async ones are with the spawner.
///
/// It waits only where a limit says so: `max_in_flight`, of the signal or of a connection, and full queues and streams with
/// [`Overflow::Wait`](crate::Overflow::Wait). Of a signal that is closed, the delivery reaches nobody and its report says so.
impl<'a, P, R, K> IntoFuture for SendBuilder<'a, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Delivery<R>;
    type IntoFuture = SendFuture<'a, P, R, K>;

    fn into_future(self) -> Self::IntoFuture {
        SendFuture {
            send: Some(self),
            waiting: None,
        }
    }
}

/// A send that has been awaited. Made by `.await` on a [`SendBuilder`].
///
/// # Cancel safety
/// All or nothing: a send delivers in one go, at the poll that makes the future ready. One that is dropped before that,
/// while it waits for room, has delivered nothing to anybody, and holds no place anywhere.
#[must_use = "futures do nothing unless awaited"]
pub struct SendFuture<'a, P, R = (), K = Key> {
    send: Option<SendBuilder<'a, P, R, K>>,
    /// Made if it has to look before it begins.
    waiting: Option<Box<Waiting>>,
}

/// Nothing in it is ever pinned.
impl<P, R, K> Unpin for SendFuture<'_, P, R, K> {}

impl<P, R, K> SendFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// As `poll`, for who wants back what was not sent: an `Err` is told to nobody, and the payload can be taken.
    #[inline]
    pub(crate) fn poll_sent(&mut self, cx: &mut Context<'_>) -> Poll<Result<Delivery<R>, Cause>> {
        let send = self.send.as_mut().expect("polled after it was ready");
        let (begun, deadline) = ready!(send.poll_leave(&mut self.waiting, cx));
        let passage = match begun {
            Ok(passage) => passage,
            Err(cause) => return Poll::Ready(Err(cause)),
        };
        // Taken out first: one that has begun must not be sent again.
        let mut send = self.send.take().expect("it was there");
        Poll::Ready(send.deliver(Terms::new(passage, deadline)))
    }

    /// The payload of one that was not sent.
    pub(crate) fn take_unsent(&mut self) -> Option<P> {
        self.send.take()?.event.take()
    }
}

impl<P, R, K> Future for SendFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Delivery<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Delivery<R>> {
        let cause = match ready!(self.poll_sent(cx)) {
            Ok(delivery) => return Poll::Ready(delivery),
            Err(cause) => cause,
        };
        let send = self.send.take().expect("it was not sent");
        Poll::Ready(send.undelivered(cause))
    }
}

impl<P, R, K> fmt::Debug for SendFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFuture")
            .field("sent", &self.send.is_none())
            .finish_non_exhaustive()
    }
}
