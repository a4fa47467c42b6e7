//! Who gets what is kept, and what is.

use std::sync::Arc;
use std::time::Duration;

use fanfare::hub::Topic;

use crate::common::{Log, poll};
use crate::kit::{Heard, Msg, consumed, hub_on, published, text, waiting, writes, writes_later};
use crate::runtime::Runtime;

/// Patterns that match `a.b`, and some that do not.
const MATCHING: [&str; 8] = ["a.b", "a.*", "a.?", "a.**", "a.b.**", "*", "?.b", "*.?"];
const OTHERS: [&str; 7] = ["a", "a.b.*", "?", "b.*", "a.b.c", "*.a", "a.c"];

struct Object(Heard);

impl Object {
    fn hears(&self, m: &Msg) {
        self.0.push(text(m));
    }
}

async fn who_comes_later_gets_what_its_pattern_matches(on: Runtime) {
    let hub = hub_on(&on);
    let early = Log::new();
    hub.connect_sync(writes(&early)).topic("a.*").await.unwrap();
    let delivery = hub.publish("a.b", 1).retain().await.unwrap();
    assert_eq!((early.take(), delivery.count()), (vec!["a.b 1".into()], 1));
    hub.publish("c.d.e.f", 2).retain().await.unwrap();
    let subscriber = hub.subscriber("late");
    for (patterns, expected) in [(&MATCHING[..], "a.b 1"), (&OTHERS, "")] {
        for pattern in patterns {
            if *pattern == "*" {
                continue; // below, since it matches both
            }
            let log = Log::new();
            hub.connect_sync(writes(&log))
                .topic(*pattern)
                .await
                .unwrap();
            assert_eq!(log.take().join(" "), expected, "sync, {pattern}");
            hub.connect(writes_later(&log))
                .topic(*pattern)
                .await
                .unwrap();
            hub.connect_with(
                log.clone(),
                |log, m: Arc<Msg>| async move { log.push(text(&m)) },
            )
            .topic(*pattern)
            .await
            .unwrap();
            let of_it = subscriber.connect(writes_later(&log));
            of_it.topic(*pattern).await.unwrap();
            hub.idle().await;
            let count = if expected.is_empty() { 0 } else { 3 };
            assert_eq!(log.take(), vec![expected; count], "async, {pattern}");
            let object = Arc::new(Object(log.clone()));
            let method = hub.connect_method_sync(&object, Object::hears);
            method.topic(*pattern).await.unwrap();
            assert_eq!(log.take().join(" "), expected, "method, {pattern}");
            subscriber.subscribe(*pattern).id(pattern).await.unwrap();
            assert_eq!(waiting(&subscriber, pattern), count / 3, "queue, {pattern}");
            assert_eq!(
                consumed(&subscriber, pattern, count / 3).await,
                vec![expected; count / 3]
            );
        }
    }
    subscriber.subscribe("*").await.unwrap();
    assert_eq!(
        consumed(&subscriber, "default", 2).await,
        ["a.b 1", "c.d.e.f 2"]
    );
    // Who was there has heard it once.
    assert_eq!(early.take(), [""; 0]);
}

/// A responder is asked, and nothing is published to it; and a request is not kept.
async fn responders_and_requests_have_nothing_to_do_with_it(on: Runtime) {
    let hub = hub_on(&on);
    hub.publish("a", 1).retain().await.unwrap();
    let log = Log::new();
    let written = log.clone();
    let respond = hub.respond_sync(move |m: &Msg| {
        written.push(text(m));
        2
    });
    respond.topic("*").await.unwrap();
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(hub.request("a", 3).await.unwrap(), 2);
    assert_eq!(log.take(), ["a 3"]);
    assert_eq!(hub.retained("*").unwrap(), [(Topic::from(["a"]), 1)]);
}

