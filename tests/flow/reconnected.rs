//! A callback that is connected again while its calls are under way: the new options hold for them, and nobody is forgotten.

use std::future::IntoFuture;

use fanfare::{Callback, Inline, Overflow, Signal};

use crate::common::{Gate, Log, poll};
use crate::kit::{Course, by_hand, outcome};
use crate::runtime::Runtime;

async fn calls_in_hand_go_by_the_new_limit(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let callback = Callback::with(course.clone(), Course::run);
    signal.connect_callback(&callback).sequential().now();
    for number in 0..5 {
        drop(signal.send().with(number).now().unwrap());
    }
    executor.run_until_stalled();
    assert_eq!(course.take(), "+0");
    signal
        .connect_callback(&callback)
        .max_in_flight(3)
        .queue(9, Overflow::DropNewest)
        .now();
    executor.run_until_stalled();
    assert_eq!(course.log.take().len(), 2);
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(course.log.take().len(), 7);
    assert!(executor.is_empty() && signal.failure_count() == 0);
}

/// With more room, waiting calls are handed over by the connect: by then it holds no lock.
async fn calls_that_a_connect_hands_over_run_under_no_lock(_: Runtime) {
    let signal = Signal::builder(0usize).spawner(Inline).build();
    let (log, begun, go) = (Log::new(), Gate::new(), Gate::new());
    let state = (log.clone(), begun.clone(), go.clone(), signal.downgrade());
    let callback = Callback::with(state, |(log, begun, go, signal), ev| async move {
        if **ev == 0 {
            begun.open();
            go.wait().await;
        } else {
            let signal = signal.upgrade().expect("it is there");
            assert!(signal.connect_sync(|_| ()).now().disconnect());
            assert_eq!(signal.connection_count(), 1);
        }
        log.push(**ev);
    });
    signal.connect_callback(&callback).sequential().now();
    let sending = signal.clone();
    let thread = std::thread::spawn(move || drop(sending.send().now().unwrap()));
    begun.wait().await;
    drop(signal.send().with(1).now().unwrap());
    drop(signal.send().with(2).now().unwrap());
    signal
        .connect_callback(&callback)
        .max_in_flight(2)
        .queue(9, Overflow::DropNewest)
        .now();
    assert_eq!(log.take(), [1, 2]);
    go.open();
    thread.join().expect("no panic");
    assert_eq!(log.take(), [0]);
}

async fn disconnecting_cancels_calls_that_began_before(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let callback = Callback::with(course.clone(), Course::run);
    let connection = signal
        .connect_callback(&callback)
        .cancel_on_disconnect()
        .now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    signal
        .connect_callback(&callback)
        .cancel_on_disconnect()
        .key("a")
        .now();
    let mut wait = connection.disconnect_and_wait();
    executor.run_until_stalled();
    assert_eq!(
        outcome(&executor, delivery.join()).expect("it is cancelled"),
        ["aborted"]
    );
    assert!(poll(&mut wait).is_ready());
}

async fn sends_that_wait_for_an_old_limit_go_on_without_it(_: Runtime) {
    for ordered in [false, true] {
        let (executor, _, signal) = by_hand();
        let course = Course::new();
        let callback = Callback::with(course.clone(), Course::run);
        signal.connect_callback(&callback).max_in_flight(1).now();
        drop(signal.send().now().unwrap());
        let mut sends: Vec<_> = (1..4)
            .map(|n| signal.send().with(n).into_future())
            .collect();
        assert!(
            sends
                .iter_mut()
                .all(|send| executor.run_until(send).is_none())
        );
        let connect = signal.connect_callback(&callback);
        let connect = if ordered {
            connect.ordered_by(|ev| **ev)
        } else {
            connect
        };
        connect.now();
        for send in &mut sends {
            assert_eq!(
                executor
                    .run_until(send)
                    .expect("there is no limit any more")
                    .count(),
                1
            );
        }
        course.open_all();
        executor.run_until_stalled();
        assert_eq!(course.log.take().len(), 8);
    }
}

/// What a predicate has said of a send that had to get leave to begin, it is not asked again.
async fn a_predicate_is_asked_once_a_send(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let (asked, course) = (Log::new(), Course::new());
    let log = asked.clone();
    signal
        .connect_with(course.clone(), Course::run)
        .when(move |ev| {
            log.push(**ev);
            **ev % 2 == 0
        })
        .queue(3, Overflow::Wait)
        .now();
    for number in 0..4 {
        assert_eq!(
            signal.send().with(number).now().unwrap().count(),
            (number + 1) % 2
        );
    }
    assert_eq!(asked.take(), [0, 1, 2, 3]);
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(course.log.take().len(), 4);
}

/// Blocked while the send begins, and not when it comes to it: it got no place for it.
async fn what_is_blocked_while_a_send_looks_for_places_is_passed_by(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let connection = signal
        .connect_with(course.clone(), Course::run)
        .queue(1, Overflow::Wait)
        .now();
    for number in 0..2 {
        drop(signal.send().with(number).now().unwrap());
    }
    let guard = std::sync::Mutex::new(Some(connection.block()));
    signal
        .connect_sync(move |_| drop(guard.lock().expect("nobody panics here").take()))
        .priority(1)
        .now();
    let delivery = signal
        .send()
        .with(2)
        .now()
        .expect("what is full is blocked");
    assert_eq!(delivery.count(), 1);
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(course.take(), "+0 -0 +1 -1");
    assert_eq!(signal.failure_count(), 0);
}

on_each_runtime![
    calls_in_hand_go_by_the_new_limit,
    calls_that_a_connect_hands_over_run_under_no_lock,
    disconnecting_cancels_calls_that_began_before,
    sends_that_wait_for_an_old_limit_go_on_without_it,
    a_predicate_is_asked_once_a_send,
    what_is_blocked_while_a_send_looks_for_places_is_passed_by,
];
