//! Who replies to requests.

use std::error::Error;
use std::fmt;
use std::future::Future;

use super::call::{Asked, Call};
use super::register::SenderBuilder;
use crate::signal::{ConnectBuilder, Connection, Filterable};
use crate::sync::Arc;

/// What a handler returns where it cannot reply. Any error becomes one with `?`, and so does a text.
pub type HandlerError = Box<dyn Error + Send + Sync>;

/// The same as the reply of a signal, which is told of as a failure.
pub(super) struct Refused(pub(super) HandlerError);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a handler returns: the reply, or a `Result` of it, whose error reaches whoever asked. `X` tells the compiler which.
#[diagnostic::on_unimplemented(
    message = "handlers of this router reply `{V}` or `Result<{V}, E>`, this one returns `{Self}`",
    label = "this handler returns `{Self}`",
    note = "an async handler goes to `on_request` (or `on_request_method`, `on_request_with`), any other to `on_request_sync`",
    note = "an `E` is any error, or a text: what becomes a `Box<dyn Error + Send + Sync>`"
)]
pub trait HandlerReply<V, X> {
    #[doc(hidden)]
    fn into_reply(self) -> Result<V, HandlerError>;
}

/// Marks handlers that return the reply.
#[derive(Debug)]
pub enum Replies {}

/// Marks handlers that return a `Result`.
#[derive(Debug)]
pub enum MayFail {}

#[diagnostic::do_not_recommend]
impl<V> HandlerReply<V, Replies> for V {
    fn into_reply(self) -> Result<V, HandlerError> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<V, E: Into<HandlerError>> HandlerReply<V, MayFail> for Result<V, E> {
    fn into_reply(self) -> Result<V, HandlerError> {
        self.map_err(Into::into)
    }
}

/// What an async handler returns: a future of the reply, or of a `Result`. Implemented for all of them.
#[diagnostic::on_unimplemented(
    message = "async handlers of this router return a future of `{V}` or of `Result<{V}, E>`",
    label = "this handler returns `{Self}`",
    note = "a handler that is not async goes to `on_request_sync` (or `on_request_method_sync`)",
    note = "an `E` is any error, or a text: what becomes a `Box<dyn Error + Send + Sync>`"
)]
pub trait HandlerFuture<V, X>: Send + 'static {
    #[doc(hidden)]
    fn reply(self) -> impl Future<Output = Result<V, HandlerError>> + Send;
}

#[diagnostic::do_not_recommend]
impl<V, X, F> HandlerFuture<V, X> for F
where
    F: Future<Output: HandlerReply<V, X>> + Send + 'static,
{
    async fn reply(self) -> Result<V, HandlerError> {
        self.await.into_reply()
    }
}

/// A handler in the making: its name makes it a connection.
pub(super) type Making = Box<dyn FnOnce(String) -> Connection<Asked> + Send + Sync>;

fn making<V, O>(connect: ConnectBuilder<V, Result<V, Refused>, Asked, O>) -> Making
where
    V: Send + Sync + 'static,
    O: Filterable + Send + Sync + 'static,
{
    Box::new(|name| connect.name(name).now())
}

