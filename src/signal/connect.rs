//! The builder of a connection.

use std::any::Any;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::callback::CallbackId;
use super::connection::Connection;
use super::event::Event;
use super::filter::{Filters, filter_methods};
use super::key::{IntoKey, Key};
use super::panic::Quiet;
use super::registry::{Options, Registry, Request, Slot};
use super::sender::IntoSender;
use crate::sync::{Arc, AtomicUsize, Weak};

/// A connection in the making: `.await` or [`now`](Self::now) makes it. Connecting never waits and never fails.
///
/// Without filters the callback gets every send. With some, it gets the sends that name at least one of its senders or
/// keys, once, however many match. If the callback is connected already, the filters are added to that connection, and
/// the options given here replace its old ones.
#[must_use = "nothing is connected until the builder is ended by `.await` or `.now()`"]
pub struct ConnectBuilder<P, R = (), K = Key, O = ()> {
    registry: Arc<Registry<P, R, K>>,
    slot: Arc<Slot<P, R, K>>,
    name: Option<CallbackId>,
    filters: Filters<K>,
    options: Options<P, K>,
    /// The object of a method, for as long as it can still be asked for strongly.
    object: O,
}

/// The object of a method, which its connection holds weakly unless told otherwise.
#[derive(Clone)]
pub struct Method(Arc<dyn Any + Send + Sync>);

impl Method {
    pub(super) fn of<T: Send + Sync + 'static>(object: &Arc<T>) -> Self {
        Self(Arc::clone(object) as Arc<dyn Any + Send + Sync>)
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Method").finish_non_exhaustive()
    }
}

impl<P, R, K, O> ConnectBuilder<P, R, K, O> {
    pub(super) fn new(
        registry: &Arc<Registry<P, R, K>>,
        slot: Arc<Slot<P, R, K>>,
        name: Option<CallbackId>,
        object: O,
    ) -> Self {
        let registry = Arc::clone(registry);
        Self {
            registry,
            slot,
            name,
            filters: Filters::new(),
            options: Options::new(),
            object,
        }
    }

    filter_methods!(
        filters,
        "Listens to sends that name this sender.\n\nOne that comes as an `Arc` is held weakly. When it dies the connection ends, unless it listens to anything else.",
        "Listens to sends that name this key."
    );

    /// Narrows the connection to the events for which `predicate` holds; given several times, all must hold.
    ///
    /// It runs on the thread that sends. If it panics, the callback does not run, and is reported as panicked.
    pub fn when(
        mut self,
        predicate: impl Fn(&Event<P, K>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.options.when.push(Quiet::new(Box::new(predicate)));
        self
    }

    /// Ends the connection with its first call.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Ends the connection with its `count`th call; 0 makes one that has ended already.
    pub fn times(mut self, count: usize) -> Self {
        self.options.times = Some(AtomicUsize::new(count));
        self
    }

    /// Has the callback start before those of lower priority. The usual priority is 0; negative ones come after it.
    pub fn priority(mut self, priority: i32) -> Self {
        self.options.priority = priority;
        self
    }

    /// Ends the connection when this object dies, and keeps the object alive for the length of each call.
    pub fn track<T: Send + Sync + 'static>(mut self, object: &Arc<T>) -> Self {
        let weak: Weak<T> = Arc::downgrade(object);
        self.options.track.push(weak);
        self
    }

    /// A name for reports and logs.
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        self.options.name = Some(name.as_ref().into());
        self
    }
}

impl<P, R, K> ConnectBuilder<P, R, K, Method> {
    /// Keeps the method's object alive as long as the connection.
    pub fn strong(mut self) -> ConnectBuilder<P, R, K> {
        self.options.keep = Some(Quiet::new(self.object.0));
        ConnectBuilder {
            registry: self.registry,
            slot: self.slot,
            name: self.name,
            filters: self.filters,
            options: self.options,
            object: (),
        }
    }
}

impl<P, R, K, O> ConnectBuilder<P, R, K, O>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Connects. What `.await` does, from sync code.
    pub fn now(self) -> Connection<K> {
        let Self {
            registry,
            slot,
            name,
            filters,
            options,
            object: _,
        } = self;
        Connection::new(&registry.connect(Request {
            slot,
            name,
            options,
            filters,
        }))
    }
}

impl<P, R, K, O> IntoFuture for ConnectBuilder<P, R, K, O>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Connection<K>;
    type IntoFuture = ConnectFuture<P, R, K, O>;

    fn into_future(self) -> Self::IntoFuture {
        ConnectFuture {
            connect: Some(self),
        }
    }
}

impl<P, R, K: fmt::Debug, O> fmt::Debug for ConnectBuilder<P, R, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectBuilder")
            .field("is_async", &self.slot.is_async())
            .field("keys", &self.filters.keys())
            .field("senders", &self.filters.senders())
            .finish_non_exhaustive()
    }
}

/// A connect that has been awaited. Made by `.await` on a [`ConnectBuilder`].
///
/// # Cancel safety
/// The first poll connects and is ready. Before it nothing has been connected.
#[must_use = "futures do nothing unless awaited"]
pub struct ConnectFuture<P, R = (), K = Key, O = ()> {
    connect: Option<ConnectBuilder<P, R, K, O>>,
}

/// Nothing in it is ever pinned.
impl<P, R, K, O> Unpin for ConnectFuture<P, R, K, O> {}

impl<P, R, K, O> Future for ConnectFuture<P, R, K, O>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Connection<K>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Connection<K>> {
        Poll::Ready(
            self.connect
                .take()
                .expect("polled after it was ready")
                .now(),
        )
    }
}

impl<P, R, K, O> fmt::Debug for ConnectFuture<P, R, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectFuture")
            .field("connected", &self.connect.is_none())
            .finish_non_exhaustive()
    }
}
