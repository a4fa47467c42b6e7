//! Connecting to a channel, and what else listens to it.
//!
//! The comments behind bounds are part of the interface: the compiler prints those lines when a callback does not fit.

use super::channel::Channel;
use crate::signal::{
    Callback, CallbackFuture, CallbackId, ConnectBuilder, DisconnectBuilder, Event, Key, Method,
    NextBuilder, OnChannel, SubscribeBuilder, SyncReply, Target, make,
};
use crate::sync::Arc;

/// A receiver in the making.
type Receiving<P, R, O = ()> = ConnectBuilder<P, R, Key, OnChannel<O>>;

impl<P, R> Channel<P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    /// Connects an async callback: a function or closure from `Arc<Event>` to a future. As [`Signal::connect`] does.
    ///
    /// On a bound channel the receiver goes with the parent. On one channel, the same named function is one receiver,
    /// however often it is connected; on another channel it is another connection.
    ///
    /// [`Signal::connect`]: crate::Signal::connect
    pub fn connect<F, Fut>(&self, callback: F) -> Receiving<P, R>
    where
        F: Fn(Arc<Event<P>>) -> Fut + Send + Sync + 'static, // sync: connect_sync; with state: connect_with
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        self.receive(CallbackId::of::<F>(), make::function(callback), ())
    }

    /// Connects a sync callback: a function or closure that borrows the event, and runs within the send. As
    /// [`Signal::connect_sync`](crate::Signal::connect_sync) does.
    pub fn connect_sync<F, O, M>(&self, callback: F) -> Receiving<P, R>
    where
        F: Fn(&Event<P>) -> O + Send + Sync + 'static, // async: connect
        O: SyncReply<R, M>,
    {
        self.receive(CallbackId::of::<F>(), make::sync(callback), ())
    }

    /// Connects an async method of an object, which is held weakly unless `.strong()` says otherwise. As
    /// [`Signal::connect_method`](crate::Signal::connect_method) does.
    pub fn connect_method<T, F, Fut>(&self, object: &Arc<T>, method: F) -> Receiving<P, R, Method>
    where
        T: Send + Sync + 'static,
        F: Fn(Arc<T>, Arc<Event<P>>) -> Fut + Send + Sync + 'static, // async, with self: Arc<Self>
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        self.receive(
            CallbackId::of_method::<T, F>(object),
            make::method(object, method),
            Method::of(object),
        )
    }

    /// Connects a sync method of an object, which is held weakly unless `.strong()` says otherwise. As
    /// [`Signal::connect_method_sync`](crate::Signal::connect_method_sync) does.
    pub fn connect_method_sync<T, F, O, M>(
        &self,
        object: &Arc<T>,
        method: F,
    ) -> Receiving<P, R, Method>
    where
        T: Send + Sync + 'static,
        F: Fn(&T, &Event<P>) -> O + Send + Sync + 'static, // not async: that is connect_method
        O: SyncReply<R, M>,
    {
        self.receive(
            CallbackId::of_method::<T, F>(object),
            make::method_sync(object, method),
            Method::of(object),
        )
    }

    /// Connects an async callback with state; each call gets a clone of it. As
    /// [`Signal::connect_with`](crate::Signal::connect_with) does.
    pub fn connect_with<S, F, Fut>(&self, state: S, callback: F) -> Receiving<P, R>
    where
        S: Clone + Send + Sync + 'static,
        F: Fn(S, Arc<Event<P>>) -> Fut + Send + Sync + 'static,
        Fut: CallbackFuture<Output = R> + Send + 'static,
    {
        self.receive(None, make::with(state, callback), ())
    }

    /// Connects a sync callback with state, which each call borrows. A new callback each time.
    pub fn connect_with_sync<S, F, O, M>(&self, state: S, callback: F) -> Receiving<P, R>
    where
        S: Send + Sync + 'static,
        F: Fn(&S, &Event<P>) -> O + Send + Sync + 'static,
        O: SyncReply<R, M>,
    {
        self.receive(None, make::with_sync(state, callback), ())
    }

    /// Connects a [`Callback`], which stays one receiver of this channel however often it is connected.
    pub fn connect_callback(&self, callback: &Callback<P, R>) -> Receiving<P, R> {
        self.receive(Some(callback.id()), callback.clone(), ())
    }

    /// Disconnects a named function from this channel, async or sync; from others of its name it is not. A closure is
    /// disconnected by its [`Connection`](crate::Connection) or its [`Callback`].
    pub fn disconnect<F: 'static>(&self, _callback: F) -> DisconnectBuilder<P, R, Key, OnChannel> {
        const {
            assert!(
                size_of::<F>() == 0,
                "only a named function can be found again: a `Connection` has a `disconnect` of its own, a `Callback` goes to `disconnect_callback`"
            );
        };
        self.receive_no_longer(CallbackId::of::<F>())
    }

    /// Disconnects a method of an object from this channel, async or sync.
    pub fn disconnect_method<T, F: 'static>(
        &self,
        object: &Arc<T>,
        _method: F,
    ) -> DisconnectBuilder<P, R, Key, OnChannel> {
        const {
            assert!(
                size_of::<F>() == 0,
                "only a named method can be found again: disconnect a closure by its `Connection`"
            );
        };
        self.receive_no_longer(CallbackId::of_method::<T, F>(object))
    }

    /// Disconnects a [`Callback`] from this channel.
    pub fn disconnect_callback(
        &self,
        callback: &Callback<P, R>,
    ) -> DisconnectBuilder<P, R, Key, OnChannel> {
        self.receive_no_longer(Some(callback.id()))
    }

    /// Subscribes to what receivers of this channel hear: events wait in a queue, to be received one by one or as a stream. As
    /// [`Signal::subscribe`](crate::Signal::subscribe) does.
    pub fn subscribe(&self) -> SubscribeBuilder<P, R, Key, OnChannel> {
        self.channels.subscribe_on(self.parent.as_ref())
    }

    /// Waits for one event that receivers of this channel hear. As [`Signal::next`](crate::Signal::next) does.
    pub fn next(&self) -> NextBuilder<P, R, Key, OnChannel> {
        self.channels.next_on(self.parent.as_ref())
    }

    fn receive<O>(
        &self,
        callback: Option<CallbackId>,
        target: impl Target<P, R, Key> + 'static,
        object: O,
    ) -> Receiving<P, R, O> {
        let parent = self.parent.as_ref();
        self.channels.receive(parent, callback, target, object)
    }

    fn receive_no_longer(
        &self,
        callback: Option<CallbackId>,
    ) -> DisconnectBuilder<P, R, Key, OnChannel> {
        self.channels
            .receive_no_longer(self.parent.as_ref(), callback)
    }
}
