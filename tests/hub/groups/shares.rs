//! Which member gets a message: one that matches, the least busy first.

use std::sync::Arc;

use fanfare::hub::{ConsumeError, Hub, Pattern, Subscriber};
use fanfare::{Connection, Overflow};

use crate::common::{Log, poll};
use crate::course::Course;
use crate::kit::{Msg, by_hand, consumed, hub_on, published, text, waiting};
use crate::runtime::Runtime;

/// A sync member that writes down its name.
pub(super) fn member(
    hub: &Hub<u32>,
    log: &Log<&'static str>,
    name: &'static str,
    pattern: &str,
) -> Connection<Pattern> {
    let listen = hub.connect_sync(log.writes(name)).topic(pattern);
    listen.group("workers").now().expect("a pattern")
}

/// An async member whose calls the test holds, each by the number of its message.
pub(super) fn course(hub: &Hub<u32>, pattern: &str) -> Course {
    let course = Course::new();
    let runs = |course: Course, m: Arc<Msg>| async move { course.pass(***m as usize).await };
    let listen = hub.connect_with(course.clone(), runs).topic(pattern);
    listen.group("workers").now().expect("a pattern");
    course
}

/// A queue in the group.
pub(super) fn queue(subscriber: &Subscriber<u32>, id: &str, capacity: usize, overflow: Overflow) {
    let subscribe = subscriber.subscribe("jobs.*").id(id).group("workers");
    let subscribe = subscribe.capacity(capacity).overflow(overflow);
    subscribe.now().expect("a pattern");
}

async fn one_member_gets_each_message_in_turn(on: Runtime) {
    let hub = hub_on(&on);
    let (subscriber, log) = (hub.subscriber("s"), Log::new());
    member(&hub, &log, "a", "jobs.*");
    let of_it = subscriber.connect_sync(log.writes("b")).topic("jobs.mail");
    of_it.group("workers").await.unwrap();
    let later = subscriber
        .connect(log.writes_async("c"))
        .topics(["*", "jobs.mail"]);
    later.group("workers").await.unwrap();
    for _ in 0..3 {
        // Three ends, one after the other: each is one message.
        assert_eq!(published(&hub, "jobs.mail", 1).await, 1);
        hub.idle().await;
    }
    let mut heard = log.take();
    for turns in heard.chunks_mut(3) {
        turns.sort_unstable(); // what is not awaited is heard when it is
        assert_eq!(turns, ["a", "b", "c"]);
    }
    assert_eq!(heard.len(), 9);
}

/// Whoever matches is asked; others are not in the group, as far as this message goes.
async fn only_members_that_match_are_asked(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let heard = |topic: &str, expected: &str| {
        for _ in 0..expected.split(' ').count() {
            assert_eq!(hub.publish(topic, 1).now().unwrap().count(), 1, "{topic}");
        }
        assert_eq!(log.take().join(" "), expected, "{topic}");
    };
    let [mail, _, all] = [("mail", "jobs.mail"), ("jobs", "jobs.?"), ("all", "*")]
        .map(|(name, pattern)| member(&hub, &log, name, pattern));
    heard("jobs.mail", "mail jobs all mail jobs all");
    heard("jobs.resize", "jobs all jobs");
    heard("jobs.resize.large", "all all all");
    // Its turn is the group's, whatever it has matched: who has not had one for long is first.
    heard("jobs.mail", "mail jobs all");
    // Patterns come and go.
    let large = Pattern::new("jobs.*.large").unwrap();
    assert!(mail.add_keys([large.clone()]));
    heard("jobs.resize.large", "mail all mail");
    assert!(mail.remove_keys([large]) && all.disconnect());
    assert_eq!(
        hub.publish("jobs.resize.large", 1).await.unwrap().count(),
        0
    );
    heard("jobs.mail", "jobs mail jobs");
}

