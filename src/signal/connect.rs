//! The builder of a connection.

use std::any::Any;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::{BuildHasher, Hash};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hashbrown::DefaultHashBuilder;

use super::backoff::Backoff;
use super::callback::Name;
use super::choices::choice_methods;
use super::connection::Connection;
use super::event::Event;
use super::filter::{Filters, Kept, OnChannel, filter_methods};
use super::flow::{Debouncer, Plan};
use super::key::{IntoKey, Key};
use super::overflow::Overflow;
use super::panic::Quiet;
use super::registry::{Membership, Options, Registry, Request, Slot};
use super::sender::{IntoSender, SenderId};
use super::target::Kind;
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
    name: Option<Name>,
    filters: Filters<K>,
    options: Options<P, K>,
    /// What few connects say.
    plan: Option<Box<Plan>>,
    /// The object of a method, for as long as it can still be asked for strongly.
    object: O,
}

/// The object of a method, which its connection holds weakly unless told otherwise.
#[derive(Clone)]
pub struct Method(Arc<dyn Any + Send + Sync>);

impl Method {
    pub(crate) fn of<T: Send + Sync + 'static>(object: &Arc<T>) -> Self {
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
        name: Option<Name>,
        object: O,
    ) -> Self {
        let registry = Arc::clone(registry);
        Self {
            registry,
            slot,
            name,
            filters: Filters::new(),
            options: Options::new(),
            plan: None,
            object,
        }
    }

    filter_methods!(
        filters,
        "Listens to sends that name this sender.\n\nOne that comes as an `Arc` is held weakly. When it dies the connection ends, unless it listens to anything else.",
        "Listens to sends that name this key.",
        O
    );

    choice_methods!(
        "connection",
        "call",
        "the callback does not run, and is",
        ", and keeps the object alive for the length of each call.",
        "Where members have sends wait ([`max_in_flight`](ConnectBuilder::max_in_flight), [`Overflow::Wait`]), a send waits if none of those that match has room. Where none has room and none has it wait, the event goes to the one whose turn it is, and its policy says what is lost."
    );

    /// Calls the callback one call at a time, in the order in which events were sent, whichever threads send. Calls wait for
    /// their turn in a queue, which has no bound unless [`queue`](Self::queue) sets one.
    ///
    /// A call that waits is handed to the executor when its turn comes; in `.join()` it waits in the sender's task. A sync
    /// callback is called within the send if nobody is ahead of it, and on the executor otherwise. A callback that
    /// awaits what itself is to do next waits for ever: let it send with `.await` or `.now()`, and not wait for the delivery.
    /// One that sends to itself with `.join()` is told so, by [`Cause::Reentered`](crate::Cause::Reentered).
    pub fn sequential(mut self) -> Self {
        self.plan().is_sequential = true;
        self
    }

    /// Lets at most this many calls wait for their turn, and says what happens to one more. By itself it makes the calls
    /// [`sequential`](Self::sequential), unless [`max_in_flight`](Self::max_in_flight) or [`ordered_by`](Self::ordered_by) say
    /// how many may run at a time. With a capacity of 0 none waits: an event that comes while the callback runs is dropped,
    /// or its send waits; where calls are `ordered_by` a key, one waits all the same.
    ///
    /// A call that is dropped is reported as [`Cause::Overflow`](crate::Cause::Overflow).
    pub fn queue(mut self, capacity: usize, overflow: Overflow) -> Self {
        self.plan().queue = Some((capacity, overflow));
        self
    }

    /// Calls for events with equal keys one at a time, in the order in which they were sent, and others beside them.
    ///
    /// `key` runs on the thread that sends. Calls wait as with [`sequential`](Self::sequential). Two keys whose hashes of 64
    /// bits are equal count as one.
    pub fn ordered_by<Q: Hash>(
        mut self,
        key: impl Fn(&Event<P, K>) -> Q + Send + Sync + 'static,
    ) -> Self {
        let hasher = DefaultHashBuilder::default();
        let order_of = move |event: &Event<P, K>| hasher.hash_one(key(event));
        self.options.rare().ordered_by = Some(Quiet::new(Box::new(order_of)));
        self.plan().is_ordered = true;
        self
    }

    /// Lets at most this many calls run at a time; 0 counts as 1.
    ///
    /// A send that finds as many running waits in `.await` and in `.join()`, before it has delivered anything to anybody, and
    /// `.now()` gives its payload back; unless calls can wait, because of [`queue`](Self::queue),
    /// [`ordered_by`](Self::ordered_by) or [`sequential`](Self::sequential). A callback that awaits a send which has to wait
    /// for itself waits for ever.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.plan().max_in_flight = Some(calls);
        self
    }

    /// Stops a call of an async callback that has not finished after this time, counted from where it begins: it is reported
    /// as [`Cause::TimedOut`](crate::Cause::TimedOut). With [`retry`](Self::retry) each attempt has as much. A sync callback
    /// cannot be stopped, and is not.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.plan().timeout = Some(time);
        self
    }

    /// Calls again what has panicked, timed out, or replied with an error on a signal built
    /// [`fallible`](crate::SignalBuilder::fallible), and forwards again what the other signal had no room for, after pauses and as often as `backoff` says. The last attempt's outcome
    /// is the call's; the others are told to nobody.
    ///
    /// The call keeps its turn meanwhile: one that is sequential is sequential with its attempts.
    pub fn retry(mut self, backoff: Backoff) -> Self {
        self.plan().retry = Some(backoff);
        self
    }

    /// Calls the callback once no other event has come for this long, with the last one. The others are dropped.
    ///
    /// The call is not the send's any more: it is not counted by the delivery, nor reported, and it runs on the executor, as
    /// sync callbacks do. Its failures are told by [`Signal::failures`](crate::Signal::failures). An event that waits when the
    /// connection ends is dropped.
    pub fn debounce(mut self, time: Duration) -> Self {
        self.options.rare().debounce = Some(Debouncer::new(time));
        self.plan().debounce = Some(time);
        self
    }

    /// Lets an event pass, and none other for this long after it: those do not come to the callback.
    pub fn throttle(mut self, time: Duration) -> Self {
        self.plan().throttle = Some(time);
        self
    }

    /// Has the end of the connection cancel the calls that run: their futures are dropped, and they are reported as aborted.
    /// They go on otherwise.
    pub fn cancel_on_disconnect(mut self) -> Self {
        self.plan().cancels = true;
        self
    }

    fn plan(&mut self) -> &mut Plan {
        self.plan.get_or_insert_default()
    }
}

