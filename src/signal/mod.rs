//! Floor 2: the signal.
//!
//! Who listens is the registry's; who matches, `matching`'s; how they run, `schedule`'s; what came of it, the
//! `report`'s. `send` conducts.

mod builder;
mod callback;
mod connect;
mod connection;
mod delivery;
mod disconnect;
mod event;
mod filter;
mod fold;
mod join;
mod key;
mod matching;
mod panic;
mod registry;
mod reply;
mod report;
mod running;
mod schedule;
mod send;
mod sender;

pub use builder::SignalBuilder;
pub use callback::Callback;
pub use connect::{ConnectBuilder, ConnectFuture, Method};
pub use connection::{BlockGuard, Connection, DisconnectAndWait, ScopedConnection};
pub use delivery::{Delivery, DeliveryJoin};
pub use disconnect::{DisconnectBuilder, DisconnectFuture};
pub use event::{Event, SignalId, SignalInfo};
pub use fold::{First, Fold, FoldFuture, Folder, TryFold};
pub use join::JoinFuture;
pub use key::Key;
pub use panic::Panic;
pub use reply::{CallbackFuture, Diverges, Returns, SyncReply};
pub use report::{Cause, ConnectionId, Failure, Report};
pub use schedule::Schedule;
pub use send::{SendBuilder, SendFuture};
pub use sender::{AsSender, IntoSender, SenderId, by_address};

use std::fmt;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};

use callback::CallbackId;
use registry::Registry;

use crate::spawn::{Ambient, Spawner};
use crate::sync::{Arc, AtomicU64, Weak, next_number};

/// A typed event that callbacks connect to and senders send.
///
/// `P` is the payload, a struct whose fields are what the event tells; the signal keeps one as the defaults. `R` is what
/// callbacks reply, `K` the type of keys. Clones are one signal. It lives as long as one of its handles: a callback that
/// has a clone in it keeps its own signal alive, so let it have a [`WeakSignal`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::Arc;
/// use fanfare::{Event, Signal};
///
/// #[derive(Clone, Default)]
/// struct Line { text: String, level: u8 }
///
/// async fn store(ev: Arc<Event<Line>>) {
///     println!("stored {:?}", ev.text);
/// }
///
/// let signal = Signal::new(Line::default());
/// signal.connect(store).keys(["logs"]).await;
/// signal.connect_sync(|ev| println!("{}: {}", ev.level, ev.text)).await;
///
/// let delivery = signal.send().key("logs").with(Line { text: "hi".into(), level: 2 }).await;
/// assert_eq!(delivery.count(), 2);
/// let report = delivery.join().await;
/// assert!(report.is_ok());
/// # });
/// ```
pub struct Signal<P, R = (), K = Key> {
    shared: Arc<Shared<P, R, K>>,
}

struct Shared<P, R, K> {
    info: Arc<SignalInfo>,
    defaults: Arc<P>,
    spawner: Option<Arc<dyn Spawner>>,
    schedule: Schedule,
    registry: Arc<Registry<P, R, K>>,
}

/// What a builder gathers.
struct Settings<P> {
    defaults: Arc<P>,
    name: Option<Box<str>>,
    spawner: Option<Arc<dyn Spawner>>,
    schedule: Schedule,
}

/// Defined for signals without reply and with the usual key, so that the compiler never has to guess; the
/// [builder](Self::builder) changes both.
impl<P: Send + Sync + 'static> Signal<P> {
    /// A signal with these defaults.
    #[must_use]
    pub fn new(defaults: P) -> Self {
        Self::builder(defaults).build()
    }

    /// A signal with these defaults and more to be said: reply and key type, name, spawner, schedule.
    pub fn builder(defaults: P) -> SignalBuilder<P> {
        SignalBuilder::new(defaults)
    }
}

impl<P: Default + Send + Sync + 'static> Default for Signal<P> {
    fn default() -> Self {
        Self::new(P::default())
    }
}

impl<P, R, K> Signal<P, R, K> {
    /// The signal's number; clones share it.
    #[must_use]
    pub fn id(&self) -> SignalId {
        self.shared.info.id()
    }

