//! Calls that belong to no send, and streams, which are none.

use std::time::Duration;

use fanfare::dispatcher::Receiver;
use fanfare::{BoxFuture, Signal};

use crate::common::{Log, poll, told};
use crate::kit::{Acting, Scribe, by_hand};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

async fn a_debounced_call_is_a_round_of_its_own(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let scribe = Scribe::new();
    let signal = builder.dispatcher(scribe.clone()).build();
    signal
        .connect(|ev| async move { **ev })
        .debounce(SECOND)
        .now();
    for number in 1..4 {
        assert_eq!(signal.send().with(number).now().unwrap().count(), 0);
        executor.run_until_stalled();
    }
    assert_eq!(scribe.take(), ["before 0", "after []"].repeat(3));
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(scribe.take(), ["before 1", "call", "got 3", "after [3]"]);
    assert!(poll(&mut signal.idle()).is_ready() && executor.is_empty());
}

async fn one_that_panics_or_is_skipped_is_ended(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let scribe = Scribe::new();
    let signal = builder.dispatcher(scribe.clone()).build();
    signal
        .connect_sync(|_| panic!("on purpose"))
        .debounce(SECOND)
        .now();
    drop(signal.send().now());
    executor.run_until_stalled();
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(
        scribe.take()[2..],
        ["before 1", "call", "got on purpose", "after [on purpose]"]
    );
    assert_eq!(signal.failure_count(), 1);

    let (executor, clock, builder) = by_hand();
    let builder = builder.dispatcher(scribe.clone());
    let signal = builder.dispatcher(Acting(Receiver::skip)).build();
    signal
        .connect_sync(|_| panic!("it is called"))
        .debounce(SECOND)
        .now();
    drop(signal.send().now());
    executor.run_until_stalled();
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert_eq!(
        scribe.take()[2..],
        ["before 1", "call", "got skipped", "after [skipped]"]
    );
    assert_eq!(signal.failure_count(), 0);
}

async fn one_whose_task_is_dropped_is_ended(_: Runtime) {
    let scribe = Scribe::new();
    let clock = fanfare::testing::ManualClock::new();
    let tasks: Log<BoxFuture<'static, ()>> = Log::new();
    let spawner = tasks.clone();
    let builder = Signal::builder(7).reply::<u32>().timer(clock.clone());
    let builder = builder.spawner(move |task: BoxFuture<'static, ()>| spawner.push(task));
    let signal = builder.dispatcher(scribe.clone()).build();
    signal
        .connect(|_| std::future::pending::<u32>())
        .debounce(SECOND)
        .now();
    drop(signal.send().now());
    let mut task = tasks.take().pop().expect("it waits");
    assert!(poll(&mut task).is_pending());
    clock.advance(SECOND);
    assert!(poll(&mut task).is_pending());
    assert_eq!(scribe.take()[2..], ["before 1", "call"]);
    drop(task);
    assert_eq!(scribe.take(), ["after [aborted]"]);
    assert_eq!(signal.failure_count(), 1);
    assert!(poll(&mut signal.idle()).is_ready());
}

async fn streams_take_their_events_within_the_send(on: Runtime) {
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let signal = builder.dispatcher(Acting(Receiver::skip)).build();
    let mut stream = signal.subscribe().await;
    signal.connect_sync(|_| 1).await;
    assert_eq!(told(&signal.send().join().await), ["Skipped"]);
    assert_eq!(***stream.try_recv().as_ref().expect("it came"), 7);
    assert_eq!(
        scribe.take(),
        ["before 1", "call", "got skipped", "after [skipped]"]
    );
}

on_each_runtime!(
    a_debounced_call_is_a_round_of_its_own,
    one_that_panics_or_is_skipped_is_ended,
    one_whose_task_is_dropped_is_ended,
    streams_take_their_events_within_the_send,
);
