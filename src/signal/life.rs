//! The end of a signal: closing it, and waiting until nothing is under way.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use event_listener::EventListener;

use super::failure::ConnectionId;
use super::flow::{Deadline, Sleep};
use super::handle::Signal;
use super::key::Key;
use super::registry::{Slot, UnderWay};

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Lets nothing more be sent, and nobody connect; tells whether it was open until now.
    ///
    /// A send then reaches nobody: `.now()` gives the payload back, and an awaited one reports [`Cause::Closed`](crate::Cause),
    /// as do those that wait for room at this moment. A connection that is made is disconnected at once. What was accepted
    /// goes on, events that streams have not read yet can be read, and streams then end. A closed signal stays closed.
    pub fn close(&self) -> bool {
        let registry = &self.shared.registry;
        let is_news = registry.set_closed();
        for slot in registry.members() {
            slot.let_go_of_senders();
        }
        registry.surroundings.flight.wake_all();
        is_news
    }

    /// Whether it has been closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.registry.is_closed()
    }

    /// Waits until no callback of a send that has begun before is running or has yet to run.
    ///
    /// Sends that begin meanwhile may be waited for as well; on a [closed](Self::close) signal there are none. A callback of
    /// the signal must not wait for this: it would wait for itself. It looks at every connection once.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub fn idle(&self) -> IdleFuture<'_, P, R, K> {
        IdleFuture::new(self)
    }

    /// Closes the signal at once, and waits until nothing is under way any more: [`close`](Self::close), then
    /// [`idle`](Self::idle). With a [`timeout`](DrainBuilder::timeout), no longer than that.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::time::Duration;
    /// use fanfare::Signal;
    ///
    /// let orders = Signal::new(0u32);
    /// orders.connect(|ev| async move { println!("order {ev}") }).name("ship").await;
    /// orders.send().with(7).await;
    /// if let Err(unfinished) = orders.drain().timeout(Duration::from_secs(5)).await {
    ///     eprintln!("{unfinished}"); // the names of the connections whose calls are still under way
    /// }
    /// # });
    /// ```
    pub fn drain(&self) -> DrainBuilder<'_, P, R, K> {
        self.close();
        DrainBuilder {
            signal: self,
            timeout: None,
        }
    }

    fn unfinished(&self) -> Unfinished {
        let registry = &self.shared.registry;
        let slots = registry.members_and_ended();
        let calls = slots.iter().filter_map(|slot| UnfinishedCalls::of(&**slot));
        Unfinished {
            connections: calls.collect(),
            sends: registry.surroundings.flight.count(),
        }
    }
}

/// Waits until nothing is under way. Made by [`Signal::idle`].
#[must_use = "futures do nothing unless awaited"]
pub struct IdleFuture<'a, P, R = (), K = Key> {
    signal: &'a Signal<P, R, K>,
    /// The walks, until they have ended.
    walks: Option<UnderWay>,
    has_looked: bool,
    listener: Option<EventListener>,
}

impl<'a, P, R, K> IdleFuture<'a, P, R, K> {
    fn new(signal: &'a Signal<P, R, K>) -> Self {
        Self {
            signal,
            walks: None,
            has_looked: false,
            listener: None,
        }
    }
}

impl<P, R, K> Future for IdleFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let registry = &this.signal.shared.registry;
        // First the walks: calls that go on count their send before the walk ends.
        if !this.has_looked {
            this.walks = Some(registry.under_way());
            this.has_looked = true;
        }
        if let Some(walks) = &mut this.walks {
            ready!(registry.poll_walked(walks, cx));
            this.walks = None;
        }
        // Check, listen, check again, wait.
        let flight = &registry.surroundings.flight;
        while flight.count() > 0 {
            let Some(listener) = &mut this.listener else {
                this.listener = Some(flight.listen_for_rest());
                continue;
            };
            ready!(Pin::new(listener).poll(cx));
            this.listener = None;
        }
        Poll::Ready(())
    }
}

impl<P, R, K> fmt::Debug for IdleFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdleFuture").finish_non_exhaustive()
    }
}

