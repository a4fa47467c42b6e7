//! Who hears what, and how often.

use std::sync::Arc;

use fanfare::hub::{Pattern, PatternPart};

use crate::common::Log;
use crate::kit::{Heard, Msg, consumed, hub_on, published, waiting, writes, writes_later};
use crate::runtime::Runtime;

/// Each end of [`published`] is heard once: three in all.
async fn a_message_reaches_who_listens_to_a_pattern_that_matches(on: Runtime) {
    let hub = hub_on(&on);
    assert_eq!(published(&hub, "a.b.c", 0).await, 0, "nobody is there");
    let names = [
        "a.b.c", "a.*.c", "a.?.?", "a.*", "a.**", "*", "a.b.c.*", "a.b.c.**", "b.*", "?.b",
        r"a.\*.c",
    ];
    let logs: Vec<Heard> = names.iter().map(|_| Log::new()).collect();
    for (name, log) in names.iter().zip(&logs) {
        hub.connect_sync(writes(log)).topic(*name).await.unwrap();
        hub.connect(writes_later(log)).topic(*name).await.unwrap();
    }
    for (topic, expected) in [
        (
            "a.b.c",
            &["a.b.c", "a.*.c", "a.?.?", "a.*", "a.**", "*", "a.b.c.**"][..],
        ),
        ("a", &["a.**", "*"]),
        ("a.b", &["a.*", "a.**", "*", "?.b"]),
        (
            r"a.\*.c",
            &["a.*.c", "a.?.?", "a.*", "a.**", "*", r"a.\*.c"],
        ),
        ("a.b.c.d", &["a.*", "a.**", "*", "a.b.c.*", "a.b.c.**"]),
        ("b", &["*"]),
        ("b.a", &["*", "b.*"]),
        ("A.b", &["*", "?.b"]),
    ] {
        assert_eq!(
            published(&hub, topic, 1).await,
            2 * expected.len(),
            "{topic}"
        );
        hub.idle().await;
        for (name, log) in names.iter().zip(&logs) {
            let times = if expected.contains(name) { 6 } else { 0 };
            assert_eq!(
                log.take(),
                vec![format!("{topic} 1"); times],
                "{topic} at {name}"
            );
            let matches = Pattern::new(*name)
                .unwrap()
                .matches(&topic.parse().unwrap());
            assert_eq!(matches, times > 0, "{topic} at {name}");
        }
    }
}

async fn once_however_many_of_its_patterns_match(on: Runtime) {
    let hub = hub_on(&on);
    let (sync, later) = (Log::new(), Log::new());
    let all = ["a.*", "a.?", "a.b", "*", "**", "?.b", "a.b", "a.**", "x"];
    hub.connect_sync(writes(&sync)).topics(all).await.unwrap();
    hub.connect(writes_later(&later)).topics(all).await.unwrap();
    let subscriber = hub.subscriber("s");
    for pattern in all {
        subscriber.subscribe(pattern).await.unwrap();
    }
    let delivery = hub.publish("a.b", 1).await.unwrap();
    assert_eq!(delivery.count(), 2, "queues are not counted");
    hub.idle().await;
    assert_eq!(
        (sync.take(), later.take()),
        (vec!["a.b 1".into()], vec!["a.b 1".into()])
    );
    assert_eq!(waiting(&subscriber, "default"), 1);
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a.b 1"]);
}

fn named(_: &Msg) {}

async fn a_named_function_is_one_listener(on: Runtime) {
    let hub = hub_on(&on);
    let first = hub.connect_sync(named).topic("a").await.unwrap();
    let second = hub.connect_sync(named).topics(["b.*", "a"]).await.unwrap();
    assert_eq!(first.id(), second.id());
    for (topic, count) in [("a", 1), ("b.c", 1), ("c", 0)] {
        assert_eq!(published(&hub, topic, 1).await, count, "{topic}");
    }
    assert!(hub.disconnect(named).topic("b.*").now().unwrap());
    assert!(
        !hub.disconnect(named).topics(["b.*"]).now().unwrap(),
        "it listens to it no longer"
    );
    assert_eq!(
        (
            published(&hub, "a", 1).await,
            published(&hub, "b.c", 1).await
        ),
        (1, 0)
    );
    assert!(hub.disconnect(named).now().unwrap());
    assert!(!hub.disconnect(named).now().unwrap());
    assert_eq!(published(&hub, "a", 1).await, 0);
    assert!(!hub.has_subscribers("*").unwrap());
}

