//! Groups beside other groups and beside who is in none.

use std::sync::Arc;

use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Results};
use fanfare::spawn::BoxFuture;
use fanfare::{Event, Signal};

use crate::common::{Log, told};
use crate::kit::{Course, builder_by_hand, by_hand};
use crate::runtime::Runtime;
use crate::team::Team;

async fn each_group_gets_each_event_and_so_does_who_is_in_none(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    team.writer(&signal, "first").await;
    for (name, group) in [("a", "1"), ("x", "2"), ("b", "1"), ("y", "2"), ("z", "2")] {
        team.writer(&signal, name).group(group).await;
    }
    team.writer(&signal, "last").await;
    for both in ["a x", "b y", "a z", "b x", "a y", "b z", "a x"] {
        assert_eq!(signal.send().join().await.count(), 4);
        assert_eq!(team.take(), format!("first {both} last"));
    }
}

async fn turns_of_two_groups_are_their_own(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    for (name, group) in [("a", "1"), ("x", "2"), ("b", "1"), ("y", "2"), ("z", "2")] {
        team.writer(&signal, name).key(group).group(group).await;
    }
    let mut got = String::new();
    for keys in [&["1"][..], &["1", "2"], &["2"], &["2", "1"], &["2"]] {
        let sent = signal.send().keys(keys.iter().copied()).await;
        assert_eq!(sent.count(), keys.len());
        got = format!("{got}/{}", team.take());
    }
    // A group comes where its first member stands.
    assert_eq!(got, "/a/b x/y/a z/x");
}

/// Where the first member stands, whichever is called.
async fn a_group_stands_where_its_first_member_does(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    team.writer(&signal, "low").priority(-1).group("team").await;
    team.writer(&signal, "beside").await;
    team.writer(&signal, "high").priority(5).group("team").await;
    for _ in 0..2 {
        signal.send().await;
        assert_eq!(signal.send().join().by_priority().await.count(), 2);
    }
    assert_eq!(team.take(), "high beside low beside high beside low beside");
}

async fn by_priority_the_group_is_of_the_priority_of_its_first_member(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    for (number, priority) in [(0, 7), (1, 0), (2, -3)] {
        let pass = move |course: Course, _: Arc<Event<usize>>| async move {
            course.pass(number).await;
        };
        let connect = signal.connect_with(course.clone(), pass).priority(priority);
        connect.group("team").now();
    }
    let written = course.log.clone();
    signal
        .connect_sync(move |_| written.push("sync".into()))
        .priority(1)
        .now();
    for number in [0, 1, 2] {
        let mut join = signal.send().join().by_priority();
        assert!(executor.run_until(&mut join).is_none());
        assert_eq!(course.take(), format!("+{number}"), "the group is first");
        course.open(number);
        let report = executor.run_until(join).expect("the gate is open");
        assert_eq!(course.take(), format!("-{number} sync"));
        assert_eq!(told(&report), ["()", "()"]);
    }
}

async fn a_report_has_one_entry_for_a_group(on: Runtime) {
    let signal: Signal<usize, u8> = on.builder(0usize).reply::<u8>().build();
    signal.connect_sync(|_| 1).group("sync").await;
    signal.connect(|_| async { 2 }).group("async").await;
    signal.connect_sync(|_| 3).group("sync").await;
    signal.connect(|_| async { 4 }).group("async").await;
    signal.connect_sync(|_| 9).await;
    for replies in [[1, 2, 9], [3, 4, 9], [1, 2, 9]] {
        assert_eq!(signal.send().join().await.replies(), replies);
    }
    for replies in [[3, 4, 9], [1, 2, 9]] {
        let delivery = signal.send().await;
        assert_eq!(delivery.count(), 3);
        assert_eq!(delivery.join().await.replies(), replies);
    }
    assert_eq!(signal.send().first().await, Some(3));
    assert_eq!(
        signal.send().first().await,
        Some(1),
        "the first had its turn"
    );
    assert_eq!(signal.send().join().await.replies(), [3, 4, 9]);
}

/// Notes how many receivers it was told of.
struct Counting(Log<usize>);

impl Dispatcher for Counting {
    fn before(&self, context: &Context) {
        self.0.push(context.receivers());
    }

    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        Box::pin(receiver.call())
    }

    fn after(&self, _: &Context, results: &Results<'_>) {
        self.0.push(10 * results.len());
    }
}

async fn a_dispatcher_sees_one_call_of_a_group(_: Runtime) {
    let (executor, _, builder) = builder_by_hand();
    let log = Log::new();
    let signal = builder.dispatcher(Counting(log.clone())).build();
    let team = Team::new();
    team.three(&signal);
    team.writer(&signal, "beside").now();
    for _ in 0..3 {
        let delivery = signal.send().now().unwrap();
        assert_eq!(delivery.count(), 2);
        executor.run_until_stalled();
        assert!(executor.run_until(delivery.join()).unwrap().is_ok());
    }
    assert!(executor.run_until(signal.send().join()).unwrap().is_ok());
    let by_priority = signal.send().join().by_priority();
    assert!(executor.run_until(by_priority).unwrap().is_ok());
    assert_eq!(team.take(), "a beside b beside c beside a beside b beside");
    assert_eq!(log.take(), [2, 20].repeat(5));
    let never = team.writer(&signal, "never").when(|_| false);
    never.group("others").now();
    assert!(executor.run_until(signal.send().join()).unwrap().is_ok());
    assert_eq!(log.take(), [2, 20]);
}

async fn what_the_signal_shows_names_the_group(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    let writer = team.writer(&signal, "a").sequential();
    writer.group("workers").await;
    let _events = signal.subscribe().group("workers").capacity(3).await;
    team.writer(&signal, "b").await;
    let shown = signal.inspect();
    let policies: Vec<_> = shown
        .connections
        .iter()
        .map(|c| c.policies.join(", "))
        .collect();
    assert_eq!(
        policies,
        [
            "sequential, group workers",
            "group workers, capacity 3 drop-oldest",
            ""
        ]
    );
    assert!(shown.to_string().contains("group workers"), "{shown}");
}

on_each_runtime![
    each_group_gets_each_event_and_so_does_who_is_in_none,
    turns_of_two_groups_are_their_own,
    a_group_stands_where_its_first_member_does,
    by_priority_the_group_is_of_the_priority_of_its_first_member,
    a_report_has_one_entry_for_a_group,
    a_dispatcher_sees_one_call_of_a_group,
    what_the_signal_shows_names_the_group,
];
