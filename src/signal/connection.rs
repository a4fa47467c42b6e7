//! The weak handle of a connection.

use std::fmt;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::task::{Context, Poll};

use event_listener::EventListener;

use super::filter::Filters;
use super::guard::{BlockGuard, DisconnectAndWait, ScopedConnection};
use super::key::{IntoKey, Key};
use super::registry::{Registry, Slot};
use super::report::ConnectionId;
use super::sender::IntoSender;
use crate::sync::{Arc, Weak};

/// One connection of a signal, held weakly: dropping the handle changes nothing, and the handle keeps nothing alive.
///
/// A connection ends when somebody disconnects it, when its last call was granted (`.once()`, `.times(n)`), when its
/// signal's last handle is dropped, or when something it cannot do without dies: the object of a weak method, one it
/// tracks, or an `Arc` sender where dead senders are all it listens to. An ended connection never comes back; its
/// handle then answers `false` to everything.
///
/// # Examples
/// ```
/// use fanfare::Signal;
///
/// let signal = Signal::new(0u32);
/// let connection = signal.connect_sync(|ev| println!("{}", **ev)).now();
/// assert!(connection.is_connected());
/// assert!(connection.disconnect());
/// assert!(!connection.disconnect()); // it was gone already
/// ```
pub struct Connection<K = Key> {
    id: ConnectionId,
    port: Arc<dyn Handle<K>>,
}

/// A connection whatever its payload and reply are. Whatever has ended answers `false` and `None`.
pub(crate) trait Handle<K>: Send + Sync {
    fn name(&self) -> Option<Arc<str>>;
    fn is_connected(&self) -> bool;
    fn disconnect(&self) -> bool;
    /// Ready once no call is running; to be asked after `disconnect`.
    fn poll_rest(&self, listener: &mut Option<EventListener>, cx: &mut Context<'_>) -> Poll<()>;
    fn block(&self);
    fn unblock(&self);
    fn add(&self, filters: Filters<K>) -> bool;
    fn remove(&self, filters: Filters<K>) -> bool;
}

/// A connection and its signal.
type Standing<P, R, K> = (Arc<Slot<P, R, K>>, Arc<Registry<P, R, K>>);

struct Port<P, R, K>(Weak<Slot<P, R, K>>);

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static> Port<P, R, K> {
    /// The connection and its signal, if both are there and nothing that the connection depends on has died.
    fn standing(&self) -> Option<Standing<P, R, K>> {
        let slot = self.0.upgrade()?;
        let home = slot.home.upgrade()?;
        home.verify(&slot).then_some((slot, home))
    }
}

impl<P, R, K> Handle<K> for Port<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    fn name(&self) -> Option<Arc<str>> {
        self.standing()?.0.name()
    }

    fn is_connected(&self) -> bool {
        self.standing().is_some()
    }

    fn disconnect(&self) -> bool {
        let Some(slot) = self.0.upgrade() else {
            return false;
        };
        let stood = self.standing().is_some();
        slot.disconnect() && stood
    }

    fn poll_rest(&self, listener: &mut Option<EventListener>, cx: &mut Context<'_>) -> Poll<()> {
        // What is called is held by whoever calls it.
        let Some(slot) = self.0.upgrade() else {
            return Poll::Ready(());
        };
        if listener.is_none() {
            // Whoever ended it may not have come to taking it out of its lists yet.
            slot.leave_home();
        }
        slot.poll_rest(listener, cx)
    }

    fn block(&self) {
        if let Some(slot) = self.0.upgrade() {
            slot.block();
        }
    }

    fn unblock(&self) {
        if let Some(slot) = self.0.upgrade() {
            slot.unblock();
        }
    }

    fn add(&self, filters: Filters<K>) -> bool {
        self.standing()
            .is_some_and(|(slot, home)| home.add(&slot, filters))
    }

    fn remove(&self, filters: Filters<K>) -> bool {
        self.standing()
            .is_some_and(|(slot, home)| home.release(&slot, &filters).0)
    }
}

