//! What a queue takes, and what it drops: each policy at each capacity.

use fanfare::{Callback, Connection, Overflow, Signal};

use crate::common::{poll, told};
use crate::kit::{Course, by_hand, outcome};
use crate::runtime::Runtime;

/// Of calls 0 to 5, sent while call 0 runs: those that are dropped.
fn dropped(capacity: usize, overflow: Overflow) -> Vec<usize> {
    let room = capacity.min(5);
    match overflow {
        Overflow::Wait => Vec::new(),
        Overflow::DropNewest => (1 + room..6).collect(),
        // Without any room, nothing is there to be dropped but the one that comes.
        Overflow::DropOldest => (1..6 - room).collect(),
        // All go whenever it is full, and the one that comes fills the first place.
        Overflow::KeepLatest => match capacity {
            0 => (1..6).collect(),
            _ => (1..1 + (5 - 1) / capacity * capacity).collect(),
        },
    }
}

async fn each_policy_drops_what_it_says_and_reports_it(_: Runtime) {
    let policies = [
        Overflow::DropNewest,
        Overflow::DropOldest,
        Overflow::KeepLatest,
    ];
    for (overflow, capacity) in policies
        .into_iter()
        .flat_map(|p| [0, 1, 2, 3, 5, 9].map(|n| (p, n)))
    {
        for schedule in [fanfare::Schedule::Spawn, fanfare::Schedule::Eager] {
            let (executor, _, builder) = crate::kit::builder_by_hand();
            let signal = builder.schedule(schedule).build();
            let course = Course::new();
            signal
                .connect_with(course.clone(), Course::run)
                .queue(capacity, overflow)
                .await;
            let sent: Vec<_> = (0..6)
                .map(|n| signal.send().with(n).now().expect("nobody waits"))
                .collect();
            assert!(
                sent.iter().all(|delivery| delivery.count() == 1),
                "dropped ones have matched"
            );
            course.open_all();
            let gone = dropped(capacity, overflow);
            let told: Vec<_> = sent
                .into_iter()
                .map(|delivery| {
                    outcome(&executor, delivery.join())
                        .expect("nothing waits for ever")
                        .remove(0)
                })
                .collect();
            let expected = |n| if gone.contains(&n) { "Overflow" } else { "()" };
            assert_eq!(
                told,
                (0..6).map(expected).collect::<Vec<_>>(),
                "{overflow} {capacity}"
            );
            let ran: Vec<_> = (0..6)
                .filter(|n| !gone.contains(n))
                .map(|n| format!("+{n} -{n}"))
                .collect();
            assert_eq!(course.take(), ran.join(" "), "{overflow} {capacity}");
            assert_eq!(signal.failure_count(), gone.len() as u64);
            let lost = signal.inspect().connections[0].lost;
            assert_eq!(lost, gone.len() as u64, "{overflow} {capacity}");
        }
    }
}

async fn the_policies_hold_for_calls_that_join(_: Runtime) {
    for (overflow, gone) in [(Overflow::DropNewest, 3), (Overflow::DropOldest, 1)] {
        let (executor, _, signal) = by_hand();
        let course = Course::new();
        signal
            .connect_with(course.clone(), Course::run)
            .queue(2, overflow)
            .await;
        let mut joins: Vec<_> = (0..4).map(|n| signal.send().with(n).join()).collect();
        let mut reports: Vec<_> = joins
            .iter_mut()
            .map(|join| executor.run_until(join))
            .collect();
        if overflow == Overflow::DropOldest {
            reports[1] = executor.run_until(&mut joins[1]);
        }
        for (number, report) in reports.iter().enumerate() {
            let told = report.as_ref().map(told);
            let expected = (number == gone).then(|| vec!["Overflow".to_owned()]);
            assert_eq!(told, expected, "{overflow} {number}");
        }
        course.open_all();
        for (number, join) in joins
            .iter_mut()
            .enumerate()
            .filter(|(number, _)| *number != gone)
        {
            assert!(
                executor.run_until(join).expect("it is open").is_ok(),
                "{number}"
            );
        }
    }
}

async fn a_queue_that_has_shrunk_loses_no_more_than_it_must(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let callback = Callback::with(course.clone(), Course::run);
    signal
        .connect_callback(&callback)
        .queue(5, Overflow::DropOldest)
        .await;
    for number in 0..6 {
        drop(signal.send().with(number).now().unwrap());
    }
    signal
        .connect_callback(&callback)
        .queue(2, Overflow::DropOldest)
        .await;
    drop(signal.send().with(6).now().unwrap());
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(
        course.take(),
        "+0 -0 +5 -5 +6 -6",
        "the last ones, in one piece"
    );
    assert_eq!(signal.failure_count(), 4);
}

/// A signal with a connection that is full: call 0 runs, and as many wait as can.
fn full(
    capacity: usize,
) -> (
    fanfare::testing::SeededExecutor,
    Signal<usize>,
    Course,
    Connection,
) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let connect = signal.connect_with(course.clone(), Course::run);
    let connection = connect.queue(capacity, Overflow::Wait).key("full").now();
    for number in 0..=capacity {
        drop(
            signal
                .send()
                .key("full")
                .with(number)
                .now()
                .expect("it has room"),
        );
    }
    executor.run_until_stalled();
    assert_eq!(course.take(), "+0");
    (executor, signal, course, connection)
}

