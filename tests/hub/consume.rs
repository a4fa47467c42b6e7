//! Consuming: waiting for messages, and what there is instead of one.

use std::task::Poll;

use fanfare::Overflow;
use fanfare::hub::ConsumeError;
use futures_lite::future::zip;

use crate::common::poll;
use crate::kit::{consumed, hub_on, text, waiting};
use crate::runtime::Runtime;

async fn a_consumer_waits_for_its_message(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a.*").await.unwrap();
    let mut next = Box::pin(subscriber.consume());
    assert!(poll(&mut next).is_pending());
    hub.publish("b", 1).await.unwrap();
    assert!(poll(&mut next).is_pending());
    let (message, _) = zip(next, hub.publish("a.b", 2).into_future()).await;
    assert_eq!(text(&message.unwrap()), "a.b 2");

    let publishing = hub.clone();
    on.spawn(async move {
        for number in 0..100 {
            publishing.publish("a.b", number).await.unwrap();
            futures_lite::future::yield_now().await;
        }
    });
    for number in 0..100 {
        assert_eq!(
            consumed(&subscriber, "default", 1).await,
            [format!("a.b {number}")]
        );
    }
}

async fn without_a_subscription_there_is_nothing_to_wait_for(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    let none = |id: &str| ConsumeError::NoSubscription(id.into());
    assert_eq!(subscriber.consume().await.unwrap_err(), none("default"));
    subscriber.connect_sync(|_| ()).topic("*").await.unwrap();
    assert_eq!(
        subscriber.consume().await.unwrap_err(),
        none("default"),
        "a listener is none"
    );
    subscriber.subscribe("a").id("x").await.unwrap();
    assert_eq!(subscriber.consume().await.unwrap_err(), none("default"));
    let error = subscriber.consume_from("y").await.unwrap_err();
    assert!(error.to_string().contains("`y`"), "{error}");
    assert_eq!(error, none("y"));
    drop(subscriber.subscribe("a")); // not ended
    assert_eq!(subscriber.consume().await.unwrap_err(), none("default"));
    // Which queue is meant is known when it is asked, not when it is awaited.
    let early = subscriber.consume();
    subscriber.subscribe("a").await.unwrap();
    assert_eq!(early.await.unwrap_err(), none("default"));
    hub.publish("a", 1).await.unwrap();
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a 1"]);
}

async fn losses_are_told_where_they_happened(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a").capacity(3).await.unwrap();
    for number in 0..10 {
        hub.publish("a", number).await.unwrap();
    }
    let error = subscriber.consume().await.unwrap_err();
    assert_eq!(error, ConsumeError::Lost(7));
    assert!(error.to_string().contains('7'));
    assert_eq!(
        consumed(&subscriber, "default", 3).await,
        ["a 7", "a 8", "a 9"]
    );
    assert!(poll(&mut Box::pin(subscriber.consume())).is_pending());

    subscriber
        .subscribe("b")
        .id("new")
        .capacity(2)
        .overflow(Overflow::DropNewest)
        .await
        .unwrap();
    for number in 0..4 {
        hub.publish("b", number).await.unwrap();
    }
    assert_eq!(consumed(&subscriber, "new", 2).await, ["b 0", "b 1"]);
    assert_eq!(
        subscriber.consume_from("new").await.unwrap_err(),
        ConsumeError::Lost(2)
    );
    hub.publish("b", 9).await.unwrap();
    assert_eq!(consumed(&subscriber, "new", 1).await, ["b 9"]);

    // A thousand wait if nothing is said.
    subscriber.subscribe("c").id("many").await.unwrap();
    for number in 0..1_003 {
        hub.publish("c", number).await.unwrap();
    }
    assert_eq!(
        subscriber.consume_from("many").await.unwrap_err(),
        ConsumeError::Lost(3)
    );
    assert_eq!(consumed(&subscriber, "many", 1).await, ["c 3"]);
    // None is not possible: it counts as one.
    subscriber
        .subscribe("d")
        .id("none")
        .capacity(0)
        .await
        .unwrap();
    hub.publish("d", 1).await.unwrap();
    assert_eq!(consumed(&subscriber, "none", 1).await, ["d 1"]);
}