impl<K> Connection<K> {
    pub(crate) fn new<P, R>(slot: &Arc<Slot<P, R, K>>) -> Self
    where
        P: Send + Sync + 'static,
        R: Send + 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        Self {
            id: slot.id,
            port: Arc::new(Port(Arc::downgrade(slot))),
        }
    }

    /// The connection's number within its signal.
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        self.id
    }

    /// The name it was given, as long as it is connected.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.port.name().map(|name| name.as_ref().into())
    }

    /// Whether the callback can still be called.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.port.is_connected()
    }

    /// Ends the connection; tells whether it stood until now.
    ///
    /// No call starts afterwards. Calls that have started go on; an async one that a send has handed to its executor
    /// and that has not started yet is reported as aborted.
    pub fn disconnect(&self) -> bool {
        self.port.disconnect()
    }

    /// Ends the connection and waits until no call of it is running; tells whether it stood until now.
    ///
    /// The connection is ended at once, not when the future is first polled. Called from inside the callback itself, it
    /// does not wait for the calls this thread is in the middle of. It cannot see through another task or thread, though:
    /// a callback that waits for a task must not have that task wait for the callback.
    ///
    /// Sync callbacks are not counted one by one, which would cost every send: it waits for those sends to have gone
    /// past all their sync callbacks that had begun to go past this one. So a sync callback that blocks holds it up, whose
    /// ever it is.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else: the connection stays ended.
    pub fn disconnect_and_wait(&self) -> DisconnectAndWait<K> {
        DisconnectAndWait::new(Arc::clone(&self.port), self.port.disconnect())
    }

    /// Suspends the connection until the guard is dropped: sends pass it by, and the callback keeps its state.
    ///
    /// Guards add up: the connection goes on when the last one is dropped. Calls that have started go on.
    pub fn block(&self) -> BlockGuard<K> {
        BlockGuard::new(Arc::clone(&self.port))
    }

    /// Ends the connection when the value returned is dropped.
    pub fn scoped(self) -> ScopedConnection<K> {
        ScopedConnection::new(self)
    }

    /// Listens to these keys too; `false` if the connection has ended.
    ///
    /// A connection without filters goes on getting every send: the bare subscription and the filters are independent.
    pub fn add_keys<I>(&self, keys: I) -> bool
    where
        I: IntoIterator<Item: IntoKey<K>>,
    {
        self.add(Filters::of_keys(keys.into_iter().map(IntoKey::into_key)))
    }

    /// Listens to these senders too; `false` if the connection has ended.
    pub fn add_senders<I>(&self, senders: I) -> bool
    where
        I: IntoIterator<Item: IntoSender>,
    {
        self.add(Filters::of_senders(
            senders.into_iter().map(IntoSender::into_sender),
        ))
    }

    /// Listens to these keys no longer; tells whether it listened to any of them.
    ///
    /// A connection that has lost its last filter is still there. It matches nothing until it is given another one.
    pub fn remove_keys<I>(&self, keys: I) -> bool
    where
        I: IntoIterator<Item: IntoKey<K>>,
    {
        self.remove(Filters::of_keys(keys.into_iter().map(IntoKey::into_key)))
    }

    /// Listens to these senders no longer; tells whether it listened to any of them. See [`remove_keys`](Self::remove_keys).
    pub fn remove_senders<I>(&self, senders: I) -> bool
    where
        I: IntoIterator<Item: IntoSender>,
    {
        self.remove(Filters::of_senders(
            senders.into_iter().map(IntoSender::into_sender),
        ))
    }

    fn add(&self, filters: Filters<K>) -> bool {
        self.port.add(filters)
    }

    fn remove(&self, filters: Filters<K>) -> bool {
        self.port.remove(filters)
    }
}

impl<K> Clone for Connection<K> {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            port: Arc::clone(&self.port),
        }
    }
}

impl<K> fmt::Debug for Connection<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("id", &self.id.0)
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

// User code runs behind these handles with its panics caught, and never under a lock.
impl<K> UnwindSafe for Connection<K> {}
impl<K> RefUnwindSafe for Connection<K> {}
