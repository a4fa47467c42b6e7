//! What a queue takes, and what it drops: each policy at each capacity.

use fanfare::{Callback, Overflow};

use crate::common::told;
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

on_each_runtime![
    each_policy_drops_what_it_says_and_reports_it,
    the_policies_hold_for_calls_that_join,
    a_queue_that_has_shrunk_loses_no_more_than_it_must,
];
