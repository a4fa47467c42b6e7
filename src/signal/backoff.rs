//! How long to wait before the next attempt, and when to give up.

use std::time::Duration;

use fastrand::Rng;

/// How a callback that failed is tried again: after delays that grow, with some chance in them, a few times.
///
/// The delay after the first failure is `first`; each further one is `factor` times as long, up to `max`. Of each delay,
/// `jitter` is the part that is left to chance, so that those who failed together do not come back together. The usual
/// jitter is 1, known as *full jitter*: anything between nothing and the whole delay. With 0.5 (*equal jitter*) at least half
/// of it is waited, with 0 all of it.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use fanfare::Backoff;
///
/// let backoff = Backoff::new(Duration::from_millis(10)).attempts(4).max(Duration::from_millis(25)).jitter(0.0);
/// assert_eq!(backoff.delay(1), Some(Duration::from_millis(10)));
/// assert_eq!(backoff.delay(2), Some(Duration::from_millis(20)));
/// assert_eq!(backoff.delay(3), Some(Duration::from_millis(25)));
/// assert_eq!(backoff.delay(4), None); // the fourth call was the last one
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a backoff does nothing by itself"]
pub struct Backoff {
    first: Duration,
    /// At least 1, and a number.
    factor: f64,
    max: Duration,
    /// At least 1.
    attempts: u32,
    /// From 0 to 1.
    jitter: f64,
    seed: Option<u64>,
}

impl Backoff {
    /// Five calls in all; delays that begin with `first` and double up to 30 seconds; full jitter.
    pub const fn new(first: Duration) -> Self {
        Self {
            first,
            factor: 2.0,
            max: Duration::from_secs(30),
            attempts: 5,
            jitter: 1.0,
            seed: None,
        }
    }

    /// How many times as long each delay is as the one before it. The usual factor is 2. Delays never shrink: less than 1,
    /// or not a number, counts as 1.
    pub fn factor(mut self, factor: f64) -> Self {
        // The larger of a number and none is the number.
        self.factor = factor.max(1.0);
        self
    }

    /// The longest delay, which is 30 seconds otherwise; the first one, too, is no longer.
    pub fn max(mut self, max: Duration) -> Self {
        self.max = max;
        self
    }

    /// How many calls there are in all, the first one with them: 5 unless told otherwise. 0 counts as 1, which is no
    /// second attempt.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The part of each delay that is left to chance, from 0 (none, for tests) to 1 (all of it, the usual one). What lies
    /// outside counts as the nearer of the two, and what is no number as 0.
    pub fn jitter(mut self, part: f64) -> Self {
        self.jitter = if part.is_nan() {
            0.0
        } else {
            part.clamp(0.0, 1.0)
        };
        self
    }

    /// Has chance take the same course each time, for tests: two with one seed and the same settings give the same delays.
    ///
    /// All calls that share it wait equally long after as many failures, which is what jitter is there to prevent.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How long to wait after this many failed calls, or `None` to give up. 0 counts as 1.
    #[must_use]
    pub fn delay(&self, failed_attempts: u32) -> Option<Duration> {
        let failed = failed_attempts.max(1);
        if failed >= self.attempts {
            return None;
        }
        let whole = self.whole(failed - 1);
        if self.jitter == 0.0 {
            return Some(whole);
        }
        let chance = self
            .seed
            .map_or_else(fastrand::f64, |seed| chance(seed, failed));
        let part = 1.0 - self.jitter * chance;
        // A delay of centuries may round up to what is no duration any more.
        let delay = Duration::try_from_secs_f64(whole.as_secs_f64() * part);
        Some(delay.unwrap_or(whole).min(whole))
    }

    /// The delay without jitter.
    fn whole(&self, growths: u32) -> Duration {
        if growths == 0 || self.first.is_zero() {
            return self.first.min(self.max);
        }
        // Infinite in the end, for which `f64` has a value and `Duration` has none.
        let growth = self.factor.powf(f64::from(growths));
        let delay = Duration::try_from_secs_f64(self.first.as_secs_f64() * growth);
        // Rounding must not have it shrink.
        delay.unwrap_or(Duration::MAX).max(self.first).min(self.max)
    }
}

/// A tenth of a second first, and as [`new`](Backoff::new) says.
impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(100))
    }
}

/// At least 0 and less than 1, each seed and number its own.
fn chance(seed: u64, number: u32) -> f64 {
    // An odd constant without pattern keeps apart the courses of seeds that follow each other.
    const STRIDE: u64 = 0x9E37_79B9_7F4A_7C15;
    Rng::with_seed(seed.wrapping_add(u64::from(number).wrapping_mul(STRIDE))).f64()
}
