//! Callbacks as values, and when two of them are the same.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::task::Context;

use super::board::Desk;
use super::event::Event;
use super::key::Key;
use super::make;
use super::registry::{Held, Slot};
use super::reply::{CallbackFuture, SyncReply};
use super::sender::{Address, SenderId};
use super::target::{Kind, Missed, Target, Unready};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, AtomicU64, next_number};

/// A callback as a value: it can be kept, cloned, connected to several signals, and found again to disconnect it.
///
/// Clones are the same callback. So are two handles made from one named function, or from one method of one object: the
/// handle stands for what is inside it. A closure is a new callback for each handle.
///
/// # Examples
/// ```
/// use fanfare::{Callback, Event, Signal};
///
/// let seen = Callback::sync(|ev: &Event<&str>| println!("{}", **ev));
/// let signal = Signal::new("news");
/// signal.connect_callback(&seen).key("press").now();
/// signal.connect_callback(&seen).key("radio").now(); // the same connection, with two keys
/// assert_eq!(signal.connection_count(), 1);
/// assert!(signal.disconnect_callback(&seen).now());
/// ```
pub struct Callback<P, R = (), K = Key>(Arc<Inner<P, R, K>>);

struct Inner<P, R, K, T: ?Sized = dyn Target<P, R, K>> {
    id: CallbackId,
    types: std::marker::PhantomData<fn(P, K) -> R>,
    target: T,
}

/// When two connects are of the same callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CallbackId {
    Function(TypeId),
    Method(Address, TypeId),
    Handle(u64),
}

/// How a connection can be found again: its callback, and on which channel it is, where a signal has channels; elsewhere whose
/// it is, where that makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name {
    pub(crate) callback: CallbackId,
    /// The parent of a bound channel, or the owner.
    pub(crate) channel: Option<Address>,
}

impl Name {
    /// On the channel of this parent, if it has one; or of this owner.
    pub(crate) fn on_channel(callback: CallbackId, parent: Option<&SenderId>) -> Self {
        Self {
            callback,
            channel: parent.map(SenderId::address),
        }
    }
}

impl From<CallbackId> for Name {
    fn from(callback: CallbackId) -> Self {
        Self::on_channel(callback, None)
    }
}

impl CallbackId {
    /// Of one named function; `None` for what has no name and is a new callback each time.
    pub(crate) fn of<F: 'static>() -> Option<Self> {
        function_type::<F>().map(Self::Function)
    }

    /// Of one named method of one object.
    ///
    /// The address cannot come to be another object's while a connection is there: its weak handle keeps the allocation.
    pub(crate) fn of_method<T, F: 'static>(object: &Arc<T>) -> Option<Self> {
        let address = Address::of(Arc::as_ptr(object));
        function_type::<F>().map(|method| Self::Method(address, method))
    }

    /// Of what `M` stands for, done to one object; as with a method, the connection's weak handle keeps the allocation.
    pub(crate) fn of_deed<T, M: 'static>(object: &Arc<T>) -> Self {
        Self::Method(Address::of(Arc::as_ptr(object)), TypeId::of::<M>())
    }

    fn of_handle() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self::Handle(next_number(&LAST))
    }
}

/// The type of a named function, which has no size and a name of its own; a closure's name ends in `{{closure}}`.
///
/// A function pointer has a size, and an address that is neither unique nor stable: it names nothing.
fn function_type<F: 'static>() -> Option<TypeId> {
    let named = size_of::<F>() == 0 && !type_name::<F>().ends_with("{{closure}}");
    named.then(TypeId::of::<F>)
}

impl<P, R, K> Callback<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Send + Sync + 'static,
{
    /// An async callback: what [`Signal::connect`](crate::Signal::connect) takes.
    pub fn new<F, Fut>(callback: F) -> Self
    where
        F: Fn(Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        Self::from_parts(CallbackId::of::<F>(), make::function(callback))
    }

    /// A sync callback: what [`Signal::connect_sync`](crate::Signal::connect_sync) takes.
    pub fn sync<F, O, M>(callback: F) -> Self
    where
        F: Fn(&Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        Self::from_parts(CallbackId::of::<F>(), make::sync(callback))
    }

    /// An async method of an object that is held weakly, and strongly for the length of a call.
    pub fn method<T, F, Fut>(object: &Arc<T>, method: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(Arc<T>, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        Self::from_parts(
            CallbackId::of_method::<T, F>(object),
            make::method(object, method),
        )
    }

    /// A sync method of an object that is held weakly, and strongly for the length of a call.
    pub fn method_sync<T, F, O, M>(object: &Arc<T>, method: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(&T, &Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        Self::from_parts(
            CallbackId::of_method::<T, F>(object),
            make::method_sync(object, method),
        )
    }

    /// An async callback with state: each call gets a clone of it.
    pub fn with<S, F, Fut>(state: S, callback: F) -> Self
    where
        S: Clone + Send + Sync + 'static,
        F: Fn(S, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        Self::from_parts(None, make::with(state, callback))
    }

    /// A sync callback with state, which each call borrows.
    pub fn with_sync<S, F, O, M>(state: S, callback: F) -> Self
    where
        S: Send + Sync + 'static,
        F: Fn(&S, &Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        Self::from_parts(None, make::with_sync(state, callback))
    }

    fn from_parts(id: Option<CallbackId>, target: impl Target<P, R, K> + 'static) -> Self {
        let id = id.unwrap_or_else(CallbackId::of_handle);
        Self(Arc::new(Inner {
            id,
            types: std::marker::PhantomData,
            target,
        }))
    }
}

impl<P, R, K> Callback<P, R, K> {
    pub(crate) fn id(&self) -> CallbackId {
        self.0.id
    }
}

/// A connection of a handle calls what the handle holds.
impl<P, R, K> Target<P, R, K> for Callback<P, R, K> {
    fn kind(&self) -> Kind {
        self.0.target.kind()
    }

    fn call(&self, event: &Event<P, K>) -> Option<R> {
        self.0.target.call(event)
    }

    fn attempt(&self, event: &Event<P, K>) -> Result<R, Missed> {
        self.0.target.attempt(event)
    }

    fn begin(
        &self,
        event: Arc<Event<P, K>>,
        cx: &mut Context<'_>,
        unready: &mut Unready<R>,
    ) -> Option<R> {
        self.0.target.begin(event, cx, unready)
    }

    fn job(
        &self,
        slot: Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Box<Held>>,
        desk: Desk<R>,
        place: usize,
    ) -> BoxFuture<'static, ()> {
        self.0.target.job(slot, event, held, desk, place)
    }

    fn start(&self, event: Arc<Event<P, K>>, future: &mut dyn Any) {
        self.0.target.start(event, future);
    }

    fn is_alive(&self) -> bool {
        self.0.target.is_alive()
    }
}

impl<P, R, K> Clone for Callback<P, R, K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Two handles are equal if connecting both makes one connection.
impl<P, R, K> PartialEq for Callback<P, R, K> {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl<P, R, K> Eq for Callback<P, R, K> {}

impl<P, R, K> fmt::Debug for Callback<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("is_async", &(self.0.target.kind() == Kind::Async))
            .field("is_alive", &self.0.target.is_alive())
            .finish()
    }
}

// The callable is only ever called through a shared reference and with its panics caught.
impl<P, R, K> UnwindSafe for Callback<P, R, K> {}
impl<P, R, K> RefUnwindSafe for Callback<P, R, K> {}
