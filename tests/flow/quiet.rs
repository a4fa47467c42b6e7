//! Debounce and throttle, on a clock that a test moves on.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{BoxFuture, Signal};

use crate::common::{Log, poll};
use crate::kit::by_hand;
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

async fn a_debounced_callback_gets_the_last_event_after_quiet(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let log = Log::new();
    let written = log.clone();
    signal
        .connect_sync(move |ev| written.push(**ev))
        .debounce(SECOND)
        .now();
    for number in 0..4 {
        assert_eq!(signal.send().with(number).now().unwrap().count(), 0);
        executor.run_until_stalled();
        clock.advance(SECOND / 2);
        executor.run_until_stalled();
    }
    assert_eq!(log.len(), 0);
    clock.advance(SECOND / 2);
    executor.run_until_stalled();
    assert_eq!(log.take(), [3]);
    assert!(executor.is_empty() && clock.sleepers() == 0);
    drop(signal.send().with(4).now().unwrap());
    executor.run_until_stalled();
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(log.take(), [4]);
}

async fn what_is_debounced_ends_with_its_connection_and_its_signal(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let log = Log::new();
    let connection = signal
        .connect_with(log.clone(), |log, ev| async move { log.push(**ev) })
        .debounce(SECOND)
        .now();
    drop(signal.send().now().unwrap());
    executor.run_until_stalled();
    connection.disconnect();
    assert!(
        poll(&mut signal.idle()).is_ready(),
        "nothing is left to wait for"
    );
    executor.run_until_stalled();
    assert!(executor.is_empty() && clock.sleepers() == 0);

    signal
        .connect_with(log.clone(), |log, ev| async move { log.push(**ev) })
        .debounce(SECOND)
        .now();
    drop(signal.send().with(1).now().unwrap());
    executor.run_until_stalled();
    drop(signal);
    executor.run_until_stalled();
    assert!(executor.is_empty() && clock.sleepers() == 0);
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(log.len(), 0);
}

async fn a_drain_waits_for_what_is_debounced(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let log = Log::new();
    let written = log.clone();
    signal
        .connect_sync(move |ev| written.push(**ev))
        .name("late")
        .debounce(SECOND)
        .now();
    drop(signal.send().with(1).now().unwrap());
    executor.run_until_stalled();
    let mut drain = signal.drain().timeout(SECOND / 2).into_future();
    assert!(executor.run_until(&mut drain).is_none());
    clock.advance(SECOND / 2);
    let unfinished = executor
        .run_until(drain)
        .expect("its time is up")
        .unwrap_err();
    assert_eq!(
        unfinished.to_string(),
        "not finished in time: `late` (0 running, 1 waiting)"
    );
    let mut drain = signal.drain().into_future();
    assert!(executor.run_until(&mut drain).is_none());
    clock.advance(SECOND / 2);
    assert!(executor.run_until(drain).expect("it is quiet").is_ok());
    assert_eq!(log.take(), [1]);
}

/// The task of a debounce is dropped by its executor before it ever ran.
async fn a_debounce_survives_an_executor_that_drops_its_task(_: Runtime) {
    let clock = ManualClock::new();
    let drops = |task: BoxFuture<'static, ()>| drop(task);
    let signal = Signal::builder(0usize)
        .spawner(drops)
        .timer(clock.clone())
        .build();
    signal.connect_sync(|_| ()).debounce(SECOND).now();
    for number in 0..2 {
        drop(signal.send().with(number).now().unwrap());
        assert!(
            poll(&mut signal.idle()).is_ready(),
            "the event has gone with the task"
        );
    }
}

async fn a_throttle_lets_one_pass_in_a_while(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let log = Log::new();
    signal
        .connect_with(log.clone(), |log, ev| async move { log.push(**ev) })
        .throttle(SECOND)
        .now();
    let mut counts = Vec::new();
    for number in 0..8 {
        counts.push(signal.send().with(number).now().unwrap().count());
        clock.advance(SECOND / 3 + Duration::from_millis(1));
    }
    executor.run_until_stalled();
    let mut came = log.take();
    came.sort();
    assert_eq!(came, [0, 3, 6]);
    assert_eq!(counts, [1, 0, 0, 1, 0, 0, 1, 0]);
    assert_eq!(
        (signal.failure_count(), signal.inspect().connections[0].lost),
        (0, 5)
    );
}

on_each_runtime![
    a_debounced_callback_gets_the_last_event_after_quiet,
    what_is_debounced_ends_with_its_connection_and_its_signal,
    a_drain_waits_for_what_is_debounced,
    a_debounce_survives_an_executor_that_drops_its_task,
    a_throttle_lets_one_pass_in_a_while,
];
