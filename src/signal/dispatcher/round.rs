//! One send under its dispatchers, from `before` to `after`.

use super::nested::Nested;
use super::{Context, Dispatcher, Outcome, Receiver, Results};
use crate::signal::event::Event;
use crate::signal::failure::{Cause, Failure};
use crate::signal::panic::{Panic, Quiet, capture};
use crate::signal::report::Report;
use crate::signal::surroundings::Surroundings;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A send that has begun, and its dispatchers. Shared by its calls.
pub(crate) struct Round {
    home: Arc<dyn Home>,
    context: Context,
}

/// The signal, as far as a round knows it.
trait Home: Send + Sync {
    /// The outermost first; at least one.
    fn dispatchers(&self) -> &[Quiet<Arc<dyn Dispatcher>>];
    /// A dispatcher has panicked, there.
    fn panicked(&self, panic: Panic, place: &'static str);
}

impl<P, R, K> Home for Surroundings<P, R, K> {
    fn dispatchers(&self) -> &[Quiet<Arc<dyn Dispatcher>>] {
        self.dispatch
            .as_ref()
            .map_or(&[], |dispatch| dispatch.dispatchers())
    }

    fn panicked(&self, panic: Panic, place: &'static str) {
        let failure = Failure::of_send_in(place, Cause::Panicked(panic));
        self.tell(&failure, || None);
    }
}

impl Round {
    /// Begins the round of a send, if its signal has a dispatcher: each one's `before` is called, the outermost first.
    pub(crate) fn begin<P, R, K>(
        home: &Arc<Surroundings<P, R, K>>,
        event: &Arc<Event<P, K>>,
        is_to_one: bool,
        receivers: impl FnOnce() -> usize,
    ) -> Option<Arc<Self>>
    where
        P: Send + Sync + 'static,
        R: 'static,
        K: Send + Sync + 'static,
    {
        home.dispatch.as_ref()?;
        let home: Arc<Surroundings<P, R, K>> = Arc::clone(home);
        let round = Self {
            home,
            context: Context::new(event, is_to_one, receivers()),
        };
        for dispatcher in round.home.dispatchers() {
            if let Err(panic) = capture(|| dispatcher.before(&round.context)) {
                round.home.panicked(panic, "the `before` of a dispatcher");
            }
        }
        Some(Arc::new(round))
    }

    /// Gives a call to the outermost dispatcher, for its future.
    pub(crate) fn call(
        self: &Arc<Self>,
        receiver: Receiver,
    ) -> Result<BoxFuture<'static, Outcome>, Panic> {
        let inner = (1..self.home.dispatchers().len()).rev();
        let receiver = inner.fold(receiver, |receiver, number| {
            Receiver::new(Nested::new(self, number, receiver))
        });
        capture(|| self.ask(0, receiver))
    }

    /// Asks one of them what becomes of a call.
    pub(super) fn ask(&self, number: usize, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        self.home.dispatchers()[number].call(&self.context, receiver)
    }

    fn after(&self, results: &Results<'_>) {
        for dispatcher in self.home.dispatchers().iter().rev() {
            if let Err(panic) = capture(|| dispatcher.after(&self.context, results)) {
                self.home.panicked(panic, "the `after` of a dispatcher");
            }
        }
    }
}

/// A round that has to be ended: `after` is called once.
#[must_use = "a round that has begun has to be ended"]
pub(crate) struct Open<R> {
    round: Arc<Round>,
    /// How a report of its calls is shown. Kept, since who ends it may not know that replies are `'static`.
    shown: for<'a> fn(&'a Report<R>) -> Results<'a>,
}

impl<R: 'static> Open<R> {
    /// One whose replies are there when it ends.
    pub(crate) fn new(round: Arc<Round>) -> Self {
        Self {
            round,
            shown: |report| Results::of(report),
        }
    }
}

impl Open<()> {
    /// One whose replies are taken as they come.
    pub(crate) fn of_taken(round: Arc<Round>) -> Self {
        Self {
            round,
            shown: |report| Results::of_taken(report),
        }
    }
}

impl<R> Open<R> {
    pub(crate) fn end(self, report: &Report<R>) {
        self.round.after(&(self.shown)(report));
    }
}