async fn a_full_queue_has_sends_wait_and_delivers_to_nobody(_: Runtime) {
    for capacity in [0, 1, 3] {
        let (executor, signal, course, _) = full(capacity);
        let other = course.log.clone();
        signal
            .connect_sync(move |ev| other.push(format!("other {}", **ev)))
            .priority(9)
            .key("full")
            .await;
        let unsent = signal.send().key("full").with(9).now().unwrap_err();
        assert!(unsent.is_full() && !unsent.is_closed());
        assert_eq!(unsent.into_payload(), Some(9));
        assert_eq!(
            signal.send().key("full").now().unwrap_err().into_payload(),
            None
        );
        let mut send = signal.send().key("full").with(10);
        let mut awaited = std::future::IntoFuture::into_future(send);
        assert!(executor.run_until(&mut awaited).is_none());
        send = signal.send().key("full").with(11);
        let mut joined = send.join();
        assert!(executor.run_until(&mut joined).is_none());
        assert_eq!(course.take(), "", "all or nothing");
        assert_eq!(
            signal.send().now().unwrap().count(),
            0,
            "those who do not need it go on"
        );
        course.open_all();
        let delivery = executor.run_until(&mut awaited).expect("there is room now");
        assert_eq!(delivery.count(), 2);
        assert!(
            executor
                .run_until(&mut joined)
                .expect("there is room")
                .is_ok()
        );
        executor.run_until_stalled();
        assert_eq!(signal.failure_count(), 0);
        let words = course.take();
        assert!(words.contains("other 10") && words.contains("other 11") && words.contains("-10"));
        assert!(executor.is_empty());
    }
}

async fn a_wait_that_is_dropped_has_delivered_nothing_and_holds_no_place(_: Runtime) {
    let (executor, signal, course, _) = full(1);
    // One that has room holds a place in no one's way.
    let second = Course::new();
    signal
        .connect_with(second.clone(), Course::run)
        .queue(0, Overflow::Wait)
        .keys(["full", "free"])
        .await;
    let mut waiting: Vec<_> = (2..6)
        .map(|n| std::future::IntoFuture::into_future(signal.send().key("full").with(n)))
        .collect();
    assert!(waiting.iter_mut().all(|send| poll(send).is_pending()));
    drop(
        signal
            .send()
            .key("free")
            .with(7)
            .now()
            .expect("nobody holds its place"),
    );
    second.open_all();
    executor.run_until_stalled();
    waiting.drain(..3);
    course.open_all();
    executor.run_until_stalled();
    let delivery = executor
        .run_until(waiting.remove(0))
        .expect("it is its turn");
    assert!(
        executor
            .run_until(delivery.join())
            .expect("all is open")
            .is_ok()
    );
    assert_eq!(course.take(), "-0 +1 -1 +5 -5");
    assert_eq!(second.take(), "+7 -7 +5 -5");
    assert_eq!(signal.failure_count(), 0);
}

async fn closing_wakes_who_waits_for_a_queue(on: Runtime) {
    let (_executor, signal, _, _) = full(1);
    let waits = signal.clone();
    let (log, ended) = (crate::common::Log::new(), crate::common::Gate::new());
    let mut send = std::future::IntoFuture::into_future(signal.send().key("full").with(2));
    assert!(poll(&mut send).is_pending());
    let (told, end) = (log.clone(), ended.clone());
    on.spawn(async move {
        let report = waits.send().key("full").with(3).join().await;
        told.push(
            report
                .failures()
                .map(|failure| format!("{:?}", failure.cause()))
                .collect::<Vec<_>>(),
        );
        end.open();
    });
    assert!(signal.close());
    ended.wait().await;
    assert_eq!(log.take(), [["Closed"]]);
    let delivery = send.await;
    assert_eq!(delivery.count(), 0);
    let report = delivery.join().await;
    let causes: Vec<_> = report
        .failures()
        .map(|failure| format!("{:?}", failure.cause()))
        .collect();
    assert_eq!(causes, ["Closed"]);
    let unsent = signal.send().key("full").with(4).now().unwrap_err();
    assert!(unsent.is_closed() && unsent.into_payload() == Some(4));
}

async fn disconnecting_what_is_full_lets_sends_go_on(_: Runtime) {
    let (executor, signal, course, connection) = full(2);
    signal.connect_sync(|_| ()).key("full").await;
    let mut sends: Vec<_> = (3..7)
        .map(|n| signal.send().key("full").with(n).join())
        .collect();
    assert!(
        sends
            .iter_mut()
            .all(|send| executor.run_until(send).is_none())
    );
    assert!(connection.disconnect());
    for send in &mut sends {
        let report = executor.run_until(send).expect("nobody is full any more");
        assert_eq!(told(&report), ["()"]);
    }
    assert_eq!(signal.failure_count(), 2, "the two in the queue");
    course.open(0);
    executor.run_until_stalled();
    assert_eq!(course.take(), "-0");
    assert!(executor.is_empty());
}

on_each_runtime![
    each_policy_drops_what_it_says_and_reports_it,
    the_policies_hold_for_calls_that_join,
    a_queue_that_has_shrunk_loses_no_more_than_it_must,
    a_full_queue_has_sends_wait_and_delivers_to_nobody,
    a_wait_that_is_dropped_has_delivered_nothing_and_holds_no_place,
    closing_wakes_who_waits_for_a_queue,
    disconnecting_what_is_full_lets_sends_go_on,
];
