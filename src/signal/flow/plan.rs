//! What a connect says of how its callback is to be called.

use std::time::Duration;

use super::lineup::Rules;
use super::throttle::Throttle;
use super::{End, Flow, Lane};
use crate::signal::backoff::Backoff;
use crate::signal::overflow::Overflow;
use crate::signal::stats::Stats;
use crate::spawn::Timer;
use crate::sync::Arc;

/// The options of a connect that make its calls managed ones.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) is_sequential: bool,
    pub(crate) is_ordered: bool,
    pub(crate) queue: Option<(usize, Overflow)>,
    pub(crate) max_in_flight: Option<usize>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) throttle: Option<Duration>,
    pub(crate) debounce: Option<Duration>,
    pub(crate) retry: Option<Backoff>,
    pub(crate) cancels: bool,
    /// Whether calls are counted.
    pub(crate) counts: bool,
    /// Whether replies have to be looked at.
    pub(crate) is_fallible: bool,
    /// Whether calls go through a dispatcher.
    pub(crate) is_dispatched: bool,
}

impl Plan {
    pub(crate) fn is_empty(&self) -> bool {
        self.rules().is_none()
            && self.timeout.is_none()
            && self.throttle.is_none()
            && self.debounce.is_none()
            && self.retry.is_none()
            && !self.cancels
            && !self.counts
            && !self.is_fallible
            && !self.is_dispatched
    }

    /// How calls line up, if they have to.
    ///
    /// A queue without anything to wait for would never fill: by itself it makes calls run one at a time.
    fn rules(&self) -> Option<Rules> {
        let lines_up = self.is_sequential || self.is_ordered || self.queue.is_some();
        if !lines_up && self.max_in_flight.is_none() {
            return None;
        }
        let is_alone = self.is_sequential || (!self.is_ordered && self.max_in_flight.is_none());
        let limit = match self.max_in_flight {
            _ if is_alone => 1,
            Some(limit) => limit.max(1),
            None => usize::MAX,
        };
        // Whoever says nothing of a queue has one without bounds, where calls are to wait at all.
        let unsaid = if lines_up { usize::MAX } else { 0 };
        let (capacity, overflow) = self.queue.unwrap_or((unsaid, Overflow::Wait));
        Some(Rules {
            limit,
            capacity,
            overflow,
            is_ordered: self.is_ordered && !self.is_sequential,
        })
    }

    pub(crate) fn into_flow(self, timer: Arc<dyn Timer>) -> Option<Flow> {
        if self.is_empty() {
            return None;
        }
        Some(Flow {
            lane: self.rules().map(Lane::new),
            rules: None,
            stats: self.counts.then(|| Arc::new(Stats::new())),
            throttle: self.throttle.map(Throttle::new),
            timeout: self.timeout,
            retry: self.retry,
            cancels: self.cancels,
            timer,
            end: End::new(),
        })
    }

    /// In words, for who looks at the connection.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.is_sequential {
            words.push("sequential".to_owned());
        }
        if self.is_ordered {
            words.push("ordered".to_owned());
        }
        if let Some(limit) = self.max_in_flight {
            words.push(format!("max_in_flight {limit}"));
        }
        if let Some((capacity, overflow)) = self.queue {
            words.push(format!("queue {capacity} {overflow}"));
        }
        let times = [
            ("timeout", self.timeout),
            ("throttle", self.throttle),
            ("debounce", self.debounce),
        ];
        for (what, time) in times {
            words.extend(time.map(|time| format!("{what} {time:?}")));
        }
        if self.retry.is_some() {
            words.push("retry".to_owned());
        }
        if self.cancels {
            words.push("cancel_on_disconnect".to_owned());
        }
        words
    }
}
