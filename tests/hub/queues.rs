//! Subscriptions: several ids, each a queue over several patterns; unsubscribing; how much waits.

use std::sync::Arc;

use crate::common::poll;
use crate::kit::{Msg, by_hand, consumed, hub_on, waiting};
use crate::runtime::Runtime;

async fn several_patterns_of_one_queue_keep_the_order_of_publishing(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    for pattern in ["b", "a.*", "c.?", "a.1", "*"] {
        subscriber.subscribe(pattern).await.unwrap();
    }
    let topics = ["a.1", "b", "a.2", "c.1", "d.e.f", "b", "a.1"];
    let mut expected = Vec::new();
    for number in 0..50 {
        let topic = topics[number as usize % topics.len()];
        hub.publish(topic, number).await.unwrap();
        expected.push(format!("{topic} {number}"));
    }
    assert_eq!(consumed(&subscriber, "default", 50).await, expected);
    assert!(poll(&mut Box::pin(subscriber.consume())).is_pending());
}

async fn each_id_has_a_queue_and_each_subscriber_its_own(on: Runtime) {
    let hub = hub_on(&on);
    let (one, two) = (hub.subscriber("s"), hub.subscriber("s"));
    one.subscribe("a").await.unwrap();
    one.subscribe("*").id("all").await.unwrap();
    one.subscribe("a").id("default").await.unwrap();
    one.subscribe("b").id("").await.unwrap();
    two.subscribe("a").await.unwrap();
    for (topic, number) in [("a", 1), ("b", 2), ("a", 3)] {
        assert_eq!(hub.publish(topic, number).await.unwrap().count(), 0);
    }
    assert_eq!(
        one.queue_sizes(),
        [("".into(), 1), ("all".into(), 3), ("default".into(), 2)]
    );
    assert_eq!(two.queue_sizes(), [("default".into(), 2)]);
    let shown = hub.inspect().connections.into_iter();
    let names: Vec<_> = shown.filter_map(|queue| queue.name).collect();
    assert_eq!(names, ["s/default", "s/all", "s/", "s/default"]);
    assert_eq!(consumed(&one, "", 1).await, ["b 2"]);
    assert_eq!(consumed(&one, "all", 3).await, ["a 1", "b 2", "a 3"]);
    assert_eq!(consumed(&one.clone(), "default", 2).await, ["a 1", "a 3"]);
    assert_eq!(consumed(&two, "default", 2).await, ["a 1", "a 3"]);
}

async fn unsubscribing_from_a_pattern_leaves_the_others(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    assert!(!subscriber.unsubscribe("a").unwrap(), "there is no queue");
    for pattern in ["a", "b.*", "b.1", "a"] {
        subscriber.subscribe(pattern).await.unwrap();
    }
    subscriber.subscribe("a").id("other").await.unwrap();
    hub.publish("a", 1).await.unwrap();
    assert!(
        !subscriber.unsubscribe("*").unwrap(),
        "patterns are taken as they were given"
    );
    assert!(!subscriber.unsubscribe("b.?").unwrap());
    assert!(!subscriber.unsubscribe_from("nobody", "a").unwrap());
    assert!(
        subscriber.unsubscribe("a").unwrap(),
        "once, however often it was given"
    );
    assert!(!subscriber.unsubscribe("a").unwrap());
    hub.publish("a", 2).await.unwrap();
    hub.publish("b.1", 3).await.unwrap();
    assert!(subscriber.unsubscribe("b.1").unwrap());
    hub.publish("b.1", 4).await.unwrap();
    assert!(subscriber.unsubscribe("b.*").unwrap());
    hub.publish("b.1", 5).await.unwrap();
    assert_eq!(
        consumed(&subscriber, "default", 3).await,
        ["a 1", "b.1 3", "b.1 4"]
    );
    assert_eq!(consumed(&subscriber, "other", 2).await, ["a 1", "a 2"]);

    // It waits for what may yet be subscribed to, and goes on where it was.
    let mut next = Box::pin(subscriber.consume());
    assert!(poll(&mut next).is_pending());
    subscriber.subscribe("c").await.unwrap();
    hub.publish("c", 6).await.unwrap();
    assert_eq!(***next.await.unwrap(), 6);
}

