//! Members with limits: who has room is called, and a send waits only if none has.

use std::future::IntoFuture;

use fanfare::{Connection, Overflow, Signal};

use crate::common::{poll, told};
use crate::kit::{Course, by_hand, outcome};
use crate::runtime::Runtime;
use crate::team::Team;

/// A member that lets one call in.
fn narrow(signal: &Signal<usize>) -> (Course, Connection) {
    let course = Course::new();
    let connect = signal.connect_with(course.clone(), Course::run);
    (course, connect.max_in_flight(1).group("team").now())
}

async fn a_send_waits_if_nobody_has_room(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let [(a, _), (b, _)] = [(); 2].map(|()| narrow(&signal));
    for number in 0..2 {
        assert_eq!(signal.send().with(number).now().unwrap().count(), 1);
    }
    executor.run_until_stalled();
    assert_eq!([&a, &b].map(Course::take), ["+0", "+1"]);
    assert!(signal.send().with(9).now().unwrap_err().is_full());
    let mut waits = [
        signal.send().with(2).into_future(),
        signal.send().with(3).into_future(),
    ];
    let mut joins = signal.send().with(4).join();
    assert!(waits.iter_mut().all(|send| poll(send).is_pending()));
    assert!(poll(&mut joins).is_pending());
    // Whichever of them has room first.
    b.open(1);
    executor.run_until_stalled();
    assert!(poll(&mut waits[0]).is_ready());
    assert!(poll(&mut waits[1]).is_pending());
    executor.run_until_stalled();
    assert_eq!([&a, &b].map(Course::take), ["", "-1 +2"]);
    a.open(0);
    executor.run_until_stalled();
    assert!(poll(&mut waits[1]).is_ready());
    executor.run_until_stalled();
    assert_eq!([&a, &b].map(Course::take), ["-0 +3", ""]);
    a.open_all();
    b.open_all();
    executor.run_until_stalled();
    assert!(executor.run_until(joins).expect("there is room").is_ok());
    assert!(executor.is_empty());
    assert_eq!(signal.failure_count(), 0);
}

/// One that is full is passed over, whatever its turn.
async fn who_is_full_is_passed_over(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let (a, _) = narrow(&signal);
    let team = Team::new();
    team.writer(&signal, "free").group("team").now();
    for number in 0..4 {
        assert_eq!(signal.send().with(number).now().unwrap().count(), 1);
        executor.run_until_stalled();
    }
    assert_eq!(
        (a.take(), team.take()),
        ("+0".into(), "free free free".into())
    );
    let guard = signal.inspect().connections.len();
    assert_eq!(guard, 2);
    a.open_all();
    executor.run_until_stalled();
    assert_eq!(signal.send().with(5).now().unwrap().count(), 1);
    executor.run_until_stalled();
    assert_eq!(a.take(), "-0 +5 -5");
}

/// All or nothing: what a group has to give is not held by who waits for another.
async fn who_waits_elsewhere_holds_no_place_and_no_turn(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let [(a, _), (b, _)] = [(); 2].map(|()| narrow(&signal));
    let other = Course::new();
    let connect = signal.connect_with(other.clone(), Course::run);
    connect.key("other").max_in_flight(1).now();
    drop(signal.send().key("other").with(0).now().unwrap());
    executor.run_until_stalled();
    assert_eq!([&a, &b, &other].map(Course::take), ["+0", "", "+0"]);
    let mut waits = signal.send().key("other").with(1).into_future();
    assert!(poll(&mut waits).is_pending());
    let sent = signal.send().with(2).now();
    assert_eq!(sent.expect("b has room, and it is its turn").count(), 1);
    executor.run_until_stalled();
    assert_eq!([&a, &b, &other].map(Course::take), ["", "+2", ""]);
    other.open_all();
    executor.run_until_stalled();
    assert!(poll(&mut waits).is_pending(), "now the group has no room");
    a.open_all();
    executor.run_until_stalled();
    assert!(poll(&mut waits).is_ready());
    executor.run_until_stalled();
    assert_eq!([&a, &b].map(Course::take), ["-0 +1 -1", ""]);
    b.open_all();
    executor.run_until_stalled();
}

/// Who comes, is unblocked, or listens to more, is somebody with room.
async fn a_send_that_waits_is_told_of_newcomers(_: Runtime) {
    for way in [
        "newcomer",
        "unblocked",
        "more keys",
        "ended",
        "limited newcomer",
    ] {
        let (executor, _, signal) = by_hand();
        let (course, connection) = narrow(&signal);
        connection.add_keys(["k"]);
        let team = Team::new();
        let elsewhere = team.writer(&signal, "elsewhere").key("e");
        let elsewhere = elsewhere.group("team").now();
        let blocked = team.writer(&signal, "blocked").group("team").now();
        let guard = blocked.block();
        drop(signal.send().key("k").with(0).now().unwrap());
        executor.run_until_stalled();
        let mut waits = signal.send().key("k").with(1).into_future();
        assert!(executor.run_until(&mut waits).is_none(), "{way}");
        let expected = match way {
            "newcomer" => {
                team.writer(&signal, "new").group("team").now();
                "new"
            }
            "unblocked" => {
                drop(guard);
                "blocked"
            }
            "more keys" => {
                elsewhere.add_keys(["k"]);
                "elsewhere"
            }
            "ended" => {
                connection.disconnect();
                ""
            }
            _ => {
                signal
                    .connect_sync(|_| ())
                    .max_in_flight(1)
                    .group("team")
                    .now();
                ""
            }
        };
        let sent = executor.run_until(waits).expect(way);
        assert_eq!(sent.count(), usize::from(way != "ended"), "{way}");
        assert_eq!(team.take(), expected, "{way}");
        course.open_all();
        executor.run_until_stalled();
        assert_eq!(course.take(), "+0 -0", "{way}");
    }
}

