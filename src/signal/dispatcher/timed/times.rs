//! What was measured of one identifier.

use std::time::Duration;

#[cfg(feature = "serde")]
use crate::signal::stats::serialize_nanos;

/// What [`Timed`](super::Timed) has measured of the sends with one identifier, and of their calls. Plain data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Times {
    /// How many sends have ended.
    pub sends: u64,
    /// How long they took together, each from its beginning until all of its calls had ended; sends at the same time count
    /// each. In JSON, `send_total_nanos`.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "send_total_nanos", serialize_with = "serialize_nanos")
    )]
    pub send_total: Duration,
    /// How long the longest send took. In JSON, `longest_send_nanos`.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "longest_send_nanos", serialize_with = "serialize_nanos")
    )]
    pub longest_send: Duration,
    /// How many calls have ended, failures among them, and each attempt of a connection that tries again.
    pub calls: u64,
    /// How many of them did not reply: they panicked, failed or were stopped.
    pub failures: u64,
    /// How many were [skipped](crate::Cause::Skipped) by a dispatcher further in. They are not among the calls.
    pub skipped: u64,
    /// How long calls took together; calls at the same time count each. In JSON, `total_nanos`.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "total_nanos", serialize_with = "serialize_nanos")
    )]
    pub total: Duration,
    /// How long the longest call took. In JSON, `longest_nanos`.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "longest_nanos", serialize_with = "serialize_nanos")
    )]
    pub longest: Duration,
}

/// Totals stay at the most there is room for: clocks may say anything.
impl Times {
    pub(super) fn add_send(&mut self, elapsed: Duration) {
        self.sends += 1;
        self.send_total = self.send_total.saturating_add(elapsed);
        self.longest_send = self.longest_send.max(elapsed);
    }

    pub(super) fn add_call(&mut self, elapsed: Duration, is_failure: bool) {
        self.calls += 1;
        self.failures += u64::from(is_failure);
        self.total = self.total.saturating_add(elapsed);
        self.longest = self.longest.max(elapsed);
    }

    pub(super) fn add_skipped(&mut self) {
        self.skipped += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn some() -> Times {
        let mut times = Times::default();
        times.add_send(5 * MS);
        times.add_call(2 * MS, false);
        times.add_call(3 * MS, true);
        times.add_skipped();
        times
    }

    #[test]
    fn times_add_up() {
        let expected = Times {
            sends: 1,
            send_total: 5 * MS,
            longest_send: 5 * MS,
            calls: 2,
            failures: 1,
            skipped: 1,
            total: 5 * MS,
            longest: 3 * MS,
        };
        assert_eq!(some(), expected);
    }

    #[test]
    fn totals_stay_at_the_most_there_is_room_for() {
        let mut times = Times::default();
        for _ in 0..2 {
            times.add_send(Duration::MAX);
            times.add_call(Duration::MAX, false);
        }
        assert_eq!(
            (times.send_total, times.total),
            (Duration::MAX, Duration::MAX)
        );
    }

    #[cfg(feature = "serde")]
    #[test]
    fn times_are_whole_numbers_in_json() {
        let json = serde_json::to_string(&some()).expect("numbers alone");
        let expected = "{\"sends\":1,\"send_total_nanos\":5000000,\"longest_send_nanos\":5000000,\"calls\":2,\
                        \"failures\":1,\"skipped\":1,\"total_nanos\":5000000,\"longest_nanos\":3000000}";
        assert_eq!(json, expected);
    }
}