impl<P, R, K> ConnectBuilder<P, R, K, Method> {
    /// Keeps the method's object alive as long as the connection.
    pub fn strong(self) -> ConnectBuilder<P, R, K> {
        self.keep(|object| (object, ()))
    }
}

impl<P, R, K> ConnectBuilder<P, R, K, OnChannel<Method>> {
    /// Keeps the method's object alive as long as the connection.
    pub fn strong(self) -> ConnectBuilder<P, R, K, OnChannel> {
        self.keep(|OnChannel { object, channels }| {
            let nothing = OnChannel {
                object: (),
                channels,
            };
            (object, nothing)
        })
    }
}

impl<P, R, K, O> ConnectBuilder<P, R, K, O> {
    /// Has the connection keep the object that is taken out.
    fn keep<O2>(self, take: impl FnOnce(O) -> (Method, O2)) -> ConnectBuilder<P, R, K, O2> {
        let mut kept = None;
        let mut builder = self.with_object(|object| {
            let (method, rest) = take(object);
            kept = Some(Quiet::new(method.0));
            rest
        });
        builder.options.keep = kept;
        builder
    }

    fn with_object<O2>(self, change: impl FnOnce(O) -> O2) -> ConnectBuilder<P, R, K, O2> {
        ConnectBuilder {
            registry: self.registry,
            slot: self.slot,
            name: self.name,
            filters: self.filters,
            options: self.options,
            plan: self.plan,
            object: change(self.object),
        }
    }

    /// A callback that can be named is this owner's, and another one than anybody else's.
    pub(crate) fn of_owner(mut self, owner: &SenderId) -> Self {
        let own = |name: Name| Name::on_channel(name.callback, Some(owner));
        self.name = self.name.map(own);
        self
    }

    /// For a receiver of a channel: what it listens to is settled.
    pub(super) fn on_channel(
        mut self,
        parent: Option<&SenderId>,
        channels: Kept,
    ) -> ConnectBuilder<P, R, K, OnChannel<O>> {
        if let Some(parent) = parent {
            self.filters.add_sender(parent.clone());
        }
        self.with_object(|object| OnChannel { object, channels })
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
        self.now_and_tell().0
    }

    /// As `now`; tells how many keys its connection did not listen to before.
    pub(crate) fn now_and_tell(self) -> (Connection<K>, usize) {
        let Self {
            registry,
            slot,
            name,
            filters,
            mut options,
            plan,
            object: _,
        } = self;
        let home = &registry.surroundings;
        if (plan.is_some() || home.looks_at_calls()) && slot.kind() != Kind::Stream {
            let mut plan = plan.map(|plan| *plan).unwrap_or_default();
            plan.counts = home.counts_calls;
            plan.is_fallible = home.error_of.is_some();
            plan.is_dispatched = home.dispatch.is_some();
            let words = plan.words();
            if !words.is_empty() {
                options.rare().words = words;
            }
            options.flow = plan.into_flow(home.timer()).map(Arc::new);
        }
        let (slot, added) = registry.connect(Request {
            slot,
            name,
            options,
            filters,
        });
        (Connection::new(&slot), added)
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
            .field("is_async", &(self.slot.kind() == Kind::Async))
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