/// Members that run one message at a time, which is what async listeners do: those that wait count as well.
async fn the_least_busy_is_first(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let team = ["jobs.*", "*", "jobs.?"].map(|pattern| course(&hub, pattern));
    let publish = |number| {
        let sent = hub.publish("jobs.mail", number).now().unwrap();
        assert_eq!(sent.count(), 1);
        executor.run_until_stalled();
    };
    let began = || team.each_ref().map(Course::take);
    (0..5).for_each(publish);
    assert_eq!(began(), ["+0", "+1", "+2"], "3 and 4 wait for a turn");
    // Two, two and one.
    publish(5);
    team[2].open(2);
    executor.run_until_stalled();
    assert_eq!(began(), ["", "", "-2 +5"]);
    // Two, two and one again.
    publish(6);
    team[0].open_all();
    executor.run_until_stalled();
    assert_eq!(began(), ["-0 +3 -3", "", ""]);
    // None, two and two.
    publish(7);
    publish(8);
    assert_eq!(began(), ["+7 -7 +8 -8", "", ""]);
    team[1].open_all();
    team[2].open_all();
    executor.run_until_stalled();
    assert_eq!(began(), ["", "-1 +4 -4", "-5 +6 -6"]);
}

async fn queues_share_what_is_published(on: Runtime) {
    let hub = hub_on(&on);
    let subscribers = ["one", "two", "three"].map(|name| hub.subscriber(name));
    for subscriber in &subscribers {
        queue(subscriber, "default", 100, Overflow::DropOldest);
    }
    for number in 0..7 {
        let delivery = hub.publish("jobs.mail", number).await.unwrap();
        assert_eq!(delivery.count(), 0, "a queue replies nothing");
    }
    let [one, two, three] = &subscribers;
    let jobs = |numbers: &[u32]| {
        numbers
            .iter()
            .map(|n| format!("jobs.mail {n}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(consumed(one, "default", 3).await, jobs(&[0, 3, 6]));
    assert_eq!(consumed(two, "default", 2).await, jobs(&[1, 4]));
    // The third has two that wait, and is left alone until the others have as many.
    for number in 7..11 {
        hub.publish("jobs.mail", number).await.unwrap();
    }
    assert_eq!(
        [one, two, three].map(|one| waiting(one, "default")),
        [2, 2, 2]
    );
    assert_eq!(consumed(three, "default", 2).await, jobs(&[2, 5]));
    hub.publish("jobs.mail", 11).await.unwrap();
    assert_eq!(consumed(three, "default", 1).await, jobs(&[11]));
    assert_eq!(hub.queue_sizes("jobs.mail").unwrap(), [2, 2, 0]);
}

/// A sync listener has nothing that waits, so it is never busy.
async fn listeners_and_queues_share_too(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let (subscriber, log) = (hub.subscriber("s"), Log::new());
    queue(&subscriber, "default", 10, Overflow::Wait);
    let slow = course(&hub, "jobs.*");
    let publish = |number| {
        hub.publish("jobs.x", number).now().unwrap();
        executor.run_until_stalled();
        let heard = log.take().len();
        (waiting(&subscriber, "default"), slow.take(), heard)
    };
    assert_eq!(publish(0), (1, "".into(), 0));
    assert_eq!(publish(1), (1, "+1".into(), 0));
    let sync = member(&hub, &log, "sync", "jobs.x");
    for number in 2..5 {
        assert_eq!(publish(number), (1, "".into(), 1));
    }
    assert!(sync.disconnect());
    assert_eq!(publish(5), (2, "".into(), 0));
    assert_eq!(publish(6), (2, "".into(), 0), "it waits for its turn");
    assert_eq!(consumed(&subscriber, "default", 1).await, ["jobs.x 0"]);
    assert_eq!(publish(7), (2, "".into(), 0));
    slow.open_all();
    executor.run_until_stalled();
    assert_eq!(slow.take(), "-1 +6 -6");
    assert_eq!(publish(8), (2, "+8 -8".into(), 0));
    assert_eq!(
        consumed(&subscriber, "default", 2).await,
        ["jobs.x 5", "jobs.x 7"]
    );
}

/// Room anywhere in the group is room.
async fn a_publish_waits_only_if_all_queues_are_full(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    queue(&subscriber, "small", 1, Overflow::Wait);
    queue(&subscriber, "large", 2, Overflow::Wait);
    for number in 0..3 {
        hub.publish("jobs.x", number).now().unwrap();
    }
    let error = hub.publish("jobs.x", 3).now().unwrap_err();
    assert!(error.is_full());
    assert_eq!(error.into_payload(), Some(3));
    assert!(hub.publish("other", 9).now().is_ok());
    let mut waits = hub.publish("jobs.x", 4).into_future();
    assert!(executor.run_until(&mut waits).is_none());
    assert_eq!(consumed(&subscriber, "large", 1).await, ["jobs.x 1"]);
    assert!(executor.run_until(&mut waits).is_some());
    assert_eq!(
        consumed(&subscriber, "large", 2).await,
        ["jobs.x 2", "jobs.x 4"]
    );
    assert_eq!(consumed(&subscriber, "small", 1).await, ["jobs.x 0"]);
    assert!(poll(&mut Box::pin(subscriber.consume_from("small"))).is_pending());
}

async fn queues_that_drop_lose_only_if_all_are_full(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    queue(&subscriber, "small", 1, Overflow::DropOldest);
    queue(&subscriber, "large", 3, Overflow::DropNewest);
    for number in 0..4 {
        hub.publish("jobs.x", number).await.unwrap();
    }
    let sizes = |expected: [usize; 2]| {
        assert_eq!(
            ["small", "large"].map(|id| waiting(&subscriber, id)),
            expected
        );
    };
    sizes([1, 3]);
    assert_eq!(
        consumed(&subscriber, "large", 3).await,
        ["jobs.x 1", "jobs.x 2", "jobs.x 3"]
    );
    assert_eq!(
        consumed(&subscriber, "small", 1).await,
        ["jobs.x 0"],
        "nothing was lost"
    );
    for number in 4..9 {
        hub.publish("jobs.x", number).await.unwrap();
    }
    sizes([1, 3]);
    // The fifth came to the one with the least to do, which dropped the one it had.
    let lost = subscriber.consume_from("small").await.unwrap_err();
    assert_eq!(lost, ConsumeError::Lost(1));
    assert_eq!(consumed(&subscriber, "small", 1).await, ["jobs.x 8"]);
}

/// Of a queue, as its capacity: later ones of the same id do not change it.
async fn the_first_subscription_of_an_id_says_its_group(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a").group("one").await.unwrap();
    subscriber.subscribe("b").group("two").await.unwrap();
    subscriber.subscribe("b").id("plain").await.unwrap();
    subscriber
        .subscribe("a")
        .id("plain")
        .group("one")
        .await
        .unwrap();
    subscriber
        .subscribe("*")
        .id("other")
        .group("one")
        .await
        .unwrap();
    for number in 0..4 {
        hub.publish(["a", "b"][number as usize % 2], number)
            .await
            .unwrap();
    }
    assert_eq!(
        consumed(&subscriber, "plain", 4).await.len(),
        4,
        "it is in no group"
    );
    assert_eq!(consumed(&subscriber, "default", 2).await, ["a 0", "a 2"]);
    assert_eq!(consumed(&subscriber, "other", 2).await, ["b 1", "b 3"]);
}

async fn messages_say_what_they_are_to_members_too(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    for _ in 0..2 {
        let written = log.clone();
        let listen = hub.connect_sync(move |m: &Msg| written.push(text(m)));
        listen.topic("jobs.*").group("workers").await.unwrap();
    }
    let publisher = hub.publisher("jobs").unwrap();
    for number in 0..3 {
        publisher
            .publish(["mail", "a.b"][number as usize % 2], number)
            .await
            .unwrap();
    }
    assert_eq!(log.take(), ["jobs.mail 0", "jobs.a.b 1", "jobs.mail 2"]);
    let shown = hub.inspect();
    let policies = shown.connections.iter().map(|one| &one.policies[..]);
    assert_eq!(policies.collect::<Vec<_>>(), [["group workers"]; 2]);
}

on_each_runtime! {
    one_member_gets_each_message_in_turn,
    only_members_that_match_are_asked,
    the_least_busy_is_first,
    queues_share_what_is_published,
    listeners_and_queues_share_too,
    a_publish_waits_only_if_all_queues_are_full,
    queues_that_drop_lose_only_if_all_are_full,
    the_first_subscription_of_an_id_says_its_group,
    messages_say_what_they_are_to_members_too,
}