async fn a_queue_that_drops_is_passed_over_as_long_as_another_has_room(_: Runtime) {
    for overflow in [
        Overflow::DropNewest,
        Overflow::DropOldest,
        Overflow::KeepLatest,
    ] {
        let (executor, _, signal) = by_hand();
        let courses = [(); 2].map(|()| {
            let course = Course::new();
            let connect = signal.connect_with(course.clone(), Course::run);
            connect.queue(1, overflow).group("team").now();
            course
        });
        // One runs and one waits, in each.
        for number in 0..4 {
            drop(signal.send().with(number).now().unwrap());
            executor.run_until_stalled();
        }
        assert_eq!(signal.failure_count(), 0);
        let sent = signal.send().with(4).now().expect("nobody has it wait");
        executor.run_until_stalled();
        assert_eq!((sent.count(), signal.failure_count()), (1, 1));
        let shown = signal.inspect();
        let lost: Vec<_> = shown.connections.iter().map(|c| c.lost).collect();
        assert_eq!(lost, [1, 0], "whose turn it was: {overflow:?}");
        courses.iter().for_each(Course::open_all);
        executor.run_until_stalled();
        let calls: usize = courses.iter().map(|course| course.log.len()).sum();
        assert_eq!(calls, 8);
    }
}

/// One has it wait, the other would lose it: nothing is lost.
async fn a_send_rather_waits_than_has_something_lost(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let drops = Course::new();
    let connect = signal.connect_with(drops.clone(), Course::run);
    connect.queue(0, Overflow::DropNewest).group("team").now();
    let (waits, _) = narrow(&signal);
    for number in 0..2 {
        drop(signal.send().with(number).now().unwrap());
    }
    executor.run_until_stalled();
    assert!(signal.send().with(2).now().is_err());
    waits.open_all();
    executor.run_until_stalled();
    drop(signal.send().with(3).now().unwrap());
    executor.run_until_stalled();
    assert_eq!(
        (drops.take(), waits.take()),
        ("+0".into(), "+1 -1 +3 -3".into())
    );
    assert_eq!(signal.failure_count(), 0);
    drops.open_all();
    executor.run_until_stalled();
}

async fn the_limit_of_the_signal_counts_one_send(_: Runtime) {
    let (executor, _, builder) = crate::kit::builder_by_hand();
    let signal = builder.max_in_flight(2).build();
    let courses = [(); 3].map(|()| {
        let course = Course::new();
        let connect = signal.connect_with(course.clone(), Course::run);
        connect.group("team").now();
        course
    });
    for number in 0..2 {
        drop(signal.send().with(number).now().unwrap());
    }
    assert!(signal.send().with(2).now().is_err());
    executor.run_until_stalled();
    courses.iter().for_each(Course::open_all);
    executor.run_until_stalled();
    let told = outcome(&executor, signal.send().with(3).join());
    assert_eq!(told.unwrap(), ["()"]);
    let got = courses.each_ref().map(Course::take);
    assert_eq!(
        got,
        ["+0 -0", "+1 -1", "+3 -3"],
        "a send that may not begin takes no turn"
    );
}

/// The one that was booked has ended by the time its turn comes: another one with room is called.
async fn who_was_booked_and_ends_leaves_it_to_the_next(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let [(a, first), (b, _)] = [(); 2].map(|()| narrow(&signal));
    signal
        .connect_sync(move |_| _ = first.disconnect())
        .priority(1)
        .now();
    let report = signal.send().with(0).join();
    b.open_all();
    let report = executor.run_until(report).expect("b is open");
    assert_eq!(told(&report), ["()", "()"]);
    assert_eq!((a.take(), b.take()), (String::new(), "+0 -0".into()));
}

on_each_runtime![
    a_send_waits_if_nobody_has_room,
    who_is_full_is_passed_over,
    who_waits_elsewhere_holds_no_place_and_no_turn,
    a_send_that_waits_is_told_of_newcomers,
    a_queue_that_drops_is_passed_over_as_long_as_another_has_room,
    a_send_rather_waits_than_has_something_lost,
    the_limit_of_the_signal_counts_one_send,
    who_was_booked_and_ends_leaves_it_to_the_next,
];
