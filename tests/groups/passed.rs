//! Members that cannot take an event are passed over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::{Event, Signal};

use crate::common::{Log, ON_PURPOSE, told};
use crate::kit::by_hand;
use crate::runtime::Runtime;
use crate::team::Team;

async fn a_predicate_that_refuses_leaves_the_event_to_the_next(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    let even = |ev: &Event<usize>| **ev % 2 == 0;
    team.writer(&signal, "even").when(even).group("team").await;
    team.writer(&signal, "any").group("team").await;
    // Who was passed over has not had a turn.
    assert_eq!(team.send(&signal, 6), "even any even any even any");
    for number in [1, 3, 5, 6, 8, 10] {
        assert_eq!(signal.send().with(number).await.count(), 1);
    }
    assert_eq!(team.take(), "any any any even any even");
}

async fn where_nobody_takes_it_nobody_is_called(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    for name in ["a", "b"] {
        let writer = team.writer(&signal, name).when(|ev| **ev == 7);
        writer.group("team").await;
    }
    team.writer(&signal, "beside").await;
    assert_eq!(signal.send().with(1).join().await.count(), 1);
    assert_eq!(signal.send().with(7).join().await.count(), 2);
    assert_eq!(signal.send().with(7).await.count(), 2);
    assert_eq!(team.take(), "beside a beside b beside");
}

/// Its callback is called by nobody else: the failure is what came of the event.
async fn a_predicate_that_panics_is_what_the_event_came_to(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    let panics = |_: &Event<usize>| panic!("{ON_PURPOSE}");
    team.writer(&signal, "a").when(panics).group("team").await;
    team.writer(&signal, "b").group("team").await;
    for expected in [ON_PURPOSE, "()", ON_PURPOSE] {
        let report = signal.send().join().await;
        assert_eq!(told(&report), [expected]);
    }
    assert_eq!((team.take().as_str(), signal.failure_count()), ("b", 2));
}

/// A callback that panics has had the event: it may have done half of what it was to do.
async fn a_member_that_panics_has_had_its_turn(on: Runtime) {
    let (signal, log) = (on.signal(0usize), Log::new());
    signal
        .connect_sync(|_| panic!("{ON_PURPOSE}: sync"))
        .group("team")
        .await;
    signal
        .connect(|_| async { panic!("{ON_PURPOSE}: async") })
        .group("team")
        .await;
    signal.connect_sync(log.writes("c")).group("team").await;
    let expected = ["on purpose: sync", "on purpose: async", "()"];
    for expected in expected.into_iter().chain(expected) {
        assert_eq!(told(&signal.send().join().await), [expected]);
    }
    for expected in expected {
        assert_eq!(told(&signal.send().await.join().await), [expected]);
    }
    assert_eq!(log.take(), ["c", "c", "c"]);
}

async fn who_is_blocked_is_passed_over_until_the_guard_goes(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    let [_, b, _] = team.three(&signal);
    let guard = b.block();
    assert_eq!(team.send(&signal, 4), "a c a c");
    drop(guard);
    assert_eq!(team.send(&signal, 4), "b a c b");
}

async fn who_is_spent_leaves(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    team.writer(&signal, "once").once().group("team").await;
    team.writer(&signal, "twice").times(2).group("team").await;
    team.writer(&signal, "ever").group("team").await;
    assert_eq!(
        team.send(&signal, 7),
        "once twice ever twice ever ever ever"
    );
    assert_eq!(signal.connection_count(), 1);
}

async fn who_has_lost_its_object_is_passed_over(on: Runtime) {
    struct Worker(Log<&'static str>, &'static str);
    impl Worker {
        fn work(&self, _: &Event<usize>) {
            self.0.push(self.1);
        }
        async fn work_later(self: Arc<Self>, _: Arc<Event<usize>>) {
            self.0.push(self.1);
        }
    }
    let (signal, log) = (on.signal(0usize), Log::new());
    let worker = |name| Arc::new(Worker(log.clone(), name));
    let (a, b, c) = (worker("a"), worker("b"), worker("c"));
    signal
        .connect_method_sync(&a, Worker::work)
        .group("team")
        .await;
    signal
        .connect_method(&b, Worker::work_later)
        .group("team")
        .await;
    signal
        .connect_sync(log.writes("tracks"))
        .track(&c)
        .group("team")
        .await;
    signal.connect_sync(log.writes("ever")).group("team").await;
    let rounds = [
        "a b tracks ever",
        "b tracks ever b",
        "tracks ever tracks ever",
        "ever ever ever ever",
    ];
    let mut alive = vec![c, b, a];
    for expected in rounds {
        for _ in 0..4 {
            assert_eq!(signal.send().join().await.count(), 1);
        }
        assert_eq!(log.take().join(" "), expected);
        drop(alive.pop());
    }
    assert_eq!(signal.connection_count(), 1);
}

async fn who_is_throttled_is_passed_over(_: Runtime) {
    let (_, clock, signal) = by_hand();
    let team = Team::new();
    for name in ["a", "b"] {
        let writer = team.writer(&signal, name).throttle(Duration::from_secs(5));
        writer.group("team").now();
    }
    team.writer(&signal, "c").group("team").now();
    assert_eq!(team.send(&signal, 5), "a b c c c");
    clock.advance(Duration::from_secs(5));
    assert_eq!(team.send(&signal, 4), "a b c c");
}

/// A call that is put off is its member's: nobody else is called for the event.
async fn who_puts_an_event_off_has_it(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let team = Team::new();
    let quiet = Duration::from_secs(1);
    let put_off = team.writer(&signal, "late").debounce(quiet);
    put_off.group("team").now();
    team.writer(&signal, "now").group("team").now();
    let sent = [(); 3].map(|()| signal.send().now().unwrap().count());
    assert_eq!(
        sent,
        [0, 1, 1],
        "what is put off is not the send's, and keeps its member busy"
    );
    assert_eq!(team.take(), "now now");
    executor.run_until_stalled();
    clock.advance(quiet);
    executor.run_until_stalled();
    assert_eq!(team.take(), "late");
}

/// Each predicate is asked once a send.
async fn predicates_are_asked_once(on: Runtime) {
    let signal: Signal<usize> = on.signal(0);
    let asked = Arc::new(AtomicUsize::new(0));
    for _ in 0..3 {
        let asked = Arc::clone(&asked);
        let refuses = move |_: &Event<usize>| {
            asked.fetch_add(1, Ordering::SeqCst);
            false
        };
        signal
            .connect_sync(|_| ())
            .when(refuses)
            .group("team")
            .now();
    }
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

on_each_runtime![
    a_predicate_that_refuses_leaves_the_event_to_the_next,
    where_nobody_takes_it_nobody_is_called,
    a_predicate_that_panics_is_what_the_event_came_to,
    a_member_that_panics_has_had_its_turn,
    who_is_blocked_is_passed_over_until_the_guard_goes,
    who_is_spent_leaves,
    who_has_lost_its_object_is_passed_over,
    who_is_throttled_is_passed_over,
    who_puts_an_event_off_has_it,
    predicates_are_asked_once,
];
