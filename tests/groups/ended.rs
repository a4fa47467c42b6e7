//! Members that end, and who waits for them.

use fanfare::Signal;

use crate::common::poll;
use crate::kit::{Course, by_hand};
use crate::runtime::Runtime;
use crate::team::Team;

async fn who_ends_leaves_the_rest_to_the_others(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    let [a, b, c] = team.three(&signal);
    assert_eq!(team.send(&signal, 2), "a b");
    assert!(b.disconnect());
    assert_eq!(team.send(&signal, 4), "c a c a");
    assert!(a.disconnect() && c.disconnect());
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(signal.connection_count(), 0);
}

async fn disconnect_and_wait_waits_for_the_call_of_its_member(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let courses = [Course::new(), Course::new()];
    let connections = courses.clone().map(|course| {
        let connect = signal.connect_with(course, Course::run);
        connect.group("team").now()
    });
    for number in 0..2 {
        drop(signal.send().with(number).now().unwrap());
    }
    executor.run_until_stalled();
    let mut waits = connections[0].disconnect_and_wait();
    assert!(poll(&mut waits).is_pending());
    courses[1].open_all();
    executor.run_until_stalled();
    assert!(poll(&mut waits).is_pending(), "that was the other one's");
    courses[0].open_all();
    executor.run_until_stalled();
    assert!(poll(&mut waits).is_ready());
    drop(signal.send().with(2).now().unwrap());
    executor.run_until_stalled();
    assert_eq!(
        courses.each_ref().map(Course::take),
        ["+0 -0", "+1 -1 +2 -2"]
    );
}

/// From inside, it waits for nobody: it would wait for itself.
async fn a_member_may_end_itself_or_others_in_its_call(on: Runtime) {
    for (limited, by_priority) in [(false, false), (true, false), (false, true)] {
        let builder = on.builder(0usize);
        let signal: Signal<usize> = if limited {
            builder.max_in_flight(9).build()
        } else {
            builder.build()
        };
        let team = Team::new();
        let [_, b, c] = team.three(&signal);
        let (b2, c2) = (b.clone(), c.clone());
        let ends = move |_: &fanfare::Event<usize>| {
            let mut waits = [b2.disconnect_and_wait(), c2.disconnect_and_wait()];
            for wait in &mut waits {
                assert!(poll(wait).is_ready(), "nobody calls it");
            }
        };
        signal.connect_sync(ends).priority(1).await;
        let count = if by_priority {
            signal.send().join().by_priority().await.count()
        } else {
            signal.send().join().await.count()
        };
        assert_eq!(count, 2);
        signal.send().await;
        assert_eq!(team.take(), "a a", "limited: {limited}");
        assert!(!b.is_connected() && !c.is_connected());
    }
}

/// Ended between the look and the call, by whoever is called before: the next one is called.
async fn who_ends_in_the_middle_of_a_send_is_passed_over(on: Runtime) {
    for is_limited in [false, true] {
        let builder = on.builder(0usize);
        let signal: Signal<usize> = if is_limited {
            builder.max_in_flight(3).build()
        } else {
            builder.build()
        };
        let team = Team::new();
        let members = team.three(&signal);
        let [a, b, c] = members.clone();
        let mut queue = vec![c, b, a];
        let last = queue.remove(0);
        let queue = std::sync::Mutex::new(queue);
        signal
            .connect_sync(move |_| {
                if let Some(next) = queue.lock().expect("nobody panics").pop() {
                    next.disconnect();
                }
            })
            .priority(1)
            .await;
        for _ in 0..3 {
            assert_eq!(signal.send().await.count(), 2);
        }
        assert_eq!(team.take(), "b c c", "limited: {is_limited}");
        assert!(last.is_connected());
    }
}

async fn a_closed_signal_has_no_groups(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    team.three(&signal);
    signal.close();
    assert!(signal.send().now().is_err());
    let late = team.writer(&signal, "late").group("team").await;
    assert!(!late.is_connected());
    assert_eq!(team.take(), "");
}

async fn a_signal_with_groups_can_be_waited_for(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    for _ in 0..2 {
        let connect = signal.connect_with(course.clone(), Course::run);
        connect.group("team").now();
    }
    drop(signal.send().with(1).now().unwrap());
    drop(signal.send().with(2).now().unwrap());
    let mut drained = signal.drain();
    drained = drained.timeout(std::time::Duration::from_secs(9));
    let mut idle = std::future::IntoFuture::into_future(drained);
    executor.run_until_stalled();
    assert!(poll(&mut idle).is_pending());
    course.open_all();
    executor.run_until_stalled();
    assert!(poll(&mut idle).is_ready());
}

on_each_runtime![
    who_ends_leaves_the_rest_to_the_others,
    disconnect_and_wait_waits_for_the_call_of_its_member,
    a_member_may_end_itself_or_others_in_its_call,
    who_ends_in_the_middle_of_a_send_is_passed_over,
    a_closed_signal_has_no_groups,
    a_signal_with_groups_can_be_waited_for,
];