async fn several_come_in_the_order_in_which_they_were_published(on: Runtime) {
    let hub = hub_on(&on);
    for number in 0..40 {
        let topic = format!("a.{}", number % 20);
        hub.publish(topic, number).retain().await.unwrap();
    }
    // Those of the first ten are newer than those of the others.
    for number in 40..50 {
        let topic = format!("a.{}", number % 10);
        hub.publish(topic, number).retain().now().unwrap();
    }
    let expected: Vec<_> = (30..50)
        .map(|number| format!("a.{} {number}", number % if number < 40 { 20 } else { 10 }))
        .collect();
    let log = Log::new();
    // Each once, however many of its patterns match.
    let topics = ["a.*", "a.3", "*", "a.?", "a.12"];
    hub.connect_sync(writes(&log)).topics(topics).await.unwrap();
    assert_eq!(log.take(), expected);
    let later = hub.connect(writes_later(&log));
    later.topics(topics).await.unwrap();
    hub.idle().await;
    assert_eq!(log.take(), expected);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a.*").await.unwrap();
    assert_eq!(consumed(&subscriber, "default", 20).await, expected);
    assert!(poll(&mut Box::pin(subscriber.consume())).is_pending());
}

async fn what_is_kept_comes_before_what_is_published_later(on: Runtime) {
    let hub = hub_on(&on);
    hub.publish("a", 1).retain().await.unwrap();
    let (subscriber, log) = (hub.subscriber("s"), Log::new());
    subscriber.subscribe("*").await.unwrap();
    let later = subscriber.connect(writes_later(&log));
    later.topic("?").await.unwrap();
    hub.publish("a", 2).await.unwrap();
    hub.publish("a", 3).retain().await.unwrap();
    hub.idle().await;
    assert_eq!(log.take(), ["a 1", "a 2", "a 3"]);
    assert_eq!(
        consumed(&subscriber, "default", 3).await,
        ["a 1", "a 2", "a 3"]
    );
}

async fn a_queue_gets_it_with_each_new_pattern(on: Runtime) {
    let hub = hub_on(&on);
    for (topic, number) in [("a.b", 1), ("a.c", 2), ("d", 3)] {
        hub.publish(topic, number).retain().await.unwrap();
    }
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("other").await.unwrap();
    assert_eq!(waiting(&subscriber, "default"), 0);
    subscriber.subscribe("d").await.unwrap();
    subscriber.subscribe("a.*").id("default").await.unwrap();
    assert_eq!(
        consumed(&subscriber, "default", 3).await,
        ["d 3", "a.b 1", "a.c 2"]
    );
    subscriber.subscribe("a.*").await.unwrap();
    assert_eq!(
        waiting(&subscriber, "default"),
        0,
        "it listens to that already"
    );
    subscriber.subscribe("a.*").id("own").await.unwrap();
    assert_eq!(consumed(&subscriber, "own", 2).await, ["a.b 1", "a.c 2"]);
    assert!(subscriber.unsubscribe("a.*").unwrap());
    subscriber.subscribe("a.*").await.unwrap();
    assert_eq!(
        consumed(&subscriber, "default", 2).await,
        ["a.b 1", "a.c 2"]
    );
    // For this pattern, whatever others have brought.
    subscriber.subscribe("*.c").await.unwrap();
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a.c 2"]);
    hub.publish("a.c", 4).await.unwrap();
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a.c 4"]);
    assert!(poll(&mut Box::pin(subscriber.consume())).is_pending());
}

async fn a_newer_one_takes_its_place_whatever_its_end(on: Runtime) {
    let hub = hub_on(&on);
    let kept = |pattern: &str| {
        let kept = hub.retained(pattern).unwrap();
        let kept = kept
            .iter()
            .map(|(topic, number)| format!("{topic} {number}"));
        kept.collect::<Vec<_>>()
    };
    hub.publish("a", 1).retain().await.unwrap();
    hub.publish("b", 2).retain().await.unwrap();
    assert_eq!(kept("*"), ["a 1", "b 2"]);
    hub.publish("a", 3).retain().now().unwrap();
    assert_eq!(kept("*"), ["b 2", "a 3"]);
    assert!(hub.publish("b", 4).retain().join().await.unwrap().is_ok());
    assert_eq!(kept("*"), ["a 3", "b 4"]);
    let patient = hub.publish("b", 5).retain().timeout(Duration::from_secs(9));
    patient.await.unwrap();
    // Those that are not to be kept leave it as it is.
    assert_eq!(published(&hub, "a", 9).await, 0);
    assert_eq!(kept("*"), ["a 3", "b 5"]);
    // Nothing is published before its end, and nothing is kept.
    drop(hub.publish("a", 6).retain());
    drop(hub.publish("a", 6).retain().into_future());
    drop(hub.publish("a", 6).retain().join());
    assert!(hub.publish("a..b", 6).retain().await.is_err());
    assert_eq!(
        (kept("a"), kept("b")),
        (vec!["a 3".into()], vec!["b 5".into()])
    );
}

