//! What newcomers do with what was kept for them: they may fail, and use the hub.

use std::sync::Arc;

use fanfare::hub::Topic;

use crate::common::{Log, ON_PURPOSE};
use crate::kit::{Msg, hub_on, text, writes};
use crate::runtime::Runtime;

async fn listeners_that_fail_cost_their_own_call(on: Runtime) {
    let hub = hub_on(&on);
    let (log, failed) = (Log::new(), Log::new());
    let told = failed.clone();
    let failures = hub.failures();
    let tells = failures.connect_sync(move |failed| {
        let event = failed.event().expect("a message");
        told.push(format!("{} {}", failed.name().unwrap_or("?"), text(event)));
    });
    tells.await;
    for (topic, number) in [("a", 1), ("b", 2), ("c", 3)] {
        hub.publish(topic, number).retain().await.unwrap();
    }
    let written = log.clone();
    let sync = hub.connect_sync(move |m: &Msg| {
        assert!(***m != 2, "{ON_PURPOSE}");
        written.push(text(m));
    });
    let sync = sync.topic("*").name("sync").await.unwrap();
    assert!(sync.is_connected());
    assert_eq!(
        (log.take(), failed.take()),
        (vec!["a 1".into(), "c 3".into()], vec!["sync b 2".into()])
    );
    let refuses = |m: &Msg| {
        assert!(***m != 1, "{ON_PURPOSE}");
        ***m != 2
    };
    let when = hub.connect_sync(writes(&log)).when(refuses);
    when.topic("*").name("when").await.unwrap();
    assert_eq!(
        (log.take(), failed.take()),
        (vec!["c 3".into()], vec!["when a 1".into()])
    );
    let fails = |m: Arc<Msg>| async move { assert!(***m != 3, "{ON_PURPOSE}") };
    hub.connect(fails).topic("*").name("async").await.unwrap();
    hub.idle().await;
    assert_eq!(failed.take(), ["async c 3"]);
}

/// What it publishes it hears, since it listens already.
async fn a_listener_may_use_the_hub_that_catches_it_up(on: Runtime) {
    let hub = hub_on(&on);
    hub.publish("a", 1).retain().await.unwrap();
    hub.publish("b", 10).retain().await.unwrap();
    let log = Log::new();
    let (within, written) = (hub.clone(), log.clone());
    let counts = hub.connect_sync(move |m: &Msg| {
        written.push(text(m));
        match ***m {
            number @ 1..4 => {
                within.publish("a", number + 1).retain().now().unwrap();
                let late = within.connect_sync(writes(&written)).topic("a");
                late.once().now().unwrap();
            }
            10 => assert_eq!(within.forget("?").unwrap(), 2),
            _ => {}
        }
    });
    counts.topic("*").await.unwrap();
    let heard = log.take();
    // Each number as it was published; each of those that came late the last one, and the first listener that one once more, since
    // it was published while it was handed an older one.
    assert_eq!(heard[..4], ["a 1", "a 2", "a 3", "a 4"]);
    assert_eq!(heard[4..], ["a 4", "a 4", "a 4", "a 4", "b 10"]);
    assert_eq!(hub.inspect().connections.len(), 1);
    assert!(hub.retained(Topic::from(["a"])).unwrap().is_empty());
}

on_each_runtime! {
    listeners_that_fail_cost_their_own_call,
    a_listener_may_use_the_hub_that_catches_it_up,
}
