//! The weak handle of a connection.

use std::fmt;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::failure::ConnectionId;
use super::filter::Filters;
use super::guard::{BlockGuard, DisconnectAndWait, ScopedConnection};
use super::key::{IntoKey, Key};
use super::registry::{Handle, Port, Slot};
use super::sender::IntoSender;
use super::stats::CallCounts;
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
    port: Port<K>,
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
            port: Arc::clone(slot).port(),
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
        self.port.upgrade()?.name().map(|name| name.as_ref().into())
    }

    /// What was counted of its calls, on a signal that was built to [count](crate::SignalBuilder::stats) them; `None`
    /// otherwise. Also after it has ended, as long as calls of it are under way.
    #[must_use]
    pub fn stats(&self) -> Option<CallCounts> {
        self.port.upgrade()?.stats()
    }

    /// How many events wait for it: in its stream, or for their turn to be called.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.port.upgrade().map_or(0, |port| port.queued())
    }

    /// Whether the callback can still be called.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.port.upgrade().is_some_and(Handle::is_connected)
    }

    /// Ends the connection; tells whether it stood until now.
    ///
    /// No call starts afterwards. Calls that have started go on; an async one that a send has handed to its executor
    /// and that has not started yet is reported as aborted.
    pub fn disconnect(&self) -> bool {
        self.port.upgrade().is_some_and(Handle::disconnect)
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
        DisconnectAndWait::new(self.port.clone(), self.disconnect())
    }

    /// Suspends the connection until the guard is dropped: sends pass it by, and the callback keeps its state.
    ///
    /// Guards add up: the connection goes on when the last one is dropped. Calls that have started go on.
    pub fn block(&self) -> BlockGuard<K> {
        BlockGuard::new(self.port.clone())
    }

    /// Ends the connection when the value returned is dropped.
    pub fn scoped(self) -> ScopedConnection<K> {
        ScopedConnection::new(self)
    }

    /// Listens to these keys too; `false` if the connection has ended, and for a receiver of a channel, which listens to
    /// nothing else.
    ///
    /// A connection without filters goes on getting every send: the bare subscription and the filters are independent.
    pub fn add_keys<I>(&self, keys: I) -> bool
    where
        I: IntoIterator<Item: IntoKey<K>>,
    {
        let keys = keys.into_iter().map(IntoKey::into_key);
        self.add(Filters::of_keys(keys)).is_some()
    }

    /// Listens to this key too; tells whether it did not before, and stands.
    pub(crate) fn add_new_key(&self, key: K) -> bool {
        let added = self.add(Filters::of_keys(std::iter::once(key)));
        added.is_some_and(|keys| keys > 0)
    }

    /// Listens to these senders too; `false` if the connection has ended, and for a receiver of a channel.
    pub fn add_senders<I>(&self, senders: I) -> bool
    where
        I: IntoIterator<Item: IntoSender>,
    {
        let senders = senders.into_iter().map(IntoSender::into_sender);
        self.add(Filters::of_senders(senders)).is_some()
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

    /// Whether both are handles of one connection.
    pub(crate) fn is(&self, other: &Self) -> bool {
        // The allocation is there as long as a handle is.
        Weak::ptr_eq(&self.port, &other.port)
    }

    /// Whether nothing is left of it: it has ended, and no call of it is running.
    pub(crate) fn is_gone(&self) -> bool {
        self.port.strong_count() == 0
    }

    /// The connection itself, if it is there and one of a signal of these types.
    pub(super) fn slot<P: 'static, R: 'static>(&self) -> Option<Arc<Slot<P, R, K>>>
    where
        K: 'static,
    {
        let slot = self.port.upgrade()?.slot();
        slot.downcast().ok().map(|slot| *slot)
    }

    fn add(&self, filters: Filters<K>) -> Option<usize> {
        self.port.upgrade()?.add(filters)
    }

    fn remove(&self, filters: Filters<K>) -> bool {
        let port = self.port.upgrade();
        port.is_some_and(|port| port.remove(filters))
    }
}

impl<K> Clone for Connection<K> {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            port: self.port.clone(),
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
