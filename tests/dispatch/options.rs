//! Connections that say how they are called, under a dispatcher.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::dispatcher::Receiver;
use fanfare::{Event, Overflow};

use crate::common::{Gate, Log, told};
use crate::kit::{Acting, Scribe, by_hand};
use crate::runtime::Runtime;

async fn a_call_that_finds_no_room_does_not_come_to_the_dispatcher(_: Runtime) {
    let (executor, _, builder) = by_hand();
    let scribe = Scribe::new();
    let signal = builder.dispatcher(scribe.clone()).build();
    let gate = Gate::new();
    let waits = |gate: Gate, ev: Arc<Event<u32>>| async move {
        gate.wait().await;
        **ev
    };
    let waiting = signal.connect_with(gate.clone(), waits);
    waiting.queue(1, Overflow::DropNewest).now();
    let sent: Vec<_> = (0..3)
        .map(|n| signal.send().with(n).now().unwrap())
        .collect();
    executor.run_until_stalled();
    let expected = [
        "before 1",
        "before 1",
        "before 1",
        "after [overflow]",
        "call",
    ];
    assert_eq!(
        scribe.take(),
        expected,
        "one runs, one waits for its turn, one found no room"
    );
    gate.open();
    executor.run_until_stalled();
    let outcomes = sent
        .into_iter()
        .map(|sent| executor.run_until(sent.join()).unwrap());
    let outcomes: Vec<_> = outcomes.flat_map(|report| told(&report)).collect();
    assert_eq!(outcomes, ["0", "1", "Overflow"]);
    assert_eq!(
        scribe.take(),
        ["got 0", "after [0]", "call", "got 1", "after [1]"]
    );
}

async fn a_queue_that_sends_wait_for_holds_them_up_before_they_begin(_: Runtime) {
    let (executor, _, builder) = by_hand();
    let scribe = Scribe::new();
    let signal = builder.dispatcher(scribe.clone()).build();
    let gate = Gate::new();
    let waits = |gate: Gate, ev: Arc<Event<u32>>| async move {
        gate.wait().await;
        **ev
    };
    signal
        .connect_with(gate.clone(), waits)
        .queue(1, Overflow::Wait)
        .now();
    let sent: Vec<_> = (0..2)
        .map(|n| signal.send().with(n).now().unwrap())
        .collect();
    assert_eq!(
        signal.send().with(2).now().unwrap_err().into_payload(),
        Some(2)
    );
    let waiting = signal.send().with(3).join();
    let mut waiting = std::pin::pin!(waiting);
    assert!(executor.run_until(waiting.as_mut()).is_none());
    assert_eq!(scribe.take(), ["before 1", "before 1", "call"]);
    gate.open();
    let report = executor.run_until(waiting).expect("there is room");
    assert_eq!((sent.len(), told(&report)), (2, vec!["3".to_owned()]));
    assert_eq!(scribe.take().pop().as_deref(), Some("after [3]"));
}

async fn times_are_counted_with_what_is_skipped(on: Runtime) {
    let skipped = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&skipped);
    let first = Acting(move |receiver: Receiver| {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            receiver.skip()
        } else {
            receiver.call()
        }
    });
    let signal = on.builder(7).reply::<u32>().dispatcher(first).build();
    let connection = signal.connect_sync(|ev| **ev).times(2).await;
    assert_eq!(told(&signal.send().join().await), ["Skipped"]);
    assert!(connection.is_connected());
    assert_eq!(told(&signal.send().await.join().await), ["7"]);
    assert!(!connection.is_connected());
    assert_eq!(signal.send().join().await.count(), 0);
}

async fn the_last_call_of_a_connection_may_be_put_off(on: Runtime) {
    let yielding = Acting(|receiver: Receiver| {
        crate::kit::boxed(async move {
            futures_lite::future::yield_now().await;
            receiver.call().await
        })
    });
    let signal = on.builder(7).reply::<u32>().dispatcher(yielding).build();
    signal.connect_sync(|ev| **ev).once().await;
    signal.connect(|ev| async move { **ev + 1 }).once().await;
    assert_eq!(told(&signal.send().await.join().await), ["7", "8"]);
    assert_eq!(signal.connection_count(), 0);
}

