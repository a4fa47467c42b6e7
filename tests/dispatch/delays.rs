//! Dispatchers that wait before they call.

use std::sync::Arc;
use std::time::Duration;

use fanfare::dispatcher::Receiver;
use fanfare::testing::ManualClock;
use fanfare::{Backoff, Event, Timer};

use crate::common::{Log, OnDrop, poll, told};
use crate::kit::{Acting, Scribe, boxed, by_hand, cause};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

/// Calls after that time.
fn delaying(clock: &ManualClock, time: Duration) -> impl fanfare::dispatcher::Dispatcher + use<> {
    let clock = clock.clone();
    Acting(move |receiver: Receiver| {
        let sleep = clock.sleep(time);
        boxed(async move {
            sleep.await;
            receiver.call().await
        })
    })
}

async fn sync_callbacks_can_be_put_off_as_well(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let signal = builder.dispatcher(delaying(&clock, SECOND)).build();
    let log = Log::new();
    let called = log.clone();
    signal
        .connect_sync(move |ev| {
            called.push(());
            **ev
        })
        .now();
    signal.connect(|ev| async move { **ev + 1 }).now();
    let mut joined = signal.send().join();
    assert!(executor.run_until(&mut joined).is_none());
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    assert!(log.len() == 0 && !delivery.is_done());
    clock.advance(SECOND);
    let report = executor.run_until(joined).expect("its time has come");
    assert_eq!(told(&report), ["7", "8"]);
    executor.run_until_stalled();
    assert!(delivery.is_done() && executor.is_empty());
    assert_eq!(log.len(), 2);
}

async fn a_connections_timeout_is_around_the_dispatcher(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let scribe = Scribe::new();
    let builder = builder.dispatcher(scribe.clone());
    let signal = builder.dispatcher(delaying(&clock, 2 * SECOND)).build();
    signal
        .connect_sync(|_| panic!("it is called"))
        .timeout(SECOND)
        .now();
    signal
        .connect(|_| async { panic!("it is called") })
        .timeout(SECOND)
        .now();
    let mut joined = signal.send().join();
    assert!(executor.run_until(&mut joined).is_none());
    clock.advance(SECOND);
    let report = executor.run_until(joined).expect("their time is up");
    assert!(
        report
            .failures()
            .all(|failure| cause(failure.cause()) == "timedout")
    );
    assert_eq!(
        scribe.take().pop().as_deref(),
        Some("after [timedout timedout]")
    );
    assert_eq!(
        clock.sleepers(),
        0,
        "the dispatcher does not wait any longer"
    );
}

async fn a_sends_timeout_is_around_the_dispatcher(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let signal = builder.dispatcher(delaying(&clock, 2 * SECOND)).build();
    signal.connect_sync(|_| panic!("it is called")).now();
    signal.connect_sync(|_| 5).now();
    let delivery = signal.send().timeout(SECOND).now().unwrap();
    executor.run_until_stalled();
    clock.advance(SECOND);
    executor.run_until_stalled();
    let report = executor
        .run_until(delivery.join())
        .expect("their time is up");
    assert_eq!(report.failures().count(), 2);
    assert_eq!(clock.sleepers(), 0);
}

async fn a_connection_that_ends_meanwhile_ends_the_wait(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let scribe = Scribe::new();
    let builder = builder.dispatcher(scribe.clone());
    let signal = builder.dispatcher(delaying(&clock, SECOND)).build();
    let sync = signal.connect_sync(|_| panic!("it is called")).now();
    let later = signal.connect(|_| async { panic!("it is called") }).now();
    signal.connect_sync(|_| 3).now();
    let mut joined = signal.send().join();
    assert!(executor.run_until(&mut joined).is_none());
    let mut rest = sync.disconnect_and_wait();
    assert!(
        poll(&mut rest).is_ready(),
        "it has not started, and will not"
    );
    assert!(later.disconnect());
    assert!(executor.run_until(&mut joined).is_none());
    assert_eq!(clock.sleepers(), 1, "two do not wait any longer");
    clock.advance(SECOND);
    let report = executor.run_until(joined).expect("its time has come");
    assert_eq!(told(&report), ["aborted", "aborted", "3"]);
    assert_eq!(
        scribe.take().pop().as_deref(),
        Some("after [aborted aborted 3]")
    );
}

