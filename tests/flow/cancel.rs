//! What stops calls, and that whoever waits for the connection or the signal is told.

use std::time::Duration;

use fanfare::testing::SeededExecutor;
use fanfare::{Callback, Connection, Delivery, Signal};

use crate::common::{Gate, Log, opens, poll};
use crate::kit::{Course, by_hand, outcome};
use crate::runtime::Runtime;

/// Both are done, and the callback is not running.
fn check_at_rest(executor: &SeededExecutor, signal: &Signal<usize>, connection: &Connection) {
    executor.run_until_stalled();
    assert!(
        poll(&mut signal.idle()).is_ready(),
        "{:?}",
        signal.inspect()
    );
    assert!(poll(&mut connection.disconnect_and_wait()).is_ready());
    assert!(executor.is_empty());
    assert_eq!(signal.inspect().sends_in_flight, 0);
}

/// A connection with these options, in words.
fn connect(signal: &Signal<usize>, course: &Course, how: &str) -> Connection {
    let connect = signal.connect_with(course.clone(), Course::run);
    match how {
        "plain" => connect,
        "sequential" => connect.sequential(),
        "ordered" => connect.ordered_by(|_| 0),
        "limited" => connect.max_in_flight(8),
        "timed" => connect.timeout(Duration::from_secs(9)),
        _ => connect.cancel_on_disconnect(),
    }
    .now()
}

const WAYS: [&str; 6] = [
    "plain",
    "sequential",
    "ordered",
    "limited",
    "timed",
    "cancelled",
];

async fn a_dropped_join_cancels_what_runs_and_what_waits(_: Runtime) {
    for how in WAYS {
        let (executor, _, signal) = by_hand();
        let course = Course::new();
        let connection = connect(&signal, &course, how);
        let mut joins: Vec<_> = (0..4).map(|n| signal.send().with(n).join()).collect();
        for join in &mut joins {
            assert!(executor.run_until(join).is_none());
        }
        assert!(poll(&mut signal.idle()).is_pending(), "{how}");
        let begun = course.log.take().len();
        assert_eq!(
            begun,
            if ["sequential", "ordered"].contains(&how) {
                1
            } else {
                4
            }
        );
        // One that waits, then the one that runs: the next one gets its turn.
        drop(joins.remove(2));
        drop(joins.remove(0));
        course.open_all();
        for join in &mut joins {
            assert!(
                executor.run_until(join).expect("it has its turn").is_ok(),
                "{how}"
            );
        }
        drop(joins);
        assert_eq!(signal.failure_count(), 2, "{how}");
        check_at_rest(&executor, &signal, &connection);
    }
}

async fn an_abort_stops_what_runs_what_waits_and_what_has_not_begun(_: Runtime) {
    for how in WAYS {
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let (executor, _, signal) = by_hand();
            let course = Course::new();
            let connection = connect(&signal, &course, how);
            let mut sent: Vec<Option<Delivery>> = Vec::new();
            sent.push(Some(signal.send().with(0).now().unwrap()));
            executor.run_until_stalled();
            sent.extend((1..3).map(|n| Some(signal.send().with(n).now().unwrap())));
            for number in order {
                let delivery = sent[number].take().expect("once");
                delivery.abort();
                let told = outcome(&executor, delivery.join());
                assert_eq!(told.expect("it is aborted"), ["aborted"], "{how} {order:?}");
            }
            assert!(course.log.take().iter().all(|word| word.starts_with('+')));
            check_at_rest(&executor, &signal, &connection);
            assert_eq!(signal.failure_count(), 3);
        }
    }
}

async fn a_call_behind_one_that_was_aborted_gets_its_turn(_: Runtime) {
    for how in ["sequential", "ordered"] {
        let (executor, _, signal) = by_hand();
        let course = Course::new();
        let connection = connect(&signal, &course, how);
        let sent: Vec<_> = (0..4)
            .map(|n| signal.send().with(n).now().unwrap())
            .collect();
        executor.run_until_stalled();
        sent[1].abort();
        sent[0].abort();
        executor.run_until_stalled();
        assert_eq!(course.take(), "+0 +2");
        course.open_all();
        executor.run_until_stalled();
        assert_eq!(course.take(), "-2 +3 -3");
        check_at_rest(&executor, &signal, &connection);
    }
}

