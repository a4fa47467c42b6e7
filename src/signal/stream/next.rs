//! One event, awaited.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::stream::Stream;

use super::subscribe::SubscribeBuilder;
use super::subscription::Subscription;
use crate::signal::event::Event;
use crate::signal::filter::{Kept, OnChannel, filter_methods};
use crate::signal::handle::Signal;
use crate::signal::key::{IntoKey, Key};
use crate::signal::sender::{IntoSender, SenderId};
use crate::sync::Arc;

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Waits for one event: the next that passes the filters. `None` once the signal is closed or gone.
    ///
    /// It begins to listen where `.await` stands. To listen from now on and wait later, call
    /// [`into_future`](IntoFuture::into_future) now.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Signal;
    ///
    /// let signal = Signal::new(0u32);
    /// let answer = signal.next().key("answers").when(|ev| **ev > 40).into_future(); // listens
    /// signal.send().key("answers").with(7).await;
    /// signal.send().key("answers").with(42).await;
    /// assert_eq!(answer.await.map(|ev| **ev), Some(42));
    /// # });
    /// ```
    pub fn next(&self) -> NextBuilder<P, R, K> {
        NextBuilder {
            subscribe: self.subscribe().capacity(1).once(),
        }
    }
}

/// A wait for one event in the making, ended by `.await`. Made by [`Signal::next`].
#[must_use = "nothing is listened to until the builder is ended by `.await` or `.into_future()`"]
pub struct NextBuilder<P, R = (), K = Key, O = ()> {
    subscribe: SubscribeBuilder<P, R, K, O>,
}

impl<P, R, K> NextBuilder<P, R, K> {
    /// For a receiver of a channel: what it listens to is settled.
    pub(in crate::signal) fn on_channel(
        self,
        parent: Option<&SenderId>,
        channels: Kept,
    ) -> NextBuilder<P, R, K, OnChannel> {
        NextBuilder {
            subscribe: self.subscribe.on_channel(parent, channels),
        }
    }
}

impl<P, R, K, O> NextBuilder<P, R, K, O> {
    filter_methods!(
        subscribe.filters,
        "Waits for a send that names this sender.\n\nOne that comes as an `Arc` is held weakly. When it dies the wait ends, unless it is for anything else.",
        "Waits for a send that names this key.",
        O
    );

    /// Waits for an event for which `predicate` holds; given several times, all must hold.
    ///
    /// It runs on the thread that sends. If it panics, the event is not taken, and the wait goes on.
    pub fn when(
        mut self,
        predicate: impl Fn(&Event<P, K>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.subscribe = self.subscribe.when(predicate);
        self
    }
}

impl<P, R, K, O> IntoFuture for NextBuilder<P, R, K, O>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Option<Arc<Event<P, K>>>;
    type IntoFuture = NextFuture<P, K>;

    fn into_future(self) -> Self::IntoFuture {
        NextFuture {
            subscription: Some(self.subscribe.now()),
        }
    }
}

impl<P, R, K: fmt::Debug, O> fmt::Debug for NextBuilder<P, R, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NextBuilder").field(&self.subscribe).finish()
    }
}

/// Resolves to one event, or to `None` if there will be none. Made by `.await` on a [`NextBuilder`].
///
/// It keeps neither the signal alive nor, once it is ready, its connection.
///
/// # Cancel safety
/// Dropping it ends the wait. An event that came after it was last polled is dropped with it.
#[must_use = "futures do nothing unless awaited"]
pub struct NextFuture<P, K = Key> {
    /// Until it is ready.
    subscription: Option<Subscription<P, K>>,
}

impl<P, K> Future for NextFuture<P, K> {
    type Output = Option<Arc<Event<P, K>>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let subscription = self
            .subscription
            .as_mut()
            .expect("polled after it was ready");
        let event = ready!(Pin::new(subscription).poll_next(cx));
        self.subscription = None;
        Poll::Ready(event)
    }
}

impl<P, K> fmt::Debug for NextFuture<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextFuture")
            .field("is_ready", &self.subscription.is_none())
            .finish_non_exhaustive()
    }
}
