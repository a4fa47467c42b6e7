//! Connecting to a signal and disconnecting from it.
//!
//! The comments behind bounds are part of the interface: the compiler prints those lines when a callback does not fit.

use std::hash::Hash;

use super::callback::{Callback, CallbackId, Name};
use super::connect::{ConnectBuilder, Method};
use super::disconnect::DisconnectBuilder;
use super::event::Event;
use super::handle::Signal;
use super::make;
use super::reply::{CallbackFuture, SyncReply};
use super::target::Target;
use crate::sync::Arc;

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
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
        F: Fn(Arc<Event<P, K>>) -> Fut + Send + Sync + 'static, // sync: connect_sync; with state: connect_with
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        self.connect_target(CallbackId::of::<F>(), make::function(callback), ())
    }

    /// Connects a sync callback: a function or closure that borrows the event. It runs within the send, on the thread
    /// that sends, and should not block.
    pub fn connect_sync<F, O, M>(&self, callback: F) -> ConnectBuilder<P, R, K>
    where
        F: Fn(&Event<P, K>) -> O + Send + Sync + 'static, // async: connect
        O: SyncReply<R, M>,
    {
        self.connect_target(CallbackId::of::<F>(), make::sync(callback), ())
    }

    /// Connects an async method of an object, which is held weakly: `async fn method(self: Arc<Self>, ev: Arc<Event>)`.
    ///
    /// **The connection ends when the object dies:** `connect_method(&Arc::new(x), ..)` makes one that has ended already,
    /// since nobody keeps the object. `.strong()` keeps it alive as long as the connection. A call keeps it alive for its
    /// own length. The same method of the same object is one callback.
    ///
    /// The method takes `self: Arc<Self>`: with `&self` its future would borrow from the object, which may go meanwhile.
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
        F: Fn(Arc<T>, Arc<Event<P, K>>) -> Fut + Send + Sync + 'static, // async, with self: Arc<Self>
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        self.connect_target(
            CallbackId::of_method::<T, F>(object),
            make::method(object, method),
            Method::of(object),
        )
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
        F: Fn(&T, &Event<P, K>) -> O + Send + Sync + 'static, // not async: that is connect_method
        O: SyncReply<R, M>,
    {
        self.connect_target(
            CallbackId::of_method::<T, F>(object),
            make::method_sync(object, method),
            Method::of(object),
        )
    }

    /// Connects an async callback with state; each call gets a clone of it.
    ///
    /// `callback` may be an `async` closure: what it needs comes in as an argument. A named function, too, is a new
    /// callback each time, since its state is another one.
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
        self.connect_target(None, make::with(state, callback), ())
    }

    /// Connects a sync callback with state, which each call borrows. A new callback each time.
    pub fn connect_with_sync<S, F, O, M>(&self, state: S, callback: F) -> ConnectBuilder<P, R, K>
    where
        S: Send + Sync + 'static,
        F: Fn(&S, &Event<P, K>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        self.connect_target(None, make::with_sync(state, callback), ())
    }

    /// Connects a [`Callback`], which stays one callback however often it is connected.
    pub fn connect_callback(&self, callback: &Callback<P, R, K>) -> ConnectBuilder<P, R, K> {
        self.connect_target(Some(callback.id()), callback.clone(), ())
    }

    fn connect_target<O>(
        &self,
        callback: Option<CallbackId>,
        target: impl Target<P, R, K> + 'static,
        object: O,
    ) -> ConnectBuilder<P, R, K, O> {
        let registry = &self.shared.registry;
        ConnectBuilder::new(
            registry,
            registry.slot(target),
            callback.map(Name::from),
            object,
        )
    }

    /// Disconnects a named function, async or sync; nothing else compiles, closures without captures aside. A closure is another callback each time it is written: disconnect it
    /// by its [`Connection`](crate::Connection) or its [`Callback`].
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
        const {
            assert!(
                size_of::<F>() == 0,
                "only a named function can be found again: a `Connection` has a `disconnect` of its own, a `Callback` goes to `disconnect_callback`"
            );
        };
        self.disconnect_named(CallbackId::of::<F>())
    }

    /// Disconnects a method of an object, async or sync.
    pub fn disconnect_method<T, F: 'static>(
        &self,
        object: &Arc<T>,
        _method: F,
    ) -> DisconnectBuilder<P, R, K> {
        const {
            assert!(
                size_of::<F>() == 0,
                "only a named method can be found again: disconnect a closure by its `Connection`"
            );
        };
        self.disconnect_named(CallbackId::of_method::<T, F>(object))
    }

    /// Disconnects a [`Callback`].
    pub fn disconnect_callback(&self, callback: &Callback<P, R, K>) -> DisconnectBuilder<P, R, K> {
        self.disconnect_named(Some(callback.id()))
    }

    fn disconnect_named(&self, callback: Option<CallbackId>) -> DisconnectBuilder<P, R, K> {
        DisconnectBuilder::new(&self.shared.registry, callback.map(Name::from))
    }
}