async fn predicates_are_asked_once_and_before_the_send_begins(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    let asked = scribe.clone();
    signal
        .connect_sync(|ev| **ev)
        .when(move |ev| {
            asked.note("asked");
            **ev == 7
        })
        .await;
    assert_eq!(told(&signal.send().join().await), ["7"]);
    assert_eq!(
        scribe.take(),
        ["asked", "before 1", "call", "got 7", "after [7]"]
    );
    assert_eq!(signal.send().with(8).await.count(), 0);
    assert_eq!(scribe.take(), ["asked", "before 0", "after []"]);
}

async fn a_predicate_that_panics_has_its_place_in_the_results(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    signal.connect_sync(|_| 1).await;
    signal.connect(|_| async { 2 }).await;
    signal
        .connect_sync(|_| 3)
        .when(|_| panic!("on purpose"))
        .await;
    signal.connect(|_| async { 4 }).await;
    let expected = ["1", "2", "on purpose", "4"];
    assert_eq!(told(&signal.send().join().await), expected);
    assert_eq!(
        scribe.take().pop().as_deref(),
        Some("after [1 2 on purpose 4]")
    );
    assert_eq!(told(&signal.send().await.join().await), expected);
    assert_eq!(
        scribe.take().pop().as_deref(),
        Some("after [1 2 on purpose 4]")
    );
    assert_eq!(signal.send().fold(0, u32::max).await, 4);
    assert_eq!(
        scribe.take().pop().as_deref(),
        Some("after [taken taken on purpose taken]")
    );
}

async fn a_callback_that_joins_a_send_to_itself_is_told_so(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    let weak = signal.downgrade();
    signal
        .connect_sync(move |_| {
            let Some(signal) = weak.upgrade() else {
                return 0;
            };
            let report = futures_lite::future::block_on(signal.send().join());
            u32::from(told(&report) == ["Reentered"])
        })
        .sequential()
        .await;
    assert_eq!(told(&signal.send().join().await), ["1"]);
    let after = ["after [reentered]", "got 1", "after [1]"];
    let seen = scribe.take();
    assert_eq!(seen[seen.len() - 3..], after);
}

async fn calls_under_a_dispatcher_are_counted_and_timed(_: Runtime) {
    let (executor, clock, builder) = by_hand();
    let (slow, second) = (clock.clone(), Duration::from_secs(1));
    let advancing = Acting(move |receiver: Receiver| {
        slow.advance(second);
        receiver.call()
    });
    let signal = builder.stats().dispatcher(advancing).build();
    let connection = signal.connect_sync(|_| 1).now();
    let failing = signal.connect_sync(|_| panic!("on purpose")).now();
    assert!(executor.run_until(signal.send().join()).is_some());
    let counts = connection.stats().expect("they are counted");
    assert_eq!(
        (counts.calls, counts.failures, counts.longest),
        (1, 0, second)
    );
    assert_eq!(failing.stats().expect("they are counted").failures, 1);
}

async fn one_that_comes_meanwhile_comes_too_late(on: Runtime) {
    let log = Log::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(Acting(Receiver::call))
        .build();
    let (weak, late) = (signal.downgrade(), log.clone());
    signal
        .connect_sync(move |_| {
            let late = late.clone();
            if let Some(signal) = weak.upgrade() {
                signal
                    .connect_sync(move |_| {
                        late.push("late");
                        2
                    })
                    .now();
            }
            1
        })
        .once()
        .await;
    assert_eq!(told(&signal.send().join().await), ["1"]);
    assert_eq!(log.len(), 0);
    assert_eq!(told(&signal.send().join().await), ["2"]);
}

on_each_runtime!(
    a_call_that_finds_no_room_does_not_come_to_the_dispatcher,
    a_queue_that_sends_wait_for_holds_them_up_before_they_begin,
    times_are_counted_with_what_is_skipped,
    the_last_call_of_a_connection_may_be_put_off,
    predicates_are_asked_once_and_before_the_send_begins,
    a_predicate_that_panics_has_its_place_in_the_results,
    a_callback_that_joins_a_send_to_itself_is_told_so,
    calls_under_a_dispatcher_are_counted_and_timed,
    one_that_comes_meanwhile_comes_too_late,
);
