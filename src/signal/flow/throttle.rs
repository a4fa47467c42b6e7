//! One call in a while.

use std::time::{Duration, Instant};

use crate::sync::{AtomicU64, Lock, Ordering};

/// Lets one pass, and holds others back until its time is over.
#[derive(Debug)]
pub(super) struct Throttle {
    pause: Duration,
    /// When the last one passed. Written by sends, under the lock.
    last: Lock<Option<Instant>>,
    held_back: AtomicU64,
}

impl Throttle {
    pub(super) fn new(pause: Duration) -> Self {
        Self {
            pause,
            last: Lock::new(None),
            held_back: AtomicU64::new(0),
        }
    }

    pub(super) fn lets_pass(&self, now: Instant) -> bool {
        let mut last = self.last.hold();
        let is_over = self.is_over(*last, now);
        if is_over {
            *last = Some(now);
        } else {
            // Relaxed: a number that stands for itself.
            self.held_back.fetch_add(1, Ordering::Relaxed);
        }
        is_over
    }

    /// Whether it would let one pass now.
    pub(super) fn would_let_pass(&self, now: Instant) -> bool {
        self.is_over(*self.last.hold(), now)
    }

    fn is_over(&self, last: Option<Instant>, now: Instant) -> bool {
        last.is_none_or(|last| now.saturating_duration_since(last) >= self.pause)
    }

    pub(super) fn held_back(&self) -> u64 {
        self.held_back.load(Ordering::Relaxed)
    }
}
