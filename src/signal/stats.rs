//! What is counted of a connection's calls, where that is switched on.

use std::time::Duration;

use crate::sync::{AtomicU64, Ordering};

/// Written by whoever ends a call, without a lock. Relaxed throughout: each number stands for itself, and nothing else is
/// read because of it.
#[derive(Debug)]
pub(crate) struct Stats {
    calls: AtomicU64,
    failures: AtomicU64,
    /// In nanoseconds, of which there are enough for 584 years; it stays there.
    total: AtomicU64,
    longest: AtomicU64,
}

impl Stats {
    pub(crate) const fn new() -> Self {
        Self {
            calls: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            total: AtomicU64::new(0),
            longest: AtomicU64::new(0),
        }
    }

    /// Adds a call that has ended.
    pub(crate) fn record(&self, elapsed: Duration, is_failure: bool) {
        let nanos = nanos(elapsed);
        // Nobody lives to see these two full: they grow by one. The total grows by whatever a clock says.
        self.calls.fetch_add(1, Ordering::Relaxed);
        if is_failure {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        let add = |total: u64| Some(total.saturating_add(nanos));
        let _ = self
            .total
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        self.longest.fetch_max(nanos, Ordering::Relaxed);
    }

    /// What has been counted. A call that ends at this moment may be in some of the numbers and not yet in others.
    pub(crate) fn counts(&self) -> CallCounts {
        CallCounts {
            calls: self.calls.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            total: Duration::from_nanos(self.total.load(Ordering::Relaxed)),
            longest: Duration::from_nanos(self.longest.load(Ordering::Relaxed)),
        }
    }
}

/// What was counted of a connection's calls since counting was switched on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CallCounts {
    /// How many calls have ended, failures among them.
    pub calls: u64,
    /// How many of them failed.
    pub failures: u64,
    /// How long they took together; calls at the same time count each. In JSON, `total_nanos`.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "total_nanos", serialize_with = "serialize_nanos")
    )]
    pub total: Duration,
    /// How long the longest took. In JSON, `longest_nanos`.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "longest_nanos", serialize_with = "serialize_nanos")
    )]
    pub longest: Duration,
}

/// As many as there is room for.
fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// One exact number, and not seconds and nanoseconds apart.
#[cfg(feature = "serde")]
pub(crate) fn serialize_nanos<S: serde::Serializer>(
    duration: &Duration,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.serialize_u64(nanos(*duration))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn nothing_is_counted_at_first() {
        assert_eq!(Stats::new().counts(), CallCounts::default());
    }

    #[test]
    fn calls_add_up() {
        let stats = Stats::new();
        stats.record(2 * MS, false);
        stats.record(5 * MS, true);
        stats.record(3 * MS, false);
        let expected = CallCounts {
            calls: 3,
            failures: 1,
            total: 10 * MS,
            longest: 5 * MS,
        };
        assert_eq!(stats.counts(), expected);
    }

    #[test]
    fn times_stay_at_the_most_there_is_room_for() {
        let stats = Stats::new();
        stats.record(Duration::MAX, true);
        stats.record(MS, false);
        stats.record(Duration::MAX, false);
        let most = Duration::from_nanos(u64::MAX);
        let expected = CallCounts {
            calls: 3,
            failures: 1,
            total: most,
            longest: most,
        };
        assert_eq!(stats.counts(), expected);
    }

    #[test]
    fn threads_lose_no_call() {
        let stats = Stats::new();
        std::thread::scope(|scope| {
            for thread in 1..=4 {
                let stats = &stats;
                scope.spawn(move || {
                    for call in 0..1000 {
                        stats.record(thread * MS, call % 2 == 0);
                    }
                });
            }
        });
        let expected = CallCounts {
            calls: 4000,
            failures: 2000,
            total: 10_000 * MS,
            longest: 4 * MS,
        };
        assert_eq!(stats.counts(), expected);
    }
}
