//! Listening to a router, and ceasing to.

use super::handle::Router;
use super::listen::Listen;
use super::message::Message;
use super::subscribe::Subscribe;
use super::unlisten::Unlisten;
use crate::signal::{CallbackFuture, Method, SyncReply};
use crate::sync::Arc;

impl<V: Send + Sync + 'static> Router<V> {
    /// Connects an async listener, a function or closure from `Arc<Message>` to a future. As
    /// [`Signal::connect`](crate::Signal::connect) does.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::sync::Arc;
    /// use fanfare::router::{Message, Router};
    ///
    /// async fn on_temperature(m: Arc<Message<f64>>) {
    ///     println!("{}: {m} degrees", m.sender());
    /// }
    ///
    /// let router = Router::<f64>::new();
    /// router.connect(on_temperature).sender("thermometer").event("temperature").await;
    /// router.connect(on_temperature).sender("boiler").event("temperature").await; // the same listener
    /// assert!(router.disconnect(on_temperature).sender("boiler").event("temperature").await);
    /// # });
    /// ```
    pub fn connect<F, Fut>(&self, callback: F) -> Listen<V>
    where
        F: Fn(Arc<Message<V>>) -> Fut + Send + Sync + 'static, // sync: connect_sync; with state: connect_with
        Fut: CallbackFuture<Output = ()> + Send + 'static,
    {
        Listen::new(self.shared.signal.connect(callback), true)
    }

    /// Connects a sync listener: a function or closure that borrows the message, and runs within the send. As
    /// [`Signal::connect_sync`](crate::Signal::connect_sync) does.
    pub fn connect_sync<F, T, X>(&self, callback: F) -> Listen<V>
    where
        F: Fn(&Message<V>) -> T + Send + Sync + 'static, // async: connect
        T: SyncReply<(), X>,
    {
        Listen::new(self.shared.signal.connect_sync(callback), false)
    }

    /// Connects an async method of an object, which is held weakly unless `.strong()` says otherwise. As
    /// [`Signal::connect_method`](crate::Signal::connect_method) does.
    pub fn connect_method<T, F, Fut>(&self, object: &Arc<T>, method: F) -> Listen<V, Method>
    where
        T: Send + Sync + 'static,
        F: Fn(Arc<T>, Arc<Message<V>>) -> Fut + Send + Sync + 'static, // async, with self: Arc<Self>
        Fut: CallbackFuture<Output = ()> + Send + 'static,
    {
        Listen::new(self.shared.signal.connect_method(object, method), true)
    }

    /// Connects a sync method of an object, which is held weakly unless `.strong()` says otherwise. As
    /// [`Signal::connect_method_sync`](crate::Signal::connect_method_sync) does.
    pub fn connect_method_sync<T, F, U, X>(&self, object: &Arc<T>, method: F) -> Listen<V, Method>
    where
        T: Send + Sync + 'static,
        F: Fn(&T, &Message<V>) -> U + Send + Sync + 'static, // not async: that is connect_method
        U: SyncReply<(), X>,
    {
        let connect = self.shared.signal.connect_method_sync(object, method);
        Listen::new(connect, false)
    }

    /// Connects an async listener with state; each call gets a clone of it. As
    /// [`Signal::connect_with`](crate::Signal::connect_with) does.
    pub fn connect_with<S, F, Fut>(&self, state: S, callback: F) -> Listen<V>
    where
        S: Clone + Send + Sync + 'static,
        F: Fn(S, Arc<Message<V>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = ()> + Send + 'static,
    {
        Listen::new(self.shared.signal.connect_with(state, callback), true)
    }

    /// Disconnects a named function, async or sync; with senders, events or routes, takes it off those alone. A closure is
    /// disconnected by its [`Connection`](crate::Connection).
    ///
    /// # Examples
    /// ```
    /// use fanfare::router::{Message, Router};
    ///
    /// fn show(m: &Message<u32>) { println!("{m}") }
    ///
    /// let router = Router::<u32>::new();
    /// router.connect_sync(show).senders(["a", "b"]).now();
    /// assert!(router.disconnect(show).sender("a").now()); // still listens to "b"
    /// assert!(!router.disconnect(show).sender("a").now());
    /// assert!(router.disconnect(show).now());
    /// ```
    pub fn disconnect<F: 'static>(&self, callback: F) -> Unlisten<V> {
        Unlisten::new(self.shared.signal.disconnect(callback))
    }

    /// Disconnects a method of an object, async or sync. See [`disconnect`](Self::disconnect).
    pub fn disconnect_method<T, F: 'static>(&self, object: &Arc<T>, method: F) -> Unlisten<V> {
        Unlisten::new(self.shared.signal.disconnect_method(object, method))
    }

    /// Subscribes to messages: they wait in a queue, to be received one by one or as a stream.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Router;
    ///
    /// let router = Router::<f64>::new();
    /// let mut alarms = router.subscribe().channel("#alarm").capacity(16).await;
    /// let boiler = router.sender("boiler").event("#alarm").register().await?;
    /// boiler.send("#alarm", 99.0).await?;
    /// assert_eq!(**alarms.recv().await?, 99.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn subscribe(&self) -> Subscribe<V> {
        Subscribe::new(self.shared.signal.subscribe())
    }
}
