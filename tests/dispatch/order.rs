//! When `before`, `call` and `after` come.

use std::sync::Arc;

use fanfare::dispatcher::Dispatcher;
use fanfare::testing::ManualClock;
use fanfare::{Schedule, Signal};

use crate::common::{Gate, Log, told};
use crate::kit::Scribe;
use crate::runtime::Runtime;

async fn a_send_is_framed_and_each_call_is_led_through(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    signal.connect_sync(|ev| **ev).await;
    signal.connect(|ev| async move { **ev + 1 }).await;
    let report = signal.send().join().await;
    assert_eq!(report.replies(), [7, 8]);
    let expected = ["before 2", "call", "got 7", "call", "got 8", "after [7 8]"];
    assert_eq!(scribe.take(), expected);
    let report = signal.send().with(1).await.join().await;
    assert_eq!(report.replies(), [1, 2]);
    let expected = ["before 2", "call", "got 1", "call", "got 2", "after [1 2]"];
    assert_eq!(scribe.take(), expected);
}

async fn calls_of_one_send_are_under_way_side_by_side(_: Runtime) {
    let scribe = Scribe::new();
    let signal = Signal::builder(()).dispatcher(scribe.clone()).build();
    let gates = [Gate::new(), Gate::new()];
    for gate in gates.clone() {
        signal
            .connect_with(gate, |gate, _| async move { gate.wait().await })
            .await;
    }
    gates[1].open();
    let opens = async {
        gates[0].open();
    };
    let (report, ()) = futures_lite::future::zip(signal.send().join(), opens).await;
    assert!(report.is_ok());
    assert_eq!(scribe.take()[..3], ["before 2", "call", "call"]);
}

async fn several_are_nested_and_the_first_is_outermost(on: Runtime) {
    let log = Log::new();
    let builder = on.builder(3).reply::<u32>();
    let signal = builder
        .dispatcher(Scribe::named("a ", &log))
        .dispatcher(Scribe::named("b ", &log))
        .dispatcher(Scribe::named("c ", &log))
        .build();
    signal.connect(|ev| async move { **ev }).await;
    assert_eq!(told(&signal.send().join().await), ["3"]);
    let expected = [
        "a before 1",
        "b before 1",
        "c before 1",
        "a call",
        "b call",
        "c call",
        "c got 3",
        "b got 3",
        "a got 3",
        "c after [3]",
        "b after [3]",
        "a after [3]",
    ];
    assert_eq!(log.take(), expected);
}

async fn where_nobody_matches_a_send_is_framed_all_the_same(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(scribe.take(), ["before 0", "after []"]);
    signal.connect_sync(|ev| **ev).key("other").await;
    assert_eq!(signal.send().key("this").join().await.count(), 0);
    assert_eq!(scribe.take(), ["before 0", "after []"]);
    assert_eq!(signal.send().key("this").first().await, None);
    assert_eq!(scribe.take(), ["before 0", "after []"]);
}

async fn one_dispatcher_can_be_shared_by_signals(on: Runtime) {
    let scribe = Arc::new(Scribe::new());
    let shared: Arc<dyn Dispatcher> = scribe.clone();
    let one = on
        .builder(1)
        .reply::<u32>()
        .dispatcher(Arc::clone(&shared))
        .build();
    let two = on.builder(()).dispatcher(shared).build();
    one.connect_sync(|ev| **ev).await;
    two.connect_sync(|_| {}).await;
    assert!(one.send().join().await.is_ok() && two.send().join().await.is_ok());
    let expected = [
        "before 1",
        "call",
        "got 1",
        "after [1]",
        "before 1",
        "call",
        "got ()",
        "after [()]",
    ];
    assert_eq!(scribe.take(), expected);
}

struct Nothing;
impl Dispatcher for Nothing {}

async fn one_without_methods_changes_nothing(on: Runtime) {
    let signal = on
        .builder(2)
        .reply::<u32>()
        .dispatcher(Nothing)
        .dispatcher(Nothing)
        .build();
    signal.connect_sync(|ev| **ev).await;
    signal.connect(|ev| async move { **ev * 2 }).await;
    assert_eq!(told(&signal.send().join().await), ["2", "4"]);
    assert_eq!(told(&signal.send().with(3).await.join().await), ["3", "6"]);
    assert_eq!(signal.send().fold(0, |sum, reply| sum + reply).await, 6);
    assert_eq!(signal.failure_count(), 0);
}

async fn sync_callbacks_are_done_when_now_returns(on: Runtime) {
    let log = Log::new();
    let outer = Scribe::named("", &log);
    let builder = on.builder(7).reply::<u32>();
    let signal = builder
        .dispatcher(outer.clone())
        .dispatcher(Nothing)
        .build();
    signal.connect_sync(|ev| **ev).now();
    let delivery = signal.send().now().unwrap();
    assert!(delivery.is_done());
    assert_eq!(outer.take(), ["before 1", "call", "got 7", "after [7]"]);
    assert_eq!(
        (delivery.count(), told(&delivery.join().await)),
        (1, vec!["7".to_owned()])
    );
}

async fn eager_ones_that_are_ready_are_done_when_now_returns(on: Runtime) {
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().schedule(Schedule::Eager);
    let signal = builder.dispatcher(scribe.clone()).build();
    signal.connect(|ev| async move { **ev }).now();
    let delivery = signal.send().now().unwrap();
    assert!(delivery.is_done());
    assert_eq!(scribe.take(), ["before 1", "call", "got 7", "after [7]"]);
}

async fn a_send_that_does_not_begin_is_told_to_none(on: Runtime) {
    let scribe = Scribe::new();
    let builder = on.builder(7u32).dispatcher(scribe.clone());
    let builder = builder.timer(ManualClock::new());
    let signal = builder.max_in_flight(1).build();
    let gate = Gate::new();
    signal
        .connect_with(gate.clone(), |gate, _| async move { gate.wait().await })
        .await;
    let under_way = signal.send().await;
    assert!(signal.send().now().unwrap_err().is_full());
    let waited = signal
        .send()
        .timeout(std::time::Duration::ZERO)
        .join()
        .await;
    assert_eq!(waited.failures().count(), 1);
    let panicked = signal.send().update(|_| panic!("on purpose")).join().await;
    assert_eq!(panicked.failures().count(), 1);
    signal.close();
    assert_eq!(signal.send().join().await.count(), 0);
    gate.open();
    assert!(under_way.join().await.is_ok());
    assert_eq!(scribe.take(), ["before 1", "call", "got ()", "after [()]"]);
}

async fn calls_are_made_by_priority(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(0)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    signal.connect_sync(|_| 1).await;
    signal.connect(|_| async { 2 }).priority(1).await;
    signal.connect_sync(|_| 3).priority(2).await;
    assert_eq!(
        told(&signal.send().join().by_priority().await),
        ["3", "2", "1"]
    );
    let expected = [
        "before 3",
        "call",
        "got 3",
        "call",
        "got 2",
        "call",
        "got 1",
        "after [3 2 1]",
    ];
    assert_eq!(scribe.take(), expected);
}

on_each_runtime!(
    a_send_is_framed_and_each_call_is_led_through,
    calls_of_one_send_are_under_way_side_by_side,
    several_are_nested_and_the_first_is_outermost,
    where_nobody_matches_a_send_is_framed_all_the_same,
    one_dispatcher_can_be_shared_by_signals,
    one_without_methods_changes_nothing,
    sync_callbacks_are_done_when_now_returns,
    eager_ones_that_are_ready_are_done_when_now_returns,
    a_send_that_does_not_begin_is_told_to_none,
    calls_are_made_by_priority,
);
