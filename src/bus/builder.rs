//! The builder of a bus.

use std::fmt;
#[cfg(feature = "signals")]
use std::time::Duration;

use super::handler::{
    Commands, EventOutput, Events, HandlerFuture, HandlerOptions, IntoHandler, NamedOutput, Names,
    Queries, Registration, RequestOutput, Takes,
};
use super::inject::Argument;
use super::message::{Command, Event, MessageKind, Query};
use super::provide::{Made, Provider, Provision, TryMade, Way};
use super::settings::KindSettings;
use super::start::Start;
use crate::signal::Dispatcher;
use crate::spawn::{Spawner, Timer};
use crate::sync::Arc;

/// A bus in the making: what is provided, who handles what, and how. Made by [`Bus::builder`](crate::Bus::builder).
///
/// [`start`](Self::start) takes it, so that nothing can be added to a bus that has started.
///
/// A handler is an async function or closure of the message and up to eight injected [arguments](super::Argument), in any order, or a value
/// that implements [`Handler`](super::Handler). Which message it handles is read off it. What it returns is the message's reply, alone or
/// with events that follow, in [`Emits`](super::Emits); for an event that is `()`, or a `Result<(), E>`.
#[must_use = "no bus is made until `.start()`"]
pub struct BusBuilder {
    pub(super) provisions: Vec<Provision>,
    pub(super) registrations: Vec<Registration>,
    /// Of events, commands, queries.
    pub(super) kinds: [KindSettings; 3],
    pub(super) name: Option<String>,
    pub(super) spawner: Option<Arc<dyn Spawner>>,
    pub(super) timer: Option<Arc<dyn Timer>>,
    /// The outermost first.
    pub(super) dispatchers: Vec<Arc<dyn Dispatcher>>,
    pub(super) counts_calls: bool,
    #[cfg(feature = "signals")]
    pub(super) stops_on_signals: Option<Duration>,
}

impl BusBuilder {
    pub(super) fn new() -> Self {
        Self {
            provisions: Vec::new(),
            registrations: Vec::new(),
            kinds: Default::default(),
            name: None,
            spawner: None,
            timer: None,
            dispatchers: Vec::new(),
            counts_calls: false,
            #[cfg(feature = "signals")]
            stops_on_signals: None,
        }
    }

