//! The router itself.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::builder::{RouterBuilder, Settings};
use super::call::Asked;
use super::handler::Refused;
use super::heard::Heard;
use super::info::{Presence, SenderInfo};
use super::notice::Notice;
use super::register::SenderBuilder;
use super::request::Request;
use super::route::Route;
use super::sender::Sender;
use super::weak::WeakRouter;
use crate::signal::{FailedCall, Overflow, Signal, Subscription};
use crate::spawn::Timer;
use crate::sync::Arc;

/// Where senders with names send events to listeners, and reply to requests.
///
/// `V` is the payload of messages and requests, any type. Clones are one router; it lives as long as one of its handles,
/// [senders](Sender) among them. A listener that has one of these in it keeps its own router alive: let it have a [`WeakRouter`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::time::Duration;
/// use fanfare::router::{Message, Router};
///
/// let router = Router::<f64>::new();
/// let show = |m: &Message<f64>| println!("{}: {m} degrees", m.sender());
/// router.connect_sync(show).sender("thermometer").event("temperature").await; // it need not be there yet
///
/// let thermometer = router
///     .sender("thermometer")
///     .events(["temperature", "#alarm"])
///     .on_request("read", |_| async { 21.5 })
///     .register()
///     .await?;
/// assert_eq!(thermometer.send("temperature", 21.5).await?.count(), 1);
///
/// let reply = router.request("thermometer", "read", 0.0).timeout(Duration::from_secs(1)).await?;
/// assert_eq!(reply, 21.5);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Router<V> {
    pub(super) shared: Arc<Shared<V>>,
}

pub(super) struct Shared<V> {
    pub(super) signal: Signal<V, (), Route>,
    /// Who replies to requests. They are not listened to: a request is given to the handler that its sender has for it.
    pub(super) handlers: Signal<V, Result<V, Refused>, Asked>,
    pub(super) heard: Arc<Heard<V>>,
    pub(super) presence: Signal<Presence>,
    pub(super) notices: Signal<Notice>,
    pub(super) timer: Arc<dyn Timer>,
    /// Makes messages of senders that come and go.
    pub(super) as_message: Option<fn(SenderInfo) -> V>,
}

