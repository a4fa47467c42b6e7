//! Sends that wait for room in a queue: all or nothing, and never for nothing.

use std::future::IntoFuture;

use fanfare::testing::SeededExecutor;
use fanfare::{Connection, Overflow, Signal};

use crate::common::{Gate, Log, poll, told};
use crate::kit::{Course, by_hand};
use crate::runtime::Runtime;

/// A signal with a connection that is full: call 0 runs, and as many wait as can.
fn full(capacity: usize) -> (SeededExecutor, Signal<usize>, Course, Connection) {
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
        let mut awaited = IntoFuture::into_future(send);
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
        .map(|n| IntoFuture::into_future(signal.send().key("full").with(n)))
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
    let (log, ended) = (Log::new(), Gate::new());
    let mut send = IntoFuture::into_future(signal.send().key("full").with(2));
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
    a_full_queue_has_sends_wait_and_delivers_to_nobody,
    a_wait_that_is_dropped_has_delivered_nothing_and_holds_no_place,
    closing_wakes_who_waits_for_a_queue,
    disconnecting_what_is_full_lets_sends_go_on,
];
