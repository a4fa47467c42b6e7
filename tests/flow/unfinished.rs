//! A drain whose time is up: whom it names.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{ConnectBuilder, Signal, Unfinished};

use crate::common::poll;
use crate::kit::{Course, by_hand};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

/// What is named, as `name: running, waiting`.
fn drained(executor: &SeededExecutor, clock: &ManualClock, signal: &Signal<usize>) -> Vec<String> {
    let mut drain = signal.drain().timeout(SECOND).into_future();
    assert!(poll(&mut drain).is_pending());
    clock.advance(SECOND);
    let Unfinished {
        connections, sends, ..
    } = executor
        .run_until(drain)
        .expect("its time is up")
        .unwrap_err();
    assert!(sends > 0);
    let named = connections.iter().map(|calls| {
        let name = calls.name.as_deref().unwrap_or("-");
        format!("{name}: {}, {}", calls.running, calls.waiting)
    });
    named.collect()
}

type Connect = fn(ConnectBuilder<usize>) -> ConnectBuilder<usize>;

const WAYS: [(&str, Connect); 6] = [
    ("plain", |connect| connect),
    ("sequential", ConnectBuilder::sequential),
    ("ordered", |connect| connect.ordered_by(|ev| **ev)),
    ("limited", |connect| connect.max_in_flight(3)),
    ("timed", |connect| connect.timeout(99 * SECOND)),
    ("last", |connect| connect.times(2)),
];

async fn what_its_executor_has_not_started_is_named(_: Runtime) {
    for (name, how) in WAYS {
        let (_executor, clock, signal) = by_hand();
        how(signal.connect_with(Course::new(), Course::run))
            .name(name)
            .now();
        for number in 0..2 {
            drop(signal.send().with(number).now().unwrap());
        }
        // Another executor than that of the calls.
        let named = drained(&SeededExecutor::new(1), &clock, &signal);
        assert_eq!(named, [format!("{name}: 0, 2")]);
    }
}

async fn what_runs_and_what_waits_is_named(_: Runtime) {
    for (name, how) in WAYS {
        let (executor, clock, signal) = by_hand();
        how(signal.connect_with(Course::new(), Course::run))
            .name(name)
            .now();
        for number in 0..2 {
            drop(signal.send().with(number).now().unwrap());
        }
        executor.run_until_stalled();
        let expected = if name == "sequential" { "1, 1" } else { "2, 0" };
        assert_eq!(
            drained(&executor, &clock, &signal),
            [format!("{name}: {expected}")]
        );
    }
}

async fn one_without_a_name_is_known_once_it_has_started(_: Runtime) {
    for (name, how) in WAYS {
        let (executor, clock, signal) = by_hand();
        how(signal.connect_with(Course::new(), Course::run)).now();
        for number in 0..2 {
            drop(signal.send().with(number).now().unwrap());
        }
        executor.run_until_stalled();
        let expected = if name == "sequential" {
            "-: 1, 1"
        } else {
            "-: 2, 0"
        };
        assert_eq!(drained(&executor, &clock, &signal), [expected]);
    }
}

async fn what_has_ended_is_named_as_long_as_its_calls_have_not(_: Runtime) {
    for (name, how) in WAYS {
        let (executor, clock, signal) = by_hand();
        let course = Course::new();
        let connection = how(signal.connect_with(course.clone(), Course::run))
            .name(name)
            .now();
        drop(signal.send().now().unwrap());
        executor.run_until_stalled();
        connection.disconnect();
        assert_eq!(
            drained(&executor, &clock, &signal),
            [format!("{name}: 1, 0")]
        );
        course.open_all();
        executor.run_until_stalled();
        assert!(
            executor
                .run_until(signal.drain().into_future())
                .expect("it is over")
                .is_ok()
        );
    }
}

/// A sync callback that had to wait for its turn is called by an executor, too.
async fn a_sync_call_that_waits_is_named_whether_its_connection_stands_or_not(_: Runtime) {
    for times in [2, 9] {
        let (executor, clock, signal) = by_hand();
        let (weak, clock2) = (signal.downgrade(), clock.clone());
        let named = crate::common::Log::new();
        let log = named.clone();
        signal
            .connect_sync(move |ev| {
                if **ev == 0 {
                    let signal = weak.upgrade().expect("it is there");
                    // Waits behind the call around it.
                    drop(signal.send().with(1).now().unwrap());
                    log.push(drained(&SeededExecutor::new(1), &clock2, &signal));
                }
            })
            .sequential()
            .times(times)
            .name("sync")
            .now();
        drop(signal.send().now().unwrap());
        assert_eq!(named.take(), [["sync: 1, 1"]], "{times}");
        executor.run_until_stalled();
        assert!(
            executor
                .run_until(signal.drain().into_future())
                .expect("it is over")
                .is_ok()
        );
        drop(clock);
    }
}

async fn those_that_are_done_are_not_named(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .name("slow")
        .now();
    signal.connect(|_| async {}).name("quick").now();
    signal
        .connect(|_| async { panic!("on purpose: at once") })
        .name("bad")
        .now();
    drop(signal.send().now().unwrap());
    executor.run_until_stalled();
    assert_eq!(drained(&executor, &clock, &signal), ["slow: 1, 0"]);
    let mut drain = signal.drain().into_future();
    assert!(executor.run_until(&mut drain).is_none());
    course.open_all();
    assert!(executor.run_until(drain).expect("it is over").is_ok());
}

on_each_runtime![
    what_its_executor_has_not_started_is_named,
    what_runs_and_what_waits_is_named,
    one_without_a_name_is_known_once_it_has_started,
    what_has_ended_is_named_as_long_as_its_calls_have_not,
    a_sync_call_that_waits_is_named_whether_its_connection_stands_or_not,
    those_that_are_done_are_not_named,
];
