//! The builder of a stream of messages.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::message::Message;
use super::places::{Places, place_methods};
use super::route::Route;
use crate::signal::{Overflow, SubscribeBuilder, Subscription, passed_on};
use crate::sync::Arc;

/// A subscription in the making: `.await` or [`now`](Self::now) makes it. It says what it is about as a [`Listen`](super::Listen) does.
#[must_use = "nothing is subscribed to until the builder is ended by `.await` or `.now()`"]
pub struct Subscribe<V> {
    subscribe: SubscribeBuilder<V, (), Route>,
    places: Places,
}

impl<V: Send + Sync + 'static> Subscribe<V> {
    pub(super) fn new(subscribe: SubscribeBuilder<V, (), Route>) -> Self {
        Self {
            subscribe,
            places: Places::default(),
        }
    }

    place_methods!("Subscribes to");

    /// How many messages may wait, 64 if nothing is said. See [`SubscribeBuilder::capacity`].
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.subscribe = self.subscribe.capacity(capacity);
        self
    }

    /// What happens when the queue is full, [`Overflow::DropOldest`] if nothing is said.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.subscribe = self.subscribe.overflow(overflow);
        self
    }

    /// Narrows the subscription to the messages for which `predicate` holds. See [`SubscribeBuilder::when`].
    pub fn when(mut self, predicate: impl Fn(&Message<V>) -> bool + Send + Sync + 'static) -> Self {
        self.subscribe = self.subscribe.when(predicate);
        self
    }

    /// Ends the subscription when this object dies. See [`SubscribeBuilder::track`].
    pub fn track<T: Send + Sync + 'static>(mut self, object: &Arc<T>) -> Self {
        self.subscribe = self.subscribe.track(object);
        self
    }

    passed_on! {
        subscribe, "SubscribeBuilder", "crate::SubscribeBuilder":
        once() "Ends the subscription with its first message.";
        times(count: usize) "Ends the subscription with its `count`th message.";
        priority(priority: i32) "Has it get messages before listeners of lower priority.";
        name(name: impl AsRef<str>) "A name for failures and logs.";
        group(name: impl AsRef<str>) "Shares messages with the other members of this group: one of them gets each, the least busy first.";
    }

    /// Subscribes. What `.await` does, from sync code.
    pub fn now(self) -> Subscription<V, Route> {
        self.subscribe.keys(self.places.heard()).now()
    }
}

impl<V: Send + Sync + 'static> IntoFuture for Subscribe<V> {
    type Output = Subscription<V, Route>;
    type IntoFuture = SubscribeFuture<V>;

    fn into_future(self) -> Self::IntoFuture {
        SubscribeFuture {
            subscribe: Some(self),
        }
    }
}

impl<V> fmt::Debug for Subscribe<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

/// A subscription that has been awaited. Made by `.await` on a [`Subscribe`].
///
/// # Cancel safety
/// The first poll subscribes and is ready. Before it nothing is subscribed to.
#[must_use = "futures do nothing unless awaited"]
pub struct SubscribeFuture<V> {
    subscribe: Option<Subscribe<V>>,
}

/// Nothing in it is ever pinned.
impl<V> Unpin for SubscribeFuture<V> {}

impl<V: Send + Sync + 'static> Future for SubscribeFuture<V> {
    type Output = Subscription<V, Route>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let subscribe = self.subscribe.take().expect("polled after it was ready");
        Poll::Ready(subscribe.now())
    }
}

impl<V> fmt::Debug for SubscribeFuture<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscribeFuture").finish_non_exhaustive()
    }
}
