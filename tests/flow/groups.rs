//! The groups of one send, by priority.

use crate::common::told;
use crate::kit::{Course, by_hand, outcome};
use crate::runtime::Runtime;

async fn groups_come_by_priority_each_after_the_other(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    for (number, priority) in [(0, 0), (1, 7), (2, -1), (3, 7)] {
        let course = course.clone();
        signal
            .connect_with(course, move |course, _| async move {
                course.pass(number).await;
            })
            .priority(priority)
            .await;
    }
    let synced = course.log.clone();
    signal
        .connect_sync(move |_| synced.push("sync".into()))
        .priority(3)
        .await;
    let late = {
        let log = course.log.clone();
        signal
            .connect_sync(move |_| log.push("never".into()))
            .priority(-5)
            .await
    };
    let mut join = signal.send().join().by_priority();
    assert!(executor.run_until(&mut join).is_none());
    assert_eq!(course.log.take(), ["+1", "+3"]);
    course.open(3);
    assert!(executor.run_until(&mut join).is_none());
    assert_eq!(course.take(), "-3", "the group has not ended");
    course.open(1);
    assert!(executor.run_until(&mut join).is_none());
    assert_eq!(course.take(), "-1 sync +0");
    late.disconnect();
    course.open_all();
    let report = executor.run_until(&mut join).expect("all gates are open");
    assert_eq!(course.take(), "-0 +2 -2");
    assert_eq!(
        told(&report),
        ["()", "()", "()", "()", "()"],
        "the one that has ended is not of it"
    );
}

async fn a_report_by_priority_is_in_order_with_its_failures(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let first = signal
        .connect(|_| async { panic!("on purpose: first") })
        .priority(2)
        .await;
    signal.connect_sync(|_| ()).priority(1).await;
    signal.connect_sync(|_| panic!("on purpose: last")).await;
    let told = outcome(&executor, signal.send().join().by_priority());
    assert_eq!(
        told.unwrap(),
        ["on purpose: first", "()", "on purpose: last"]
    );
    assert!(first.is_connected());
}

on_each_runtime![
    groups_come_by_priority_each_after_the_other,
    a_report_by_priority_is_in_order_with_its_failures,
];
