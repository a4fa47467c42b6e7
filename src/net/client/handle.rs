//! A client as its users hold it.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::builder::ClientRouterBuilder;
use super::core::Core;
use super::register::RemoteSenderBuilder;
use super::request::RemoteRequest;
use super::sender::{Live, RemoteSender};
use super::status::Status;
use super::weak::WeakClientRouter;
use crate::net::link::{LinkStats, RequestError, Unsendable};
use crate::net::wire::{Call, Response, SenderEntry};
use crate::router::{Notice, Route, SenderInfo};
use crate::signal::{FailedCall, Signal, Subscription};
use crate::sync::Arc;

/// A router whose senders, listeners and requests are those of a [`ServerRouter`](crate::net::ServerRouter) in another process, or of a server
/// of the original.
///
/// It has a [`Router`](crate::router::Router)'s methods. What happens with the server gives a `Result`, and is ready when the server has it.
///
/// # When the connection is lost
/// It is made again, after pauses that grow from 50 ms to 5 s, with chance in them; then the server gets all senders and listeners back. The
/// [status](Self::status) tells of it, with how much may be lost. Meanwhile
/// - what is sent is refused, with its payload;
/// - what is requested is refused at once, with its payload: whoever can wait waits for [`connected`](Self::connected) first. Nothing is
///   asked late that nobody waits for any more;
/// - listeners stay, and hear nothing; new ones wait until the server has them, for as long as a request may take, or with `.now()` for as
///   long as it takes.
///
/// What was requested when it was lost may have been done, which the error tells ([`Lost`](crate::router::RequestProblem::Lost)).
///
/// Clones are one client; with the last of them and the last of its [senders](RemoteSender) it ends, and so it does, in order, by
/// [`drain`](Self::drain). A listener that has one of these in it keeps its own client: let it have a [`WeakClientRouter`].
///
/// # Examples
/// ```
/// # #[derive(Debug)] struct Failed; impl<E: std::error::Error> From<E> for Failed { fn from(e: E) -> Self { panic!("{e}") } }
/// # smol::block_on(async {
/// use fanfare::net::{ClientRouter, ServerRouter, local};
/// use fanfare::router::{Message, Router};
///
/// let (listener, dialer) = local::listen();
/// let server = ServerRouter::builder(Router::<f64>::new()).listen(listener).start().await?;
///
/// let home = ClientRouter::<f64>::builder().connect(dialer.clone()).start().await?;
/// let show = |m: &Message<f64>| println!("{}: {m} degrees", m.sender());
/// home.connect_sync(show).sender("thermometer").event("temperature").await?; // the server has it
///
/// let garden = ClientRouter::builder().connect(dialer).start().await?;
/// let thermometer = garden.sender("thermometer").event("temperature").on_request_sync("read", |_| 21.5).register().await?;
/// thermometer.send("temperature", 21.5).await?;
/// assert_eq!(home.request("thermometer", "read", 0.0).await?, 21.5); // from client to client
/// # drop(server);
/// # Ok::<(), Failed>(()) }).unwrap();
/// ```
pub struct ClientRouter<V> {
    pub(super) shared: Arc<Handle<V>>,
}

/// What the handles of one client share; the client's task does not.
pub(super) struct Handle<V> {
    pub(super) core: Arc<Core<V>>,
    /// What is done when it, or a sender, is dropped: that knows nothing of what a payload is.
    end: fn(&Core<V>),
    pub(super) leave: fn(&Core<V>, &Live<V>),
}

impl<V> Drop for Handle<V> {
    fn drop(&mut self) {
        (self.end)(&self.core);
    }
}

impl<V> ClientRouter<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Begins one.
    pub fn builder() -> ClientRouterBuilder<V> {
        ClientRouterBuilder::new()
    }
}

