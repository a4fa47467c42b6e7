//! A timer that needs no runtime.

use std::time::Duration;

use futures_timer::Delay;

use super::{CENTURY, Timer};
use crate::spawn::BoxFuture;

/// Wakes sleepers from a thread of its own, which all of them share and which starts with the first sleep.
///
/// For programs whose executor has no timer, and what a signal without a timer uses where neither smol nor tokio is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThreadTimer;

impl Timer for ThreadTimer {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // Its clock cannot reckon with more.
        Box::pin(Delay::new(duration.min(CENTURY)))
    }
}
