//! The signal itself.

use std::fmt;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};

use arc_swap::ArcSwap;

use super::builder::SignalBuilder;
use super::dispatcher::{Dispatch, Dispatcher};
use super::event::{Origin, SignalId, SignalInfo};
use super::flight::Flight;
use super::key::Key;
use super::registry::{Registry, SomeTally};
use super::schedule::Schedule;
use super::send::SendBuilder;
use super::surroundings::Surroundings;
use super::weak::WeakSignal;
use crate::spawn::{Spawner, Timer};
use crate::sync::{Arc, AtomicU64, next_number};

/// A typed event that callbacks connect to and senders send.
///
/// `P` is the payload, a struct whose fields are what the event tells; the signal keeps one as the defaults. `R` is what
/// callbacks reply, `K` the type of keys. Clones are one signal. It lives as long as one of its handles: a callback that
/// has a clone in it keeps its own signal alive, so let it have a [`WeakSignal`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::Arc;
/// use fanfare::{Event, Signal};
///
/// #[derive(Clone, Default)]
/// struct Line { text: String, level: u8 }
///
/// async fn store(ev: Arc<Event<Line>>) {
///     println!("stored {:?}", ev.text);
/// }
///
/// let signal = Signal::new(Line::default());
/// signal.connect(store).keys(["logs"]).await;
/// signal.connect_sync(|ev| println!("{}: {}", ev.level, ev.text)).await;
///
/// let delivery = signal.send().key("logs").with(Line { text: "hi".into(), level: 2 }).await;
/// assert_eq!(delivery.count(), 2);
/// let report = delivery.join().await;
/// assert!(report.is_ok());
/// # });
/// ```
pub struct Signal<P, R = (), K = Key> {
    pub(super) shared: Arc<Shared<P, R, K>>,
}

pub(super) struct Shared<P, R, K> {
    /// As in `origin`, where sends need not go for it.
    pub(super) id: SignalId,
    pub(super) is_named: bool,
    pub(super) origin: Arc<Origin<P>>,
    /// The same, for sends to borrow; it is never swapped.
    pub(super) lent: ArcSwap<Origin<P>>,
    pub(super) schedule: Schedule,
    pub(super) registry: Arc<Registry<P, R, K>>,
}

/// The last handle is gone. What was accepted goes on, unless its connection said otherwise.
impl<P, R, K> Drop for Shared<P, R, K> {
    fn drop(&mut self) {
        self.registry.cancel_what_is_to_be();
    }
}

/// What a builder gathers.
pub(super) struct Settings<P> {
    /// None where every send brings its payload.
    pub(super) defaults: Option<P>,
    pub(super) name: Option<Box<str>>,
    pub(super) spawner: Option<Arc<dyn Spawner>>,
    pub(super) timer: Option<Arc<dyn Timer>>,
    pub(super) schedule: Schedule,
    pub(super) max_in_flight: Option<usize>,
    pub(super) counts_calls: bool,
    /// The outermost first.
    pub(super) dispatchers: Vec<Arc<dyn Dispatcher>>,
    /// Whether it is told of another signal's failures.
    pub(super) is_of_failures: bool,
    /// Whether its connections are receivers of channels.
    pub(super) has_channels: bool,
}

/// Finds the error in a reply, where replies may be errors.
pub(super) type ErrorOf<R> = fn(&R) -> Option<Arc<str>>;

/// Defined for signals without reply and with the usual key, so that the compiler never has to guess; the
/// [builder](Self::builder) changes both.
impl<P: Send + Sync + 'static> Signal<P> {
    /// A signal with these defaults.
    #[must_use]
    pub fn new(defaults: P) -> Self {
        Self::builder(defaults).build()
    }

    /// A signal with these defaults and more to be said: reply and key type, name, spawner, timer, schedule.
    pub fn builder(defaults: P) -> SignalBuilder<P> {
        SignalBuilder::new(defaults)
    }
}

impl<P: Default + Send + Sync + 'static> Default for Signal<P> {
    fn default() -> Self {
        Self::new(P::default())
    }
}

impl<P, R, K> Signal<P, R, K> {
    /// The signal's number; clones share it.
    #[must_use]
    pub fn id(&self) -> SignalId {
        self.shared.id
    }

    /// The name it was built with.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.shared.origin.info.name()
    }

    pub(super) fn info(&self) -> &SignalInfo {
        &self.shared.origin.info
    }

    /// What a send delivers that says nothing else.
    #[must_use]
    pub fn defaults(&self) -> &P {
        match &self.shared.origin.defaults {
            Some(defaults) => defaults,
            None => unreachable!("a signal of channels is in nobody's hands"),
        }
    }

    /// A handle that does not keep the signal alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakSignal<P, R, K> {
        WeakSignal::new(&self.shared)
    }

    /// How many calls have failed so far, and sends; with its callbacks' failures those of its `failures()` are not counted.
    #[must_use]
    pub fn failure_count(&self) -> u64 {
        self.shared.registry.surroundings.failed()
    }
}

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    pub(super) fn from_settings(
        settings: Settings<P>,
        error_of: Option<ErrorOf<R>>,
        tally: SomeTally<K>,
    ) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let Settings {
            defaults,
            name,
            spawner,
            timer,
            schedule,
            max_in_flight,
            counts_calls,
            dispatchers,
            is_of_failures,
            has_channels,
        } = settings;
        let info = SignalInfo::new(SignalId(next_number(&LAST)), name);
        let id = info.id();
        let is_named = info.name().is_some();
        let surroundings = Surroundings::new(
            info.clone(),
            (spawner, timer),
            Flight::new(max_in_flight),
            counts_calls,
            is_of_failures,
            error_of,
            Dispatch::new(dispatchers),
        );
        let origin = Arc::new(Origin { defaults, info });
        let lent = ArcSwap::new(Arc::clone(&origin));
        let registry = Arc::new(Registry::new(surroundings, has_channels, tally));
        Self {
            shared: Arc::new(Shared {
                id,
                is_named,
                origin,
                lent,
                schedule,
                registry,
            }),
        }
    }

    /// Begins a send, to be ended by `.await` in async code or by `.now()` in any other. See [`SendBuilder`] for more ends.
    ///
    /// It borrows the signal: a task that outlives this place takes a clone, `async move { signal.send().await }`.
    #[inline]
    pub fn send(&self) -> SendBuilder<'_, P, R, K> {
        SendBuilder::new(self)
    }

    /// How many connections stand. Those whose object, tracked object or last sender has died are removed first, which
    /// takes a look at each connection.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        let registry = &self.shared.registry;
        registry.verify_all();
        registry.len()
    }
}

impl<P, R, K> Clone for Signal<P, R, K> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<P, R, K> fmt::Debug for Signal<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal")
            .field("id", &self.id().0)
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

// User code runs with its panics caught and under no lock: a signal that one unwound through is as it was.
impl<P, R, K> UnwindSafe for Signal<P, R, K> {}
impl<P, R, K> RefUnwindSafe for Signal<P, R, K> {}
