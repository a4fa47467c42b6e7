//! Where `after` is called when calls go on elsewhere.

use fanfare::dispatcher::{Context, Dispatcher, Receiver, Results};

use crate::common::{Gate, Log, poll, told};
use crate::kit::{self, Acting, Scribe, by_hand};
use crate::runtime::Runtime;

async fn after_comes_with_the_last_call_and_before_the_delivery_is_done(_: Runtime) {
    let scribe = Scribe::new();
    let (executor, _, builder) = by_hand();
    let signal = builder.dispatcher(scribe.clone()).build();
    let gates = [Gate::new(), Gate::new()];
    signal.connect_sync(|_| 1).now();
    for (gate, reply) in gates.iter().cloned().zip([2, 3]) {
        let waiting = move |gate: Gate, _| async move {
            gate.wait().await;
            reply
        };
        signal.connect_with(gate, waiting).now();
    }
    signal.connect_sync(|_| panic!("on purpose")).now();
    let delivery = signal.send().now().unwrap();
    assert_eq!(delivery.count(), 4);
    executor.run_until_stalled();
    let begun = [
        "before 4",
        "call",
        "got 1",
        "call",
        "got on purpose",
        "call",
        "call",
    ];
    assert_eq!(scribe.take(), begun);
    gates[1].open();
    executor.run_until_stalled();
    assert_eq!(scribe.take(), ["got 3"]);
    assert!(!delivery.is_done());
    gates[0].open();
    executor.run_until_stalled();
    assert_eq!(scribe.take(), ["got 2", "after [1 2 3 on purpose]"]);
    assert!(delivery.is_done());
    assert_eq!(delivery.count(), 4);
    let mut joined = delivery.join();
    let std::task::Poll::Ready(report) = poll(&mut joined) else {
        panic!("it is done")
    };
    assert_eq!(told(&report), ["1", "2", "3", "on purpose"]);
}

async fn replies_without_a_value_are_all_there(_: Runtime) {
    let scribe = Scribe::new();
    let executor = fanfare::testing::SeededExecutor::new(2);
    let builder = fanfare::Signal::builder(()).spawner(executor.clone());
    let signal = builder.dispatcher(scribe.clone()).build();
    signal.connect_sync(|_| {}).now();
    signal.connect(|_| async {}).now();
    signal.connect(|_| async { panic!("on purpose") }).now();
    signal.connect_sync(|_| {}).now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    let last = scribe.take().pop();
    assert_eq!(last.as_deref(), Some("after [() () on purpose ()]"));
    assert_eq!(
        told(&delivery.join().await),
        ["()", "()", "on purpose", "()"]
    );
}

async fn a_delivery_that_is_dropped_is_ended_all_the_same(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    let gate = Gate::new();
    let waiting = |gate: Gate, _| async move {
        gate.wait().await;
        2
    };
    signal.connect_with(gate.clone(), waiting).await;
    drop(signal.send().await);
    gate.open();
    signal.idle().await;
    let last = scribe.take().pop();
    assert_eq!(
        last.as_deref(),
        Some("after [2]"),
        "a signal is idle once its dispatchers have been told"
    );
}

async fn tasks_that_are_dropped_end_their_round(_: Runtime) {
    let scribe = Scribe::new();
    let builder = fanfare::Signal::builder(7).reply::<u32>();
    let builder = builder.spawner(|task: fanfare::BoxFuture<'static, ()>| drop(task));
    let signal = builder.dispatcher(scribe.clone()).build();
    signal.connect(|_| async { 1 }).now();
    signal.connect_sync(|_| 2).now();
    let delivery = signal.send().now().unwrap();
    assert_eq!(
        scribe.take(),
        ["before 2", "call", "got 2", "after [aborted 2]"]
    );
    assert_eq!(told(&delivery.join().await), ["aborted", "2"]);
}

async fn an_aborted_delivery_tells_of_what_was_stopped(_: Runtime) {
    let scribe = Scribe::new();
    let (executor, _, builder) = by_hand();
    let signal = builder.dispatcher(scribe.clone()).build();
    signal.connect(|_| std::future::pending::<u32>()).now();
    signal.connect(|_| async { 1 }).now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    delivery.abort();
    executor.run_until_stalled();
    assert_eq!(scribe.take().pop().as_deref(), Some("after [aborted 1]"));
    assert!(delivery.is_done() && executor.is_empty());
    assert_eq!(told(&delivery.join().await), ["aborted", "1"]);
}

/// Sends from within `after`.
struct Resending(fanfare::Signal<u32>, Log<String>);

impl Dispatcher for Resending {
    fn after(&self, _: &Context, results: &Results<'_>) {
        self.1.push(kit::told(results));
        let sum = results.replies::<u32>().sum();
        assert!(self.0.send().with(sum).now().is_ok());
    }
}

async fn after_may_send(on: Runtime) {
    let (log, sums) = (Log::new(), Log::new());
    let told_of = on.signal(0u32);
    let seen = sums.clone();
    told_of.connect_sync(move |ev| seen.push(**ev)).await;
    let builder = on.builder(7).reply::<u32>();
    let signal = builder.dispatcher(Resending(told_of, log.clone())).build();
    signal.connect(|ev| async move { **ev }).await;
    signal.connect_sync(|ev| **ev + 1).await;
    drop(signal.send().await.join().await);
    drop(signal.send().with(1).join().await);
    assert_eq!(
        (log.take(), sums.take()),
        (vec!["[7 8]".to_owned(), "[1 2]".to_owned()], vec![15, 3])
    );
}

async fn failures_are_listed_with_their_connections(on: Runtime) {
    struct Failures(Log<Option<String>>);
    impl Dispatcher for Failures {
        fn after(&self, _: &Context, results: &Results<'_>) {
            assert!(format!("{results:?}").contains("Failure"));
            for failure in results.failures() {
                self.0.push(failure.name().map(str::to_owned));
            }
        }
    }
    let log = Log::new();
    let builder = on.builder(()).dispatcher(Failures(log.clone()));
    let signal = builder.dispatcher(Acting(Receiver::call)).build();
    signal
        .connect_sync(|_| panic!("on purpose"))
        .name("one")
        .await;
    signal.connect_sync(|_| {}).name("two").await;
    signal.connect(|_| async { panic!("on purpose") }).await;
    drop(signal.send().await.join().await);
    assert_eq!(log.take(), [Some("one".to_owned()), None]);
}

on_each_runtime!(
    after_comes_with_the_last_call_and_before_the_delivery_is_done,
    replies_without_a_value_are_all_there,
    a_delivery_that_is_dropped_is_ended_all_the_same,
    tasks_that_are_dropped_end_their_round,
    an_aborted_delivery_tells_of_what_was_stopped,
    after_may_send,
    failures_are_listed_with_their_connections,
);
