//! The dispatchers of a signal, and an attempt at a call that goes through them.

use std::task::{Context, Poll};

use super::fate::Fate;
use super::{Calling, Dispatcher, Outcome, Receiver, Round};
use crate::signal::event::Event;
use crate::signal::failure::Cause;
use crate::signal::flight::Flight;
use crate::signal::panic::{Panic, Quiet, capture};
use crate::signal::registry::{Held, Slot};
use crate::signal::trace::LaterSpan;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// The dispatchers of a signal, and how its calls become receivers and outcomes replies: kept as functions, since who runs
/// calls knows little of their types.
pub(crate) struct Dispatch<P, R, K> {
    /// The outermost first; at least one.
    dispatchers: Box<[Quiet<Arc<dyn Dispatcher>>]>,
    receiver: fn(Calling<P, R, K>) -> Receiver,
    typed: fn(Outcome) -> Result<R, Cause>,
}

impl<P, R, K> Dispatch<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Send + Sync + 'static,
{
    /// `None` where there is no dispatcher.
    pub(crate) fn new(dispatchers: Vec<Arc<dyn Dispatcher>>) -> Option<Box<Self>> {
        if dispatchers.is_empty() {
            return None;
        }
        Some(Box::new(Self {
            dispatchers: dispatchers.into_iter().map(Quiet::new).collect(),
            receiver: |calling| Receiver::new(calling),
            typed: Outcome::typed,
        }))
    }
}

impl<P, R, K> Dispatch<P, R, K> {
    pub(super) fn dispatchers(&self) -> &[Quiet<Arc<dyn Dispatcher>>] {
        &self.dispatchers
    }

    /// The reply in an outcome, if it is one of this signal's.
    pub(crate) fn typed(&self, outcome: Outcome) -> Result<R, Cause> {
        (self.typed)(outcome)
    }

    /// Asks the dispatchers of a round for an attempt at a call of this callback.
    pub(crate) fn begin(
        &self,
        round: &Arc<Round>,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        kept: (Option<Held>, Option<usize>),
        span: &LaterSpan,
    ) -> Result<Attempted, Panic> {
        let fate = Arc::new(Fate::new());
        let calling = Calling::new(slot, event, kept, &fate, span);
        let future = span.within(|| round.call((self.receiver)(calling)))?;
        Ok(Attempted {
            future,
            fate,
            has_outcome: false,
        })
    }
}

/// An attempt that dispatchers are making.
pub(crate) struct Attempted {
    future: BoxFuture<'static, Outcome>,
    fate: Arc<Fate>,
    has_outcome: bool,
}

impl Attempted {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        let polled = self.future.as_mut().poll(cx);
        self.has_outcome |= polled.is_ready();
        polled
    }

    /// Has it end without a start; false if its callback has started.
    pub(crate) fn stop(&self) -> bool {
        self.fate.stop()
    }

    /// Whether the callback has started.
    pub(crate) fn has_started(&self) -> bool {
        self.fate.has_started()
    }

    /// Lets go of it. What the dispatchers have given away goes on elsewhere: a receiver that has started, and where there is
    /// an outcome, one that has yet to start. The signal counts it as under way until then.
    pub(crate) fn end(self, flight: &Arc<Flight>) -> Result<(), Panic> {
        let Self {
            future,
            fate,
            has_outcome,
        } = self;
        let goes_on = has_outcome || !fate.stop();
        let dropped = capture(|| drop(future));
        if goes_on && Arc::strong_count(&fate) > 1 {
            fate.leave_behind(flight.put_off());
        }
        dropped
    }
}
