//! Newcomers with options and limits, and hubs and subscribers that have ended.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use fanfare::hub::{ConsumeError, Subscriber, Topic};
use fanfare::{Backoff, Event, FailedCall, Overflow};

use crate::common::{Log, ON_PURPOSE, poll};
use crate::kit::{Msg, by_hand, consumed, hub_on, text, waiting, writes, writes_later};
use crate::runtime::Runtime;

/// What a newcomer says of itself holds for what is kept, too.
async fn options_of_newcomers_hold(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    let log = Log::new();
    for number in 0..5 {
        let topic = format!("a.{number}");
        hub.publish(topic, number).retain().now().unwrap();
    }
    let listen = || hub.connect_sync(writes(&log)).topics(["a.*", "b"]);
    let once = listen().once().now().unwrap();
    assert_eq!(log.take(), ["a.0 0"]);
    assert!(!once.is_connected());
    let thrice = listen().times(3).now().unwrap();
    assert_eq!(log.take(), ["a.0 0", "a.1 1", "a.2 2"]);
    assert!(!thrice.is_connected());
    listen()
        .when(|m: &Msg| ***m % 2 == 1)
        .times(3)
        .now()
        .unwrap();
    assert_eq!(log.take(), ["a.1 1", "a.3 3"]);
    hub.publish("b", 7).now().unwrap();
    assert_eq!(log.take(), ["b 7"], "of three times one was left");

    let second = Duration::from_secs(1);
    let quiet = hub.connect(writes_later(&log)).debounce(second);
    let quiet = quiet.topic("*").now().unwrap();
    executor.run_until_stalled();
    assert_eq!(log.take(), [""; 0]);
    clock.advance(second);
    executor.run_until_stalled();
    assert_eq!(log.take(), ["a.4 4"], "the last one, once there is quiet");
    assert!(quiet.disconnect());

    let failing = log.clone();
    let fails = move |m: Arc<Msg>| {
        let log = failing.clone();
        async move {
            log.push(text(&m));
            assert!(log.len() % 2 == 0, "{ON_PURPOSE}");
        }
    };
    let again = Backoff::new(second).attempts(2).jitter(0.0);
    hub.connect(fails).retry(again).topic("a.1").now().unwrap();
    executor.run_until_stalled();
    clock.advance(second);
    executor.run_until_stalled();
    assert_eq!(log.take(), ["a.1 1", "a.1 1"]);
}

/// Of five that are kept, with a queue for two.
async fn who_has_no_room_goes_without(_: Runtime) {
    use Overflow::{DropNewest, DropOldest, KeepLatest, Wait};
    let (executor, _, hub) = by_hand();
    for number in 0..5 {
        let topic = format!("a.{number}");
        hub.publish(topic, number).retain().now().unwrap();
    }
    let failed = Log::new();
    let told = failed.clone();
    let tells = move |failed: &Event<FailedCall<_, _>>| {
        told.push(failed.name().expect("all have names").to_owned());
    };
    hub.failures().connect_sync(tells).now();
    let subscriber = hub.subscriber("s");
    for (overflow, expected) in [
        (DropOldest, &["lost 3", "a.3 3", "a.4 4"][..]),
        (DropNewest, &["a.0 0", "a.1 1", "lost 3"]),
        (KeepLatest, &["lost 4", "a.4 4"]),
        (Wait, &["a.0 0", "a.1 1"]),
    ] {
        let id = format!("{overflow:?}");
        let subscribe = subscriber.subscribe("a.*").id(&id).capacity(2);
        subscribe.overflow(overflow).now().unwrap();
        assert_eq!(rest(&subscriber, &id), expected, "{id}");
        hub.publish("a.9", 9).now().unwrap();
        assert_eq!(
            rest(&subscriber, &id),
            ["a.9 9"],
            "{id}: it goes on as any queue"
        );
        assert!(subscriber.unsubscribe_from(&id, "a.*").unwrap());
    }
    // The queue tells of its losses, but where there is nobody to wait for its room.
    assert_eq!(failed.take(), ["s/Wait"; 3]);
    // One call begins, and is not in the queue. Where calls would have to be waited for, they wait for their turn.
    for (overflow, expected) in [
        (DropOldest, &["a.0 0", "a.3 3", "a.4 4"][..]),
        (DropNewest, &["a.0 0", "a.1 1", "a.2 2"]),
        (KeepLatest, &["a.0 0", "a.3 3", "a.4 4"]),
        (Wait, &["a.0 0", "a.1 1", "a.2 2", "a.3 3", "a.4 4"]),
    ] {
        let log = Log::new();
        let listen = hub.connect(writes_later(&log)).queue(2, overflow);
        let listener = listen.topic("a.*").name("calls").now().unwrap();
        executor.run_until_stalled();
        assert_eq!(log.take(), expected, "{overflow:?}");
        assert_eq!(failed.take(), vec!["calls"; 5 - expected.len()]);
        assert!(listener.disconnect());
    }
}

