//! The builder of a sender of a client.

use std::fmt;
use std::future::IntoFuture;

use futures_lite::future::or;

use super::handle::Handle;
use super::sender::{Live, Own, RemoteSender};
use crate::router::{
    Call, HandlerFuture, HandlerReply, RegisterError, RegisterProblem, SenderBuilder,
};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Ordering};

/// A sender of a client in the making: say what it sends and what it replies to, and end it in [`register`](Self::register). It takes what a
/// [`SenderBuilder`] takes. Made by [`ClientRouter::sender`](super::ClientRouter::sender).
#[must_use = "no sender is there until the builder is ended by `.register().await` or `.register().now()`"]
pub struct RemoteSenderBuilder<V> {
    handle: Arc<Handle<V>>,
    sender: SenderBuilder<V>,
}

/// The ways to say a handler.
macro_rules! handlers {
    ($($(#[$about:meta])* $name:ident<$($type:ident),+>($($argument:ident: $of:ty),*) where { $($bounds:tt)* })*) => {
        $(
            $(#[$about])*
            pub fn $name<$($type),+>(mut self, $($argument: $of),*) -> Self
            where
                $($bounds)*
            {
                self.sender = self.sender.$name($($argument),*);
                self
            }
        )*
    };
}

impl<V: Send + Sync + 'static> RemoteSenderBuilder<V> {
    pub(super) fn new(handle: &Arc<Handle<V>>, name: &str) -> Self {
        Self {
            handle: Arc::clone(handle),
            sender: handle.core.desk.sender(name),
        }
    }

    /// Declares an event. See [`SenderBuilder::event`].
    pub fn event(self, name: impl AsRef<str>) -> Self {
        self.events([name])
    }

    /// Declares each of these events. See [`SenderBuilder::events`].
    pub fn events<I>(mut self, names: I) -> Self
    where
        I: IntoIterator<Item: AsRef<str>>,
    {
        self.sender = self.sender.events(names);
        self
    }

    handlers! {
        /// Has an async handler reply to requests of this method. See [`SenderBuilder::on_request`].
        on_request<F, Fut, X>(method: impl AsRef<str>, handler: F) where {
            F: Fn(Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        }
        /// Has a sync handler reply to requests of this method. See [`SenderBuilder::on_request_sync`].
        on_request_sync<F, T, X>(method: impl AsRef<str>, handler: F) where {
            F: Fn(&Call<V>) -> T + Send + Sync + 'static,
            T: HandlerReply<V, X>,
        }
        /// Has an async method of an object reply to requests of this method. See [`SenderBuilder::on_request_method`].
        on_request_method<T, F, Fut, X>(method: impl AsRef<str>, object: &Arc<T>, handler: F) where {
            T: Send + Sync + 'static,
            F: Fn(Arc<T>, Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        }
        /// Has a sync method of an object reply to requests of this method. See [`SenderBuilder::on_request_method_sync`].
        on_request_method_sync<T, F, U, X>(method: impl AsRef<str>, object: &Arc<T>, handler: F) where {
            T: Send + Sync + 'static,
            F: Fn(&T, &Call<V>) -> U + Send + Sync + 'static,
            U: HandlerReply<V, X>,
        }
        /// Has an async handler with state reply to requests of this method. See [`SenderBuilder::on_request_with`].
        on_request_with<S, F, Fut, X>(method: impl AsRef<str>, state: S, handler: F) where {
            S: Clone + Send + Sync + 'static,
            F: Fn(S, Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        }
        /// Has an async handler reply to all other requests. See [`SenderBuilder::on_any_request`].
        on_any_request<F, Fut, X>(handler: F) where {
            F: Fn(Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        }
        /// Has a sync handler reply to all other requests. See [`SenderBuilder::on_any_request_sync`].
        on_any_request_sync<F, T, X>(handler: F) where {
            F: Fn(&Call<V>) -> T + Send + Sync + 'static,
            T: HandlerReply<V, X>,
        }
        /// Has an async method of an object reply to all other requests. See [`SenderBuilder::on_any_request_method`].
        on_any_request_method<T, F, Fut, X>(object: &Arc<T>, handler: F) where {
            T: Send + Sync + 'static,
            F: Fn(Arc<T>, Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        }
        /// Has a sync method of an object reply to all other requests. See [`SenderBuilder::on_any_request_method_sync`].
        on_any_request_method_sync<T, F, U, X>(object: &Arc<T>, handler: F) where {
            T: Send + Sync + 'static,
            F: Fn(&T, &Call<V>) -> U + Send + Sync + 'static,
            U: HandlerReply<V, X>,
        }
        /// Has an async handler with state reply to all other requests. See [`SenderBuilder::on_any_request_with`].
        on_any_request_with<S, F, Fut, X>(state: S, handler: F) where {
            S: Clone + Send + Sync + 'static,
            F: Fn(S, Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        }
    }

    /// Registers the sender with the server, by `.await` or [`now`](RemoteRegister::now).
    ///
    /// # Errors
    /// Ended, it gives a [`RegisterError`] as [`SenderBuilder::register`] does, where another client or the server has the name too; and where
    /// the server does not let this client have it. Awaited, it fails as well where the server is not connected to in the time that
    /// [`Limits::request_timeout`](crate::net::Limits::request_timeout) says.
    pub fn register(self) -> RemoteRegister<V> {
        RemoteRegister { sender: self }
    }

    fn take_place(self, is_awaited: bool) -> Result<RemoteSender<V>, RegisterError> {
        let Self { handle, sender } = self;
        let sender = sender.register().now()?;
        let core = &handle.core;
        let number = {
            let mut state = core.state.hold();
            state.last_sender += 1;
            state.last_sender
        };
        let live = Arc::new(Live::new(number, sender));
        // Before the client's task knows of it, which may be told at once that the server does not take it.
        live.is_awaited.store(is_awaited, Ordering::Relaxed);
        let own = Arc::new(Own {
            live,
            handle: Arc::clone(&handle),
        });
        let is_free = core.state.hold().names.take(&own);
        if !is_free {
            let name = own.live.name();
            return Err(RegisterError::new(RegisterProblem::NameTaken, name));
        }
        core.ring();
        Ok(RemoteSender { own })
    }
}

impl<V> fmt::Debug for RemoteSenderBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSenderBuilder")
            .field("sender", &self.sender)
            .finish_non_exhaustive()
    }
}

/// A sender of a client that is to be registered: `.await` or [`now`](Self::now) does it. Made by [`RemoteSenderBuilder::register`].
#[must_use = "no sender is there until this is ended by `.await` or `.now()`"]
pub struct RemoteRegister<V> {
    sender: RemoteSenderBuilder<V>,
}

impl<V: Send + Sync + 'static> RemoteRegister<V> {
    /// Takes the name on this side, and has the server told as soon as it can be. Until it has said that it has the sender, nothing can be sent:
    /// [`RemoteSender::is_connected`] tells. If it does not take it, the sender ends, which the
    /// [status](super::ClientRouter::status) tells.
    ///
    /// # Errors
    /// See [`RemoteSenderBuilder::register`]: what this side finds out.
    pub fn now(self) -> Result<RemoteSender<V>, RegisterError> {
        self.sender.take_place(false)
    }

    async fn register(self) -> Result<RemoteSender<V>, RegisterError> {
        let core = Arc::clone(&self.sender.handle.core);
        let sender = self.sender.take_place(true)?;
        let told = async { sender.own.live.registered.wait().await.clone() };
        let sleep = core.timer.sleep(core.limits.request_timeout);
        let late = async {
            sleep.await;
            Err(RegisterError::new(RegisterProblem::Offline, sender.name()))
        };
        or(told, late).await?;
        Ok(sender)
    }
}

/// Registers the sender, and waits until the server has it.
///
/// # Cancel safety
/// Dropped before it is ready, there is no sender.
impl<V: Send + Sync + 'static> IntoFuture for RemoteRegister<V> {
    type Output = Result<RemoteSender<V>, RegisterError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.register())
    }
}

impl<V> fmt::Debug for RemoteRegister<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteRegister")
            .field("sender", &self.sender)
            .finish()
    }
}
