//! Groups beside each other, beside who is in none, and with what else hubs have: messages that are kept, requests, failures.

use std::sync::Arc;
use std::time::Duration;

use fanfare::Backoff;

use super::shares::{course, member};
use crate::common::{Log, ON_PURPOSE, poll};
use crate::course::Course;
use crate::kit::{Msg, by_hand, consumed, hub_on, text, waiting, writes};
use crate::runtime::Runtime;

async fn each_group_gets_each_message_and_so_does_who_is_in_none(on: Runtime) {
    let hub = hub_on(&on);
    let (subscriber, log) = (hub.subscriber("s"), Log::new());
    let listen = |name, pattern| hub.connect_sync(log.writes(name)).topic(pattern);
    listen("alone", "*").await.unwrap();
    for (name, group, pattern) in [
        ("a", "1", "jobs.*"),
        ("x", "2", "jobs.mail"),
        ("b", "1", "*"),
        ("y", "2", "*.mail"),
        ("z", "2", "jobs.?"),
    ] {
        listen(name, pattern).group(group).await.unwrap();
    }
    subscriber.subscribe("jobs.*").await.unwrap();
    for (number, both) in (0..).zip(["a x", "b y", "a z", "b x", "a y", "b z"]) {
        let report = hub.publish("jobs.mail", number).join().await.unwrap();
        assert_eq!(
            report.count(),
            3,
            "of the first group, of the second, and alone"
        );
        assert_eq!(log.take().join(" "), format!("alone {both}"));
    }
    assert_eq!(waiting(&subscriber, "default"), 6);
    // Where a group has nobody who matches, the others have.
    assert_eq!(hub.publish("other", 9).await.unwrap().count(), 2);
    assert_eq!(log.take(), ["alone", "b"]);
}

async fn groups_of_two_hubs_have_nothing_in_common_but_a_name(on: Runtime) {
    let (one, two) = (hub_on(&on), hub_on(&on));
    let log = Log::new();
    for (hub, names) in [(&one, ["a", "b"]), (&two, ["x", "y"])] {
        for name in names {
            member(hub, &log, name, "jobs.*");
        }
    }
    for hub in [&one, &two, &two, &one, &one, &two] {
        assert_eq!(hub.publish("jobs.mail", 1).await.unwrap().count(), 1);
    }
    assert_eq!(log.take().join(" "), "a x y b a x");
    assert!(one.close());
    assert_eq!(two.publish("jobs.mail", 1).await.unwrap().count(), 1);
    assert_eq!(log.take(), ["y"]);
}

/// A newcomer is caught up itself, whoever has had the message when it was published; and that is nobody's turn.
async fn what_is_kept_comes_to_each_newcomer(on: Runtime) {
    let hub = hub_on(&on);
    let (subscriber, log) = (hub.subscriber("s"), Log::new());
    let a = member(&hub, &log, "a", "jobs.*");
    for (topic, number) in [("jobs.mail", 1), ("jobs.resize", 2), ("other", 3)] {
        hub.publish(topic, number).retain().await.unwrap();
    }
    assert_eq!(log.take(), ["a", "a"]);
    let b = member(&hub, &log, "b", "jobs.*");
    assert_eq!(log.take(), ["b", "b"], "and nobody else");
    let heard = Log::new();
    let listen = hub.connect_sync(writes(&heard)).topics(["jobs.mail", "*"]);
    let c = listen.group("workers").await.unwrap();
    assert_eq!(heard.take(), ["jobs.mail 1", "jobs.resize 2", "other 3"]);
    let subscribe = subscriber.subscribe("jobs.*").group("workers");
    subscribe.await.unwrap();
    assert_eq!(
        consumed(&subscriber, "default", 2).await,
        ["jobs.mail 1", "jobs.resize 2"]
    );
    assert!(poll(&mut Box::pin(subscriber.consume())).is_pending());
    assert_eq!(log.take(), [""; 0]);
    // a has had two turns; the others have had none.
    for _ in 0..4 {
        hub.publish("jobs.mail", 4).await.unwrap();
    }
    assert_eq!(
        (log.take(), heard.take()),
        (vec!["b", "a"], vec!["jobs.mail 4".into()])
    );
    assert_eq!(consumed(&subscriber, "default", 1).await, ["jobs.mail 4"]);
    assert!([a, b, c].iter().all(fanfare::Connection::is_connected));
}

