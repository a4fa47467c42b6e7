//! Publishing no faster than subscribers consume.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::hub::{Hub, ThrottledPublisher};

use crate::common::poll;
use crate::kit::{by_hand, consumed, hub_on};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

fn throttled(hub: &Hub<u32>, max: usize, delays: &'static [u32]) -> ThrottledPublisher<u32> {
    let delays = move || delays.iter().map(|seconds| SECOND * *seconds);
    hub.publisher("p").unwrap().throttled(max, delays)
}

/// It is published at once; it is the next one that waits for its turn.
async fn it_waits_until_queues_are_short_enough(_: Runtime) {
    let (_, clock, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("p.*").await.unwrap();
    let slowly = throttled(&hub, 2, &[1, 5, 10]);
    assert_eq!(slowly.publisher().prefix().to_string(), "p");
    for number in 0..2 {
        slowly.publish("a", number).await.unwrap();
    }
    assert_eq!(clock.sleepers(), 0);
    let mut third = Box::pin(slowly.publish("a", 2));
    assert!(poll(&mut third).is_pending());
    assert_eq!(hub.queue_sizes("p.a").unwrap(), [3], "it is published");
    for delay in [1, 5, 10, 10, 10] {
        assert_eq!(clock.advance_to_next(), Some(SECOND * delay));
        assert!(poll(&mut third).is_pending());
    }
    consumed(&subscriber, "default", 1).await;
    assert!(
        poll(&mut third).is_pending(),
        "it looks again when its delay is over"
    );
    clock.advance(SECOND * 10);
    third.await.unwrap();

    // The delays begin anew.
    let mut next = Box::pin(slowly.publish("a", 3));
    assert!(poll(&mut next).is_pending());
    assert_eq!(clock.advance_to_next(), Some(SECOND));
    // Given up, it is published nevertheless.
    drop(next);
    assert_eq!(hub.queue_sizes("p.a").unwrap(), [3]);
    assert_eq!(clock.sleepers(), 0);
}

async fn only_queues_of_what_it_has_published_count(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    let (busy, idle) = (hub.subscriber("busy"), hub.subscriber("idle"));
    busy.subscribe("p.a").await.unwrap();
    idle.subscribe("p.b").await.unwrap();
    hub.connect(|_| std::future::pending())
        .topic("p.c")
        .await
        .unwrap();
    let slowly = throttled(&hub, 0, &[1]);
    hub.publish("p.a", 1).await.unwrap();
    slowly.publish("x", 2).await.unwrap();
    let mut waits = Box::pin(slowly.publish("b", 3));
    assert!(poll(&mut waits).is_pending());
    consumed(&idle, "default", 1).await;
    clock.advance(SECOND);
    waits.await.unwrap();

    // From now on `p.a` counts, whatever is published.
    let mut waits = Box::pin(slowly.publish("a", 4));
    assert!(poll(&mut waits).is_pending());
    drop(waits);
    let mut waits = Box::pin(slowly.publish("x", 5));
    assert!(poll(&mut waits).is_pending());
    consumed(&busy, "default", 2).await;
    clock.advance(SECOND);
    waits.await.unwrap();

    // Async listeners have queues: what waits for its turn.
    let mut waits = Box::pin(slowly.publish("c", 6));
    assert!(poll(&mut waits).is_pending(), "it has yet to begin");
    executor.run_until_stalled();
    clock.advance(SECOND);
    waits.await.unwrap();
    let mut waits = Box::pin(slowly.publish("c", 7));
    assert!(poll(&mut waits).is_pending());
}

/// Without delays, or with such as are nothing, it looks again and again, and lets others run meanwhile.
async fn delays_of_nothing_let_others_run(on: Runtime) {
    for nothing in [&[][..], &[0]] {
        let hub = hub_on(&on);
        let subscriber = hub.subscriber("s");
        subscriber.subscribe("p.*").await.unwrap();
        let slowly = throttled(&hub, 0, nothing);
        on.spawn(async move { while subscriber.consume().await.is_ok() {} });
        for number in 0..10 {
            slowly.publish("a", number).await.unwrap();
            assert_eq!(hub.queue_sizes("p.a").unwrap(), [0]);
        }
        hub.close();
    }
    let (_, clock, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("p.*").await.unwrap();
    let slowly = throttled(&hub, 0, &[]);
    let mut waits = Box::pin(slowly.publish("a", 1));
    assert!(poll(&mut waits).is_pending());
    assert!(poll(&mut waits).is_pending());
    assert_eq!(clock.sleepers(), 0);
    consumed(&subscriber, "default", 1).await;
    waits.await.unwrap();
}

async fn delays_are_asked_for_when_there_is_something_to_wait_for_in_each_publish(_: Runtime) {
    let (_, clock, hub) = by_hand();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let slowly = hub.publisher("p").unwrap().throttled(0, move || {
        count.fetch_add(1, Ordering::Relaxed);
        std::iter::repeat(SECOND)
    });
    for number in 0..3 {
        slowly.publish("a", number).await.unwrap();
    }
    assert!(asked.load(Ordering::Relaxed) <= 3);
    assert_eq!(clock.sleepers(), 0);
}

async fn on_a_closed_hub_the_payload_is_given_back(_: Runtime) {
    let (_, clock, hub) = by_hand();
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("*").await.unwrap();
    let slowly = throttled(&hub, 0, &[1]);
    let mut waits = Box::pin(slowly.publish("a", 1));
    assert!(poll(&mut waits).is_pending());
    hub.close();
    let error = slowly.publish("a", 2).await.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.into_payload(), Some(2));
    consumed(&subscriber, "default", 1).await;
    clock.advance(SECOND);
    waits.await.unwrap();
}

on_each_runtime! {
    it_waits_until_queues_are_short_enough,
    only_queues_of_what_it_has_published_count,
    delays_of_nothing_let_others_run,
    delays_are_asked_for_when_there_is_something_to_wait_for_in_each_publish,
    on_a_closed_hub_the_payload_is_given_back,
}