    /// Provides this value as a [`Dep<T>`](super::Dep).
    pub fn provide<T: Send + Sync + 'static>(self, value: T) -> Self {
        self.provide_arc(Arc::new(value))
    }

    /// Provides what is in this `Arc`. It may be a trait object: `.provide_arc::<dyn Repository>(Arc::new(Postgres))` comes as a
    /// `Dep<dyn Repository>`.
    pub fn provide_arc<T: ?Sized + Send + Sync + 'static>(mut self, value: Arc<T>) -> Self {
        self.provisions.push(Provision::value(value));
        self
    }

    /// Provides what this function or closure makes, sync or async, of up to eight injected [arguments](super::Argument): once, when
    /// somebody first asks for it, in the task of that one. Who asks meanwhile waits for it; if the first one is dropped, another makes it.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Bus;
    /// use fanfare::bus::Dep;
    ///
    /// struct Config { url: String }
    /// struct Mailer { url: String }
    ///
    /// let bus = Bus::builder()
    ///     .singleton(|| Config { url: "smtp://localhost".into() })
    ///     .singleton(async |config: Dep<Config>| Mailer { url: config.url.clone() })
    ///     .start().await?;
    /// # Ok::<(), fanfare::bus::StartError>(()) }).unwrap();
    /// ```
    pub fn singleton<F, A, M>(mut self, provider: F) -> Self
    where
        F: Provider<A, Gives: Made<M>>,
        A: 'static,
        M: 'static,
    {
        self.provisions
            .push(Provision::made(Way::Singleton, provider));
        self
    }

    /// As [`singleton`](Self::singleton), with a provider that gives a `Result`. An `Err` is the failure of the handler that asked, and
    /// the next who asks has it tried again.
    pub fn try_singleton<F, A, M>(mut self, provider: F) -> Self
    where
        F: Provider<A, Gives: TryMade<M>>,
        A: 'static,
        M: 'static,
    {
        self.provisions
            .push(Provision::try_made(Way::Singleton, provider));
        self
    }

    /// Provides what this function or closure makes, sync or async, of up to eight injected [arguments](super::Argument): one for each call
    /// of a handler that asks for it, however often it does so in that call.
    pub fn factory<F, A, M>(mut self, provider: F) -> Self
    where
        F: Provider<A, Gives: Made<M>>,
        A: 'static,
        M: 'static,
    {
        self.provisions
            .push(Provision::made(Way::Factory, provider));
        self
    }

    /// As [`factory`](Self::factory), with a provider that gives a `Result`. An `Err` is the failure of the handler that asked.
    pub fn try_factory<F, A, M>(mut self, provider: F) -> Self
    where
        F: Provider<A, Gives: TryMade<M>>,
        A: 'static,
        M: 'static,
    {
        self.provisions
            .push(Provision::try_made(Way::Factory, provider));
        self
    }

    /// Has events handled. An event can have any number of handlers.
    ///
    /// The handler takes the event as an `Arc<E>`, as a [`Published<E>`](super::Published), or, if it can be cloned, as itself.
    pub fn event<F, S>(self, handler: F) -> Self
    where
        F: IntoHandler<Events, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: EventOutput,
        <F::Taken as Takes<Events>>::Message: Event,
        S: 'static,
    {
        self.event_with(handler, |options| options)
    }

    /// The same, with more to be said of the handler: `.event_with(handler, |options| options.priority(1))`.
    pub fn event_with<F, S>(
        mut self,
        handler: F,
        options: impl FnOnce(Options<Events, F, S>) -> Options<Events, F, S>,
    ) -> Self
    where
        F: IntoHandler<Events, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: EventOutput,
        <F::Taken as Takes<Events>>::Message: Event,
        S: 'static,
    {
        let plan = options(HandlerOptions::new()).into_plan();
        self.registrations.push(Registration::event(handler, plan));
        self
    }

    /// Has a command handled.
    pub fn command<F, S, X>(self, handler: F) -> Self
    where
        F: IntoHandler<Commands, S>,
        F::Args: Argument,
        F::Taken: Command,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: RequestOutput<<F::Taken as Command>::Reply, X>,
        S: 'static,
        X: 'static,
    {
        self.command_with(handler, |options| options)
    }

    /// The same, with more to be said of the handler: `.command_with(handler, |options| options.timeout(time))`.
    pub fn command_with<F, S, X>(
        mut self,
        handler: F,
        options: impl FnOnce(HandlerOptions<Commands, F::Taken>) -> HandlerOptions<Commands, F::Taken>,
    ) -> Self
    where
        F: IntoHandler<Commands, S>,
        F::Args: Argument,
        F::Taken: Command,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: RequestOutput<<F::Taken as Command>::Reply, X>,
        S: 'static,
        X: 'static,
    {
        let plan = options(HandlerOptions::new()).into_plan();
        let registration =
            Registration::request::<Commands, F, S, X>(MessageKind::Command, handler, plan);
        self.registrations.push(registration);
        self
    }

    /// Has a query handled.
    pub fn query<F, S, X>(self, handler: F) -> Self
    where
        F: IntoHandler<Queries, S>,
        F::Args: Argument,
        F::Taken: Query,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: RequestOutput<<F::Taken as Query>::Reply, X>,
        S: 'static,
        X: 'static,
    {
        self.query_with(handler, |options| options)
    }

    /// The same, with more to be said of the handler.
    pub fn query_with<F, S, X>(
        mut self,
        handler: F,
        options: impl FnOnce(HandlerOptions<Queries, F::Taken>) -> HandlerOptions<Queries, F::Taken>,
    ) -> Self
    where
        F: IntoHandler<Queries, S>,
        F::Args: Argument,
        F::Taken: Query,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: RequestOutput<<F::Taken as Query>::Reply, X>,
        S: 'static,
        X: 'static,
    {
        let plan = options(HandlerOptions::new()).into_plan();
        let registration =
            Registration::request::<Queries, F, S, X>(MessageKind::Query, handler, plan);
        self.registrations.push(registration);
        self
    }
}