impl<V: Send + Sync + 'static> ClientRouter<V> {
    pub(super) fn new(core: Arc<Core<V>>) -> Self {
        let handle = Handle {
            core,
            end: |core| {
                core.close();
            },
            leave: |core, live| {
                live.leave(core);
            },
        };
        Self {
            shared: Arc::new(handle),
        }
    }

    pub(super) fn core(&self) -> &Core<V> {
        &self.shared.core
    }

    /// Begins to register a sender with the server: say what it sends and what it replies to, and end it in
    /// [`register`](RemoteSenderBuilder::register). Its handlers run here, whoever asks.
    pub fn sender(&self, name: impl AsRef<str>) -> RemoteSenderBuilder<V> {
        RemoteSenderBuilder::new(&self.shared, name.as_ref())
    }

    /// A handle of the sender of this client that has this name, if there is one.
    #[must_use]
    pub fn get_sender(&self, name: &str) -> Option<RemoteSender<V>> {
        let own = self.core().state.hold().names.get(name)?;
        Some(RemoteSender { own })
    }

    /// Disconnects the sender of this client that has this name; tells whether it was there. See [`RemoteSender::disconnect`].
    pub fn remove_sender(&self, name: &str) -> bool {
        let sender = self.get_sender(name);
        sender.is_some_and(|sender| sender.disconnect())
    }

    /// The senders of this client, by name.
    #[must_use]
    pub fn own_senders(&self) -> Vec<SenderInfo> {
        self.core().desk.senders()
    }

    /// The senders that the server has, of whomever, with their events: those of which it lets this client hear. Who comes and goes from
    /// then on is heard by listening to [`CONNECT`](crate::router::CONNECT) and [`DISCONNECT`](crate::router::DISCONNECT), where the
    /// server's router [announces](crate::router::RouterBuilder::announce) it.
    ///
    /// # Errors
    /// The server is not connected to, or has not replied in time.
    pub async fn senders(&self) -> Result<Vec<SenderEntry>, RequestError> {
        let call = Call::ListSenders { list_events: true };
        match self.call(call).await? {
            Response::Senders(senders) => Ok(senders),
            _ => unreachable!("it is answered with senders"),
        }
    }

    /// The version that the server says it is.
    ///
    /// # Errors
    /// The server is not connected to, or has not replied in time.
    pub async fn server_version(&self) -> Result<String, RequestError> {
        match self.call(Call::GetVersion).await? {
            Response::Version(version) => Ok(version),
            _ => unreachable!("it is answered with a version"),
        }
    }

    async fn call(&self, call: Call<V>) -> Result<Response<V>, RequestError> {
        match self.core().link() {
            Some(link) => link.request(call).await,
            None => Err(RequestError::NotSent(Unsendable::Offline)),
        }
    }

    /// Asks a sender, wherever it is, and gives its reply.
    ///
    /// # Errors
    /// Awaited, it gives a [`RequestError`](crate::router::RequestError): as [`Router::request`](crate::router::Router::request) does, and where the server is
    /// not connected to, where it does not let this client ask that, and where the connection is lost before there is a reply. What a handler
    /// returned as an error comes as a [`RemoteError`](crate::net::wire::RemoteError) with its text. The payload comes back where nobody was given it.
    ///
    /// # Examples
    /// ```
    /// # #[derive(Debug)] struct Failed; impl<E: std::error::Error> From<E> for Failed { fn from(e: E) -> Self { panic!("{e}") } }
    /// # smol::block_on(async {
    /// use fanfare::net::{ClientRouter, ServerRouter, local};
    /// use fanfare::router::{RequestProblem, Router};
    ///
    /// let router = Router::<u32>::new();
    /// let half = |call: &fanfare::router::Call<u32>| match **call % 2 {
    ///     0 => Ok(**call / 2),
    ///     _ => Err("it is odd"),
    /// };
    /// let maths = router.sender("maths").on_request_sync("half", half).register().await?;
    /// let (listener, dialer) = local::listen();
    /// let server = ServerRouter::builder(router).listen(listener).start().await?;
    ///
    /// let client = ClientRouter::builder().connect(dialer).start().await?;
    /// assert_eq!(client.request("maths", "half", 42).await?, 21);
    /// let error = client.request("maths", "half", 21).await.unwrap_err();
    /// assert_eq!(error.to_string(), "no reply: `half` of `maths` failed: it is odd");
    /// let error = client.request("maths", "double", 21).await.unwrap_err();
    /// assert_eq!((error.problem(), error.into_payload()), (RequestProblem::UnknownMethod, Some(21)));
    /// # drop((maths, server));
    /// # Ok::<(), Failed>(()) }).unwrap();
    /// ```
    pub fn request(
        &self,
        sender: impl AsRef<str>,
        method: impl AsRef<str>,
        params: V,
    ) -> RemoteRequest<'_, V> {
        RemoteRequest::new(self.core(), sender.as_ref(), method.as_ref(), params)
    }

    /// What becomes of the connection, as a signal: each call of this gives the same one. What has become of it until now,
    /// [`is_connected`](Self::is_connected) tells.
    ///
    /// # Examples
    /// ```
    /// # async fn example(client: fanfare::net::ClientRouter<f64>) {
    /// client.status().connect_sync(|status| eprintln!("{status}")).await;
    /// // disconnected: the link is lost: ..; up to 3 events may not have arrived
    /// // connected again after 1.2s; up to 3 events may be lost
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> Signal<Status> {
        self.core().status.clone()
    }

    /// Whether the server is connected to and has all senders and listeners of this client.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.core().is_restored()
    }

    /// Waits until the server is connected to and has all senders and listeners of this client; gives `false` if the client is closed, or
    /// has given up, and that will not be.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn connected(&self) -> bool {
        let core = self.core();
        loop {
            let news = core.news.listen();
            if core.closed.is_set() {
                return false;
            }
            if core.is_told() {
                return true;
            }
            news.await;
        }
    }

    /// What the link to the server has done, and what waits; `None` where it is not connected to.
    #[must_use]
    pub fn link_stats(&self) -> Option<LinkStats> {
        self.core().link().map(|link| link.stats())
    }

    /// What comes and goes of listeners here, from now on. See [`Router::notices`](crate::router::Router::notices). What the server has ended, or has not taken,
    /// is [detached](Notice::Detached), with what it says.
    pub fn notices(&self) -> Subscription<Notice> {
        self.core().heard.notices()
    }

    /// How many messages wait for each listener and in each subscription. See [`Router::all_queue_sizes`](crate::router::Router::all_queue_sizes).
    #[must_use]
    pub fn all_queue_sizes(&self) -> Vec<(Vec<Route>, usize)> {
        self.core().heard.all_queue_sizes()
    }

    /// What fails of listeners and of handlers here, as a signal. See [`Router::failures`](crate::router::Router::failures).
    #[must_use]
    pub fn failures(&self) -> Signal<FailedCall<V, Route>> {
        let failures = self.core().heard.failures();
        self.core().desk.tell_handlers_failures(&failures);
        failures
    }
}

impl<V> ClientRouter<V> {
    /// A handle that does not keep the client.
    #[must_use]
    pub fn downgrade(&self) -> WeakClientRouter<V> {
        WeakClientRouter::new(&self.shared)
    }
}

impl<V> Clone for ClientRouter<V> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<V> fmt::Debug for ClientRouter<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientRouter")
            .field("is_closed", &self.shared.core.closed.is_set())
            .finish_non_exhaustive()
    }
}

// As the router.
impl<V> UnwindSafe for ClientRouter<V> {}
impl<V> RefUnwindSafe for ClientRouter<V> {}
