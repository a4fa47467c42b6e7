//! Listening to what a server sends, and ceasing to.

use super::handle::ClientRouter;
use super::listen::RemoteListen;
use super::subscribe::RemoteSubscribe;
use crate::router::{Message, Unlisten};
use crate::signal::{CallbackFuture, Method, SyncReply};
use crate::sync::Arc;

impl<V: Send + Sync + 'static> ClientRouter<V> {
    /// Connects an async listener. See [`Router::connect`](crate::router::Router::connect).
    ///
    /// Whatever the listeners of one client have in common comes over the network once.
    pub fn connect<F, Fut>(&self, callback: F) -> RemoteListen<V>
    where
        F: Fn(Arc<Message<V>>) -> Fut + Send + Sync + 'static, // sync: connect_sync; with state: connect_with
        Fut: CallbackFuture<Output = ()> + Send + 'static,
    {
        RemoteListen::new(&self.shared, self.core().heard.connect(callback))
    }

    /// Connects a sync listener, which runs in the task that reads from the server: nothing else comes meanwhile. See
    /// [`Router::connect_sync`](crate::router::Router::connect_sync).
    pub fn connect_sync<F, T, X>(&self, callback: F) -> RemoteListen<V>
    where
        F: Fn(&Message<V>) -> T + Send + Sync + 'static, // async: connect
        T: SyncReply<(), X>,
    {
        RemoteListen::new(&self.shared, self.core().heard.connect_sync(callback))
    }

    /// Connects an async method of an object, which is held weakly unless `.strong()` says otherwise. See
    /// [`Router::connect_method`](crate::router::Router::connect_method).
    pub fn connect_method<T, F, Fut>(&self, object: &Arc<T>, method: F) -> RemoteListen<V, Method>
    where
        T: Send + Sync + 'static,
        F: Fn(Arc<T>, Arc<Message<V>>) -> Fut + Send + Sync + 'static, // async, with self: Arc<Self>
        Fut: CallbackFuture<Output = ()> + Send + 'static,
    {
        let listen = self.core().heard.connect_method(object, method);
        RemoteListen::new(&self.shared, listen)
    }

    /// Connects a sync method of an object, which is held weakly unless `.strong()` says otherwise. See
    /// [`Router::connect_method_sync`](crate::router::Router::connect_method_sync).
    pub fn connect_method_sync<T, F, U, X>(
        &self,
        object: &Arc<T>,
        method: F,
    ) -> RemoteListen<V, Method>
    where
        T: Send + Sync + 'static,
        F: Fn(&T, &Message<V>) -> U + Send + Sync + 'static, // not async: that is connect_method
        U: SyncReply<(), X>,
    {
        let listen = self.core().heard.connect_method_sync(object, method);
        RemoteListen::new(&self.shared, listen)
    }

    /// Connects an async listener with state; each call gets a clone of it. See
    /// [`Router::connect_with`](crate::router::Router::connect_with).
    pub fn connect_with<S, F, Fut>(&self, state: S, callback: F) -> RemoteListen<V>
    where
        S: Clone + Send + Sync + 'static,
        F: Fn(S, Arc<Message<V>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = ()> + Send + 'static,
    {
        RemoteListen::new(
            &self.shared,
            self.core().heard.connect_with(state, callback),
        )
    }

    /// Disconnects a named function, async or sync; with senders, events or routes, takes it off those alone. It is not called any more from
    /// then on; the server is told, if nobody else here listens to the same. See [`Router::disconnect`](crate::router::Router::disconnect).
    pub fn disconnect<F: 'static>(&self, callback: F) -> Unlisten<V> {
        self.core().heard.disconnect(callback)
    }

    /// Disconnects a method of an object, async or sync. See [`disconnect`](Self::disconnect).
    pub fn disconnect_method<T, F: 'static>(&self, object: &Arc<T>, method: F) -> Unlisten<V> {
        self.core().heard.disconnect_method(object, method)
    }

    /// Subscribes to messages: they wait in a queue, to be received one by one or as a stream. See
    /// [`Router::subscribe`](crate::router::Router::subscribe).
    pub fn subscribe(&self) -> RemoteSubscribe<V> {
        RemoteSubscribe::new(&self.shared)
    }
}