async fn the_end_of_a_connection_stops_what_waits_and_cancels_if_told_to(_: Runtime) {
    for cancels in [false, true] {
        for joins in [false, true] {
            let (executor, _, signal) = by_hand();
            let course = Course::new();
            let connect = signal
                .connect_with(course.clone(), Course::run)
                .sequential();
            let connect = if cancels {
                connect.cancel_on_disconnect()
            } else {
                connect
            };
            let connection = connect.now();
            let first = signal.send().now().unwrap();
            executor.run_until_stalled();
            let mut waits = signal.send().with(1).join();
            let second = signal.send().with(2).now().unwrap();
            if joins {
                assert!(executor.run_until(&mut waits).is_none());
            }
            let mut wait = connection.disconnect_and_wait();
            executor.run_until_stalled();
            assert_eq!(poll(&mut wait).is_ready(), cancels);
            assert_eq!(outcome(&executor, second.join()).unwrap(), ["aborted"]);
            if joins {
                assert_eq!(outcome(&executor, waits).unwrap(), ["aborted"]);
            }
            course.open_all();
            let told = outcome(&executor, first.join()).unwrap();
            assert_eq!(told, [if cancels { "aborted" } else { "()" }]);
            assert!(poll(&mut wait).is_ready());
            check_at_rest(&executor, &signal, &connection);
        }
    }
}

/// The last call that was allowed is running when somebody disconnects.
async fn one_that_has_had_its_last_call_can_still_be_cancelled(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let connection = signal
        .connect_with(course, Course::run)
        .once()
        .cancel_on_disconnect()
        .now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    assert!(!connection.is_connected());
    assert!(!connection.disconnect());
    assert_eq!(
        outcome(&executor, delivery.join()).expect("it is cancelled"),
        ["aborted"]
    );
    check_at_rest(&executor, &signal, &connection);
}

async fn a_dropped_signal_cancels_what_was_to_be_and_lets_the_rest_go_on(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let callback = Callback::with(course.clone(), Course::run);
    signal
        .connect_callback(&callback)
        .sequential()
        .key("goes on")
        .now();
    signal
        .connect_with(course.clone(), Course::run)
        .sequential()
        .cancel_on_disconnect()
        .key("ends")
        .now();
    let sent: Vec<_> = ["goes on", "goes on", "ends", "ends"]
        .into_iter()
        .zip(0..)
        .map(|(key, number)| signal.send().key(key).with(number).now().unwrap())
        .collect();
    executor.run_until_stalled();
    drop(signal);
    executor.run_until_stalled();
    assert_eq!(
        sent.iter().map(Delivery::is_done).collect::<Vec<_>>(),
        [false, false, true, true]
    );
    course.open_all();
    for (number, delivery) in sent.into_iter().enumerate() {
        let told = outcome(&executor, delivery.join()).expect("nothing waits for ever");
        assert_eq!(told, [if number < 2 { "()" } else { "aborted" }]);
    }
    assert!(executor.is_empty());
}

/// On real executors: what was cancelled is gone when `disconnect_and_wait` returns.
async fn what_is_cancelled_is_gone_when_the_wait_is_over(on: Runtime) {
    let signal = on.signal(0usize);
    let (begun, gone) = (Gate::new(), Gate::new());
    let connection = signal
        .connect_with(
            (begun.clone(), gone.clone()),
            |(begun, gone), _| async move {
                let _guard = opens(&gone);
                begun.open();
                std::future::pending::<()>().await;
            },
        )
        .sequential()
        .cancel_on_disconnect()
        .await;
    let delivery = signal.send().await;
    let waits = signal.send().await;
    begun.wait().await;
    assert!(connection.disconnect_and_wait().await);
    assert!(gone.is_open());
    signal.idle().await;
    let log = Log::new();
    for delivery in [delivery, waits] {
        assert!(delivery.is_done(), "the signal is idle");
        log.push(crate::common::told(&delivery.join().await));
    }
    assert_eq!(log.take(), [["aborted"], ["aborted"]]);
}

on_each_runtime![
    a_dropped_join_cancels_what_runs_and_what_waits,
    an_abort_stops_what_runs_what_waits_and_what_has_not_begun,
    a_call_behind_one_that_was_aborted_gets_its_turn,
    the_end_of_a_connection_stops_what_waits_and_cancels_if_told_to,
    one_that_has_had_its_last_call_can_still_be_cancelled,
    a_dropped_signal_cancels_what_was_to_be_and_lets_the_rest_go_on,
    what_is_cancelled_is_gone_when_the_wait_is_over,
];
