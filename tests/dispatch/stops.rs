//! Sends and connections that end while calls are under way.

use std::future::pending;

use fanfare::dispatcher::Receiver;

use crate::common::{Gate, Log, OnDrop, poll, told};
use crate::kit::{Acting, Scribe, boxed, by_hand};
use crate::runtime::Runtime;

async fn a_join_that_is_dropped_half_way_tells_what_it_left(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    signal.connect(|_| pending::<u32>()).await;
    signal.connect_sync(|_| 1).await;
    signal.connect(|_| async { 2 }).await;
    let mut joined = signal.send().join();
    assert!(poll(&mut joined).is_pending());
    scribe.take();
    drop(joined);
    assert_eq!(scribe.take(), ["after [aborted 1 2]"]);
    assert_eq!(signal.failure_count(), 1);
    signal.idle().await;
}

async fn of_groups_that_had_not_begun_nothing_is_told(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    signal.connect(|_| pending::<u32>()).priority(1).await;
    signal.connect_sync(|_| 1).priority(2).await;
    signal.connect_sync(|_| panic!("it is called")).await;
    let mut joined = signal.send().join().by_priority();
    assert!(poll(&mut joined).is_pending());
    drop(joined);
    let told = scribe.take();
    assert_eq!(
        (&*told[0], &*told[told.len() - 1]),
        ("before 3", "after [1 aborted]")
    );
}

async fn many_that_wait_are_all_told(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    for _ in 0..30 {
        signal.connect(|_| pending::<u32>()).await;
        signal.connect_sync(|_| 1).await;
    }
    let mut joined = signal.send().join();
    assert!(poll(&mut joined).is_pending());
    drop(joined);
    let expected = format!("after [{}]", ["aborted 1"; 30].join(" "));
    assert_eq!(scribe.take().pop(), Some(expected));
}

async fn who_waits_for_a_connection_waits_for_a_call_that_runs(on: Runtime) {
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(Acting(Receiver::call))
        .build();
    let (begun, gate, ended) = (Gate::new(), Gate::new(), Gate::new());
    let gates = (begun.clone(), gate.clone(), ended.clone());
    let connection = signal
        .connect_with(gates, |(begun, gate, ended), _| async move {
            begun.open();
            gate.wait().await;
            ended.open();
            1
        })
        .await;
    let delivery = signal.send().await;
    begun.wait().await;
    let (mut rest, mut idle) = (connection.disconnect_and_wait(), signal.idle());
    assert!(poll(&mut rest).is_pending() && poll(&mut idle).is_pending());
    gate.open();
    rest.await;
    assert!(ended.is_open());
    idle.await;
    assert_eq!(told(&delivery.join().await), ["1"], "it had started");
}

async fn a_call_that_is_to_end_with_its_connection_does(_: Runtime) {
    let (executor, _, builder) = by_hand();
    let scribe = Scribe::new();
    let signal = builder.dispatcher(scribe.clone()).build();
    let log = Log::new();
    let waits = |log: Log<&'static str>, _| async move {
        let _dropped = OnDrop(|| log.push("dropped"));
        pending::<u32>().await
    };
    let waiting = signal.connect_with(log.clone(), waits);
    let connection = waiting.cancel_on_disconnect().now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    connection.disconnect();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["dropped"]);
    assert_eq!(told(&delivery.join().await), ["aborted"]);
    assert_eq!(scribe.take().pop().as_deref(), Some("after [aborted]"));
}

async fn a_call_that_was_not_to_end_with_its_connection_does_not(_: Runtime) {
    let (executor, _, builder) = by_hand();
    let signal = builder.dispatcher(Acting(Receiver::call)).build();
    let gate = Gate::new();
    let waits = |gate: Gate, _| async move {
        gate.wait().await;
        1
    };
    let connection = signal.connect_with(gate.clone(), waits).now();
    let mut joined = signal.send().join();
    assert!(executor.run_until(&mut joined).is_none());
    connection.disconnect();
    assert!(executor.run_until(&mut joined).is_none());
    gate.open();
    let report = executor.run_until(joined).expect("it goes on to its end");
    assert_eq!(told(&report), ["1"]);
}

async fn dropping_the_last_handle_leaves_what_was_accepted(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    let gate = Gate::new();
    let waits = |gate: Gate, _| async move {
        gate.wait().await;
        1
    };
    signal.connect_with(gate.clone(), waits).await;
    let delivery = signal.send().await;
    drop(signal);
    gate.open();
    assert_eq!(told(&delivery.join().await), ["1"]);
    assert_eq!(scribe.take().pop().as_deref(), Some("after [1]"));
}

async fn a_dispatcher_may_disconnect_and_wait_around_a_call(on: Runtime) {
    let own = std::sync::Arc::new(std::sync::OnceLock::<fanfare::Connection>::new());
    let connection = std::sync::Arc::clone(&own);
    let ending = Acting(move |receiver: Receiver| {
        let connection = connection.get().expect("it is connected").clone();
        boxed(async move {
            connection.disconnect_and_wait().await;
            receiver.call().await
        })
    });
    let signal = on.builder(7).reply::<u32>().dispatcher(ending).build();
    let made = signal.connect(|_| async { panic!("it is called") }).await;
    own.set(made).expect("set once");
    assert_eq!(told(&signal.send().await.join().await), ["aborted"]);
    signal.idle().await;
}

on_each_runtime!(
    a_join_that_is_dropped_half_way_tells_what_it_left,
    of_groups_that_had_not_begun_nothing_is_told,
    many_that_wait_are_all_told,
    who_waits_for_a_connection_waits_for_a_call_that_runs,
    a_call_that_is_to_end_with_its_connection_does,
    a_call_that_was_not_to_end_with_its_connection_does_not,
    dropping_the_last_handle_leaves_what_was_accepted,
    a_dispatcher_may_disconnect_and_wait_around_a_call,
);
