//! Sends that take less than all replies.

use std::future::pending;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fanfare::Signal;

use crate::common::poll;
use crate::kit::Scribe;
use crate::runtime::Runtime;

/// One that replies at once, one that never does, one after them.
fn three(on: &Runtime) -> (Scribe, Signal<u32, u32>) {
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let signal = builder.build();
    signal.connect(|_| pending::<u32>()).now();
    signal.connect(|_| async { 1 }).now();
    signal.connect_sync(|_| 2).now();
    (scribe, signal)
}

async fn the_first_reply_ends_the_round(on: Runtime) {
    let (scribe, signal) = three(&on);
    assert_eq!(signal.send().first().await, Some(1));
    let expected = ["before 3", "call", "call", "got 1", "after [aborted taken]"];
    assert_eq!(scribe.take(), expected, "the third was not called any more");
    assert_eq!(signal.failure_count(), 0);
}

async fn a_fold_has_taken_the_replies(on: Runtime) {
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let signal = builder.build();
    signal.connect_sync(|_| panic!("on purpose")).await;
    signal.connect_sync(|_| 1).await;
    signal
        .connect(|_| async {
            futures_lite::future::yield_now().await;
            2
        })
        .await;
    signal.connect(|_| async { 3 }).await;
    assert_eq!(signal.send().fold(0, |sum, reply| sum + reply).await, 6);
    let expected = [
        "before 4",
        "call",
        "got on purpose",
        "call",
        "got 1",
        "call",
        "call",
        "got 3",
        "got 2",
        "after [on purpose taken taken taken]",
    ];
    assert_eq!(scribe.take(), expected);
}

async fn a_fold_that_breaks_off_ends_the_round(on: Runtime) {
    let (scribe, signal) = three(&on);
    let broken = signal.send().try_fold(0, |sum, reply| match sum + reply {
        3.. => ControlFlow::Break("enough"),
        sum => ControlFlow::Continue(sum),
    });
    assert_eq!(broken.await, ControlFlow::Break("enough"));
    let last = scribe.take().pop();
    assert_eq!(last.as_deref(), Some("after [aborted taken taken]"));
}

async fn a_fold_that_is_dropped_half_way_ends_the_round(on: Runtime) {
    let (scribe, signal) = three(&on);
    let mut fold = signal.send().fold(0, |sum, reply| sum + reply);
    assert!(poll(&mut fold).is_pending());
    scribe.take();
    drop(fold);
    assert_eq!(scribe.take(), ["after [aborted taken taken]"]);
    assert_eq!(signal.failure_count(), 1, "as without dispatchers");
}

async fn a_fold_that_panics_ends_the_round(on: Runtime) {
    let (scribe, signal) = three(&on);
    let mut fold = signal.send().fold(0, |_, _| panic!("on purpose"));
    let polled = catch_unwind(AssertUnwindSafe(|| poll(&mut fold).is_ready()));
    assert!(polled.is_err());
    drop(fold);
    let last = scribe.take().pop();
    assert_eq!(last.as_deref(), Some("after [aborted taken]"));
    signal.idle().await;
}

async fn one_that_panics_late_ends_the_round(on: Runtime) {
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let signal = builder.build();
    signal
        .connect(|_| async {
            futures_lite::future::yield_now().await;
            1
        })
        .now();
    signal.connect(|_| pending::<u32>()).now();
    let mut fold = signal.send().fold(0, |_, _| panic!("on purpose"));
    assert!(poll(&mut fold).is_pending());
    let polled = catch_unwind(AssertUnwindSafe(|| poll(&mut fold).is_ready()));
    assert!(polled.is_err());
    drop(fold);
    let last = scribe.take().pop();
    assert_eq!(last.as_deref(), Some("after [taken aborted]"));
    signal.idle().await;
}

async fn a_fold_that_is_never_polled_has_not_begun(on: Runtime) {
    let (scribe, signal) = three(&on);
    drop(signal.send().first());
    drop(signal.send().join());
    assert!(scribe.take().is_empty());
}

on_each_runtime!(
    the_first_reply_ends_the_round,
    a_fold_has_taken_the_replies,
    a_fold_that_breaks_off_ends_the_round,
    a_fold_that_is_dropped_half_way_ends_the_round,
    a_fold_that_panics_ends_the_round,
    one_that_panics_late_ends_the_round,
    a_fold_that_is_never_polled_has_not_begun,
);
