//! What waits for time to pass: [`Timer`], beside [`Spawner`](super::Spawner).

mod ambient;
#[cfg(feature = "smol")]
mod smol;
mod thread;
#[cfg(feature = "tokio")]
mod tokio;

pub(crate) use ambient::AmbientTimer;
pub use thread::ThreadTimer;

use std::time::{Duration, Instant};

use super::BoxFuture;
use crate::sync::Arc;

/// Tells the time, and lets it pass.
///
/// Timeouts, delays and pauses between attempts are measured by the timer of their signal. `Smol` and `Tokio` are timers
/// of the runtimes of that name, [`ThreadTimer`] needs no runtime, and a
/// [`ManualClock`](crate::testing::ManualClock) stands still until a test moves it on.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use fanfare::{BoxFuture, Signal, Timer};
///
/// /// All that an unknown runtime needs.
/// struct AsyncStd;
///
/// impl Timer for AsyncStd {
///     fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
///         Box::pin(async_std::task::sleep(duration))
///     }
/// }
///
/// let signal = Signal::builder(0u32).timer(AsyncStd).build();
/// # let _ = signal;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timer",
    label = "cannot tell the time",
    note = "pass `Smol`, `Tokio`, `ThreadTimer`, a `ManualClock` in tests, or a type of yours with `impl Timer`"
)]
pub trait Timer: Send + Sync + 'static {
    /// What time it is. It never goes back.
    fn now(&self) -> Instant {
        Instant::now()
    }

    /// A future that is ready once this much time has passed since the call, not since its first poll.
    ///
    /// Dropping it before is allowed and leaves nothing behind. A duration too long to be reckoned with is never over, or
    /// not within decades.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// A time beyond all reckoning is as good as this: clocks and timers can do with it.
pub(crate) const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Lets several signals share one timer that was made once.
impl<T: Timer + ?Sized> Timer for Arc<T> {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        (**self).sleep(duration)
    }
}