/// A signal that is being drained: `.await` waits. Made by [`Signal::drain`], which has closed it already.
#[must_use = "the signal is closed, but nothing waits for its calls without `.await`"]
pub struct DrainBuilder<'a, P, R = (), K = Key> {
    signal: &'a Signal<P, R, K>,
    timeout: Option<Duration>,
}

impl<P, R, K> DrainBuilder<'_, P, R, K> {
    /// Waits no longer than this. What has not finished by then goes on, and is told of.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

impl<'a, P, R, K> IntoFuture for DrainBuilder<'a, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Result<(), Unfinished>;
    type IntoFuture = DrainFuture<'a, P, R, K>;

    fn into_future(self) -> Self::IntoFuture {
        let home = &self.signal.shared.registry.surroundings;
        DrainFuture {
            idle: IdleFuture::new(self.signal),
            deadline: self.timeout.map(|time| home.deadline(time)),
            sleep: None,
        }
    }
}

impl<P, R, K> fmt::Debug for DrainBuilder<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DrainBuilder")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Waits until a closed signal has nothing under way. Made by `.await` on a [`DrainBuilder`].
///
/// # Cancel safety
/// Dropping the future stops the waiting, nothing else: the signal stays closed, and calls go on.
#[must_use = "futures do nothing unless awaited"]
pub struct DrainFuture<'a, P, R = (), K = Key> {
    idle: IdleFuture<'a, P, R, K>,
    deadline: Option<Deadline>,
    sleep: Option<Sleep>,
}

/// Nothing in it is ever pinned.
impl<P, R, K> Unpin for DrainFuture<'_, P, R, K> {}

impl<P, R, K> Future for DrainFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Result<(), Unfinished>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if Pin::new(&mut this.idle).poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let Some(deadline) = &this.deadline else {
            return Poll::Pending;
        };
        let sleep = this.sleep.get_or_insert_with(|| deadline.sleep());
        ready!(sleep.poll(cx));
        Poll::Ready(Err(this.idle.signal.unfinished()))
    }
}

impl<P, R, K> fmt::Debug for DrainFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DrainFuture").finish_non_exhaustive()
    }
}

/// What was still under way when the time to drain a signal was up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unfinished {
    /// The connections whose calls have not finished, as far as they are known: calls of a connection without a name are known
    /// once an executor has started them, and sync ones that run within their send are not.
    pub connections: Vec<UnfinishedCalls>,
    /// How many sends have calls that have not finished.
    pub sends: usize,
}

/// The calls of one connection that have not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnfinishedCalls {
    /// The connection.
    pub connection: ConnectionId,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// How many calls run.
    pub running: usize,
    /// How many have yet to begin: they wait for their turn, or for their executor.
    pub waiting: usize,
}

impl Unfinished {
    /// What was left of several signals, if anything was.
    pub(crate) fn of_all(all: impl Iterator<Item = Self>) -> Result<(), Self> {
        let unfinished = all.reduce(|mut sum, one| {
            sum.connections.extend(one.connections);
            sum.sends += one.sends;
            sum
        });
        unfinished.map_or(Ok(()), Err)
    }
}

impl UnfinishedCalls {
    fn of<P, R, K>(slot: &Slot<P, R, K>) -> Option<Self> {
        let (running, waiting) = slot.calls_under_way();
        (running + waiting > 0).then(|| Self {
            connection: slot.id,
            name: slot.name().map(|name| name.as_ref().into()),
            running,
            waiting,
        })
    }
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not finished in time:")?;
        for (place, calls) in self.connections.iter().enumerate() {
            f.write_str(if place > 0 { ", " } else { " " })?;
            match &calls.name {
                Some(name) => write!(f, "`{name}`")?,
                None => write!(f, "connection {}", calls.connection)?,
            }
            write!(f, " ({} running, {} waiting)", calls.running, calls.waiting)?;
        }
        if self.connections.is_empty() {
            write!(f, " calls of {} sends", self.sends)?;
        }
        Ok(())
    }
}

impl std::error::Error for Unfinished {}