/// It may have done half of it: nobody else is given it, and the next message is another member's.
async fn a_member_that_panics_has_had_its_message(on: Runtime) {
    let hub = hub_on(&on);
    let (log, failed) = (Log::new(), Log::new());
    let told = failed.clone();
    let failures = hub.failures();
    let tells = failures.connect_sync(move |failed| {
        let event = failed.event().expect("a message");
        told.push(format!("{} {}", failed.name().unwrap_or("?"), text(event)));
    });
    tells.await;
    let sync = hub
        .connect_sync(|_: &Msg| panic!("{ON_PURPOSE}"))
        .name("sync");
    sync.topic("jobs.*").group("workers").await.unwrap();
    let later = |m: Arc<Msg>| async move { assert!(***m > 9, "{ON_PURPOSE}") };
    let later = hub.connect(later).name("async");
    later.topic("jobs.*").group("workers").await.unwrap();
    let when = hub.connect_sync(writes(&log)).name("when");
    let when = when.when(|m| {
        if ***m < 9 {
            panic!("{ON_PURPOSE}")
        } else {
            true
        }
    });
    when.topic("jobs.*").group("workers").await.unwrap();
    member(&hub, &Log::new(), "works", "jobs.*");
    for number in 0..8 {
        let report = hub.publish("jobs.x", number).await.unwrap().join().await;
        let is_well = number % 4 == 3;
        assert_eq!((report.count(), report.is_ok()), (1, is_well), "{number}");
    }
    let expected = [0, 4].map(|n| {
        let names = ["sync", "async", "when"];
        (n..)
            .zip(names)
            .map(|(number, name)| format!("{name} jobs.x {number}"))
            .collect::<Vec<_>>()
    });
    assert_eq!(failed.take(), expected.concat());
    assert_eq!(log.take(), [""; 0]);
}

/// A message that failed is tried again by the same member; others go on with what comes meanwhile.
async fn a_member_that_tries_again_keeps_its_message(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    let (log, second) = (Log::new(), Duration::from_secs(1));
    for name in ["a", "b"] {
        let log = log.clone();
        let fails = move |m: Arc<Msg>| {
            let log = log.clone();
            async move {
                log.push(format!("{name}{}", ***m));
                assert!(log.len() > 1, "{ON_PURPOSE}");
            }
        };
        let again = Backoff::new(second).attempts(2).jitter(0.0);
        let listen = hub.connect(fails).retry(again).topic("jobs.*");
        listen.group("workers").now().unwrap();
    }
    for number in 0..3 {
        hub.publish("jobs.x", number).now().unwrap();
        executor.run_until_stalled();
    }
    assert_eq!(
        log.take(),
        ["a0", "b1", "b2"],
        "a is busy with its second attempt"
    );
    log.push("this is not the first".into());
    clock.advance(second);
    executor.run_until_stalled();
    assert_eq!(log.take()[1..], ["a0"]);
}

async fn of_responders_one_is_asked(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    for name in ["a", "b", "c"] {
        let log = log.clone();
        let respond = hub.respond(move |m: Arc<Msg>| {
            log.push(name);
            async move { ***m * 2 }
        });
        respond.topic("math.*").group("workers").await.unwrap();
    }
    // Of the same name, and another group: requests are nothing that is published.
    member(&hub, &log, "listener", "*");
    for number in 0..4 {
        assert_eq!(
            hub.request("math.double", number).await.unwrap(),
            number * 2
        );
    }
    assert_eq!(log.take(), ["a", "b", "c", "a"]);
    hub.publish("math.double", 1).await.unwrap();
    assert_eq!(log.take(), ["listener"]);
}

/// They are subscribers as any others.
async fn members_are_counted_one_by_one(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let mut notices = hub.notices();
    let team = [(); 3].map(|()| course(&hub, "jobs.*"));
    let counts = std::iter::from_fn(|| notices.try_recv().ok()).map(|notice| notice.subscribers());
    assert_eq!(counts.collect::<Vec<_>>(), [1, 2, 3]);
    for number in 0..5 {
        hub.publish("jobs.x", number).now().unwrap();
    }
    executor.run_until_stalled();
    assert_eq!(
        hub.queue_sizes("jobs.x").unwrap(),
        [1, 1, 0],
        "and one runs in each"
    );
    assert!(hub.has_subscribers("jobs.?").unwrap());
    team.iter().for_each(Course::open_all);
    executor.run_until_stalled();
    let mut all: Vec<_> = team.iter().flat_map(|one| one.log.take()).collect();
    all.sort();
    assert_eq!(all.join(" "), "+0 +1 +2 +3 +4 -0 -1 -2 -3 -4");
}

on_each_runtime! {
    each_group_gets_each_message_and_so_does_who_is_in_none,
    groups_of_two_hubs_have_nothing_in_common_but_a_name,
    what_is_kept_comes_to_each_newcomer,
    a_member_that_panics_has_had_its_message,
    a_member_that_tries_again_keeps_its_message,
    of_responders_one_is_asked,
    members_are_counted_one_by_one,
}