    /// The name it was built with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.shared.info.name()
    }

    /// What a send delivers that says nothing else.
    #[must_use]
    pub fn defaults(&self) -> &P {
        &self.shared.defaults
    }

    /// A handle that does not keep the signal alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakSignal<P, R, K> {
        WeakSignal {
            shared: Arc::downgrade(&self.shared),
        }
    }

    fn spawner(&self) -> &dyn Spawner {
        self.shared.spawner.as_deref().unwrap_or(&Ambient)
    }
}

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    fn from_settings(settings: Settings<P>) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let Settings {
            defaults,
            name,
            spawner,
            schedule,
        } = settings;
        let info = Arc::new(SignalInfo::new(SignalId(next_number(&LAST)), name));
        let registry = Arc::new(Registry::new());
        Self {
            shared: Arc::new(Shared {
                info,
                defaults,
                spawner,
                schedule,
                registry,
            }),
        }
    }

    /// Connects an async callback: a function or closure from `Arc<Event>` to a future.
    ///
    /// A named function is one callback, however often it is connected; a closure is a new one each time. A closure with
    /// state is `move |ev| { let state = state.clone(); async move { .. } }`, or shorter with
    /// [`connect_with`](Self::connect_with). An `async move |ev| ..` closure may not use what it captures: its future
    /// would borrow from the closure.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Signal;
    ///
    /// let signal = Signal::new(String::from("hello"));
    /// let connection = signal.connect(|ev| async move { println!("{}", **ev) }).keys(["greet"]).await;
    /// assert_eq!(signal.send().key("greet").join().await.count(), 1);
    /// # drop(connection); });
    /// ```
    pub fn connect<F, Fut>(&self, callback: F) -> ConnectBuilder<P, R, K>
    where
        F: Fn(Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        self.connect_new(Callback::new(callback), ())
    }

    /// Connects a sync callback: a function or closure that borrows the event. It runs within the send, on the thread
    /// that sends, and should not block.
    pub fn connect_sync<F, O, M>(&self, callback: F) -> ConnectBuilder<P, R, K>
    where
        F: Fn(&Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        self.connect_new(Callback::sync(callback), ())
    }

    /// Connects an async method of an object, which is held weakly: `async fn method(self: Arc<Self>, ev: Arc<Event>)`.
    ///
    /// The object is kept alive for the length of a call. When it dies the connection ends; `.strong()` keeps it alive as
    /// long as the connection. The same method of the same object is one callback.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::sync::Arc;
    /// use fanfare::{Event, Signal};
    ///
    /// struct Mike;
    /// impl Mike {
    ///     async fn message_received(self: Arc<Self>, ev: Arc<Event<String>>) {
    ///         println!("Mike heard {:?}", **ev);
    ///     }
    /// }
    ///
    /// let mike = Arc::new(Mike);
    /// let signal = Signal::<String>::default();
    /// let connection = signal.connect_method(&mike, Mike::message_received).await;
    /// drop(mike);
    /// assert!(!connection.is_connected());
    /// # });
    /// ```
    pub fn connect_method<T, F, Fut>(
        &self,
        object: &Arc<T>,
        method: F,
    ) -> ConnectBuilder<P, R, K, Method>
    where
        T: Send + Sync + 'static,
        F: Fn(Arc<T>, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        self.connect_new(Callback::method(object, method), Method::of(object))
    }

    /// Connects a sync method of an object, `fn method(&self, ev: &Event)`, as [`connect_method`](Self::connect_method)
    /// does an async one.
    pub fn connect_method_sync<T, F, O, M>(
        &self,
        object: &Arc<T>,
        method: F,
    ) -> ConnectBuilder<P, R, K, Method>
    where
        T: Send + Sync + 'static,
        F: Fn(&T, &Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        self.connect_new(Callback::method_sync(object, method), Method::of(object))
    }

    /// Connects an async callback with state; each call gets a clone of it. A new callback each time.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::sync::{Arc, atomic::{AtomicU32, Ordering}};
    /// use fanfare::Signal;
    ///
    /// let total = Arc::new(AtomicU32::new(0));
    /// let signal = Signal::new(0u32);
    /// signal.connect_with(total.clone(), |total, ev| async move {
    ///     total.fetch_add(**ev, Ordering::Relaxed);
    /// }).await;
    /// signal.send().with(5).join().await;
    /// assert_eq!(total.load(Ordering::Relaxed), 5);
    /// # });
    /// ```
    pub fn connect_with<S, F, Fut>(&self, state: S, callback: F) -> ConnectBuilder<P, R, K>
    where
        S: Clone + Send + Sync + 'static,
        F: Fn(S, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        self.connect_new(Callback::with(state, callback), ())
    }

    /// Connects a sync callback with state, which each call borrows. A new callback each time.
    pub fn connect_with_sync<S, F, O, M>(&self, state: S, callback: F) -> ConnectBuilder<P, R, K>
    where
        S: Send + Sync + 'static,
        F: Fn(&S, &Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        self.connect_new(Callback::with_sync(state, callback), ())
    }

    /// Connects a [`Callback`], which stays one callback however often it is connected.
    pub fn connect_callback(&self, callback: &Callback<P, R, K>) -> ConnectBuilder<P, R, K> {
        ConnectBuilder::new(&self.shared.registry, callback.clone(), true, ())
    }

    /// A callback made here and now can be named again only if its function has a name.
    fn connect_new<O>(&self, callback: Callback<P, R, K>, object: O) -> ConnectBuilder<P, R, K, O> {
        let is_named = !matches!(callback.id(), CallbackId::Handle(_));
        ConnectBuilder::new(&self.shared.registry, callback, is_named, object)
    }

    /// Disconnects a named function, async or sync. A closure is another callback each time it is written: disconnect it
    /// by its [`Connection`] or its [`Callback`].
    ///
    /// # Examples
    /// ```
    /// use fanfare::{Event, Signal};
    ///
    /// fn show(ev: &Event<u32>) { println!("{}", **ev) }
    ///
    /// let signal = Signal::new(0);
    /// signal.connect_sync(show).keys(["a", "b"]).now();
    /// assert!(signal.disconnect(show).key("a").now()); // still listens to "b"
    /// assert!(signal.disconnect(show).now());
    /// assert!(!signal.disconnect(show).now());
    /// ```
    pub fn disconnect<F: 'static>(&self, _callback: F) -> DisconnectBuilder<P, R, K> {
        DisconnectBuilder::new(&self.shared.registry, CallbackId::of::<F>())
    }

    /// Disconnects a method of an object, async or sync.
    pub fn disconnect_method<T, F: 'static>(
        &self,
        object: &Arc<T>,
        _method: F,
    ) -> DisconnectBuilder<P, R, K> {
        DisconnectBuilder::new(&self.shared.registry, CallbackId::of_method::<T, F>(object))
    }

    /// Disconnects a [`Callback`].
    pub fn disconnect_callback(&self, callback: &Callback<P, R, K>) -> DisconnectBuilder<P, R, K> {
        DisconnectBuilder::new(&self.shared.registry, callback.id())
    }

    /// Begins a send.
    pub fn send(&self) -> SendBuilder<'_, P, R, K> {
        SendBuilder::new(self)
    }

    /// How many connections stand. Those whose object, tracked object or last sender has died are removed first, which
    /// takes a look at each connection.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        let registry = &self.shared.registry;
        for slot in registry.slots() {
            registry.verify(&slot);
        }
        registry.len()
    }
}

impl<P, R, K> Clone for Signal<P, R, K> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<P, R, K> fmt::Debug for Signal<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("id", &self.id().0)
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

// User code runs with its panics caught and under no lock: a signal that one unwound through is as it was.
impl<P, R, K> UnwindSafe for Signal<P, R, K> {}
impl<P, R, K> RefUnwindSafe for Signal<P, R, K> {}

/// A handle of a signal that does not keep it alive. Made by [`Signal::downgrade`].
pub struct WeakSignal<P, R = (), K = Key> {
    shared: Weak<Shared<P, R, K>>,
}

impl<P, R, K> WeakSignal<P, R, K> {
    /// The signal, if it is still there.
    #[must_use]
    pub fn upgrade(&self) -> Option<Signal<P, R, K>> {
        Some(Signal {
            shared: self.shared.upgrade()?,
        })
    }
}

impl<P, R, K> Clone for WeakSignal<P, R, K> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<P, R, K> fmt::Debug for WeakSignal<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSignal")
            .field("is_alive", &(self.shared.strong_count() > 0))
            .finish()
    }
}

impl<P, R, K> UnwindSafe for WeakSignal<P, R, K> {}
impl<P, R, K> RefUnwindSafe for WeakSignal<P, R, K> {}