async fn without_topics_it_hears_nothing_until_it_is_given_some(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let none = hub.connect_sync(writes(&log)).await.unwrap();
    let empty = hub
        .connect_sync(writes(&log))
        .topics([""; 0])
        .await
        .unwrap();
    assert_eq!(published(&hub, "a", 1).await, 0);
    assert!(none.is_connected() && empty.is_connected());
    assert!(!hub.has_subscribers("*").unwrap());

    let (wild, exact) = (Pattern::new("a.*").unwrap(), Pattern::new("a.b").unwrap());
    assert!(none.add_keys([wild.clone(), exact.clone()]));
    assert_eq!(published(&hub, "a.b", 1).await, 1);
    assert!(none.remove_keys([wild]));
    assert_eq!(
        (
            published(&hub, "a.b", 1).await,
            published(&hub, "a.c", 1).await
        ),
        (1, 0)
    );
    assert!(none.remove_keys([exact.clone()]) && none.is_connected());
    assert_eq!(published(&hub, "a.b", 1).await, 0);
    assert!(none.add_keys([exact]));
    assert_eq!(published(&hub, "a.b", 1).await, 1);

    // What was given topics before keeps to them.
    hub.connect_sync(named).topic("x").await.unwrap();
    hub.connect_sync(named).await.unwrap();
    assert_eq!(
        (published(&hub, "x", 1).await, published(&hub, "y", 1).await),
        (1, 0)
    );
}

/// What listens to topics given part by part: stars in them are characters.
async fn stars_from_parts_are_characters(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    hub.connect_sync(writes(&log))
        .topic(["a", "*"])
        .await
        .unwrap();
    assert_eq!(published(&hub, "a.b", 1).await, 0);
    assert_eq!(published(&hub, r"a.\*", 1).await, 1);
    let delivery = hub.publish(["a", "*"], 2).await.unwrap();
    assert_eq!(delivery.count(), 1);
    let odd = ["", ".", "a.b", "\\", "ü\n", "?"];
    hub.connect_sync(writes(&log)).topic(odd).await.unwrap();
    log.take();
    let topic = fanfare::hub::Topic::from(odd);
    assert_eq!(published(&hub, &topic.to_string(), 3).await, 1);
    assert_eq!(log.take().len(), 3);
}

async fn the_message_knows_what_matched(on: Runtime) {
    let hub = hub_on(&on);
    let seen = Log::new();
    let log = seen.clone();
    hub.connect_sync(move |m: &Msg| {
        let mut keys: Vec<_> = m.keys().iter().map(ToString::to_string).collect();
        keys.sort();
        log.push((m.topic().to_string(), ***m, keys));
    })
    .topic("a.*")
    .await
    .unwrap();
    hub.connect_sync(named)
        .topics(["a.b", "*", "c"])
        .await
        .unwrap();
    hub.publish("a.b", 7).await.unwrap();
    let keys = ["*", "a.*", "a.b"].map(String::from).to_vec();
    assert_eq!(seen.take(), [("a.b".into(), 7, keys)]);
}

async fn payloads_are_shared_and_need_no_clone(on: Runtime) {
    struct Unique(String);
    let hub = fanfare::hub::Hub::<Unique>::builder()
        .spawner(on.spawner())
        .build();
    let (one, two) = (hub.subscriber("1"), hub.subscriber("2"));
    one.subscribe("a").await.unwrap();
    two.subscribe("*").await.unwrap();
    hub.publish("a", Unique("only".into())).await.unwrap();
    let (one, two) = (one.consume().await.unwrap(), two.consume().await.unwrap());
    assert!(Arc::ptr_eq(&one, &two));
    assert_eq!(one.0, "only");
}

async fn many_patterns_and_long_topics(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let long: Vec<String> = (0..500).map(|part| part.to_string()).collect();
    let deep = Pattern::from_parts(&long[..499]).unwrap().one();
    assert_eq!(deep.parts().last(), Some(PatternPart::One));
    let listener = hub.connect_sync(writes(&log)).topic(&deep).await.unwrap();
    for number in 0..2_000 {
        listener.add_keys([Pattern::from([format!("n{number}")]).rest()]);
    }
    assert_eq!(hub.publish(long, 1).await.unwrap().count(), 1);
    assert_eq!(published(&hub, "n1999.x", 1).await, 1);
    assert_eq!(published(&hub, "n2000.x", 1).await, 0);
    assert!(listener.disconnect());
    assert_eq!(published(&hub, "n1999.x", 1).await, 0);
    assert!(!hub.has_subscribers("*").unwrap());
}

on_each_runtime! {
    a_message_reaches_who_listens_to_a_pattern_that_matches,
    once_however_many_of_its_patterns_match,
    a_named_function_is_one_listener,
    without_topics_it_hears_nothing_until_it_is_given_some,
    stars_from_parts_are_characters,
    the_message_knows_what_matched,
    payloads_are_shared_and_need_no_clone,
    many_patterns_and_long_topics,
}