async fn an_object_that_dies_meanwhile_has_nothing_called(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let signal = builder.dispatcher(delaying(&clock, SECOND)).build();
    let object = Arc::new(());
    let method = |_: &(), _: &Event<u32>| -> u32 { panic!("it is called") };
    let connection = signal.connect_method_sync(&object, method).now();
    let later = |_: Arc<()>, _: Arc<Event<u32>>| async { panic!("it is called") };
    signal.connect_method(&object, later).now();
    let mut joined = signal.send().join();
    assert!(executor.run_until(&mut joined).is_none());
    drop(object);
    clock.advance(SECOND);
    let report = executor.run_until(joined).expect("its time has come");
    assert_eq!(told(&report), ["aborted", "aborted"]);
    assert!(!connection.is_connected());
    assert_eq!(signal.connection_count(), 0);
}

async fn what_is_tracked_lives_until_the_call_has_ended(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let signal = builder.dispatcher(delaying(&clock, SECOND)).build();
    let log = Log::new();
    let dropped = log.clone();
    let object = Arc::new(OnDrop(move || dropped.push("dropped")));
    let called = log.clone();
    signal
        .connect_sync(move |_| {
            called.push("called");
            1
        })
        .track(&object)
        .now();
    let mut joined = signal.send().join();
    assert!(executor.run_until(&mut joined).is_none());
    drop(object);
    clock.advance(SECOND);
    assert!(executor.run_until(joined).is_some());
    assert_eq!(log.take(), ["called", "dropped"]);
}

async fn calls_that_are_made_one_at_a_time_keep_their_turn_meanwhile(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let log = Log::new();
    let signal = builder.dispatcher(delaying(&clock, SECOND)).build();
    let called = log.clone();
    signal
        .connect_sync(move |ev| {
            called.push(**ev);
            **ev
        })
        .sequential()
        .now();
    for number in 0..3 {
        drop(signal.send().with(number).now().unwrap());
    }
    for number in 0..3 {
        executor.run_until_stalled();
        assert_eq!((log.take(), clock.sleepers()), (vec![], 1));
        clock.advance(SECOND);
        executor.run_until_stalled();
        assert_eq!(log.take(), [number]);
    }
    assert!(executor.is_empty());
}

async fn pauses_between_attempts_are_around_the_dispatcher(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let scribe = Scribe::new();
    let builder = builder.dispatcher(scribe.clone());
    let signal = builder.dispatcher(delaying(&clock, SECOND)).build();
    let log = Log::new();
    let attempts = log.clone();
    let fails = move |_: &Event<u32>| {
        attempts.push(());
        assert!(attempts.len() > 1, "on purpose");
        5
    };
    let backoff = Backoff::new(SECOND).jitter(0.0);
    signal.connect_sync(fails).retry(backoff).now();
    let mut joined = signal.send().join();
    for seconds in 0..3 {
        assert!(
            executor.run_until(&mut joined).is_none(),
            "after {seconds} s"
        );
        clock.advance(SECOND);
    }
    let report = executor.run_until(joined).expect("delay, pause, and delay");
    assert_eq!(told(&report), ["5"]);
    let expected = [
        "before 1",
        "call",
        "got on purpose",
        "call",
        "got 5",
        "after [5]",
    ];
    assert_eq!(scribe.take(), expected);
}

on_each_runtime!(
    sync_callbacks_can_be_put_off_as_well,
    a_connections_timeout_is_around_the_dispatcher,
    a_sends_timeout_is_around_the_dispatcher,
    a_connection_that_ends_meanwhile_ends_the_wait,
    an_object_that_dies_meanwhile_has_nothing_called,
    what_is_tracked_lives_until_the_call_has_ended,
    calls_that_are_made_one_at_a_time_keep_their_turn_meanwhile,
    pauses_between_attempts_are_around_the_dispatcher,
);
