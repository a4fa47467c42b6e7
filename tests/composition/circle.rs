//! Signals that forward to each other, and to themselves.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{Executor, Signal, WeakSignal};

use crate::common::{Log, told};
use crate::runtime::Runtime;

/// Writes down which signal was sent what.
fn watch(signals: &[Signal<u32>]) -> Log<(usize, u32)> {
    let log = Log::new();
    for (place, signal) in signals.iter().enumerate() {
        let seen = log.clone();
        let watch = signal.connect_sync(move |ev| seen.push((place, **ev)));
        watch.priority(1).now();
    }
    log
}

async fn two_that_forward_to_each_other_send_each_event_once(on: Runtime) {
    let signals = [on.signal(0), on.signal(0)];
    let log = watch(&signals);
    let [one, other] = &signals;
    one.forward_to(other).await;
    other.forward_to(one).await;
    // The watcher, and what it is forwarded by; on the way back nothing is called, and nothing fails.
    assert_eq!(told(&one.send().with(1).join().await), ["()", "()"]);
    assert_eq!(log.take(), [(0, 1), (1, 1)]);
    assert_eq!(other.send().with(2).await.count(), 2);
    assert_eq!(log.take(), [(1, 2), (0, 2)]);
    assert_eq!(one.failure_count() + other.failure_count(), 0);
}

async fn a_circle_of_any_length_is_gone_round_once(on: Runtime) {
    let signals: Vec<_> = (0..40).map(|_| on.signal(0)).collect();
    let log = watch(&signals);
    for (place, signal) in signals.iter().enumerate() {
        let next = &signals[(place + 1) % signals.len()];
        signal.map(|ev| **ev + 1).forward_to(next).await;
    }
    signals[10].send().await;
    let round = (10..40).chain(0..10).zip(0..);
    assert_eq!(log.take(), round.collect::<Vec<_>>());
}

async fn everybody_to_everybody(on: Runtime) {
    let signals: Vec<_> = (0..4).map(|_| on.signal(0)).collect();
    let log = watch(&signals);
    for one in &signals {
        for other in &signals {
            one.forward_to(other).await;
        }
    }
    signals[0].send().await;
    // Once for each way that goes through no signal twice.
    let mut sent = log.take();
    sent.sort_unstable();
    let times = |place| sent.iter().filter(|one| one.0 == place).count();
    assert_eq!([0, 1, 2, 3].map(times), [1, 5, 5, 5]);
}

async fn a_signal_does_not_forward_to_itself(on: Runtime) {
    let signals = [on.signal(0)];
    let log = watch(&signals);
    let connection = signals[0].forward_to(&signals[0]).once().await;
    assert_eq!(signals[0].send().await.count(), 1);
    assert_eq!(log.take().len(), 1);
    assert!(connection.is_connected(), "no call was used up");
}

async fn queues_on_the_way_forget_nothing(_: Runtime) {
    let executor = Executor::new();
    let signal = || Signal::builder(0).spawner(executor.clone()).build();
    let signals = [signal(), signal(), signal()];
    let log = watch(&signals);
    let clock = ManualClock::new();
    let late = Signal::builder(0).spawner(executor.clone());
    let late = late.timer(clock.clone()).build();
    // Each hop is a task of its own.
    signals[0].forward_to(&signals[1]).sequential().await;
    signals[1]
        .forward_to(&signals[2])
        .max_in_flight(1)
        .queue(9, fanfare::Overflow::DropNewest)
        .await;
    signals[2].forward_to(&late).await;
    let pause = Duration::from_millis(5);
    late.forward_to(&signals[0]).debounce(pause).await;
    signals[0].send().with(7).await;
    while executor.try_tick() {}
    clock.advance(pause);
    while executor.try_tick() {}
    assert_eq!(log.take(), [(0, 7), (1, 7), (2, 7)]);
    // It was the circle that ended it: what begins there gets all the way round.
    late.send().with(8).await;
    while executor.try_tick() {}
    clock.advance(pause);
    while executor.try_tick() {}
    assert_eq!(log.take(), [(0, 8), (1, 8), (2, 8)]);
}

async fn two_threads_that_send_against_each_other(on: Runtime) {
    const SENDS: u32 = 200;
    let signals = [on.signal(0), on.signal(0)];
    let log = watch(&signals);
    let [one, other] = &signals;
    one.forward_to(other).await;
    other.forward_to(one).await;
    let start = Barrier::new(2);
    let (start, mut expected) = (&start, Vec::new());
    thread::scope(|scope| {
        for (signal, first) in [(one, 0), (other, SENDS)] {
            let numbers = first..first + SENDS;
            expected.extend(
                numbers
                    .clone()
                    .flat_map(|number| [(0, number), (1, number)]),
            );
            scope.spawn(move || {
                start.wait();
                for number in numbers {
                    assert_eq!(signal.send().with(number).now().unwrap().count(), 2);
                }
            });
        }
    });
    let mut sent = log.take();
    sent.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sent, expected);
}

async fn what_a_callback_sends_is_a_new_event(on: Runtime) {
    let signals = [on.signal(0), on.signal(0)];
    let log = watch(&signals);
    let [one, other] = &signals;
    one.forward_to(other).await;
    let weak: WeakSignal<u32> = one.downgrade();
    other
        .connect_sync(move |ev| {
            if **ev < 2 {
                let one = weak.upgrade().expect("it is being sent");
                one.send().with(**ev + 1).now().unwrap();
            }
        })
        .await;
    one.send().await;
    assert_eq!(log.take(), [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)]);
}

async fn a_circle_keeps_nobody_alive(on: Runtime) {
    let (one, other) = (on.signal(0u32), on.signal(0u32));
    one.forward_to(&other).await;
    other.forward_to(&one).await;
    one.forward_to(&one).await;
    let weak = [one.downgrade(), other.downgrade()];
    one.send().await;
    drop(one);
    assert!(weak[0].upgrade().is_none());
    assert_eq!(other.send().await.count(), 0);
    assert_eq!(other.connection_count(), 0);
    drop(other);
    assert!(weak[1].upgrade().is_none());
}

on_each_runtime![
    two_that_forward_to_each_other_send_each_event_once,
    a_circle_of_any_length_is_gone_round_once,
    everybody_to_everybody,
    a_signal_does_not_forward_to_itself,
    queues_on_the_way_forget_nothing,
    two_threads_that_send_against_each_other,
    what_a_callback_sends_is_a_new_event,
    a_circle_keeps_nobody_alive,
];
