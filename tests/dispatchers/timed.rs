//! `Timed`: what it counts and measures, on a clock that a test moves on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Timed, Times};
use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{Backoff, BoxFuture, Event, Signal, SignalBuilder, Timer};
use futures_lite::future::{block_on, yield_now};

use crate::common::{ON_PURPOSE, poll, told};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

/// A clock, an executor, and what measures by them.
fn by_hand() -> (SeededExecutor, ManualClock, Timed) {
    let clock = ManualClock::new();
    let timed = Timed::with_timer(clock.clone());
    (SeededExecutor::new(1), clock, timed)
}

fn named(name: &str, executor: &SeededExecutor, timed: &Timed) -> SignalBuilder<u32> {
    let builder = Signal::builder(0).name(name).spawner(executor.clone());
    builder.dispatcher(timed.clone())
}

/// Sleeps as many seconds as were sent.
async fn nap(clock: ManualClock, ev: Arc<Event<u32>>) {
    clock.sleep(SECOND * **ev).await;
}

/// Lets time pass until nobody sleeps.
fn pass(executor: &SeededExecutor, clock: &ManualClock) {
    executor.run_until_stalled();
    while clock.advance_to_next().is_some() {
        executor.run_until_stalled();
    }
}

fn measured(timed: &Timed, name: &str) -> Times {
    timed.times(name).expect("it was measured")
}

/// In seconds: sends, their total and longest; calls, their total and longest.
fn seconds(times: Times) -> [u64; 6] {
    [
        times.sends,
        times.send_total.as_secs(),
        times.longest_send.as_secs(),
        times.calls,
        times.total.as_secs(),
        times.longest.as_secs(),
    ]
}

#[test]
fn calls_are_measured_each_and_sends_as_a_whole() {
    let (executor, clock, timed) = by_hand();
    let signal = named("naps", &executor, &timed).build();
    signal.connect_with(clock.clone(), nap).now();
    signal
        .connect_with(clock.clone(), |clock, _| async move {
            clock.sleep(SECOND).await;
        })
        .now();
    assert_eq!(timed.times("naps"), None);
    drop(signal.send().with(3).now());
    executor.run_until_stalled();
    assert_eq!(timed.times("naps"), None, "nothing has ended");
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(seconds(measured(&timed, "naps")), [0, 0, 0, 1, 1, 1]);
    pass(&executor, &clock);
    assert_eq!(seconds(measured(&timed, "naps")), [1, 3, 3, 2, 4, 3]);
    drop(signal.send().with(2).now());
    pass(&executor, &clock);
    assert_eq!(seconds(measured(&timed, "naps")), [2, 5, 3, 4, 7, 3]);
}

#[test]
fn sends_that_overlap_are_told_apart() {
    let (executor, clock, timed) = by_hand();
    let signal = named("naps", &executor, &timed).build();
    signal.connect_with(clock.clone(), nap).now();
    // From 0 to 5, from 1 to 2, and from 2 to 12.
    for length in [5, 1, 10] {
        drop(signal.send().with(length).now());
        executor.run_until_stalled();
        clock.advance(SECOND);
        executor.run_until_stalled();
    }
    pass(&executor, &clock);
    assert_eq!(seconds(measured(&timed, "naps")), [3, 16, 10, 3, 16, 10]);
    assert!(format!("{timed:?}").contains("sends_under_way: 0"));
}

#[test]
fn a_send_that_reaches_nobody_is_one() {
    let (executor, _, timed) = by_hand();
    let signal = named("silence", &executor, &timed).build();
    assert!(block_on(signal.send().join()).is_ok());
    assert_eq!(seconds(measured(&timed, "silence")), [1, 0, 0, 0, 0, 0]);
}

#[test]
fn identifiers_are_measured_apart_and_listed_in_their_order() {
    let (executor, _, timed) = by_hand();
    for (name, sends) in [("two", 2), ("", 4), ("one", 1), ("three", 3)] {
        let signal = named(name, &executor, &timed).build();
        for _ in 0..sends {
            assert!(block_on(signal.send().join()).is_ok());
        }
    }
    let all = timed.all();
    let counts: Vec<_> = all
        .iter()
        .map(|(name, times)| (name.as_str(), times.sends))
        .collect();
    assert_eq!(counts, [("", 4), ("one", 1), ("three", 3), ("two", 2)]);
    assert_eq!(timed.times("four"), None);
    timed.clear();
    assert_eq!(timed.all(), []);
}

#[test]
fn what_is_under_way_when_it_is_cleared_is_measured_to_its_end() {
    let (executor, clock, timed) = by_hand();
    let signal = named("naps", &executor, &timed).build();
    signal.connect_with(clock.clone(), nap).now();
    drop(signal.send().with(2).now());
    executor.run_until_stalled();
    timed.clear();
    pass(&executor, &clock);
    assert_eq!(seconds(measured(&timed, "naps")), [1, 2, 2, 1, 2, 2]);
}

#[test]
fn failures_are_counted_and_each_attempt_is_a_call() {
    let (executor, clock, timed) = by_hand();
    let signal = named("tries", &executor, &timed).timer(clock.clone());
    let signal = signal.build();
    let backoff = Backoff::new(SECOND).attempts(3).jitter(0.0);
    signal
        .connect(|_| async { panic!("{ON_PURPOSE}") })
        .retry(backoff)
        .now();
    signal.connect_sync(|_| ()).now();
    drop(signal.send().now());
    pass(&executor, &clock);
    let times = measured(&timed, "tries");
    assert_eq!((times.calls, times.failures, times.skipped), (4, 3, 0));
    // The pauses between the attempts are the send's, and not the calls'.
    assert_eq!(times.send_total, 3 * SECOND);
    assert_eq!(times.total, Duration::ZERO);
}