/// The ways to say a handler, for one method and for any: what is said beside it comes first.
macro_rules! handler_methods {
    (
        ($this:ident $(, $method:ident)?) => $which:expr;
        $on:ident, $on_sync:ident, $on_method:ident, $on_method_sync:ident, $on_with:ident: $whom:literal
    ) => {
        #[doc = concat!("Has an async handler reply to ", $whom, ": a function or closure from `Arc<Call>` to a future of the reply, or of a `Result`. Calls of it run beside each other, each inside the task that asks.")]
        pub fn $on<F, Fut, X>($this, $($method: impl AsRef<str>,)? handler: F) -> Self
        where
            F: Fn(Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        {
            let connect = $this.handlers().connect(move |call| {
                let replying = handler(call);
                async move { replying.reply().await.map_err(Refused) }
            });
            $this.handle($which, making(connect))
        }

        #[doc = concat!("Has a sync handler reply to ", $whom, ": a function or closure that borrows the call.")]
        pub fn $on_sync<F, T, X>($this, $($method: impl AsRef<str>,)? handler: F) -> Self
        where
            F: Fn(&Call<V>) -> T + Send + Sync + 'static,
            T: HandlerReply<V, X>,
        {
            let connect = $this.handlers();
            let connect = connect.connect_sync(move |call: &Call<V>| handler(call).into_reply().map_err(Refused));
            $this.handle($which, making(connect))
        }

        #[doc = concat!("Has an async method of an object reply to ", $whom, ". The object is held weakly: it may own the sender. Once it has died, such requests fail.")]
        pub fn $on_method<T, F, Fut, X>($this, $($method: impl AsRef<str>,)? object: &Arc<T>, handler: F) -> Self
        where
            T: Send + Sync + 'static,
            F: Fn(Arc<T>, Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        {
            let connect = $this.handlers().connect_method(object, move |object, call| {
                let replying = handler(object, call);
                async move { replying.reply().await.map_err(Refused) }
            });
            $this.handle($which, making(connect))
        }

        #[doc = concat!("Has a sync method of an object reply to ", $whom, ". The object is held weakly: it may own the sender. Once it has died, such requests fail.")]
        pub fn $on_method_sync<T, F, U, X>($this, $($method: impl AsRef<str>,)? object: &Arc<T>, handler: F) -> Self
        where
            T: Send + Sync + 'static,
            F: Fn(&T, &Call<V>) -> U + Send + Sync + 'static,
            U: HandlerReply<V, X>,
        {
            let call = move |object: &T, call: &Call<V>| handler(object, call).into_reply().map_err(Refused);
            let connect = $this.handlers().connect_method_sync(object, call);
            $this.handle($which, making(connect))
        }

        #[doc = concat!("Has an async handler with state reply to ", $whom, "; each call gets a clone of the state.")]
        pub fn $on_with<S, F, Fut, X>($this, $($method: impl AsRef<str>,)? state: S, handler: F) -> Self
        where
            S: Clone + Send + Sync + 'static,
            F: Fn(S, Arc<Call<V>>) -> Fut + Send + Sync + 'static,
            Fut: HandlerFuture<V, X>,
        {
            let connect = $this.handlers().connect_with(state, move |state, call| {
                let replying = handler(state, call);
                async move { replying.reply().await.map_err(Refused) }
            });
            $this.handle($which, making(connect))
        }
    };
}

/// # Handlers
/// One for each method; of two for the same, the second stands. A default handler gets what has none of its own.
///
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::Arc;
/// use fanfare::router::{Call, HandlerError, Router};
///
/// async fn read(call: Arc<Call<String>>) -> Result<String, HandlerError> {
///     let line: usize = call.parse()?; // derefs to the payload
///     Ok(format!("line {line}"))
/// }
///
/// let router = Router::<String>::new();
/// let file = router
///     .sender("file")
///     .on_request("read", read)
///     .on_any_request_sync(|call: &Call<String>| format!("{} of {call}", call.method()))
///     .register()
///     .await?;
/// assert_eq!(router.request("file", "read", "7".into()).await?, "line 7");
/// assert_eq!(router.request("file", "size", "7".into()).await?, "size of 7");
///
/// let error = router.request("file", "read", "x".into()).await.unwrap_err();
/// assert!(error.handler_error().is_some_and(|error| error.is::<std::num::ParseIntError>()));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
impl<V: Send + Sync + 'static> SenderBuilder<V> {
    handler_methods! {
        (self, method) => Some(method.as_ref());
        on_request, on_request_sync, on_request_method, on_request_method_sync, on_request_with:
        "requests of this method"
    }

    handler_methods! {
        (self) => None;
        on_any_request, on_any_request_sync, on_any_request_method, on_any_request_method_sync, on_any_request_with:
        "requests of methods that have no handler of their own: the default handler"
    }
}
