//! Sends for less than all replies: `first`, `fold` and `try_fold`.

use std::future::pending;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fanfare::Signal;
use futures_lite::future::block_on;

use crate::common::{Gate, Log, ON_PURPOSE, opens, poll};
use crate::runtime::Runtime;

/// Callbacks that reply with their number as soon as their gate is open.
fn gated<const N: usize>(signal: &Signal<(), usize>, dropped: &Log<usize>) -> [Gate; N] {
    let gates = [(); N].map(|()| Gate::new());
    for (number, gate) in gates.iter().enumerate() {
        let state = (gate.clone(), dropped.clone());
        signal
            .connect_with(state, move |(gate, dropped), _| async move {
                let _guard = crate::common::OnDrop(|| dropped.push(number));
                gate.wait().await;
                number
            })
            .now();
    }
    gates
}

async fn first_gives_the_reply_that_comes_first(on: Runtime) {
    let (signal, dropped) = (on.builder(()).reply().build(), Log::new());
    let gates = gated::<3>(&signal, &dropped);
    let mut first = signal.send().first();
    assert!(poll(&mut first).is_pending());
    assert_eq!(dropped.len(), 0);
    gates[1].open();
    assert_eq!(first.await, Some(1));
    // The others are cancelled by then, not when the future is dropped.
    let mut cancelled = dropped.take();
    cancelled.sort_unstable();
    assert_eq!(cancelled, [0, 1, 2]);
}

async fn first_cancels_the_others_before_it_is_dropped(on: Runtime) {
    let (signal, dropped) = (on.builder(()).reply().build(), Log::new());
    let gates = gated::<2>(&signal, &dropped);
    let mut first = signal.send().first();
    assert!(poll(&mut first).is_pending());
    gates[0].open();
    while poll(&mut first).is_pending() {}
    assert_eq!(dropped.len(), 2);
    drop(first);
    assert_eq!(dropped.len(), 2);
}

async fn first_starts_nothing_after_a_reply(on: Runtime) {
    let signal = on.builder(()).reply::<&str>().build();
    let (log, cancelled) = (Log::new(), Gate::new());
    let started = log.clone();
    signal
        .connect_with(cancelled.clone(), move |cancelled, _| {
            started.push("async before");
            async move {
                let _guard = opens(&cancelled);
                pending().await
            }
        })
        .await;
    signal.connect_sync(|_| panic!("{ON_PURPOSE}")).await;
    signal.connect_sync(|_| "reply").await;
    for _ in 0..2 {
        let log = log.clone();
        signal
            .connect_sync(move |_| {
                log.push("after");
                "late"
            })
            .await;
    }
    assert_eq!(signal.send().first().await, Some("reply"));
    assert_eq!(log.take(), ["async before"]);
    assert!(cancelled.is_open());
}

async fn first_uses_up_no_call_of_what_it_did_not_reach(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    signal.connect_sync(|_| 1).await;
    let once = signal.connect_sync(|_| 2).once().await;
    assert_eq!(signal.send().first().await, Some(1));
    assert!(once.is_connected());
    assert_eq!(signal.send().join().await.replies(), [1, 2]);
}

async fn first_takes_a_ready_async_reply_as_it_comes(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    signal.connect(|_| pending()).await;
    signal.connect(|_| async { 1 }).await;
    signal.connect_sync(|_| 2).await;
    assert_eq!(signal.send().first().await, Some(1));
}

async fn first_is_none_if_nobody_replies(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    assert_eq!(signal.send().first().await, None);
    signal.connect_sync(|_| 1).key("a").await;
    assert_eq!(signal.send().key("b").first().await, None);
    signal.connect_sync(|_| panic!("{ON_PURPOSE}")).await;
    signal.connect(|_| async { panic!("{ON_PURPOSE}") }).await;
    assert_eq!(signal.send().first().await, None);
    assert_eq!(signal.send().key("a").first().await, Some(1));
}

async fn fold_takes_replies_in_the_order_they_come(on: Runtime) {
    let (signal, dropped) = (on.builder(()).reply().build(), Log::new());
    let gates = gated::<2>(&signal, &dropped);
    signal.connect_sync(|_| 2).await;
    signal.connect(|_| async { 3 }).await;
    signal.connect_sync(|_| panic!("{ON_PURPOSE}")).await;
    let log = Log::new();
    let mut fold = signal.send().fold(String::new(), |so_far, reply| {
        log.push(reply);
        format!("{so_far}{reply}")
    });
    assert!(poll(&mut fold).is_pending());
    assert_eq!(log.take(), [2, 3]);
    gates[1].open();
    while log.len() == 0 {
        assert!(poll(&mut fold).is_pending());
    }
    assert_eq!(log.take(), [1]);
    gates[0].open();
    assert_eq!(fold.await, "2310");
}