/// The options of a handler of events.
type Options<K, F, S> = HandlerOptions<K, <<F as IntoHandler<K, S>>::Taken as Takes<K>>::Message>;

impl BusBuilder {
    /// Has events of this name handled, whatever they bring. A name can have any number of handlers.
    ///
    /// The handler takes the body as a [`Body<B>`](super::Body), or does not take it at all; all handlers of a name that take it take the same
    /// type. See [`Bus::handle_named`](crate::Bus::handle_named).
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Bus;
    /// use fanfare::bus::Body;
    ///
    /// let bus = Bus::builder()
    ///     .named("started", async || println!("started"))
    ///     .named("user.created", async |user: Body<String>| println!("{}: {}", user.name(), *user))
    ///     .named_query("length", async |text: Body<String>| text.len())
    ///     .start().await?;
    /// bus.handle_named("started", ()).await?;
    /// bus.handle_named("user.created", "Ada".to_owned()).await?;
    /// let handled = bus.handle_named("length", "Ada".to_owned()).await?;
    /// assert_eq!(handled.reply::<usize>().unwrap(), 3);
    ///
    /// let error = bus.handle_named("length", 7).await.unwrap_err();
    /// assert!(error.is_wrong_body());
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn named<F, S>(self, name: impl AsRef<str>, handler: F) -> Self
    where
        F: IntoHandler<Names, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: EventOutput,
        S: 'static,
    {
        self.named_with(name, handler, |options| options)
    }

    /// The same, with more to be said of the handler.
    pub fn named_with<F, S>(
        mut self,
        name: impl AsRef<str>,
        handler: F,
        options: impl FnOnce(HandlerOptions<Names, F::Taken>) -> HandlerOptions<Names, F::Taken>,
    ) -> Self
    where
        F: IntoHandler<Names, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: EventOutput,
        S: 'static,
    {
        let plan = options(HandlerOptions::new()).into_plan();
        let registration = Registration::named_event(name.as_ref(), handler, plan);
        self.registrations.push(registration);
        self
    }

    /// Has commands of this name handled. The reply is a [`Reply`](super::Reply) of any type.
    pub fn named_command<F, S, X>(self, name: impl AsRef<str>, handler: F) -> Self
    where
        F: IntoHandler<Names, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: NamedOutput<X>,
        S: 'static,
        X: 'static,
    {
        self.named_command_with(name, handler, |options| options)
    }

    /// The same, with more to be said of the handler.
    pub fn named_command_with<F, S, X>(
        self,
        name: impl AsRef<str>,
        handler: F,
        options: impl FnOnce(HandlerOptions<Names, F::Taken>) -> HandlerOptions<Names, F::Taken>,
    ) -> Self
    where
        F: IntoHandler<Names, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: NamedOutput<X>,
        S: 'static,
        X: 'static,
    {
        let options = options(HandlerOptions::new());
        self.named_request::<F, S, X>(MessageKind::Command, name.as_ref(), handler, options)
    }

    /// Has queries of this name handled. The reply is a [`Reply`](super::Reply) of any type.
    pub fn named_query<F, S, X>(self, name: impl AsRef<str>, handler: F) -> Self
    where
        F: IntoHandler<Names, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: NamedOutput<X>,
        S: 'static,
        X: 'static,
    {
        self.named_query_with(name, handler, |options| options)
    }

    /// The same, with more to be said of the handler.
    pub fn named_query_with<F, S, X>(
        self,
        name: impl AsRef<str>,
        handler: F,
        options: impl FnOnce(HandlerOptions<Names, F::Taken>) -> HandlerOptions<Names, F::Taken>,
    ) -> Self
    where
        F: IntoHandler<Names, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: NamedOutput<X>,
        S: 'static,
        X: 'static,
    {
        let options = options(HandlerOptions::new());
        self.named_request::<F, S, X>(MessageKind::Query, name.as_ref(), handler, options)
    }

