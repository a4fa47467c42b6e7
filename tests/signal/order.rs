//! In which order callbacks start, and in which a report tells of them.

use fanfare::{Executor, Report, Schedule, Signal};
use futures_lite::future::yield_now;

use crate::common::{Log, ON_PURPOSE, Person, told};
use crate::runtime::Runtime;

/// Connects sync and async callbacks in turn, in several lists, with these priorities; each writes its number.
fn connected<const N: usize>(signal: &Signal<()>, log: &Log<usize>, priorities: [i32; N]) {
    for (number, priority) in priorities.into_iter().enumerate() {
        let connect = if number % 2 == 0 {
            signal.connect_sync(log.writes(number))
        } else {
            signal.connect(log.writes_async(number))
        };
        let connect = connect.priority(priority);
        match number % 3 {
            0 => connect.now(),
            1 => connect.key("a").now(),
            _ => connect.keys(["b", "a", "c"]).now(),
        };
    }
}

async fn callbacks_start_in_connection_order_across_lists(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    connected(&signal, &log, [0; 9]);
    let _ = signal.send().keys(["c", "a"]).join().await;
    assert_eq!(log.take(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    let _ = signal.send().key("b").join().await;
    assert_eq!(log.take(), [0, 2, 3, 5, 6, 8]);
    let _ = signal.send().to_all().join().await;
    assert_eq!(log.take(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
}

async fn callbacks_start_by_priority_and_then_in_connection_order(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    connected(&signal, &log, [0, 1, -1, i32::MIN, i32::MAX, 1, 0, -1, 7]);
    let by_priority = [4, 8, 1, 5, 0, 6, 2, 7, 3];
    let _ = signal.send().keys(["a", "b"]).join().await;
    assert_eq!(log.take(), by_priority);
    signal.send().keys(["a", "b"]).fold((), |(), ()| ()).await;
    assert_eq!(log.take(), by_priority);
    let _ = signal.send().to_all().join().await;
    assert_eq!(log.take(), by_priority);
}

/// An executor that starts tasks in the order in which it gets them gets them in that order.
async fn async_callbacks_are_handed_over_in_order(_: Runtime) {
    let executor = Executor::new();
    let (signal, log) = (
        Signal::builder(()).spawner(executor.clone()).build(),
        Log::new(),
    );
    connected(&signal, &log, [0, 0, 0, 3, 0, -1, 0, 9]);
    let delivery = signal.send().key("a").await;
    assert_eq!(log.take(), [0, 2, 4, 6], "sync ones have run by now");
    assert_eq!(delivery.count(), 8);
    let report = executor.run(delivery.join()).await;
    assert_eq!(report.count(), 8);
    assert_eq!(log.take(), [7, 3, 1, 5]);
}

async fn a_connection_keeps_its_place_when_others_come_and_go(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let connections: Vec<_> = (0..20)
        .map(|number| signal.connect_sync(log.writes(number)).key("a").now())
        .collect();
    for number in [0, 7, 8, 19] {
        assert!(connections[number].disconnect());
    }
    signal.connect_sync(log.writes(20)).key("a").await;
    // Leaves the list and comes back into it.
    assert!(connections[10].remove_keys(["a"]));
    assert!(connections[10].add_keys(["a"]));
    let ashley = Person(1);
    assert!(connections[3].add_senders([&ashley]));
    let _ = signal.send().key("a").sender(&ashley).join().await;
    let left = (0..21).filter(|number| ![0, 7, 8, 19].contains(number));
    assert_eq!(log.take(), left.collect::<Vec<_>>());
}

async fn async_callbacks_start_before_sync_ones_that_come_later(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    for (before, after) in [("first", "first goes on"), ("third", "third goes on")] {
        signal
            .connect_with(log.clone(), move |log, _| async move {
                log.push(before);
                yield_now().await;
                log.push(after);
            })
            .await;
        signal.connect_sync(log.writes("sync")).await;
    }
    let _ = signal.send().join().await;
    let started = ["first", "sync", "third", "sync"];
    assert_eq!(log.take()[..4], started);

    let eager = on.builder(()).schedule(Schedule::Eager).build();
    eager.connect(log.writes_async("first")).await;
    eager.connect_sync(log.writes("second")).await;
    eager.connect(log.writes_async("third")).await;
    drop(eager.send().now().unwrap());
    assert_eq!(log.take(), ["first", "second", "third"]);
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Sync,
    Ready,
    Late,
    SyncPanic,
    LatePanic,
}

const KINDS: [Kind; 5] = [
    Kind::Sync,
    Kind::Ready,
    Kind::Late,
    Kind::SyncPanic,
    Kind::LatePanic,
];

/// In match order, that is by priority: 1, 3, 0, 2.
const PRIORITIES: [i32; 4] = [0, 5, -3, 5];

/// A signal with one callback of each kind given, spread over two lists. The later one starts, the earlier it ends.
fn mixed(on: &Runtime, schedule: Schedule, kinds: [Kind; 4]) -> Signal<(), usize> {
    async fn late(place: usize) {
        for _ in place..4 {
            yield_now().await;
        }
    }
    let signal = on.builder(()).schedule(schedule).reply::<usize>().build();
    for (number, kind) in kinds.into_iter().enumerate() {
        let connect = match kind {
            Kind::Sync => signal.connect_sync(move |_| number),
            Kind::Ready => signal.connect(move |_| async move { number }),
            Kind::Late => signal.connect(move |_| async move {
                late(number).await;
                number
            }),
            Kind::SyncPanic => signal.connect_sync(move |_| panic!("{ON_PURPOSE}: {number}")),
            Kind::LatePanic => signal.connect(move |_| async move {
                late(number).await;
                panic!("{ON_PURPOSE}: {number}")
            }),
        };
        let connect = connect
            .name(number.to_string())
            .priority(PRIORITIES[number]);
        if number < 2 {
            connect.now()
        } else {
            connect.key("a").now()
        };
    }
    signal
}

/// Compares every accessor of a report with what these kinds have to come to.
fn check(report: Report<usize>, kinds: [Kind; 4]) {
    let fails = |number: &usize| matches!(kinds[*number], Kind::SyncPanic | Kind::LatePanic);
    let place = [1, 3, 0, 2];
    let words = place.map(|number| {
        let text = format!("{ON_PURPOSE}: {number}");
        if fails(&number) {
            text
        } else {
            number.to_string()
        }
    });
    assert_eq!(told(&report), words, "{kinds:?}");
    let replies: Vec<usize> = place.into_iter().filter(|number| !fails(number)).collect();
    let failed: Vec<usize> = place.into_iter().filter(fails).collect();
    assert_eq!(report.count(), 4);
    assert_eq!(report.is_ok(), failed.is_empty());
    assert_eq!(report.replies(), replies);
    let names = report
        .failures()
        .map(|failure| failure.name().map(str::parse));
    assert_eq!(
        names.collect::<Vec<_>>(),
        failed.iter().map(|n| Some(Ok(*n))).collect::<Vec<_>>()
    );
    let results = report
        .into_results()
        .into_iter()
        .map(|result| result.map_err(|_| ()));
    let expected = place.map(|number| if fails(&number) { Err(()) } else { Ok(number) });
    assert_eq!(results.collect::<Vec<_>>(), expected);
}

async fn a_report_is_in_match_order_whatever_ends_when(on: Runtime) {
    for case in 0..KINDS.len().pow(4) {
        let kinds = [case, case / 5, case / 25, case / 125].map(|digits| KINDS[digits % 5]);
        let signal = mixed(&on, Schedule::Spawn, kinds);
        check(signal.send().key("a").join().await, kinds);
        let delivery = signal.send().key("a").await;
        assert_eq!(delivery.count(), 4);
        check(delivery.join().await, kinds);
        let signal = mixed(&on, Schedule::Eager, kinds);
        check(signal.send().key("a").now().unwrap().join().await, kinds);
    }
}

on_each_runtime![
    callbacks_start_in_connection_order_across_lists,
    callbacks_start_by_priority_and_then_in_connection_order,
    async_callbacks_are_handed_over_in_order,
    a_connection_keeps_its_place_when_others_come_and_go,
    async_callbacks_start_before_sync_ones_that_come_later,
    a_report_is_in_match_order_whatever_ends_when,
];