/// What the queue has now, with its losses where they are told.
fn rest(subscriber: &Subscriber<u32>, id: &str) -> Vec<String> {
    let mut all = Vec::new();
    while let Poll::Ready(next) = poll(&mut Box::pin(subscriber.consume_from(id))) {
        all.push(match next {
            Ok(message) => text(&message),
            Err(ConsumeError::Lost(count)) => format!("lost {count}"),
            Err(other) => panic!("{other}"),
        });
    }
    all
}

/// It is kept from when the publish begins, whatever comes of that.
async fn a_full_queue_holds_up_the_publish_and_the_keeping(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    let subscribe = subscriber.subscribe("a").capacity(1);
    subscribe.overflow(Overflow::Wait).await.unwrap();
    hub.publish("a", 1).retain().await.unwrap();
    let error = hub.publish("a", 2).retain().now().unwrap_err();
    assert!(error.is_full());
    assert_eq!(error.into_payload(), Some(2));
    assert_eq!(hub.retained("a").unwrap(), [(Topic::from(["a"]), 1)]);
    let mut waits = hub.publish("a", 3).retain().into_future();
    assert!(poll(&mut waits).is_pending());
    subscriber.subscribe("a").id("late").await.unwrap();
    assert_eq!(consumed(&subscriber, "late", 1).await, ["a 1"]);
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a 1"]);
    waits.await.unwrap();
    assert_eq!(hub.retained("a").unwrap(), [(Topic::from(["a"]), 3)]);
    for id in ["default", "late"] {
        assert_eq!(consumed(&subscriber, id, 1).await, ["a 3"]);
        assert_eq!(waiting(&subscriber, id), 0);
    }
}

async fn a_closed_hub_keeps_what_it_has_and_no_more(on: Runtime) {
    let hub = hub_on(&on);
    hub.publish("a", 1).retain().await.unwrap();
    let (early, late) = (hub.subscriber("early"), hub.subscriber("late"));
    early.subscribe("*").await.unwrap();
    assert!(hub.close());
    for error in [
        hub.publish("a", 2).retain().now().unwrap_err(),
        hub.publish("b", 2).retain().await.unwrap_err(),
        hub.publish("a", 2).retain().join().await.unwrap_err(),
    ] {
        assert!(error.is_closed());
        assert_eq!(error.into_payload(), Some(2));
    }
    assert_eq!(hub.retained("*").unwrap(), [(Topic::from(["a"]), 1)]);
    let log = Log::new();
    hub.connect_sync(writes(&log)).topic("*").await.unwrap();
    hub.connect(writes_later(&log)).topic("*").await.unwrap();
    late.subscribe("*").await.unwrap();
    early.subscribe("a").await.unwrap();
    hub.idle().await;
    assert_eq!(log.take(), [""; 0], "nobody comes to a closed hub");
    assert_eq!(late.consume().await.unwrap_err(), ConsumeError::Closed);
    assert_eq!(consumed(&early, "default", 1).await, ["a 1"]);
    assert_eq!(early.consume().await.unwrap_err(), ConsumeError::Closed);
    assert_eq!(hub.forget("*").unwrap(), 1);
}

/// Who has gone by the time it would come gets nothing.
async fn a_listener_of_a_subscriber_that_has_gone_gets_nothing(on: Runtime) {
    let hub = hub_on(&on);
    hub.publish("a", 1).retain().await.unwrap();
    let log = Log::new();
    let listen = hub.subscriber("s").connect_sync(writes(&log));
    let listener = listen.topic("*").await.unwrap();
    assert!(!listener.is_connected());
    let listen = hub.connect_sync(writes(&log)).topic("a");
    drop(listen.topic("b").into_future());
    assert!(
        hub.connect_sync(writes(&log))
            .topics(["a", "a."])
            .await
            .is_err()
    );
    hub.connect_sync(writes(&log)).await.unwrap();
    assert_eq!(log.take(), [""; 0]);
}

on_each_runtime! {
    options_of_newcomers_hold,
    who_has_no_room_goes_without,
    a_full_queue_holds_up_the_publish_and_the_keeping,
    a_closed_hub_keeps_what_it_has_and_no_more,
    a_listener_of_a_subscriber_that_has_gone_gets_nothing,
}