async fn of_two_consumers_each_message_comes_to_one(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("*").await.unwrap();
    let (mut first, mut second) = (
        Box::pin(subscriber.consume()),
        Box::pin(subscriber.consume()),
    );
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    hub.publish("a", 1).await.unwrap();
    hub.publish("a", 2).await.unwrap();
    assert!(poll(&mut second).is_pending(), "the other one is before it");
    let first = first.await.unwrap();
    assert_eq!(
        (text(&first), text(&second.await.unwrap())),
        ("a 1".into(), "a 2".into())
    );

    // One that gives up while it waits makes place for the other, and takes nothing along.
    let (mut first, mut second) = (
        Box::pin(subscriber.consume()),
        Box::pin(subscriber.consume()),
    );
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    hub.publish("a", 3).await.unwrap();
    drop(first);
    assert_eq!(text(&second.await.unwrap()), "a 3");

    let mut all: Vec<u32> = Vec::new();
    for number in 0..100 {
        hub.publish("a", number).await.unwrap();
    }
    let each = async |subscriber: fanfare::hub::Subscriber<u32>| {
        let mut got = Vec::new();
        for _ in 0..50 {
            got.push(***subscriber.consume().await.unwrap());
            futures_lite::future::yield_now().await;
        }
        got
    };
    let (one, two) = zip(each(subscriber.clone()), each(subscriber.clone())).await;
    assert!(one.is_sorted() && two.is_sorted());
    all.extend(one.into_iter().chain(two));
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
}

async fn a_consumer_that_gives_up_loses_nothing(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a").await.unwrap();
    for number in 0..10 {
        assert!(poll(&mut Box::pin(subscriber.consume())).is_pending());
        hub.publish("a", number).await.unwrap();
        drop(subscriber.consume());
        assert_eq!(
            consumed(&subscriber, "default", 1).await,
            [format!("a {number}")]
        );
    }
}

async fn once_the_hub_is_closed_what_waits_can_be_consumed(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a").await.unwrap();
    subscriber.subscribe("a").id("empty").await.unwrap();
    let mut waits = Box::pin(subscriber.consume_from("empty"));
    assert!(poll(&mut waits).is_pending());
    hub.publish("a", 1).await.unwrap();
    assert!(waits.await.is_ok());
    let mut waits = Box::pin(subscriber.consume_from("empty"));
    assert!(poll(&mut waits).is_pending());
    assert!(hub.close() && !hub.close());
    assert_eq!(waits.await.unwrap_err(), ConsumeError::Closed);
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a 1"]);
    for _ in 0..2 {
        assert_eq!(
            subscriber.consume().await.unwrap_err(),
            ConsumeError::Closed
        );
    }
    subscriber.subscribe("b").id("late").await.unwrap();
    assert_eq!(
        subscriber.consume_from("late").await.unwrap_err(),
        ConsumeError::Closed
    );
}

/// The consumer that waits does not keep the queue.
async fn queues_end_with_the_last_clone_of_their_subscriber(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a").await.unwrap();
    hub.publish("a", 1).await.unwrap();
    let (first, mut second) = (subscriber.consume(), Box::pin(subscriber.consume()));
    drop(subscriber);
    assert!(!hub.has_subscribers("*").unwrap());
    hub.publish("a", 2).await.unwrap();
    assert_eq!(text(&first.await.unwrap()), "a 1");
    let Poll::Ready(ended) = poll(&mut second) else {
        panic!("it waits for what cannot come");
    };
    assert_eq!(ended.unwrap_err(), ConsumeError::Closed);
}

/// Room is made by consuming; and by unsubscribing nothing is lost.
async fn a_full_queue_is_waited_for(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber
        .subscribe("a.*")
        .capacity(1)
        .overflow(Overflow::Wait)
        .await
        .unwrap();
    subscriber.subscribe("*").id("all").await.unwrap();
    hub.publish("a.b", 1).now().unwrap();
    let error = hub.publish("a.b", 2).now().unwrap_err();
    assert!(error.is_full() && !error.is_closed() && error.topic_error().is_none());
    assert_eq!(error.into_payload(), Some(2));
    assert_eq!(waiting(&subscriber, "all"), 1, "nobody got it");
    assert!(hub.publish("b", 3).now().is_ok(), "it is not in its way");

    let mut waits = hub.publish("a.b", 4).into_future();
    assert!(poll(&mut waits).is_pending());
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a.b 1"]);
    waits.await.unwrap();
    let mut given_up = hub.publish("a.b", 5).into_future();
    assert!(poll(&mut given_up).is_pending());
    drop(given_up);
    let mut waits = hub.publish("a.b", 6).into_future();
    assert!(poll(&mut waits).is_pending());
    assert!(subscriber.unsubscribe("a.*").unwrap());
    assert_eq!(waits.await.unwrap().count(), 0);
    assert_eq!(consumed(&subscriber, "default", 1).await, ["a.b 4"]);
    assert_eq!(
        consumed(&subscriber, "all", 4).await,
        ["a.b 1", "b 3", "a.b 4", "a.b 6"]
    );
}

on_each_runtime! {
    a_consumer_waits_for_its_message,
    without_a_subscription_there_is_nothing_to_wait_for,
    losses_are_told_where_they_happened,
    of_two_consumers_each_message_comes_to_one,
    a_consumer_that_gives_up_loses_nothing,
    once_the_hub_is_closed_what_waits_can_be_consumed,
    queues_end_with_the_last_clone_of_their_subscriber,
    a_full_queue_is_waited_for,
}