async fn publishers_keep_under_their_prefix(on: Runtime) {
    let hub = hub_on(&on);
    let plant = hub.publisher("plant").unwrap();
    let north = plant.publisher("north").unwrap();
    plant.publish("level", 1).retain().await.unwrap();
    north.publish("level", 2).retain().now().unwrap();
    north.publish(["no. 4", "*"], 3).retain().await.unwrap();
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("plant.north.*").await.unwrap();
    let expected = ["plant.north.level 2", r"plant.north.no\. 4.\* 3"];
    assert_eq!(consumed(&subscriber, "default", 2).await, expected);
    subscriber.subscribe("level").id("none").await.unwrap();
    subscriber.subscribe("plant.level").id("one").await.unwrap();
    assert_eq!(
        (waiting(&subscriber, "none"), waiting(&subscriber, "one")),
        (0, 1)
    );
}

async fn it_is_shown_and_forgotten_by_patterns(on: Runtime) {
    let hub = hub_on(&on);
    assert!(hub.retained("*").unwrap().is_empty());
    assert_eq!(hub.forget("*").unwrap(), 0);
    let topics = ["a", "a.b", "a.c", "a.b.c", "b.c"];
    for (number, topic) in (0..).zip(topics) {
        hub.publish(topic, number).retain().await.unwrap();
    }
    let shown = |pattern: &str| {
        let kept = hub.retained(pattern).unwrap();
        let kept: Vec<_> = kept.iter().map(|(topic, _)| topic.to_string()).collect();
        kept.join(" ")
    };
    for (pattern, expected) in [
        ("*", "a a.b a.c a.b.c b.c"),
        ("a.*", "a.b a.c a.b.c"),
        ("a.**", "a a.b a.c a.b.c"),
        ("?.c", "a.c b.c"),
        ("a.b", "a.b"),
        ("c.*", ""),
    ] {
        assert_eq!(shown(pattern), expected, "{pattern}");
    }
    assert_eq!(
        hub.retained(Topic::from(["a", "b"])).unwrap(),
        [(Topic::from(["a", "b"]), 1)]
    );
    assert!(hub.retained("a..b").is_err() && hub.forget("a.**.b").is_err());
    assert_eq!(hub.forget("a.?").unwrap(), 2);
    assert_eq!(hub.forget("a.?").unwrap(), 0);
    assert_eq!(shown("*"), "a a.b.c b.c");
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a.*").await.unwrap();
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a.b.c 3"]);
    // What was forgotten can be kept again, and is the last one then.
    hub.publish("a.b", 9).retain().await.unwrap();
    assert_eq!(shown("*"), "a a.b.c b.c a.b");
    assert_eq!(hub.forget("*").unwrap(), 4);
    subscriber.subscribe("*").id("late").await.unwrap();
    assert_eq!(
        (shown("*"), waiting(&subscriber, "late")),
        (String::new(), 0)
    );
}

on_each_runtime! {
    who_comes_later_gets_what_its_pattern_matches,
    responders_and_requests_have_nothing_to_do_with_it,
    several_come_in_the_order_in_which_they_were_published,
    what_is_kept_comes_before_what_is_published_later,
    a_queue_gets_it_with_each_new_pattern,
    a_newer_one_takes_its_place_whatever_its_end,
    publishers_keep_under_their_prefix,
    it_is_shown_and_forgotten_by_patterns,
}
