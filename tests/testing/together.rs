//! The tools beside each other, as a test of a program with signals uses them.

use std::time::Duration;

use fanfare::testing::{ManualClock, Recorder, SeededExecutor};
use fanfare::{Backoff, Signal, Spawner, Timer};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn tasks_that_sleep_wake_up_in_the_order_of_their_deadlines_under_every_seed() {
    for seed in 0..50 {
        let (clock, executor) = (ManualClock::new(), SeededExecutor::new(seed));
        let (signal, heard) = (Signal::new(0u64), Recorder::new());
        heard.connect(&signal).now();
        for seconds in [3, 1, 2] {
            let (signal, timer) = (signal.clone(), clock.clone());
            executor.spawn(Box::pin(async move {
                timer.sleep(Duration::from_secs(seconds)).await;
                signal.send().with(seconds).await;
            }));
        }
        executor.run_until_stalled();
        assert_eq!(clock.sleepers(), 3);
        while clock.advance_to_next().is_some() {
            executor.run_until_stalled();
        }
        heard.assert_payloads(&[1, 2, 3]);
        assert!(executor.is_empty());
    }
}

#[test]
fn attempts_are_as_far_apart_as_the_backoff_says() {
    let (clock, executor) = (ManualClock::new(), SeededExecutor::new(1));
    let (signal, heard) = (Signal::new(Duration::ZERO), Recorder::new());
    heard.connect(&signal).now();
    let timer = clock.clone();
    executor.spawn(Box::pin(async move {
        let backoff = Backoff::new(SECOND).jitter(0.0);
        for failed in 1.. {
            signal.send().with(timer.elapsed()).await;
            let Some(delay) = backoff.delay(failed) else {
                break;
            };
            timer.sleep(delay).await;
        }
    }));
    executor.run_until_stalled();
    while clock.advance_to_next().is_some() {
        executor.run_until_stalled();
    }
    heard.assert_payloads(&[0, 1, 3, 7, 15].map(Duration::from_secs));
    assert!(executor.is_empty());
}
