//! Timeouts, pauses between attempts, debounce and throttle, on a clock that a test moves on.

use std::future::{IntoFuture, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{Backoff, BoxFuture, Signal};

use crate::common::{Log, ON_PURPOSE, poll, told};
use crate::kit::{Course, by_hand, outcome};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

async fn a_connections_timeout_counts_from_where_its_call_begins(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .sequential()
        .timeout(2 * SECOND)
        .now();
    let sent: Vec<_> = (0..3)
        .map(|n| signal.send().with(n).now().unwrap())
        .collect();
    executor.run_until_stalled();
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(course.take(), "+0");
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(course.take(), "+1", "call 0 has timed out");
    clock.advance(SECOND);
    course.open(1);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-1 +2", "it was done in time");
    clock.advance(2 * SECOND);
    let told: Vec<_> = sent
        .into_iter()
        .map(|sent| outcome(&executor, sent.join()).unwrap())
        .collect();
    assert_eq!(told, [["TimedOut"], ["()"], ["TimedOut"]]);
    assert_eq!(clock.sleepers(), 0);
}

async fn a_sends_timeout_stops_what_runs_and_what_waits_for_its_turn(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .sequential()
        .now();
    drop(signal.send().now().unwrap());
    let mut joined = signal.send().with(1).timeout(SECOND).join();
    assert!(executor.run_until(&mut joined).is_none());
    let delivery = signal.send().with(2).timeout(2 * SECOND).now().unwrap();
    executor.run_until_stalled();
    clock.advance(SECOND);
    let report = executor
        .run_until(joined)
        .expect("its time is up, whatever call 0 does");
    assert_eq!(told(&report), ["TimedOut"]);
    clock.advance(SECOND);
    let told = outcome(&executor, delivery.join());
    assert_eq!(
        told.expect("its time is up, whatever call 0 does"),
        ["TimedOut"]
    );
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(course.take(), "+0 -0");
    assert!(executor.is_empty() && clock.sleepers() == 0);
}

async fn a_sends_timeout_counts_while_it_waits_to_begin(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .max_in_flight(1)
        .now();
    drop(signal.send().now().unwrap());
    executor.run_until_stalled();
    let mut late = signal.send().with(1).timeout(SECOND).into_future();
    let mut joined = signal.send().with(2).timeout(SECOND).join();
    let mut early = signal.send().with(3).timeout(3 * SECOND).into_future();
    assert!(
        poll(&mut late).is_pending()
            && poll(&mut joined).is_pending()
            && poll(&mut early).is_pending()
    );
    clock.advance(SECOND);
    let delivery = executor.run_until(late).expect("its time is up");
    assert_eq!(delivery.count(), 0);
    let report = executor.run_until(delivery.join()).unwrap();
    let causes = |report: &fanfare::Report<()>| -> Vec<String> {
        report
            .failures()
            .map(|failure| format!("{:?} {:?}", failure.connection(), failure.cause()))
            .collect()
    };
    assert_eq!(causes(&report), ["None TimedOut"]);
    assert_eq!(
        causes(&executor.run_until(joined).expect("its time is up")),
        ["None TimedOut"]
    );
    clock.advance(SECOND);
    course.open(0);
    executor.run_until_stalled();
    let delivery = executor.run_until(early).expect("a place is free");
    executor.run_until_stalled();
    clock.advance(SECOND);
    assert_eq!(
        outcome(&executor, delivery.join()).unwrap(),
        ["TimedOut"],
        "one second was left"
    );
    assert_eq!(signal.failure_count(), 3);
}

async fn attempts_come_after_their_pauses_and_keep_the_turn(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let log = Log::new();
    let backoff = Backoff::new(SECOND).jitter(0.0).attempts(3);
    let (written, attempts) = (log.clone(), AtomicUsize::new(0));
    signal
        .connect_sync(move |ev| {
            written.push(**ev);
            let attempt = attempts.fetch_add(1, Ordering::SeqCst);
            assert!(attempt >= 2, "{ON_PURPOSE}: {attempt}");
        })
        .sequential()
        .retry(backoff.clone())
        .now();
    let first = signal.send().with(1).now().unwrap();
    let second = signal.send().with(2).now().unwrap();
    executor.run_until_stalled();
    assert_eq!(log.take(), [1]);
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(log.take(), [1]);
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(log.len(), 0, "the second pause is twice as long");
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(log.take(), [1, 2]);
    assert!(first.is_done() && second.is_done());
    assert_eq!(signal.failure_count(), 0);
}

async fn each_attempt_has_its_own_timeout_and_the_send_one_for_all(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let begun = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&begun);
    signal
        .connect(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            pending()
        })
        .timeout(SECOND)
        .retry(Backoff::new(SECOND).jitter(0.0).factor(1.0).attempts(2))
        .now();
    let patient = signal.send().now().unwrap();
    for attempts in [1, 1, 2] {
        executor.run_until_stalled();
        assert_eq!(begun.load(Ordering::SeqCst), attempts);
        assert!(!patient.is_done());
        clock.advance(SECOND);
    }
    assert_eq!(outcome(&executor, patient.join()).unwrap(), ["TimedOut"]);
    let hasty = signal.send().timeout(SECOND + SECOND / 2).now().unwrap();
    executor.run_until_stalled();
    clock.advance(SECOND);
    executor.run_until_stalled();
    clock.advance(SECOND / 2);
    assert_eq!(
        outcome(&executor, hasty.join()).unwrap(),
        ["TimedOut"],
        "in the pause"
    );
    assert_eq!(begun.load(Ordering::SeqCst), 3);
    assert_eq!((signal.failure_count(), clock.sleepers()), (2, 0));
}

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
    a_connections_timeout_counts_from_where_its_call_begins,
    a_sends_timeout_stops_what_runs_and_what_waits_for_its_turn,
    a_sends_timeout_counts_while_it_waits_to_begin,
    attempts_come_after_their_pauses_and_keep_the_turn,
    each_attempt_has_its_own_timeout_and_the_send_one_for_all,
    a_debounced_callback_gets_the_last_event_after_quiet,
    what_is_debounced_ends_with_its_connection_and_its_signal,
    a_drain_waits_for_what_is_debounced,
    a_debounce_survives_an_executor_that_drops_its_task,
    a_throttle_lets_one_pass_in_a_while,
];