async fn what_waits_is_counted(_: Runtime) {
    let (executor, _, hub) = by_hand();
    assert!(hub.all_queue_sizes().is_empty() && hub.queue_sizes("a").unwrap().is_empty());
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a.*").await.unwrap();
    subscriber.subscribe("b").await.unwrap();
    subscriber.subscribe("a.b").id("exact").await.unwrap();
    hub.connect(|_| std::future::pending())
        .topic("a.b")
        .await
        .unwrap();
    hub.connect_sync(|_| ()).topic("a.b").await.unwrap();
    for topic in ["a.b", "a.c", "b", "a.b"] {
        hub.publish(topic, 1).now().unwrap();
    }
    executor.run_until_stalled();
    let sorted = |mut sizes: Vec<usize>| {
        sizes.sort_unstable();
        sizes
    };
    assert_eq!(
        sorted(hub.queue_sizes("a.b").unwrap()),
        [0, 1, 2, 4],
        "one of the listener's is being heard"
    );
    assert_eq!(hub.queue_sizes("a.x").unwrap(), [4]);
    assert_eq!(hub.queue_sizes("b").unwrap(), [4]);
    assert!(hub.queue_sizes("c").unwrap().is_empty());
    let mut all: Vec<_> = hub
        .all_queue_sizes()
        .into_iter()
        .map(|(patterns, size)| {
            let mut patterns: Vec<_> = patterns.iter().map(ToString::to_string).collect();
            patterns.sort();
            (patterns.join(" "), size)
        })
        .collect();
    all.sort();
    let expected = [("a.* b", 4), ("a.b", 0), ("a.b", 1), ("a.b", 2)];
    assert_eq!(
        all,
        expected.map(|(patterns, size)| (patterns.into(), size))
    );
    consumed(&subscriber, "default", 3).await;
    assert_eq!(
        (
            waiting(&subscriber, "default"),
            waiting(&subscriber, "exact")
        ),
        (1, 2)
    );
    drop(subscriber);
    assert_eq!(sorted(hub.queue_sizes("a.b").unwrap()), [0, 1]);
}

/// Who asks about a topic looks at those who listen to it, and finds out of them alone whether what they depend on lives.
async fn asking_about_a_topic_looks_at_its_own_listeners(on: Runtime) {
    let hub = hub_on(&on);
    let mut notices = hub.notices();
    let dying = |topic| {
        let object = Arc::new(());
        let listen = hub.connect_method_sync(&object, |(): &(), _: &Msg| ());
        listen.topic(topic).now().unwrap()
    };
    let listeners = ["a.b", "a.*", "c", "d.*"].map(dying);
    let mut told = || {
        let told = std::iter::from_fn(|| notices.try_recv().ok());
        let gone = told.filter(|notice| notice.subscribers() == 0);
        let mut gone: Vec<_> = gone.map(|notice| notice.pattern().to_string()).collect();
        gone.sort();
        gone
    };
    assert!(told().is_empty(), "nobody has found out");
    assert!(!hub.has_subscribers("a.b").unwrap());
    assert_eq!(told(), ["a.*", "a.b"]);
    assert_eq!(hub.queue_sizes("c").unwrap(), [0; 0]);
    assert_eq!(told(), ["c"]);
    let slowly = hub.publisher("d").unwrap().throttled(0, || []);
    slowly.publish("e", 1).await.unwrap();
    assert_eq!(told(), ["d.*"]);
    assert!(!listeners.iter().any(fanfare::Connection::is_connected));

    // By patterns it goes past all of them, until it finds one.
    let dead = dying("x.y");
    hub.connect_sync(|_| ()).topic("x.*").await.unwrap();
    assert!(hub.has_subscribers("?.z").unwrap());
    assert!(told().is_empty(), "that one does not match");
    assert!(hub.has_subscribers("x.y").unwrap());
    assert_eq!(told(), ["x.y"]);
    assert!(!dead.is_connected());
    dying("p");
    assert!(!hub.has_subscribers("p.**").unwrap());
    assert_eq!(told(), ["p"]);
    dying("q");
    assert_eq!(hub.all_queue_sizes().len(), 1);
    assert_eq!(told(), ["q"]);
}

on_each_runtime! {
    asking_about_a_topic_looks_at_its_own_listeners,
    several_patterns_of_one_queue_keep_the_order_of_publishing,
    each_id_has_a_queue_and_each_subscriber_its_own,
    unsubscribing_from_a_pattern_leaves_the_others,
    what_waits_is_counted,
}
