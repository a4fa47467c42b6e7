//! The builder of a signal.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::dispatcher::Dispatcher;
use super::handle::{ErrorOf, Settings, Signal};
use super::key::Key;
use super::registry::{SomeTally, Tally};
use super::schedule::Schedule;
use crate::spawn::{Spawner, Timer};
use crate::sync::Arc;

/// A signal in the making. Made by [`Signal::builder`].
#[must_use = "no signal is made until `.build()`"]
pub struct SignalBuilder<P, R = (), K = Key> {
    settings: Settings<P>,
    error_of: Option<ErrorOf<R>>,
    /// Is told of keys.
    tally: SomeTally<K>,
    types: PhantomData<fn(K) -> R>,
}

/// Nothing in it is ever pinned.
impl<P, R, K> Unpin for SignalBuilder<P, R, K> {}

impl<P> SignalBuilder<P> {
    pub(super) fn new(defaults: P) -> Self {
        Self::with_defaults(Some(defaults))
    }

    fn with_defaults(defaults: Option<P>) -> Self {
        let settings = Settings {
            defaults,
            name: None,
            spawner: None,
            timer: None,
            schedule: Schedule::default(),
            max_in_flight: None,
            counts_calls: false,
            dispatchers: Vec::new(),
            is_of_failures: false,
            has_channels: false,
        };
        Self {
            settings,
            error_of: None,
            tally: None,
            types: PhantomData,
        }
    }

    /// For sends that each bring their payload.
    pub(crate) fn without_defaults() -> Self {
        Self::with_defaults(None)
    }

    /// For channels: each send brings its payload, and goes to a channel.
    pub(crate) fn of_channels() -> Self {
        let mut builder = Self::without_defaults();
        builder.settings.has_channels = true;
        builder
    }

    /// For the failures of another signal.
    pub(super) fn of_failures(mut self) -> Self {
        self.settings.is_of_failures = true;
        self
    }
}

impl<P, R, K> SignalBuilder<P, R, K> {
    /// Has callbacks reply with an `R2`. The usual reply is `()`.
    pub fn reply<R2>(self) -> SignalBuilder<P, R2, K> {
        SignalBuilder {
            settings: self.settings,
            error_of: None,
            tally: self.tally,
            types: PhantomData,
        }
    }

    /// Has callbacks reply with a `Result`, whose `Err` counts as a failure: it is told by
    /// [`failures`](Signal::failures) and counted by [`inspect`](Signal::inspect), and a connection with
    /// [`retry`](crate::ConnectBuilder::retry) calls again. In a report it is a reply all the same. Costs each call as much as
    /// an option of its connection would.
    ///
    /// # Examples
    /// ```
    /// use fanfare::Signal;
    ///
    /// let halve = Signal::builder(0u32).fallible::<u32, String>().build();
    /// halve.connect_sync(|ev| if **ev % 2 == 0 { Ok(**ev / 2) } else { Err(format!("{ev} is odd")) }).now();
    /// halve.failures().connect_sync(|failed| eprintln!("{}", failed.failure())).now();
    ///
    /// let report = futures_lite::future::block_on(halve.send().with(7).join());
    /// assert_eq!(report.replies(), [Err("7 is odd".to_owned())]);
    /// assert_eq!(halve.failure_count(), 1);
    /// ```
    pub fn fallible<T, E: fmt::Display>(self) -> SignalBuilder<P, Result<T, E>, K> {
        SignalBuilder {
            settings: self.settings,
            error_of: Some(|reply| Some(reply.as_ref().err()?.to_string().into())),
            tally: self.tally,
            types: PhantomData,
        }
    }

    /// Has the signal filter by keys of this type, an enum of one's own say. The usual one is [`Key`].
    pub fn key<K2>(self) -> SignalBuilder<P, R, K2> {
        SignalBuilder {
            settings: self.settings,
            error_of: self.error_of,
            tally: None,
            types: PhantomData,
        }
    }

    /// As [`fallible`](Self::fallible), for replies that can tell whether they are errors.
    pub(crate) fn error_of(mut self, error_of: ErrorOf<R>) -> Self {
        self.error_of = Some(error_of);
        self
    }

    /// Has somebody told of the keys that connections have.
    pub(crate) fn tally(mut self, tally: Arc<dyn Tally<K>>) -> Self {
        self.tally = Some(tally);
        self
    }

    /// A name for logs, which events tell.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into().into_boxed_str());
        self
    }

    /// Where async callbacks run. Without one the signal looks around at each send, see [`spawn`](crate::spawn).
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.settings.spawner = Some(Arc::new(spawner));
        self
    }

    /// What timeouts, delays and pauses are measured by. Without one the signal looks around whenever it needs one, see
    /// [`spawn`](crate::spawn).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.settings.timer = Some(Arc::new(timer));
        self
    }

    /// Whether async callbacks go to the spawner at once ([`Schedule::Spawn`]) or after a first poll.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.settings.schedule = schedule;
        self
    }

    /// Lets at most this many sends be under way at a time, from when they begin until the last of their callbacks has
    /// finished; 0 counts as 1.
    ///
    /// A send beyond that waits in `.await` and in `.join()`, and `.now()` gives its payload back. A callback that awaits a
    /// send to its own signal may thus wait for itself: let it use `.now()`, or leave the send to a task.
    pub fn max_in_flight(mut self, sends: usize) -> Self {
        self.settings.max_in_flight = Some(sends.max(1));
        self
    }

    /// Counts and times the calls of each connection, for [`inspect`](Signal::inspect) and
    /// [`Connection::stats`](crate::Connection::stats). Costs each call as much as an option of its connection would, and two
    /// looks at the clock.
    pub fn stats(mut self) -> Self {
        self.settings.counts_calls = true;
        self
    }

    /// Puts code of one's own around each send, and around each call that it makes. Of several, the first is the outermost. Costs
    /// each call as much as an option of its connection would, and a few allocations. See
    /// [`Dispatcher`].
    ///
    /// A dispatcher that has a clone of its signal keeps the signal alive: let it have a [`WeakSignal`](crate::WeakSignal).
    pub fn dispatcher(mut self, dispatcher: impl Dispatcher) -> Self {
        self.settings.dispatchers.push(Arc::new(dispatcher));
        self
    }
}

impl<P, R, K> SignalBuilder<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Makes the signal.
    #[must_use]
    pub fn build(self) -> Signal<P, R, K> {
        Signal::from_settings(self.settings, self.error_of, self.tally)
    }
}

impl<P: fmt::Debug, R, K> fmt::Debug for SignalBuilder<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalBuilder")
            .field("defaults", &self.settings.defaults)
            .field("name", &self.settings.name)
            .field("schedule", &self.settings.schedule)
            .finish_non_exhaustive()
    }
}