#[test]
fn calls_that_are_stopped_are_failures() {
    let (executor, clock, timed) = by_hand();
    let signal = named("naps", &executor, &timed).build();
    signal.connect_with(clock.clone(), nap).now();
    let mut join = signal.send().with(9).join();
    assert!(poll(&mut join).is_pending());
    clock.advance(2 * SECOND);
    drop(join);
    let times = measured(&timed, "naps");
    assert_eq!((times.calls, times.failures), (1, 1));
    assert_eq!(seconds(times), [1, 2, 2, 1, 2, 2]);
    assert!(format!("{timed:?}").contains("sends_under_way: 0"));
}

/// Skips callbacks with a name, and has the others wait for a second.
struct Slow(ManualClock);

impl Dispatcher for Slow {
    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        if receiver.name().is_some() {
            return receiver.skip();
        }
        let sleep = self.0.sleep(SECOND);
        Box::pin(async move {
            sleep.await;
            receiver.call().await
        })
    }
}

#[test]
fn dispatchers_are_measured_as_far_as_they_are_further_in() {
    let (executor, clock, outside) = by_hand();
    let inside = Timed::with_timer(clock.clone());
    let signal = named("naps", &executor, &outside)
        .dispatcher(Slow(clock.clone()))
        .dispatcher(inside.clone())
        .build();
    signal.connect_with(clock.clone(), nap).now();
    signal.connect_sync(|_| ()).name("skipped").now();
    drop(signal.send().with(2).now());
    pass(&executor, &clock);
    let [outside, inside] = [&outside, &inside].map(|timed| measured(timed, "naps"));
    assert_eq!(seconds(outside), [1, 3, 3, 1, 3, 3]);
    assert_eq!(seconds(inside), [1, 3, 3, 1, 2, 2]);
    assert_eq!((outside.skipped, outside.failures), (1, 0));
    assert_eq!((inside.skipped, inside.failures), (0, 0), "it never came");
}

#[test]
fn given_twice_to_a_signal_it_counts_twice() {
    let (executor, clock, timed) = by_hand();
    let signal = named("naps", &executor, &timed).dispatcher(timed.clone());
    let signal = signal.build();
    signal.connect_with(clock.clone(), nap).now();
    drop(signal.send().with(2).now());
    pass(&executor, &clock);
    assert_eq!(seconds(measured(&timed, "naps")), [2, 4, 2, 2, 4, 2]);
}

#[test]
fn it_prints_as_a_table() {
    let (executor, clock, timed) = by_hand();
    assert_eq!(timed.to_string(), "nothing measured");
    for (name, length) in [
        ("short", 1),
        ("", 0),
        ("a rather long identifier for a table", 90),
    ] {
        let signal = named(name, &executor, &timed).build();
        signal.connect_with(clock.clone(), nap).now();
        drop(signal.send().with(length).now());
        pass(&executor, &clock);
    }
    let expected = "\
identifier                sends  send total  longest send  calls  failures  skipped  total  longest
-                             1         0ns           0ns      1         0        0    0ns      0ns
a rather long identifie…      1       1m30s         1m30s      1         0        0  1m30s    1m30s
short                         1       1.00s         1.00s      1         0        0  1.00s    1.00s";
    assert_eq!(timed.to_string(), expected);
}

/// Shows the time until it is broken.
struct Fragile(Arc<AtomicBool>);

impl Timer for Fragile {
    fn now(&self) -> Instant {
        assert!(!self.0.load(Ordering::SeqCst), "{ON_PURPOSE}: broken");
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_timer_that_panics_takes_nobody_down() {
    let is_broken = Arc::new(AtomicBool::new(false));
    let timed = Timed::with_timer(Fragile(Arc::clone(&is_broken)));
    let signal = Signal::builder(()).name("any").dispatcher(timed.clone());
    let signal = signal.build();
    signal.connect(|_| std::future::pending()).now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    is_broken.store(true, Ordering::SeqCst);
    drop(join);
    let mut join = signal.send().join();
    let std::task::Poll::Ready(report) = poll(&mut join) else {
        panic!("it was not called")
    };
    assert_eq!(told(&report), [format!("{ON_PURPOSE}: broken")]);
    assert_eq!(timed.all(), []);
}

async fn by_the_time_of_its_surroundings(on: Runtime) {
    let timed = Timed::new();
    let signal = on.builder(()).name("real").dispatcher(timed.clone());
    let signal = signal.build();
    signal.connect(|_| yield_now()).await;
    signal.connect_sync(|_| ()).await;
    for _ in 0..5 {
        let delivery = signal.send().await;
        assert!(delivery.join().await.is_ok());
        assert!(signal.send().join().await.is_ok());
    }
    let times = measured(&timed, "real");
    assert_eq!((times.sends, times.calls, times.failures), (10, 20, 0));
    assert!(times.longest <= times.total);
    assert!(times.longest_send <= times.send_total);
    assert!(times.longest <= times.longest_send);
}

on_each_runtime! {
    by_the_time_of_its_surroundings,
}
