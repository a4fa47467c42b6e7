//! The builder of a listener.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::message::Message;
use super::places::{Places, place_methods};
use super::route::Route;
use crate::signal::{Backoff, ConnectBuilder, Connection, Filterable, Method, Overflow, passed_on};
use crate::sync::Arc;

/// A listener in the making: say what it listens to, and end it in `.await` or [`now`](Self::now). Connecting never waits and
/// never fails.
///
/// It listens to the [`events`](Self::events) that are named of the [`senders`](Self::senders) that are named; where one of the two is
/// left out, of any, and where both are, to everything. No sender has to be there yet. What a sender that is there does not declare
/// will never come: the listener is taken off that again, which a [notice](super::Router::notices) tells, and ends if that was all.
///
/// An async listener is called one message at a time, in the order in which they were sent, unless it is
/// [`concurrent`](Self::concurrent). A sync one is called within the send. If the callback can be named (a function, a method of one
/// object) and is connected already, what is said here is added to what that connection listens to, and the options given here replace
/// its old ones.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::router::{Message, Router};
///
/// let router = Router::<f64>::new();
/// let show = |m: &Message<f64>| println!("{} of {}: {m}", m.event(), m.sender());
/// router.connect_sync(show).await; // everything
/// router.connect_sync(show).sender("thermometer").await; // any event of this sender
/// router.connect_sync(show).senders(["north", "south"]).events(["temperature", "humidity"]).await; // four of them
/// router.connect_sync(show).channel("#alarm").await; // whoever sends it
/// # });
/// ```
#[must_use = "nothing listens until the builder is ended by `.await` or `.now()`"]
pub struct Listen<V, O = ()> {
    connect: ConnectBuilder<V, (), Route, O>,
    places: Places,
    is_ordered: bool,
}

impl<V, O> Listen<V, O> {
    pub(super) fn new(connect: ConnectBuilder<V, (), Route, O>, is_ordered: bool) -> Self {
        Self {
            connect,
            places: Places::default(),
            is_ordered,
        }
    }

    place_methods!("Listens to");

    /// Has calls of an async listener begin when their message comes, whether others are running or not.
    pub fn concurrent(mut self) -> Self {
        self.is_ordered = false;
        self
    }

    /// Calls for messages with equal keys one at a time, in the order in which they were sent, and others beside them. See
    /// [`ConnectBuilder::ordered_by`].
    pub fn ordered_by<Q: Hash>(
        mut self,
        key: impl Fn(&Message<V>) -> Q + Send + Sync + 'static,
    ) -> Self {
        self.connect = self.connect.ordered_by(key);
        self.is_ordered = false;
        self
    }

    /// Lets at most this many calls run at a time. See [`ConnectBuilder::max_in_flight`].
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.connect = self.connect.max_in_flight(calls);
        self.is_ordered = false;
        self
    }

    /// Narrows the listener to the messages for which `predicate` holds. See [`ConnectBuilder::when`].
    pub fn when(mut self, predicate: impl Fn(&Message<V>) -> bool + Send + Sync + 'static) -> Self {
        self.connect = self.connect.when(predicate);
        self
    }

    /// Ends the listener when this object dies. See [`ConnectBuilder::track`].
    pub fn track<T: Send + Sync + 'static>(mut self, object: &Arc<T>) -> Self {
        self.connect = self.connect.track(object);
        self
    }

    passed_on! {
        connect, "ConnectBuilder", "crate::ConnectBuilder":
        once() "Ends the listener with its first call.";
        times(count: usize) "Ends the listener with its `count`th call.";
        priority(priority: i32) "Has it called before listeners of lower priority, whatever they listen to.";
        name(name: impl AsRef<str>) "A name for reports, failures and logs.";
        group(name: impl AsRef<str>) "Shares messages with the other listeners of this group: one of them gets each, the least busy first.";
        queue(capacity: usize, overflow: Overflow) "Lets at most this many messages wait for their turn.";
        timeout(time: Duration) "Stops a call that has not finished after this time.";
        retry(backoff: Backoff) "Calls again what has failed.";
        debounce(time: Duration) "Calls once no other message has come for this long, with the last one.";
        throttle(time: Duration) "Lets a message pass, and none other for this long after it.";
        cancel_on_disconnect() "Has the end of the listener cancel the calls that run.";
    }
}

impl<V> Listen<V, Method> {
    /// Keeps the method's object alive as long as the listener.
    pub fn strong(self) -> Listen<V> {
        Listen {
            connect: self.connect.strong(),
            places: self.places,
            is_ordered: self.is_ordered,
        }
    }
}

impl<V: Send + Sync + 'static, O: Filterable> Listen<V, O> {
    /// Listens. What `.await` does, from sync code.
    pub fn now(self) -> Connection<Route> {
        let mut connect = self.connect.keys(self.places.heard());
        if self.is_ordered {
            connect = connect.sequential();
        }
        connect.now()
    }
}

impl<V: Send + Sync + 'static, O: Filterable> IntoFuture for Listen<V, O> {
    type Output = Connection<Route>;
    type IntoFuture = ListenFuture<V, O>;

    fn into_future(self) -> Self::IntoFuture {
        ListenFuture { listen: Some(self) }
    }
}

impl<V, O> fmt::Debug for Listen<V, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listen")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

/// A listen that has been awaited. Made by `.await` on a [`Listen`].
///
/// # Cancel safety
/// The first poll connects and is ready. Before it nothing listens.
#[must_use = "futures do nothing unless awaited"]
pub struct ListenFuture<V, O = ()> {
    listen: Option<Listen<V, O>>,
}

/// Nothing in it is ever pinned.
impl<V, O> Unpin for ListenFuture<V, O> {}

impl<V: Send + Sync + 'static, O: Filterable> Future for ListenFuture<V, O> {
    type Output = Connection<Route>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let listen = self.listen.take().expect("polled after it was ready");
        Poll::Ready(listen.now())
    }
}

impl<V, O> fmt::Debug for ListenFuture<V, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenFuture").finish_non_exhaustive()
    }
}
