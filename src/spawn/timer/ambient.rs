//! The timer of a signal that was given none.

use std::time::{Duration, Instant};

use super::Timer;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, OnceLock};

/// Looks around at each sleep: tokio inside a tokio runtime, else smol, else [`ThreadTimer`](super::ThreadTimer).
#[derive(Debug, Clone, Copy)]
pub(crate) struct AmbientTimer;

impl AmbientTimer {
    /// The one for all signals.
    pub(crate) fn shared() -> Arc<dyn Timer> {
        static SHARED: OnceLock<Arc<AmbientTimer>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Arc::new(Self));
        Arc::clone(shared) as Arc<dyn Timer>
    }
}

impl Timer for AmbientTimer {
    fn now(&self) -> Instant {
        #[cfg(feature = "tokio")]
        if let Some(tokio) = crate::spawn::Tokio::current() {
            return tokio.now();
        }
        Instant::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        #[cfg(feature = "tokio")]
        if let Some(tokio) = crate::spawn::Tokio::current() {
            return tokio.sleep(duration);
        }
        elsewhere(duration)
    }
}

/// A sleep outside of tokio.
pub(super) fn elsewhere(duration: Duration) -> BoxFuture<'static, ()> {
    #[cfg(feature = "smol")]
    return crate::spawn::Smol.sleep(duration);
    #[cfg(not(feature = "smol"))]
    super::ThreadTimer.sleep(duration)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_lite::future::block_on;

    use super::{AmbientTimer, Timer, elsewhere};

    const SHORT: Duration = Duration::from_millis(5);

    fn sleeps() {
        let timer = AmbientTimer::shared();
        let start = timer.now();
        block_on(timer.sleep(SHORT));
        assert!(timer.now() - start >= SHORT);
    }

    #[test]
    fn it_fires_outside_of_any_runtime() {
        sleeps();
        block_on(elsewhere(SHORT));
    }

    #[test]
    fn it_fires_inside_of_a_tokio_runtime_without_timers() {
        let tokio = tokio::runtime::Builder::new_current_thread().build();
        let tokio = tokio.expect("a runtime");
        let _inside = tokio.enter();
        sleeps();
        sleeps();
    }

    #[cfg(feature = "tokio")]
    #[test]
    fn inside_of_tokio_it_is_tokios() {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        let tokio = builder.enable_time().build().expect("a runtime");
        let hour = Duration::from_secs(3600);
        tokio.block_on(async {
            // Which nothing but tokio's own timers heed. It goes on when there is nothing else to do.
            tokio::time::pause();
            let (start, began) = (AmbientTimer.now(), std::time::Instant::now());
            AmbientTimer.sleep(hour).await;
            assert!(AmbientTimer.now() - start >= hour);
            assert!(began.elapsed() < hour);
        });
    }
}
