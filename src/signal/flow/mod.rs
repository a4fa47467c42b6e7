//! What a connection says of how it is called: in which order, how often at a time, how long, how often again.
//!
//! A connection that says nothing has no [`Flow`], and its calls know nothing of this room. The others' are
//! [`Managed`]: one future each, that waits for its turn, makes its attempts, and leaves.

mod debounce;
mod job;
mod lane;
mod lineup;
mod managed;
mod plan;
mod sleep;
mod solo;
mod throttle;

pub(crate) use debounce::Debouncer;
pub(crate) use job::ManagedJob;
pub(crate) use lane::{Lane, Promise};
pub(crate) use lineup::Refusal;
use lineup::Rules;
pub(crate) use managed::Managed;
pub(crate) use plan::Plan;
pub(crate) use sleep::{Deadline, Sleep};
pub(crate) use solo::Solo;

use std::fmt;
use std::time::{Duration, Instant};

use event_listener::{Event, EventListener};

use super::backoff::Backoff;
use super::stats::Stats;
use crate::spawn::Timer;
use crate::sync::{Arc, AtomicBool, Ordering};
use throttle::Throttle;

/// What the calls of one connection share.
pub(crate) struct Flow {
    pub(crate) lane: Option<Arc<Lane>>,
    /// Those of a lane that was taken over.
    rules: Option<Rules>,
    /// Counted only if that is switched on.
    pub(crate) stats: Option<Arc<Stats>>,
    throttle: Option<Throttle>,
    timeout: Option<Duration>,
    retry: Option<Backoff>,
    /// Whether what runs is cancelled when the connection ends.
    cancels: bool,
    timer: Arc<dyn Timer>,
    /// Shared with the flows that it takes over from: their calls go on.
    end: Arc<End>,
}

/// The end of a connection, for calls that are to end with it.
struct End {
    /// Set once, by whoever ends the connection, before `told` is.
    has_come: AtomicBool,
    told: Event,
}

impl End {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            has_come: AtomicBool::new(false),
            told: Event::new(),
        })
    }
}

impl Flow {
    /// Whether a send may have to wait for a place.
    pub(crate) fn may_hold_up(&self) -> bool {
        use super::overflow::Overflow;
        self.lane.as_ref().is_some_and(|lane| {
            let rules = lane.rules();
            rules.overflow == Overflow::Wait && rules.capacity != usize::MAX
        })
    }

    /// Whether a throttle lets one more pass now.
    pub(crate) fn lets_pass(&self) -> bool {
        self.throttle
            .as_ref()
            .is_none_or(|throttle| throttle.lets_pass(self.timer.now()))
    }

    /// The same, without letting it pass.
    pub(crate) fn would_let_pass(&self) -> bool {
        self.throttle
            .as_ref()
            .is_none_or(|throttle| throttle.would_let_pass(self.timer.now()))
    }

    /// How many were held back by a throttle, or dropped because the queue was full.
    pub(crate) fn lost(&self) -> u64 {
        let dropped = self.lane.as_ref().map_or(0, |lane| lane.lost());
        dropped + self.throttle.as_ref().map_or(0, Throttle::held_back)
    }

    /// Takes over what an older flow of the same connection has in hand, by the rules of this one.
    pub(crate) fn succeed(&mut self, older: &Self) {
        if let (Some(lane), Some(old)) = (&mut self.lane, &older.lane) {
            let rules = lane.rules();
            if rules.is_ordered == old.rules().is_ordered {
                *lane = Arc::clone(old);
                self.rules = Some(rules);
            }
        }
        self.end = Arc::clone(&older.end);
        if self.stats.is_some() && older.stats.is_some() {
            self.stats.clone_from(&older.stats);
        }
    }

    /// Has what was taken over go by these rules. Where no lock is held, since calls may begin.
    pub(crate) fn apply_rules(&self) {
        if let (Some(lane), Some(rules)) = (&self.lane, self.rules) {
            lane.set_rules(rules);
        }
    }

    /// The connection has ended: what waits is put out, and what runs is cancelled, if it was to be.
    pub(crate) fn close(&self) {
        if let Some(lane) = &self.lane {
            lane.close();
        }
        self.end.has_come.store(true, Ordering::SeqCst);
        self.end.told.notify(usize::MAX);
    }

    /// The signal has gone: what was accepted goes on, unless it was to be cancelled.
    pub(crate) fn cancel(&self) {
        if self.cancels {
            self.close();
        }
    }

    pub(crate) fn cancels(&self) -> bool {
        self.cancels
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.end.has_come.load(Ordering::SeqCst)
    }

    fn listen(&self) -> EventListener {
        self.end.told.listen()
    }

    /// The time, if calls are timed.
    pub(crate) fn clock(&self) -> Option<Instant> {
        self.stats.as_ref().map(|_| self.timer.now())
    }

    /// Counts a call that began then.
    pub(crate) fn record(&self, began: Option<Instant>, is_failure: bool) {
        if let (Some(stats), Some(began)) = (&self.stats, began) {
            stats.record(
                self.timer.now().saturating_duration_since(began),
                is_failure,
            );
        }
    }

    /// Of what its calls wait for each other in: the lane, which flows of one connection hand on.
    pub(crate) fn address(&self) -> usize {
        match &self.lane {
            Some(lane) => Arc::as_ptr(lane).addr(),
            None => std::ptr::from_ref(self).addr(),
        }
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow")
            .field("lane", &self.lane)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