async fn fold_gives_the_beginning_if_nobody_replies(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    assert_eq!(signal.send().fold(7, |_, _| 0).await, 7);
    signal.connect_sync(|_| panic!("{ON_PURPOSE}")).await;
    assert_eq!(signal.send().fold(7, |_, _| 0).await, 7);
}

async fn try_fold_stops_at_a_quorum(on: Runtime) {
    let (signal, dropped) = (on.builder(()).reply().build(), Log::new());
    let gates = gated::<4>(&signal, &dropped);
    let quorum = |votes, _| match votes + 1 {
        2 => ControlFlow::Break("elected"),
        votes => ControlFlow::Continue(votes),
    };
    let mut vote = signal.send().try_fold(0, quorum);
    assert!(poll(&mut vote).is_pending());
    gates[3].open();
    gates[0].open();
    assert_eq!(vote.await, ControlFlow::Break("elected"));
    assert_eq!(dropped.take().len(), 4, "the other two are cancelled");
}

async fn try_fold_goes_on_to_the_end_if_nothing_stops_it(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    let log = Log::new();
    signal.connect_sync(|_| 1).await;
    signal.connect(|_| async { 2 }).await;
    let sum = |sum: u8, reply| match sum.checked_add(reply) {
        Some(sum) => ControlFlow::Continue(sum),
        None => ControlFlow::Break(()),
    };
    assert_eq!(
        signal.send().try_fold(0, sum).await,
        ControlFlow::Continue(3)
    );
    signal.connect_sync(|_| 255).await;
    let after = log.clone();
    signal
        .connect_sync(move |_| {
            after.push(());
            0
        })
        .await;
    assert_eq!(signal.send().try_fold(0, sum).await, ControlFlow::Break(()));
    assert_eq!(log.len(), 0);
}

async fn nothing_happens_before_the_first_poll(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    signal.connect_sync(log.writes("called")).await;
    drop(signal.send().first());
    drop(signal.send().fold((), |(), ()| ()));
    drop(signal.send().try_fold((), |(), ()| ControlFlow::Break(())));
    assert_eq!(log.len(), 0);
    signal.send().first().await;
    assert_eq!(log.len(), 1);
}

async fn dropping_it_cancels_what_runs(on: Runtime) {
    let (signal, dropped) = (on.builder(()).reply().build(), Log::new());
    let gates = gated::<3>(&signal, &dropped);
    let mut fold = signal.send().fold(0, |sum, reply| sum + reply);
    assert!(poll(&mut fold).is_pending());
    gates[1].open();
    assert!(poll(&mut fold).is_pending());
    drop(fold);
    assert_eq!(dropped.len(), 3);
}

/// It is the caller's code and not a callback's.
async fn a_panic_of_the_fold_is_the_callers(on: Runtime) {
    let (signal, dropped) = (on.builder(()).reply().build(), Log::new());
    let _gates = gated::<1>(&signal, &dropped);
    let log = Log::new();
    for number in [1, 2] {
        let log = log.clone();
        signal
            .connect_sync(move |_| {
                log.push(number);
                number
            })
            .await;
    }
    let fold = signal.send().fold(0, |_, _| panic!("{ON_PURPOSE}: fold"));
    let panic = catch_unwind(AssertUnwindSafe(|| block_on(fold))).expect_err("it panics");
    assert_eq!(panic.downcast_ref(), Some(&"on purpose: fold".to_owned()));
    assert_eq!(log.take(), [1]);
    assert_eq!(dropped.take(), [0]);
    assert_eq!(signal.send().first().await, Some(1));
    let connection = signal.connect_sync(|_| 3).await;
    assert!(poll(&mut connection.disconnect_and_wait()).is_ready());
}

on_each_runtime![
    first_gives_the_reply_that_comes_first,
    first_cancels_the_others_before_it_is_dropped,
    first_starts_nothing_after_a_reply,
    first_uses_up_no_call_of_what_it_did_not_reach,
    first_takes_a_ready_async_reply_as_it_comes,
    first_is_none_if_nobody_replies,
    fold_takes_replies_in_the_order_they_come,
    fold_gives_the_beginning_if_nobody_replies,
    try_fold_stops_at_a_quorum,
    try_fold_goes_on_to_the_end_if_nothing_stops_it,
    nothing_happens_before_the_first_poll,
    dropping_it_cancels_what_runs,
    a_panic_of_the_fold_is_the_callers,
];