impl<V: Send + Sync + 'static> Router<V> {
    /// A router that nobody listens to yet. It tells of senders that come and go by [`presence`](Self::presence); to have that told as
    /// messages too, see [`RouterBuilder::announce`].
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A router with more to be said: name, spawner, timer, dispatchers, messages of senders that come and go.
    pub fn builder() -> RouterBuilder<V> {
        RouterBuilder::new()
    }

    pub(super) fn from_settings(settings: &Settings<V>) -> Self {
        let heard = Heard::new(settings.as_message.is_some() || settings.is_mirror);
        let handlers = settings.signals.signal_of_calls(".requests");
        let presence = Signal::builder(Presence::of_nobody());
        let nothing = Notice::Removed {
            route: Route::any(),
            listeners: 0,
        };
        let shared = Arc::new(Shared {
            signal: settings
                .signals
                .signal_of_calls("")
                .tally(Arc::clone(&heard) as _)
                .build(),
            handlers: handlers.fallible().build(),
            heard,
            presence: settings.signals.signal(presence, ".presence").build(),
            notices: settings
                .signals
                .signal(Signal::builder(nothing), ".notices")
                .build(),
            timer: settings.signals.timer(),
            as_message: settings.as_message,
        });
        shared.heard.set_router(&shared);
        Self { shared }
    }

    /// A handle that does not keep the router alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakRouter<V> {
        WeakRouter::new(&self.shared)
    }

    /// Begins to register a sender: say what it sends and what it replies to, and end it in
    /// [`register`](SenderBuilder::register).
    pub fn sender(&self, name: impl AsRef<str>) -> SenderBuilder<V> {
        SenderBuilder::new(self.clone(), name.as_ref())
    }

    /// A handle of the sender of this name, if it is there. It is one more: the sender stays as long as one of them.
    #[must_use]
    pub fn get_sender(&self, name: &str) -> Option<Sender<V>> {
        let live = self.shared.heard.roster.handle(name)?;
        Some(Sender::new(live))
    }

    /// Disconnects the sender of this name, whoever has a handle of it; tells whether it was there. See [`Sender::disconnect`].
    pub fn remove_sender(&self, name: &str) -> bool {
        let desk = self.shared.heard.roster.desk(name);
        desk.is_some_and(|desk| self.shared.disconnect(&desk))
    }

    /// The senders that are there, by name.
    #[must_use]
    pub fn senders(&self) -> Vec<SenderInfo> {
        self.shared.heard.roster.senders()
    }

    /// What the sender of this name has declared, if it is there.
    #[must_use]
    pub fn sender_info(&self, name: &str) -> Option<SenderInfo> {
        let desk = self.shared.heard.roster.desk(name)?;
        Some(desk.info.clone())
    }

    /// Asks a sender, and gives the reply of the handler that it has for this method, or for any. Listeners do not hear of requests.
    ///
    /// # Errors
    /// Awaited, it gives a [`RequestError`](super::RequestError): where there is no such sender, where it replies to no requests or not
    /// to this method, where the handler fails, the time is up or the router is closed. It gives the payload back where nobody was
    /// given it.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::router::{RequestProblem, Router};
    ///
    /// let router = Router::<u32>::new();
    /// let half = |call: &fanfare::router::Call<u32>| match **call % 2 {
    ///     0 => Ok(**call / 2),
    ///     _ => Err("it is odd"),
    /// };
    /// let maths = router.sender("maths").on_request_sync("half", half).register().await?;
    /// assert_eq!(router.request("maths", "half", 42).await?, 21);
    ///
    /// let error = router.request("maths", "half", 21).await.unwrap_err();
    /// assert_eq!(error.to_string(), "no reply: `half` of `maths` failed: it is odd");
    ///
    /// let error = router.request("maths", "double", 21).await.unwrap_err();
    /// assert_eq!(error.problem(), RequestProblem::UnknownMethod);
    /// assert_eq!(error.into_payload(), Some(21));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn request(
        &self,
        sender: impl AsRef<str>,
        method: impl AsRef<str>,
        params: V,
    ) -> Request<'_, V> {
        Request::new(self, sender.as_ref(), method.as_ref(), params)
    }

    /// Senders that come and go, as a signal: each call of this gives the same one. It is sent with two keys, the sender's name and
    /// `#connect` or `#disconnect`. Of one name it is told in order. Who is there already, [`senders`](Self::senders) tells.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Router;
    ///
    /// let router = Router::<f64>::new();
    /// router.presence().connect_sync(|presence| println!("{presence}")).key("thermometer").await;
    /// let thermometer = router.sender("thermometer").event("temperature").register().await?; // #connect of thermometer
    /// drop(thermometer); // #disconnect of thermometer
    /// # Ok::<(), fanfare::router::RegisterError>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn presence(&self) -> Signal<Presence> {
        self.shared.presence.clone()
    }

    /// What comes and goes of listeners, from now on: a [`Notice`] for each route that somebody begins or ceases to listen to, and for
    /// those that listeners are taken off.
    ///
    /// A thousand wait; the oldest are lost then, which the stream tells.
    pub fn notices(&self) -> Subscription<Notice> {
        self.shared.heard.tell_notices();
        let notices = self.shared.notices.subscribe();
        notices.capacity(1_000).overflow(Overflow::DropOldest).now()
    }

    /// How many messages wait for each listener and in each subscription, with the routes it listens to. Looks at every connection of
    /// the router.
    #[must_use]
    pub fn all_queue_sizes(&self) -> Vec<(Vec<Route>, usize)> {
        self.shared.signal.queued_by_keys()
    }

    /// What fails of listeners and of handlers, as a signal: each call of this gives the same one. See [`Signal::failures`].
    /// What a handler returns as an error counts, too. Handlers are numbered apart from listeners, their failures come without
    /// an event, and their name is that of the sender and the method: `thermometer.read`.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Router;
    ///
    /// let router = Router::<u32>::new();
    /// router.failures().connect_sync(|failed| eprintln!("{failed}")).await;
    ///
    /// router.connect_sync(|_| panic!("disk full")).name("store").await;
    /// let counter = router.sender("counter").event("count").register().await?;
    /// counter.send("count", 1).await?; // callback `store` panicked: disk full
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn failures(&self) -> Signal<FailedCall<V, Route>> {
        let failures = self.shared.signal.failures();
        self.shared.handlers.tell_failures_beside(&failures);
        failures
    }
}

impl<V: Send + Sync + 'static> Default for Router<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> Clone for Router<V> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<V> fmt::Debug for Router<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router")
            .field("name", &self.shared.signal.name())
            .finish_non_exhaustive()
    }
}

// User code runs with its panics caught and under no lock: a router that one unwound through is as it was.
impl<V> UnwindSafe for Router<V> {}
impl<V> RefUnwindSafe for Router<V> {}
