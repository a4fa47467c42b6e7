//! What the calls of a signal know of it.

use std::time::Duration;

use super::dispatcher::{Dispatch, Outcome};
use super::event::{Event, SignalInfo};
use super::failure::{Cause, Failure, Witness};
use super::flight::Flight;
use super::flow::Deadline;
use super::handle::ErrorOf;
use super::panic::capture;
use super::trace;
use crate::spawn::{Ambient, AmbientTimer, Spawner, Timer, here};
use crate::sync::{Arc, AtomicU64, OnceLock, Ordering};

/// What the calls of a signal know of it. They may outlive it, and keep none of its connections.
pub(crate) struct Surroundings<P, R, K> {
    pub(crate) info: SignalInfo,
    spawner: Option<Arc<dyn Spawner>>,
    timer: Option<Arc<dyn Timer>>,
    pub(crate) flight: Arc<Flight>,
    /// Whether the calls of each connection are counted and timed.
    pub(crate) counts_calls: bool,
    /// Whether it is told of another signal's failures: of its own, nobody is.
    is_of_failures: bool,
    /// The error in a reply, where replies may be errors.
    pub(crate) error_of: Option<ErrorOf<R>>,
    /// What is around its sends and calls, if anything is.
    pub(crate) dispatch: Option<Box<Dispatch<P, R, K>>>,
    /// Who is told of failures; from the first time somebody asks for them.
    pub(crate) witness: OnceLock<Box<dyn Witness<P, K>>>,
    /// How many calls have failed. Relaxed: it stands for itself.
    failed: AtomicU64,
}

/// What a signal was given to run and to time calls.
type Runtime = (Option<Arc<dyn Spawner>>, Option<Arc<dyn Timer>>);

impl<P, R, K> Surroundings<P, R, K> {
    pub(crate) fn new(
        info: SignalInfo,
        (spawner, timer): Runtime,
        flight: Arc<Flight>,
        counts_calls: bool,
        is_of_failures: bool,
        error_of: Option<ErrorOf<R>>,
        dispatch: Option<Box<Dispatch<P, R, K>>>,
    ) -> Self {
        Self {
            info,
            spawner,
            timer,
            flight,
            counts_calls,
            is_of_failures,
            error_of,
            dispatch,
            witness: OnceLock::new(),
            failed: AtomicU64::new(0),
        }
    }

    #[inline]
    pub(crate) fn spawner(&self) -> &dyn Spawner {
        self.spawner.as_deref().unwrap_or(&Ambient)
    }

    /// For calls that are spawned later, maybe elsewhere: what is around is what is around now.
    pub(crate) fn lasting_spawner(&self) -> Arc<dyn Spawner> {
        self.spawner.clone().unwrap_or_else(here)
    }

    /// The spawner it was given.
    pub(crate) fn own_spawner(&self) -> Option<Arc<dyn Spawner>> {
        self.spawner.clone()
    }

    pub(crate) fn timer(&self) -> Arc<dyn Timer> {
        self.timer.clone().unwrap_or_else(AmbientTimer::shared)
    }

    pub(crate) fn deadline(&self, time: Duration) -> Deadline {
        Deadline::after(&self.timer(), time)
    }

    /// Whether every call is to be looked at.
    pub(crate) fn looks_at_calls(&self) -> bool {
        self.counts_calls || self.error_of.is_some() || self.dispatch.is_some()
    }

    /// What dispatchers made of a call.
    pub(crate) fn typed(&self, outcome: Outcome) -> Result<R, Cause> {
        match &self.dispatch {
            Some(dispatch) => dispatch.typed(outcome),
            None => unreachable!("outcomes are of signals with dispatchers"),
        }
    }

    /// Whether somebody may be told of failures, so that events are to be kept for that.
    #[inline]
    pub(crate) fn has_witness(&self) -> bool {
        self.witness.get().is_some()
    }

    /// A call has failed, or a send. Counted always, and told if there is somebody to tell.
    #[cold]
    pub(crate) fn tell(&self, failure: &Failure, event: impl FnOnce() -> Option<Arc<Event<P, K>>>) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        if self.is_of_failures {
            drop(capture(|| trace::failure_lost(&self.info, failure)));
            return;
        }
        drop(capture(|| trace::failed(&self.info, failure)));
        if let Some(witness) = self.witness.get() {
            witness.tell(failure, event());
        }
    }

    /// The same, for a send as a whole.
    pub(crate) fn fail_send(&self, cause: Cause) -> Failure {
        let failure = Failure::of_send(cause);
        self.tell(&failure, || None);
        failure
    }

    pub(crate) fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }
}
