//! What is called: identity and the erased callable.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::event::Event;
use super::key::Key;
use super::panic::Quiet;
use super::reply::{CallbackFuture, SyncReply};
use super::sender::Address;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, AtomicU64, Weak, next_number};

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

struct Inner<P, R, K> {
    id: CallbackId,
    run: Quiet<Run<P, R, K>>,
    /// The object of a weak method.
    object: Option<Object>,
}

pub(crate) type Object = Weak<dyn Any + Send + Sync>;

/// The callable, its types erased. `None`: the object of a weak method is gone.
pub(crate) enum Run<P, R, K> {
    Sync(SyncFn<P, R, K>),
    Async(AsyncFn<P, R, K>),
}

type SyncFn<P, R, K> = Box<dyn Fn(&Event<P, K>) -> Option<R> + Send + Sync>;
type AsyncFn<P, R, K> =
    Box<dyn Fn(Arc<Event<P, K>>) -> Option<BoxFuture<'static, R>> + Send + Sync>;

/// When two connects are of the same callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CallbackId {
    Function(TypeId),
    Method(Address, TypeId),
    Handle(u64),
}

impl CallbackId {
    /// Equal for one named function, and otherwise for nothing else.
    pub(crate) fn of<F: 'static>() -> Self {
        function_type::<F>().map_or_else(Self::anonymous, Self::Function)
    }

    /// Equal for one named method of one object, and otherwise for nothing else.
    ///
    /// The address cannot come to be another object's while a connection is there: its weak handle keeps the allocation.
    pub(crate) fn of_method<T, F: 'static>(object: &Arc<T>) -> Self {
        let address = Address::Object(Arc::as_ptr(object).addr());
        function_type::<F>().map_or_else(Self::anonymous, |method| Self::Method(address, method))
    }

    fn anonymous() -> Self {
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
        let run: AsyncFn<P, R, K> = Box::new(move |event| Some(Box::pin(callback(event))));
        Self::from_parts(CallbackId::of::<F>(), Run::Async(run), None)
    }

    /// A sync callback: what [`Signal::connect_sync`](crate::Signal::connect_sync) takes.
    pub fn sync<F, O, M>(callback: F) -> Self
    where
        F: Fn(&Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        let run: SyncFn<P, R, K> = Box::new(move |event| Some(callback(event).into_reply()));
        Self::from_parts(CallbackId::of::<F>(), Run::Sync(run), None)
    }

    /// An async method of an object that is held weakly, and strongly for the length of a call.
    pub fn method<T, F, Fut>(object: &Arc<T>, method: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(Arc<T>, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        let id = CallbackId::of_method::<T, F>(object);
        let weak = Arc::downgrade(object);
        let alive: Object = weak.clone();
        let run: AsyncFn<P, R, K> =
            Box::new(move |event| Some(Box::pin(method(weak.upgrade()?, event))));
        Self::from_parts(id, Run::Async(run), Some(alive))
    }

    /// A sync method of an object that is held weakly, and strongly for the length of a call.
    pub fn method_sync<T, F, O, M>(object: &Arc<T>, method: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(&T, &Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        let id = CallbackId::of_method::<T, F>(object);
        let weak = Arc::downgrade(object);
        let alive: Object = weak.clone();
        let run: SyncFn<P, R, K> = Box::new(move |event| {
            let object = weak.upgrade()?;
            Some(method(&object, event).into_reply())
        });
        Self::from_parts(id, Run::Sync(run), Some(alive))
    }

    /// An async callback with state: each call gets a clone of it.
    pub fn with<S, F, Fut>(state: S, callback: F) -> Self
    where
        S: Clone + Send + Sync + 'static,
        F: Fn(S, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        let run: AsyncFn<P, R, K> =
            Box::new(move |event| Some(Box::pin(callback(state.clone(), event))));
        Self::from_parts(CallbackId::anonymous(), Run::Async(run), None)
    }

    /// A sync callback with state, which each call borrows.
    pub fn with_sync<S, F, O, M>(state: S, callback: F) -> Self
    where
        S: Send + Sync + 'static,
        F: Fn(&S, &Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        let run: SyncFn<P, R, K> =
            Box::new(move |event| Some(callback(&state, event).into_reply()));
        Self::from_parts(CallbackId::anonymous(), Run::Sync(run), None)
    }

    fn from_parts(id: CallbackId, run: Run<P, R, K>, object: Option<Object>) -> Self {
        Self(Arc::new(Inner {
            id,
            run: Quiet::new(run),
            object,
        }))
    }
}

impl<P, R, K> Callback<P, R, K> {
    pub(crate) fn id(&self) -> CallbackId {
        self.0.id
    }

    pub(crate) fn run(&self) -> &Run<P, R, K> {
        &self.0.run
    }

    /// False once the object of a weak method is gone.
    pub(crate) fn is_alive(&self) -> bool {
        self.0
            .object
            .as_ref()
            .is_none_or(|object| object.strong_count() > 0)
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
        let kind = match self.run() {
            Run::Sync(_) => "sync",
            Run::Async(_) => "async",
        };
        f.debug_struct("Callback")
            .field("kind", &kind)
            .field("is_alive", &self.is_alive())
            .finish()
    }
}

// The callable is only ever called through a shared reference and with its panics caught.
impl<P, R, K> UnwindSafe for Callback<P, R, K> {}
impl<P, R, K> RefUnwindSafe for Callback<P, R, K> {}
