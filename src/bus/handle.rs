//! The bus itself.

use std::any::{TypeId, type_name};
use std::fmt;
use std::time::Duration;

use super::anything::Handle;
use super::builder::BusBuilder;
use super::core::Core;
use super::failure::FailedMessage;
use super::handler::{Commands, Queries};
use super::inject::{Argument, Call, DependencyError, Needs, Within};
use super::message::{Command, Event, Query};
use super::named::HandleNamed;
use super::provide::Sources;
use super::publish::Publish;
use super::request::Request;
use super::stop::{Stopping, Unfinished};
use super::weak::WeakBus;
use crate::signal::Signal;
use crate::sync::Arc;

/// A bus of events, commands and queries, started. Made by [`Bus::builder`], which has the handlers; they do not change any more.
///
/// Clones are one bus. As an argument of a handler it is the same bus, and knows for which message's sake it is used: what is sent
/// with it has that message as its [cause](super::MessageInfo::cause), and is accepted as long as the handler runs, also while the bus
/// is being stopped.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::{Arc, Mutex};
/// use fanfare::Bus;
/// use fanfare::bus::{Command, Dep, Emit, Event, Query};
///
/// #[derive(Default)]
/// struct Users(Mutex<Vec<String>>);
///
/// struct CreateUser { name: String }
/// impl Command for CreateUser { type Reply = Result<usize, String>; }
///
/// struct FindUser { id: usize }
/// impl Query for FindUser { type Reply = Option<String>; }
///
/// struct UserCreated { id: usize }
/// impl Event for UserCreated {}
///
/// async fn create_user(command: CreateUser, users: Dep<Users>, emit: Emit) -> Result<usize, String> {
///     let mut users = users.0.lock().unwrap();
///     if users.contains(&command.name) {
///         return Err(format!("there is a {} already", command.name));
///     }
///     users.push(command.name);
///     emit.event(UserCreated { id: users.len() - 1 });
///     Ok(users.len() - 1)
/// }
///
/// async fn find_user(query: FindUser, users: Dep<Users>) -> Option<String> {
///     users.0.lock().unwrap().get(query.id).cloned()
/// }
///
/// async fn welcome(event: Arc<UserCreated>, users: Dep<Users>) {
///     println!("welcome, {}", users.0.lock().unwrap()[event.id]);
/// }
///
/// let bus = Bus::builder()
///     .provide(Users::default())
///     .command(create_user)
///     .query(find_user)
///     .event(welcome)
///     .start().await?;
/// let id = bus.execute(CreateUser { name: "Ada".into() }).await??;
/// assert_eq!(bus.query(FindUser { id }).await?, Some("Ada".to_owned()));
/// assert!(bus.execute(CreateUser { name: "Ada".into() }).await?.is_err());
/// bus.stop(std::time::Duration::from_secs(5)).await?;
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Bus {
    pub(super) core: Arc<Core>,
    /// For which message's sake it is used.
    pub(super) within: Option<Arc<Within>>,
}

impl Bus {
    /// A bus in the making.
    pub fn builder() -> BusBuilder {
        BusBuilder::new()
    }

    pub(super) fn of(core: Arc<Core>) -> Self {
        Self { core, within: None }
    }