    fn named_request<F, S, X>(
        mut self,
        kind: MessageKind,
        name: &str,
        handler: F,
        options: HandlerOptions<Names, F::Taken>,
    ) -> Self
    where
        F: IntoHandler<Names, S>,
        F::Args: Argument,
        F::Returned: HandlerFuture + Send,
        <F::Returned as HandlerFuture>::Output: NamedOutput<X>,
        S: 'static,
        X: 'static,
    {
        let plan = options.into_plan();
        let registration = Registration::named_request::<F, S, X>(kind, name, handler, plan);
        self.registrations.push(registration);
        self
    }
}

impl BusBuilder {
    /// A name for logs.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Where messages run that nobody waits for in place. Without one the bus looks around, see [`spawn`](crate::spawn).
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.spawner = Some(Arc::new(spawner));
        self
    }

    /// What timeouts, deadlines and pauses are measured by. Without one the bus looks around, see [`spawn`](crate::spawn).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Some(Arc::new(timer));
        self
    }

    /// Puts code of one's own around each message, and around each call of a handler. Of several, the first is the outermost. The
    /// payload that it sees is a [`Message`](super::Message), the reply an [`Answer`](super::Answer), the signal's name is `commands`, `queries` or
    /// `events`, after the name of the bus.
    ///
    /// A call that is made through a dispatcher is one of the signal's, and costs what those do.
    pub fn dispatcher(mut self, dispatcher: impl Dispatcher) -> Self {
        self.dispatchers.push(Arc::new(dispatcher));
        self
    }

    /// Has this many workers for each kind of message: so many run at a time, and each new one waits for the worker that has the fewest.
    /// Messages with a key have a queue of their own for each key, beside them. 0 counts as 1.
    ///
    /// It replaces engines that were given before. Without this each message begins at once, and what somebody waits for runs in the task that waits.
    pub fn workers(mut self, count: usize) -> Self {
        self.kinds = self.kinds.map(|kind| kind.workers(count));
        self
    }

    /// Settings for events alone: `.events(|events| events.workers(3))`.
    pub fn events(self, settings: impl FnOnce(KindSettings) -> KindSettings) -> Self {
        self.kind(MessageKind::Event, settings)
    }

    /// Settings for commands alone.
    pub fn commands(self, settings: impl FnOnce(KindSettings) -> KindSettings) -> Self {
        self.kind(MessageKind::Command, settings)
    }

    /// Settings for queries alone.
    pub fn queries(self, settings: impl FnOnce(KindSettings) -> KindSettings) -> Self {
        self.kind(MessageKind::Query, settings)
    }

    fn kind(
        mut self,
        kind: MessageKind,
        settings: impl FnOnce(KindSettings) -> KindSettings,
    ) -> Self {
        let place = &mut self.kinds[kind as usize];
        *place = settings(std::mem::take(place));
        self
    }

    /// Counts and times the calls of each handler, for [`inspect`](crate::Bus::inspect). A call that is counted costs what one with
    /// options does.
    pub fn stats(mut self) -> Self {
        self.counts_calls = true;
        self
    }

    /// [Stops](crate::Bus::stop) the bus when the process is told to end: by SIGINT (Ctrl-C) or SIGTERM. What was accepted is finished
    /// within this time; a second signal ends it at once. `main` waits for it with [`stopped`](crate::Bus::stopped).
    ///
    /// A thread of its own listens, so that it is heard whatever the executor does. From then on these signals no longer end the process.
    ///
    /// If the signals cannot be listened to, [`start`](Self::start) says so.
    #[cfg(feature = "signals")]
    #[cfg_attr(docsrs, doc(cfg(feature = "signals")))]
    pub fn stop_on_signals(mut self, deadline: Duration) -> Self {
        self.stops_on_signals = Some(deadline);
        self
    }

    /// Starts the bus: `.start().await`, or `.start().now()` from sync code.
    ///
    /// # Errors
    /// [`StartError`](super::StartError): every mistake of its configuration, all at once.
    pub fn start(self) -> Start {
        Start::new(self)
    }
}

impl fmt::Debug for BusBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BusBuilder")
            .field("name", &self.name)
            .field("handlers", &self.registrations.len())
            .field("provided", &self.provisions.len())
            .finish_non_exhaustive()
    }
}
