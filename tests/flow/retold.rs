//! Failure callbacks: which of them are told, those that fail, and those that send to the signal themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::{Overflow, Schedule};
use futures_lite::future::block_on;

use crate::common::{Gate, Log, ON_PURPOSE, told};
use crate::failures::listen;
use crate::kit::{Course, builder_by_hand, by_hand};
use crate::runtime::Runtime;

async fn what_fails_in_a_failure_callback_is_counted_and_told_to_nobody(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let (failures, meta) = (signal.failures(), Log::new());
    failures.connect_sync(|_| panic!("{ON_PURPOSE}")).now();
    failures.connect(|_| async { panic!("{ON_PURPOSE}") }).now();
    failures.failures().connect_sync(meta.writes("told")).now();
    signal.connect(|_| async { panic!("{ON_PURPOSE}") }).now();
    drop(signal.send().now().unwrap());
    executor.run_until_stalled();
    assert_eq!(signal.failure_count(), 1);
    assert_eq!(failures.failure_count(), 2);
    assert_eq!(
        signal.failures().failure_count(),
        2,
        "each call gives the same signal"
    );
    assert_eq!(meta.take(), [""; 0]);
}

async fn a_failure_callback_that_sends_to_the_signal_is_told_once(_: Runtime) {
    for sequential in [false, true] {
        let (executor, _, signal) = by_hand();
        let told = Arc::new(AtomicUsize::new(0));
        let (count, weak) = (Arc::clone(&told), signal.downgrade());
        signal
            .failures()
            .connect_sync(move |_| {
                if count.fetch_add(1, Ordering::SeqCst) < 3 {
                    let signal = weak.upgrade().expect("it is there");
                    drop(signal.send().key("sync").now().unwrap());
                }
            })
            .now();
        let connect = signal.connect_sync(|_| panic!("{ON_PURPOSE}")).key("sync");
        let connect = if sequential {
            connect.sequential()
        } else {
            connect
        };
        connect.now();
        drop(signal.send().key("sync").now().unwrap());
        executor.run_until_stalled();
        let told = told.load(Ordering::SeqCst);
        // A sequential call that is sent from there has to wait for its turn. It fails on its own, when all that is over.
        let expected = if sequential { (4, 4) } else { (1, 2) };
        assert_eq!((told, signal.failure_count()), expected);
    }
}

/// The callback that has failed still holds its turn while its failure is told.
async fn a_failure_callback_that_joins_the_signal_does_not_wait_for_ever(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let (log, weak) = (Log::new(), signal.downgrade());
    let told = log.clone();
    signal
        .failures()
        .connect_sync(move |_| {
            let signal = weak.upgrade().expect("it is there");
            let report = block_on(signal.send().with(1).join());
            told.push(
                report
                    .failures()
                    .map(|failure| format!("{:?}", failure.cause()))
                    .collect::<Vec<_>>(),
            );
        })
        .now();
    signal
        .connect(|ev| async move { assert!(**ev == 1, "{ON_PURPOSE}") })
        .sequential()
        .now();
    drop(signal.send().now().unwrap());
    executor.run_until_stalled();
    let told = log.take();
    assert_eq!(told.len(), 1);
    assert!(told[0].is_empty() || told[0] == ["Reentered"], "{told:?}");
}

async fn an_overflow_callback_may_send_again(_: Runtime) {
    for overflow in [
        Overflow::DropOldest,
        Overflow::DropNewest,
        Overflow::KeepLatest,
    ] {
        let (executor, _, signal) = by_hand();
        let (told, weak, course) = (Log::new(), signal.downgrade(), Course::new());
        let log = told.clone();
        signal
            .failures()
            .connect_sync(move |failed| {
                log.push(failed.event().map(|event| ***event));
                let signal = weak.upgrade().expect("it is there");
                drop(signal.send().with(9).now().unwrap());
            })
            .now();
        signal
            .connect_with(course.clone(), Course::run)
            .queue(1, overflow)
            .now();
        for number in 0..4 {
            drop(signal.send().with(number).now().unwrap());
        }
        course.open_all();
        executor.run_until_stalled();
        // The new one can be put out as well, by what the callback sends because of the old one: told once that is over.
        let twice = if overflow == Overflow::DropNewest {
            1
        } else {
            2
        };
        let told = told.take().len();
        assert_eq!(told, 2 * twice, "{overflow}");
        assert_eq!(
            signal.failure_count() as usize,
            4 + told - 2,
            "{overflow}: all but two"
        );
        assert_eq!(course.log.take().len(), 4, "{overflow}: two ran");
        assert!(executor.is_empty());
    }
}

async fn the_name_is_the_key(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let log = Log::new();
    signal
        .failures()
        .connect_sync(log.writes("one"))
        .key("one")
        .now();
    signal.failures().connect_sync(log.writes("all")).now();
    signal
        .failures()
        .connect_sync(log.writes("other"))
        .key("other")
        .now();
    signal
        .connect(|_| async { panic!("{ON_PURPOSE}") })
        .name("one")
        .now();
    signal.connect(|_| async { panic!("{ON_PURPOSE}") }).now();
    let report = executor.run_until(signal.send().join()).unwrap();
    assert_eq!(told(&report), [ON_PURPOSE, ON_PURPOSE]);
    assert_eq!(log.take(), ["one", "all", "all"]);
}

async fn a_send_that_reaches_nobody_is_told_without_a_name(_: Runtime) {
    let (_, _, signal) = by_hand();
    let told = listen(&signal);
    signal.connect_sync(|_| ()).now();
    let report = block_on(signal.send().update(|_| panic!("{ON_PURPOSE}")).join());
    assert_eq!((report.count(), report.failures().count()), (0, 1));
    assert_eq!(told.take(), [format!("- {ON_PURPOSE} None")]);
    signal.close();
    assert!(!block_on(signal.send().join()).is_ok());
    assert_eq!(told.take(), ["- Closed None"]);
    assert_eq!(signal.failure_count(), 2);
}

/// The last handle goes while calls run, which go on; who asked for failures is told of theirs.
async fn what_fails_when_the_signal_has_gone_is_told_all_the_same(_: Runtime) {
    for schedule in [Schedule::Spawn, Schedule::Eager] {
        let (executor, _, builder) = builder_by_hand();
        let signal = builder.schedule(schedule).build();
        let told = listen(&signal);
        let gate = Gate::new();
        let fails = |gate: Gate, _| async move {
            gate.wait().await;
            panic!("{ON_PURPOSE}");
        };
        signal.connect_with(gate.clone(), fails).name("plain").now();
        let managed = signal.connect_with(gate.clone(), fails);
        managed.name("managed").sequential().now();
        drop(signal.send().with(7).now().unwrap());
        executor.run_until_stalled();
        drop(signal);
        gate.open();
        executor.run_until_stalled();
        let mut told = told.take();
        told.sort();
        let expected = ["managed", "plain"].map(|name| format!("{name} {ON_PURPOSE} Some(7)"));
        assert_eq!(told, expected);
    }
}

on_each_runtime![
    what_fails_when_the_signal_has_gone_is_told_all_the_same,
    the_name_is_the_key,
    a_send_that_reaches_nobody_is_told_without_a_name,
    what_fails_in_a_failure_callback_is_counted_and_told_to_nobody,
    a_failure_callback_that_sends_to_the_signal_is_told_once,
    a_failure_callback_that_joins_the_signal_does_not_wait_for_ever,
    an_overflow_callback_may_send_again,
];
