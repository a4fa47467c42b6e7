//! The builder of a subscription.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::inbox::Inbox;
use super::subscription::Subscription;
use super::target::StreamTarget;
use crate::signal::choices::choice_methods;
use crate::signal::connection::Connection;
use crate::signal::event::Event;
use crate::signal::filter::{Filters, Kept, OnChannel, filter_methods};
use crate::signal::handle::Signal;
use crate::signal::key::{IntoKey, Key};
use crate::signal::overflow::Overflow;
use crate::signal::panic::Quiet;
use crate::signal::registry::{Membership, Options, Registry, Request};
use crate::signal::sender::{IntoSender, Life, SenderId};
use crate::sync::{Arc, AtomicUsize, Weak};

/// How many events may wait, where nothing else is said.
const CAPACITY: usize = 64;

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Subscribes to events: they wait in a queue, to be received one by one or as a stream. See [`Subscription`].
    ///
    /// A subscription is a connection like any other, with the same filters and the same place in the order of priority,
    /// but replies nothing.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::{Overflow, Signal};
    /// use futures_lite::StreamExt;
    ///
    /// let signal = Signal::new(0u32);
    /// let events = signal.subscribe().keys(["a", "b"]).capacity(100).overflow(Overflow::Wait).await;
    /// signal.send().key("a").with(1).await;
    /// signal.send().key("b").with(2).await;
    /// drop(signal);
    /// let numbers: Vec<u32> = events.map(|ev| **ev).collect().await;
    /// assert_eq!(numbers, [1, 2]);
    /// # });
    /// ```
    pub fn subscribe(&self) -> SubscribeBuilder<P, R, K> {
        SubscribeBuilder {
            registry: Arc::downgrade(&self.shared.registry),
            filters: Filters::new(),
            options: Options::new(),
            capacity: CAPACITY,
            overflow: Overflow::DropOldest,
            parent: None,
            channels: None,
            scope: PhantomData,
        }
    }
}

/// A subscription in the making: `.await` or [`now`](Self::now) makes it. Subscribing never waits and never fails.
///
/// Without filters it gets every send. With some, it gets the sends that name at least one of its senders or keys, once,
/// however many match.
#[must_use = "nothing is subscribed to until the builder is ended by `.await` or `.now()`"]
pub struct SubscribeBuilder<P, R = (), K = Key, O = ()> {
    /// Weak: a subscription that is not made yet does not keep the others from ending.
    registry: Weak<Registry<P, R, K>>,
    pub(super) filters: Filters<K>,
    options: Options<P, K>,
    capacity: usize,
    overflow: Overflow,
    /// The parent of a bound channel, which it goes with.
    parent: Option<Life>,
    /// The channel, which does not end before it.
    channels: Option<Kept>,
    /// What it may be told.
    scope: PhantomData<O>,
}

impl<P, R, K> SubscribeBuilder<P, R, K> {
    /// For a receiver of a channel: what it listens to is settled.
    pub(in crate::signal) fn on_channel(
        mut self,
        parent: Option<&SenderId>,
        channels: Kept,
    ) -> SubscribeBuilder<P, R, K, OnChannel> {
        if let Some(parent) = parent {
            self.filters.add_sender(parent.clone());
        }
        SubscribeBuilder {
            registry: self.registry,
            filters: self.filters,
            options: self.options,
            capacity: self.capacity,
            overflow: self.overflow,
            parent: parent.map(SenderId::life),
            channels: Some(channels),
            scope: PhantomData,
        }
    }
}

impl<P, R, K, O> SubscribeBuilder<P, R, K, O> {
    filter_methods!(
        filters,
        "Listens to sends that name this sender.\n\nOne that comes as an `Arc` is held weakly. When it dies the subscription ends, unless it listens to anything else.",
        "Listens to sends that name this key.",
        O
    );

    choice_methods!(
        "subscription",
        "event, received or lost",
        "the event is not delivered, and the subscription is",
        ".\n\nNobody is told of that death: a consumer that waits is told by the next send, or when somebody asks the connection.",
        "Where members have sends wait ([`max_in_flight`](crate::ConnectBuilder::max_in_flight), [`Overflow::Wait`]), a send waits if none of those that match has room. Where none has room and none has it wait, the event goes to the one whose turn it is, and its policy says what is lost."
    );

    /// How many events may wait, 64 if nothing is said; 0 counts as 1. Memory is taken as it is needed.
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// What happens when the queue is full, [`Overflow::DropOldest`] if nothing is said.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }
}

impl<P, R, K, O> SubscribeBuilder<P, R, K, O>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Subscribes. What `.await` does, from sync code. To a signal that is closed or gone, the subscription has ended from
    /// the beginning.
    pub fn now(self) -> Subscription<P, K> {
        let inbox = Arc::new(Inbox::new(self.capacity, self.overflow));
        let target = StreamTarget::new(&inbox);
        let connected = match self.registry.upgrade() {
            Some(registry) => {
                let request = Request {
                    slot: registry.slot_of(self.parent, target),
                    name: None,
                    options: self.options,
                    filters: self.filters,
                };
                registry.connect(request).0
            }
            None => Registry::homeless_slot(target),
        };
        // From here on it is kept by the connection.
        drop(self.channels);
        Subscription::new(inbox, Connection::new(&connected))
    }
}

impl<P, R, K, O> IntoFuture for SubscribeBuilder<P, R, K, O>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Subscription<P, K>;
    type IntoFuture = SubscribeFuture<P, R, K, O>;

    fn into_future(self) -> Self::IntoFuture {
        SubscribeFuture {
            subscribe: Some(self),
        }
    }
}

impl<P, R, K: fmt::Debug, O> fmt::Debug for SubscribeBuilder<P, R, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscribeBuilder")
            .field("keys", &self.filters.keys())
            .field("senders", &self.filters.senders())
            .field("capacity", &self.capacity)
            .field("overflow", &self.overflow)
            .finish_non_exhaustive()
    }
}

/// A subscribe that has been awaited. Made by `.await` on a [`SubscribeBuilder`].
///
/// # Cancel safety
/// The first poll subscribes and is ready. Before it nothing has been subscribed to.
#[must_use = "futures do nothing unless awaited"]
pub struct SubscribeFuture<P, R = (), K = Key, O = ()> {
    subscribe: Option<SubscribeBuilder<P, R, K, O>>,
}

/// Nothing in it is ever pinned.
impl<P, R, K, O> Unpin for SubscribeFuture<P, R, K, O> {}

impl<P, R, K, O> Future for SubscribeFuture<P, R, K, O>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Subscription<P, K>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Subscription<P, K>> {
        Poll::Ready(
            self.subscribe
                .take()
                .expect("polled after it was ready")
                .now(),
        )
    }
}

impl<P, R, K, O> fmt::Debug for SubscribeFuture<P, R, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscribeFuture")
            .field("subscribed", &self.subscribe.is_none())
            .finish_non_exhaustive()
    }
}
