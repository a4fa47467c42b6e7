//! Timeouts and the pauses between attempts, on a clock that a test moves on.

use std::future::{IntoFuture, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::{Backoff, ThreadTimer};

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

/// As long as can be said: on a real clock, which cannot reckon with that.
async fn a_time_beyond_all_reckoning_is_not_over_at_once(on: Runtime) {
    let signal = on.builder(0u32).timer(ThreadTimer).build();
    let connect = signal.connect(|_| futures_lite::future::yield_now());
    connect.timeout(Duration::MAX).await;
    let debounced = signal.connect_sync(|_| ()).debounce(Duration::MAX).await;
    let report = signal.send().timeout(Duration::MAX).join().await;
    assert_eq!(told(&report), ["()"]);
    assert_eq!(signal.inspect().connections[1].queued, 1);
    debounced.disconnect();
    signal.idle().await;
}

on_each_runtime![
    a_time_beyond_all_reckoning_is_not_over_at_once,
    a_connections_timeout_counts_from_where_its_call_begins,
    a_sends_timeout_stops_what_runs_and_what_waits_for_its_turn,
    a_sends_timeout_counts_while_it_waits_to_begin,
    attempts_come_after_their_pauses_and_keep_the_turn,
    each_attempt_has_its_own_timeout_and_the_send_one_for_all,
];
