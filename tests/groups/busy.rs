//! Who has the least to do comes first.

use fanfare::{Overflow, Signal};

use crate::common::{Log, poll};
use crate::kit::{Course, by_hand};
use crate::runtime::Runtime;

/// Async members whose calls the test holds, each with a course of its own.
fn courses<const N: usize>(signal: &Signal<usize>) -> [Course; N] {
    std::array::from_fn(|_| {
        let course = Course::new();
        signal
            .connect_with(course.clone(), Course::run)
            .group("team")
            .now();
        course
    })
}

async fn calls_that_run_count(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let [a, b, c] = courses(&signal);
    let send = |number| {
        assert_eq!(signal.send().with(number).now().unwrap().count(), 1);
        executor.run_until_stalled();
    };
    (0..4).for_each(send);
    assert_eq!([&a, &b, &c].map(Course::take), ["+0 +3", "+1", "+2"]);
    // a has two calls, b none, c one.
    b.open(1);
    executor.run_until_stalled();
    assert_eq!(b.take(), "-1");
    send(4);
    send(5);
    assert_eq!(b.take(), "+4", "it had nothing to do");
    assert_eq!(c.take(), "+5", "its last turn was before");
    // a two, b one, c two.
    send(6);
    assert_eq!(b.take(), "+6");
    a.open_all();
    executor.run_until_stalled();
    assert_eq!(a.log.take().len(), 2);
    send(7);
    send(8);
    assert_eq!(a.take(), "+7 -7 +8 -8", "the others have two each");
    [b, c].iter().for_each(Course::open_all);
    executor.run_until_stalled();
    assert!(executor.is_empty());
}

/// An executor that has not come to them yet.
async fn calls_that_were_handed_over_count(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let [a, b] = courses(&signal);
    for number in 0..6 {
        drop(signal.send().with(number).now().unwrap());
    }
    assert_eq!(
        signal
            .inspect()
            .connections
            .iter()
            .map(|c| c.queued)
            .collect::<Vec<_>>(),
        [3, 3]
    );
    executor.run_until_stalled();
    assert_eq!(a.log.len() + b.log.len(), 6);
    assert_eq!(a.log.len(), 3);
    [a, b].iter().for_each(Course::open_all);
    executor.run_until_stalled();
}

async fn calls_inside_a_join_count(_: Runtime) {
    let (_, _, signal) = by_hand();
    let [a, b] = courses(&signal);
    let mut first = signal.send().with(0).join();
    let mut second = signal.send().with(1).join();
    let mut third = signal.send().with(2).join();
    assert!(poll(&mut first).is_pending());
    assert_eq!((a.take(), b.take()), ("+0".into(), String::new()));
    assert!(poll(&mut second).is_pending());
    assert_eq!(b.take(), "+1");
    drop(second);
    assert!(poll(&mut third).is_pending());
    assert_eq!((a.take(), b.take()), (String::new(), "+2".into()));
}

async fn calls_that_wait_for_their_turn_count(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let (one, two) = (Course::new(), Course::new());
    for course in [&one, &two] {
        let connect = signal.connect_with(course.clone(), Course::run);
        connect.sequential().group("team").now();
    }
    for number in 0..6 {
        drop(signal.send().with(number).now().unwrap());
        executor.run_until_stalled();
    }
    let shown = signal.inspect();
    let loads: Vec<_> = shown
        .connections
        .iter()
        .map(|c| (c.running, c.queued))
        .collect();
    assert_eq!(loads, [(1, 2), (1, 2)]);
    one.open_all();
    executor.run_until_stalled();
    assert_eq!(one.take(), "+0 -0 +2 -2 +4 -4");
    for number in 6..8 {
        drop(signal.send().with(number).now().unwrap());
        executor.run_until_stalled();
    }
    assert_eq!(one.take(), "+6 -6 +7 -7");
    two.open_all();
    executor.run_until_stalled();
    assert_eq!(two.take(), "+1 -1 +3 -3 +5 -5");
}

async fn sync_members_are_busy_only_where_calls_wait(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let log = Log::new();
    let gates = Course::new();
    for name in ["a", "b"] {
        signal.connect_sync(log.writes(name)).group("team").now();
    }
    signal
        .connect_with(gates.clone(), Course::run)
        .queue(8, Overflow::Wait)
        .group("team")
        .now();
    for number in 0..7 {
        drop(signal.send().with(number).now().unwrap());
        executor.run_until_stalled();
    }
    assert_eq!(gates.take(), "+2");
    assert_eq!(log.take(), ["a", "b", "a", "b", "a", "b"]);
    gates.open_all();
    executor.run_until_stalled();
    drop(signal.send().with(7).now().unwrap());
    executor.run_until_stalled();
    assert_eq!(gates.take(), "-2 +7 -7");
}

/// Each member has one call at a time as long as there are as many members as calls.
async fn work_goes_to_who_is_free(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let team: [Course; 4] = courses(&signal);
    for round in 0..4 {
        for number in 0..4 {
            drop(signal.send().with(4 * round + number).now().unwrap());
            executor.run_until_stalled();
        }
        // In another order each round.
        for turn in 0..4 {
            let course = &team[(turn * 3 + round) % 4];
            assert_eq!(course.log.len(), 1, "one call each");
            let began = course.take();
            let number: usize = began.trim_start_matches('+').parse().expect("a number");
            course.open(number);
            executor.run_until_stalled();
            assert_eq!(course.take(), format!("-{number}"));
        }
    }
    assert!(executor.is_empty());
}

on_each_runtime![
    calls_that_run_count,
    calls_that_were_handed_over_count,
    calls_inside_a_join_count,
    calls_that_wait_for_their_turn_count,
    sync_members_are_busy_only_where_calls_wait,
    work_goes_to_who_is_free,
];
