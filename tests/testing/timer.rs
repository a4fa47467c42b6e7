//! Timers that are real: each fires.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fanfare::testing::ManualClock;
use fanfare::{Signal, ThreadTimer, Timer};
use futures_lite::future::{block_on, or, zip};

use crate::common::poll;

const SHORT: Duration = Duration::from_millis(5);

/// Sleeps, one after the other and at once, and gives up one that takes for ever.
async fn fires(timer: &dyn Timer) {
    let start = timer.now();
    timer.sleep(SHORT).await;
    assert!(timer.now() - start >= SHORT);
    zip(timer.sleep(SHORT), timer.sleep(SHORT)).await;
    timer.sleep(Duration::ZERO).await;
    let is_first = or(
        async {
            timer.sleep(Duration::MAX).await;
            false
        },
        async {
            timer.sleep(SHORT).await;
            true
        },
    );
    assert!(is_first.await);
}

#[test]
fn of_a_thread() {
    block_on(fires(&ThreadTimer));
    block_on(fires(&Arc::new(ThreadTimer)));
}

#[test]
fn time_is_the_real_one_where_nothing_else_is_said() {
    let before = Instant::now();
    let now = ThreadTimer.now();
    assert!(before <= now && now <= Instant::now());
}

#[test]
fn an_arc_shows_the_time_of_what_is_inside() {
    let clock = ManualClock::new();
    clock.advance(Duration::from_secs(3600));
    let timer: Arc<dyn Timer> = Arc::new(clock.clone());
    assert_eq!(Timer::now(&timer), clock.now());
    let mut sleep = Timer::sleep(&timer, SHORT);
    assert!(poll(&mut sleep).is_pending());
    clock.advance(SHORT);
    assert!(poll(&mut sleep).is_ready());
}

#[test]
fn a_signal_takes_any_of_them() {
    struct Own;
    impl Timer for Own {
        fn sleep(&self, duration: Duration) -> fanfare::BoxFuture<'static, ()> {
            ThreadTimer.sleep(duration)
        }
    }
    let shared: Arc<dyn Timer> = Arc::new(ManualClock::new());
    let built = [
        Signal::builder(0u8).timer(Own).build(),
        Signal::builder(0u8).timer(ThreadTimer).build(),
        Signal::builder(0u8).timer(shared).build(),
    ];
    for signal in built {
        assert_eq!(signal.send().now().unwrap().count(), 0);
    }
}

#[cfg(feature = "smol")]
#[test]
fn of_smol() {
    block_on(fires(&fanfare::Smol));
}

#[cfg(feature = "tokio")]
mod of_tokio {
    use fanfare::Tokio;
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    fn runtime(builder: &mut Builder) -> (Runtime, Tokio) {
        let runtime = builder.build().expect("a runtime");
        let timer = {
            let _inside = runtime.enter();
            Tokio::current().expect("inside a runtime")
        };
        (runtime, timer)
    }

    #[test]
    fn inside() {
        let (runtime, timer) = runtime(Builder::new_current_thread().enable_time());
        runtime.block_on(fires(&timer));
    }

    #[test]
    fn from_outside() {
        let (_runtime, timer) =
            runtime(Builder::new_multi_thread().worker_threads(1).enable_time());
        block_on(fires(&timer));
    }

    #[test]
    fn without_timers_others_fire() {
        let (runtime, timer) = runtime(&mut Builder::new_current_thread());
        runtime.block_on(fires(&timer));
        block_on(fires(&timer));
    }

    #[test]
    fn paused_time_holds() {
        let (runtime, timer) = runtime(
            Builder::new_current_thread()
                .enable_time()
                .start_paused(true),
        );
        let hour = Duration::from_secs(3600);
        let (start, began) = (timer.now(), Instant::now());
        runtime.block_on(async {
            timer.sleep(hour).await;
            assert!(timer.now() - start >= hour);
        });
        assert!(timer.now() - start >= hour, "from outside, too");
        assert!(began.elapsed() < hour);
    }

    #[test]
    fn a_sleep_outlives_its_runtime() {
        let (runtime, timer) = runtime(Builder::new_multi_thread().worker_threads(1).enable_time());
        let (start, long) = (Instant::now(), SHORT * 20);
        let (mut begun, fresh) = (timer.sleep(long), timer.sleep(long));
        assert!(poll(&mut begun).is_pending());
        runtime.shutdown_background();
        block_on(zip(begun, fresh));
        assert!(start.elapsed() >= long);
        block_on(timer.sleep(SHORT));
    }
}