    /// Has a command executed, by its one handler.
    ///
    /// Awaited, it gives the reply. Without a [key](Request::key) the handler runs in the task that awaits it, where the
    /// [engine](super::Engine) allows that, as the usual one does.
    ///
    /// # Errors
    /// [`RequestError`](super::RequestError): nobody handles it, the handler panicked or was stopped, something could not be injected, the
    /// bus was stopped, or the time was up. A `Result` that the handler replies with is the reply.
    pub fn execute<C: Command>(&self, command: C) -> Request<'_, Commands, C> {
        Request::new(self, command)
    }

    /// Has a query answered, by its one handler. As [`execute`](Self::execute).
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn query<Q: Query>(&self, query: Q) -> Request<'_, Queries, Q> {
        Request::new(self, query)
    }

    /// Publishes an event, to any number of handlers.
    ///
    /// `.await` hands it over and gives a [`Delivery`](super::Delivery), `.join()` waits until all handlers have finished, `.detached()`
    /// leaves it.
    ///
    /// # Errors
    /// [`PublishError`](super::PublishError), where the bus was stopped.
    pub fn publish<E: Event>(&self, event: E) -> Publish<'_, E> {
        Publish::new(self, event)
    }

    /// Finds out whether a message is an event, a command or a query that somebody handles, in this order, and publishes it, or has it
    /// executed or answered.
    ///
    /// # Errors
    /// [`HandleError`](super::HandleError), which gives the message back where nobody handles it.
    pub fn handle<M: Send + 'static>(&self, message: M) -> Handle<'_, M> {
        Handle::new(self, message)
    }

    /// The same for a message that goes by a name, with a body. See [`BusBuilder::named`].
    ///
    /// # Errors
    /// [`HandleError`](super::HandleError), which gives the body back where nobody handles it, or its handlers take another body.
    pub fn handle_named<'n, B: Send + Sync + 'static>(
        &self,
        name: &'n str,
        body: B,
    ) -> HandleNamed<'_, 'n, B> {
        HandleNamed::new(self, name, body)
    }

    /// What came to nothing and nobody waited for, as a signal: messages that nobody handles, panics, errors, timeouts, what could not be
    /// injected, what a stop has cut off. Each call of it gives the same signal; its keys are `"event"`, `"command"` and `"query"`.
    ///
    /// Who waits for a reply or a report is told there, and not here.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Bus;
    /// use fanfare::bus::Command;
    ///
    /// struct Print;
    /// impl Command for Print { type Reply = Result<(), String>; }
    ///
    /// let bus = Bus::builder().command(async |_: Print| Err::<(), _>("out of paper".to_owned())).start().await?;
    /// let mut failures = bus.failures().subscribe().await;
    /// bus.execute(Print).detached();
    /// let failed = failures.recv().await?;
    /// assert_eq!(failed.error(), Some("out of paper"));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn failures(&self) -> Signal<FailedMessage> {
        self.core.failures.clone()
    }

    /// How many messages were accepted and are not finished.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.core.gate.count()
    }

    /// Accepts nothing more, and tells whether it did until now. What was accepted goes on, with what follows from it.
    pub fn close(&self) -> bool {
        self.core.close()
    }

    /// Whether it accepts nothing more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.core.gate.is_closed()
    }

    /// Waits until no message is under way. A handler must not wait for this: it would wait for itself.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn idle(&self) {
        self.core.gate.empty().await;
    }

    /// Closes the bus at once, and waits until everything that was accepted is finished, with the events that follow from it: no longer
    /// than this. Then messages that have not begun are not begun any more, those that an engine runs are aborted, and all of them are
    /// reported: here, and each to who waits for it or by [`failures`](Self::failures). Those that run in the task that waits for them go on
    /// there, and what follows from them is too late.
    ///
    /// # Errors
    /// [`Unfinished`]: what was not finished in time.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the bus closed, and aborts nothing.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::time::Duration;
    /// # let bus = fanfare::Bus::builder().start().await?;
    /// if let Err(unfinished) = bus.stop(Duration::from_secs(10)).await {
    ///     eprintln!("{unfinished}");
    /// }
    /// # Ok::<(), fanfare::bus::StartError>(()) }).unwrap();
    /// ```
    pub fn stop(&self, deadline: Duration) -> Stopping<'_> {
        self.core.close();
        Stopping::new(&self.core, deadline)
    }

    /// Waits until the bus is closed and everything is finished, or a [`stop`](Self::stop) is out of time: for `main`, where a signal of the
    /// system [stops](BusBuilder::stop_on_signals) the bus.
    ///
    /// # Errors
    /// What was not finished in time.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn stopped(&self) -> Result<(), Unfinished> {
        self.core.stopped().await
    }

    /// A handle that does not keep the bus, for who is kept by it.
    #[must_use]
    pub fn downgrade(&self) -> WeakBus {
        WeakBus::new(&self.core)
    }

    pub(super) fn lasting(&self) -> Option<&Within> {
        self.within.as_deref()
    }
}

impl Argument for Bus {
    type Source = ();

    fn needs(needs: &mut Needs) {
        needs.of_message(type_name::<Self>());
    }

    fn source(_: &Sources<'_>) {}

    async fn get((): &(), call: &Call<'_>) -> Result<Self, DependencyError> {
        let within = call.within();
        let within = within.ok_or_else(DependencyError::of_message::<Self>)?;
        Ok(Self {
            core: Arc::clone(call.core()),
            within: Some(within),
        })
    }
}

impl Clone for Bus {
    fn clone(&self) -> Self {
        Self {
            core: Arc::clone(&self.core),
            within: self.within.clone(),
        }
    }
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus")
            .field("in_flight", &self.in_flight())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}

/// The type of a message, as it is found.
pub(super) fn type_of<M: 'static>() -> (TypeId, &'static str) {
    (TypeId::of::<M>(), type_name::<M>())
}
