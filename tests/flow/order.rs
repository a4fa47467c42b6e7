//! In which order the calls of one connection run, and the groups of one send.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::{Callback, Cause, Event, Executor, Inline, Report, Signal, WeakSignal};
use futures_lite::future::{block_on, yield_now};

use crate::common::Log;
use crate::kit::{Course, by_hand};
use crate::runtime::Runtime;

const CALLS: usize = 30;

/// Sends by each of the ends in turn, and waits for all.
async fn send_all(signal: &Signal<usize>) {
    let mut deliveries = Vec::new();
    for number in 0..CALLS {
        match number % 5 {
            0 | 1 => deliveries.push(signal.send().with(number).await),
            2 | 3 => deliveries.push(signal.send().with(number).now().expect("it has room")),
            _ => assert!(signal.send().with(number).join().await.is_ok()),
        }
    }
    for delivery in deliveries {
        assert!(delivery.join().await.is_ok());
    }
}

async fn sequential_calls_come_one_by_one_in_send_order(on: Runtime) {
    let executor = Executor::new();
    let inline = Signal::builder(0usize).spawner(Inline).build();
    let driven = Signal::builder(0usize).spawner(executor.clone()).build();
    for signal in [on.signal(0usize), inline, driven] {
        let (log, running) = (Log::new(), Arc::new(AtomicUsize::new(0)));
        let state = (log.clone(), Arc::clone(&running));
        let asynchronous = signal
            .connect_with(state, |(log, running), ev: Arc<Event<usize>>| async move {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0, "alone");
                yield_now().await;
                log.push(**ev);
                assert_eq!(running.fetch_sub(1, Ordering::SeqCst), 1, "alone");
            })
            .sequential()
            .await;
        executor.run(send_all(&signal)).await;
        assert_eq!(log.take(), (0..CALLS).collect::<Vec<_>>());
        asynchronous.disconnect();

        let state = (log.clone(), running);
        signal
            .connect_with_sync(state, |(log, running), ev: &Event<usize>| {
                assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0, "alone");
                log.push(**ev);
                assert_eq!(running.fetch_sub(1, Ordering::SeqCst), 1, "alone");
            })
            .sequential()
            .await;
        executor.run(send_all(&signal)).await;
        assert_eq!(log.take(), (0..CALLS).collect::<Vec<_>>());
    }
}

fn upgraded(signal: &WeakSignal<usize>) -> Signal<usize> {
    signal.upgrade().expect("it lives as long as the test")
}

/// Three calls, each sent from inside the one before it.
async fn a_sequential_callback_may_send_to_itself(on: Runtime) {
    let inline = Signal::builder(0usize).spawner(Inline).build();
    for signal in [on.signal(0usize), inline] {
        let log = Log::new();
        let awaits = signal
            .connect_with(
                (log.clone(), signal.downgrade()),
                |(log, signal), ev| async move {
                    log.push(format!("+{}", **ev));
                    if **ev < 2 {
                        drop(upgraded(&signal).send().with(**ev + 1).await);
                    }
                    yield_now().await;
                    log.push(format!("-{}", **ev));
                },
            )
            .sequential()
            .await;
        let in_turn = ["+0", "-0", "+1", "-1", "+2", "-2"];
        drop(signal.send().await);
        signal.idle().await;
        assert_eq!(log.take(), in_turn);
        assert!(signal.send().join().await.is_ok());
        signal.idle().await;
        assert_eq!(log.take(), in_turn);
        awaits.disconnect();

        signal
            .connect_with_sync((log.clone(), signal.downgrade()), |(log, signal), ev| {
                log.push(format!("+{}", **ev));
                if **ev < 2 {
                    let sent = upgraded(signal).send().with(**ev + 1).now();
                    assert_eq!(sent.expect("it has room").count(), 1);
                }
                log.push(format!("-{}", **ev));
            })
            .sequential()
            .await;
        drop(signal.send().await);
        signal.idle().await;
        assert_eq!(log.take(), in_turn);
        assert!(signal.send().join().await.is_ok());
        signal.idle().await;
        assert_eq!(log.take(), in_turn);
    }
}

fn is_reentered(report: &Report<()>) -> bool {
    let causes: Vec<_> = report
        .failures()
        .map(|failure| failure.cause().clone())
        .collect();
    matches!(causes[..], [Cause::Reentered])
}

async fn a_sequential_callback_that_joins_itself_is_told_so(on: Runtime) {
    let (signal, log) = (on.signal(0usize), Log::new());
    let state = (log.clone(), signal.downgrade());
    signal
        .connect_with(state.clone(), |(log, signal), ev| async move {
            if **ev == 0 {
                log.push(is_reentered(
                    &upgraded(&signal).send().key("a").with(1).join().await,
                ));
            }
        })
        .sequential()
        .key("a")
        .await;
    signal
        .connect_with_sync(state, |(log, signal), ev| {
            if **ev == 0 {
                log.push(is_reentered(&block_on(
                    upgraded(signal).send().key("s").with(1).join(),
                )));
            }
        })
        .sequential()
        .key("s")
        .await;
    for key in ["a", "s"] {
        assert!(signal.send().key(key).join().await.is_ok());
        assert!(signal.send().key(key).await.join().await.is_ok());
        assert_eq!(log.take(), [true, true], "{key}");
    }
    assert_eq!(signal.failure_count(), 4);
}

/// The callback connects itself again with the same options, which changes nothing about what it would wait for.
async fn one_that_has_connected_itself_again_is_told_so_too(on: Runtime) {
    let (signal, log) = (on.signal(0usize), Log::new());
    let slot: Arc<std::sync::OnceLock<Callback<usize>>> = Arc::default();
    let state = (log.clone(), signal.downgrade(), Arc::clone(&slot));
    let callback = Callback::with(
        state,
        |(log, signal, own), ev: Arc<Event<usize>>| async move {
            if **ev == 0 {
                let signal = upgraded(&signal);
                let own = own.get().expect("it was set");
                signal.connect_callback(own).sequential().now();
                log.push(is_reentered(&signal.send().with(1).join().await));
            }
        },
    );
    slot.set(callback.clone()).expect("once");
    signal.connect_callback(&callback).sequential().await;
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), [true]);
}

async fn equal_keys_keep_their_order_and_others_run_beside_them(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .ordered_by(|ev| **ev % 3)
        .await;
    let sent: Vec<_> = (0..7)
        .map(|n| signal.send().with(n).now().unwrap())
        .collect();
    executor.run_until_stalled();
    let mut begun = course.log.take();
    begun.sort();
    assert_eq!(begun, ["+0", "+1", "+2"], "one of each key");
    course.open(4);
    executor.run_until_stalled();
    assert_eq!(course.take(), "", "1 is before 4");
    course.open(1);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-1 +4 -4");
    course.open(6);
    course.open(0);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-0 +3");
    course.open_all();
    executor.run_until_stalled();
    let rest = course.log.take();
    let of_zero: Vec<_> = rest
        .iter()
        .filter(|word| "-3+6-6".contains(*word))
        .collect();
    assert_eq!(of_zero, ["-3", "+6", "-6"]);
    assert!(sent.iter().all(fanfare::Delivery::is_done) && executor.is_empty());
}

async fn ordered_calls_heed_a_limit_across_keys(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .ordered_by(|ev| **ev % 4)
        .max_in_flight(2)
        .await;
    for number in 0..8 {
        drop(signal.send().with(number).now().unwrap());
    }
    executor.run_until_stalled();
    assert_eq!(course.log.len(), 2);
    course.open(1);
    executor.run_until_stalled();
    let words = course.log.take();
    assert_eq!(
        words[2..],
        ["-1", "+2"],
        "the next by number that is not held back by its key"
    );
    course.open_all();
    executor.run_until_stalled();
    assert!(executor.is_empty() && course.log.len() == 12);
}

on_each_runtime![
    sequential_calls_come_one_by_one_in_send_order,
    a_sequential_callback_may_send_to_itself,
    a_sequential_callback_that_joins_itself_is_told_so,
    one_that_has_connected_itself_again_is_told_so_too,
    equal_keys_keep_their_order_and_others_run_beside_them,
    ordered_calls_heed_a_limit_across_keys,
];
