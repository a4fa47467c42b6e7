//! How hubs end: closed, at rest, dropped.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use fanfare::Overflow;
use futures_lite::future::block_on;

use crate::common::{Gate, Log, opens, poll};
use crate::kit::{Msg, by_hand, hub_on, writes, writes_later};
use crate::runtime::Runtime;

async fn a_closed_hub_gives_the_payload_back(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    hub.connect_sync(writes(&log)).topic("*").await.unwrap();
    let publisher = hub.publisher("p").unwrap();
    assert!(hub.close());
    for error in [
        hub.publish("a", 1).now().unwrap_err(),
        hub.publish("a", 1).await.unwrap_err(),
        hub.publish("a", 1).join().await.unwrap_err(),
        publisher.publish("a", 1).await.unwrap_err(),
    ] {
        assert!(error.is_closed() && !error.is_full(), "{error}");
        assert_eq!(error.into_payload(), Some(1));
    }
    assert!(
        hub.publish("a..", 1)
            .now()
            .unwrap_err()
            .topic_error()
            .is_some()
    );
    let late = hub.connect_sync(writes(&log)).topic("*").await.unwrap();
    assert!(!late.is_connected());
    assert_eq!(log.take(), [""; 0]);
    assert!(hub.inspect().is_closed);
}

async fn what_was_accepted_goes_on(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let log = Log::new();
    hub.connect(writes_later(&log)).topic("a").await.unwrap();
    let gate = Gate::new();
    let shut = gate.clone();
    hub.respond(move |_| {
        let gate = shut.clone();
        async move {
            gate.wait().await;
            3
        }
    })
    .topic("a")
    .await
    .unwrap();
    let mut request = hub.request("a", 1).into_future();
    assert!(poll(&mut request).is_pending());
    for number in 0..3 {
        hub.publish("a", number).now().unwrap();
    }
    hub.close();
    let mut idle = Box::pin(hub.idle());
    assert!(
        executor.run_until(&mut idle).is_none(),
        "a responder is running"
    );
    assert_eq!(log.take(), ["a 0", "a 1", "a 2"]);
    gate.open();
    assert_eq!(request.await.unwrap(), 3);
    assert!(executor.run_until(&mut idle).is_some());
}

async fn idle_waits_for_listeners(on: Runtime) {
    let hub = hub_on(&on);
    hub.idle().await;
    let log = Log::new();
    hub.connect(writes_later(&log)).topic("*").await.unwrap();
    hub.connect(writes_later(&log))
        .topic("*")
        .concurrent()
        .await
        .unwrap();
    for number in 0..50 {
        hub.publish("a.b", number).await.unwrap();
    }
    hub.idle().await;
    assert_eq!(log.len(), 100);
}

async fn it_goes_with_its_last_handle(on: Runtime) {
    let hub = hub_on(&on);
    let gates = [Gate::new(), Gate::new()];
    let [listener, responder] = gates.clone().map(|gate| opens(&gate));
    hub.connect_sync(move |_| _ = &listener)
        .topic("*")
        .await
        .unwrap();
    hub.respond_sync(move |_: &Msg| {
        let _ = &responder;
        1
    })
    .topic("*")
    .await
    .unwrap();
    let (mut notices, publisher) = (hub.notices(), hub.publisher("a").unwrap());
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("*").await.unwrap();
    assert!(notices.try_recv().is_ok());
    drop(hub);
    drop(publisher);
    assert!(!gates[0].is_open(), "the subscriber keeps it");
    drop(subscriber);
    assert!(gates[0].is_open() && gates[1].is_open());
    while let Ok(notice) = notices.recv().await {
        assert!(notice.subscribers() < 2);
    }
}

async fn what_it_shows_of_itself(on: Runtime) {
    let hub = fanfare::hub::Hub::<u32>::builder()
        .name("plant")
        .spawner(on.spawner())
        .stats()
        .build();
    hub.connect_sync(|_| ())
        .topics(["a", "b.*"])
        .name("listens")
        .await
        .unwrap();
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("*").id("queue").await.unwrap();
    hub.publish("a", 1).await.unwrap();
    let shown = hub.inspect();
    assert_eq!(shown.name.as_deref(), Some("plant"));
    let names: Vec<_> = shown
        .connections
        .iter()
        .map(|one| (one.name.as_deref(), one.keys, one.queued))
        .collect();
    assert_eq!(names, [(Some("listens"), 2, 0), (Some("s/queue"), 1, 1)]);
    assert!(format!("{hub:?}").contains("plant"));
    for text in [
        format!("{subscriber:?}"),
        format!("{:?}", hub.publish("a", 1)),
        format!("{:?}", hub.request("a", 1)),
    ] {
        assert!(!text.is_empty());
    }
}

/// Who stands when the future is first polled, as with any send.
async fn a_publish_begins_when_it_is_polled(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let (first, second) = (
        hub.publish("a.b", 1).into_future(),
        hub.publish("a.b", 2).into_future(),
    );
    hub.connect_sync(writes(&log)).topic("a.*").await.unwrap();
    assert_eq!(first.await.unwrap().count(), 1);
    assert_eq!(log.take(), ["a.b 1"]);
    hub.close();
    assert_eq!(second.await.unwrap_err().into_payload(), Some(2));
}

/// A listener that uses its hub does not keep it.
async fn a_weak_handle_keeps_nothing(on: Runtime) {
    let hub = hub_on(&on);
    let (gate, log) = (Gate::new(), Log::new());
    let (weak, captured) = (hub.downgrade(), opens(&gate));
    hub.connect_sync(move |m: &Msg| {
        let _ = &captured;
        let hub = weak.upgrade().expect("somebody publishes");
        drop(hub.publish("b", ***m + 1).now());
    })
    .topic("a")
    .await
    .unwrap();
    hub.connect_sync(writes(&log)).topic("b").await.unwrap();
    let weak = hub.downgrade().clone();
    weak.upgrade().unwrap().publish("a", 1).await.unwrap();
    assert_eq!(log.take(), ["b 2"]);
    assert!(format!("{weak:?}").contains("true"));
    let publisher = hub.publisher("p").unwrap();
    drop(hub);
    assert!(weak.upgrade().is_some(), "the publisher keeps it");
    drop(publisher);
    assert!(weak.upgrade().is_none() && gate.is_open());
}

async fn draining_waits_and_tells_of_what_it_waits_for(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    let gates = [Gate::new(), Gate::new()];
    let [listens, responds] = gates.clone();
    hub.connect(move |_| {
        let gate = listens.clone();
        async move { gate.wait().await }
    })
    .topic("a")
    .name("listens")
    .await
    .unwrap();
    hub.respond(move |m: std::sync::Arc<Msg>| {
        let gate = responds.clone();
        async move {
            gate.wait().await;
            ***m
        }
    })
    .topic("a")
    .name("responds")
    .await
    .unwrap();
    hub.publish("a", 1).await.unwrap();
    executor.run_until_stalled();
    let mut request = hub.request("a", 2).into_future();
    assert!(poll(&mut request).is_pending());

    let drain = hub.drain().timeout(Duration::from_secs(1));
    assert!(
        hub.publish("a", 3).await.unwrap_err().is_closed(),
        "at once"
    );
    let mut drained = drain.into_future();
    assert!(executor.run_until(&mut drained).is_none());
    clock.advance(Duration::from_secs(1));
    let unfinished = executor.run_until(&mut drained).expect("its time is up");
    let unfinished = unfinished.unwrap_err();
    assert_eq!(unfinished.sends, 2);
    let names: Vec<_> = unfinished
        .connections
        .iter()
        .map(|one| one.name.as_deref())
        .collect();
    assert_eq!(names, [Some("listens"), Some("responds")]);
    let mut drained = hub.drain().into_future();
    gates[0].open();
    assert!(executor.run_until(&mut drained).is_none(), "one is running");
    gates[1].open();
    assert_eq!(request.await.unwrap(), 2);
    assert_eq!(executor.run_until(&mut drained), Some(Ok(())));
}

/// What waits for room when the hub is closed, or its time is up, was not published, and is not lost.
async fn what_waits_for_room_is_given_back(_: Runtime) {
    for closes in [true, false] {
        for joins in [true, false] {
            let (executor, clock, hub) = by_hand();
            let failed = Log::new();
            let told = failed.clone();
            let failures = hub.failures();
            failures
                .connect_sync(move |one| told.push(one.to_string()))
                .await;
            let subscriber = hub.subscriber("s");
            let subscribe = subscriber.subscribe("a").capacity(1);
            subscribe.overflow(Overflow::Wait).await.unwrap();
            let heard = Log::new();
            hub.connect_sync(writes(&heard)).topic("*").await.unwrap();
            hub.publish("a", 1).await.unwrap();
            let publish = hub.publish("a", 2).timeout(Duration::from_secs(1));
            let mut publish: Pin<Box<dyn Future<Output = _> + Send>> = if joins {
                Box::pin(async { publish.join().await.map(drop) })
            } else {
                Box::pin(async { publish.await.map(drop) })
            };
            assert!(executor.run_until(&mut publish).is_none(), "it waits");
            if closes {
                hub.close();
            } else {
                clock.advance(Duration::from_secs(1));
            }
            let error = executor.run_until(&mut publish).expect("it is over");
            let error = error.unwrap_err();
            assert_eq!((error.is_closed(), error.is_timed_out()), (closes, !closes));
            assert!(!error.is_full() && error.topic_error().is_none());
            assert!(error.to_string().starts_with("not published"), "{error}");
            assert_eq!(error.into_payload(), Some(2));
            assert_eq!(heard.take(), ["a 1"]);
            assert_eq!(failed.take(), [""; 0], "it is told to who published");
            assert_eq!(***subscriber.consume().await.unwrap(), 1);
        }
    }
}

/// Threads: whenever the hub is closed, each message was published, or given back.
#[test]
fn nothing_is_lost_between_publishing_and_closing() {
    for _ in 0..100 {
        let hub = fanfare::hub::Hub::<u32>::new();
        let log = Log::new();
        hub.connect_sync(writes(&log)).topic("*").now().unwrap();
        let start = Barrier::new(3);
        let given_back = thread::scope(|scope| {
            let publishing = [0, 1].map(|way| {
                let (hub, start) = (&hub, &start);
                scope.spawn(move || {
                    start.wait();
                    let results = (0..50).map(|number| match way {
                        0 => block_on(hub.publish("a", number).into_future()).map(drop),
                        _ => block_on(hub.publish("a", number).join()).map(drop),
                    });
                    let given_back = results.filter_map(|result| result.err()?.into_payload());
                    given_back.count()
                })
            });
            start.wait();
            hub.close();
            publishing.map(|thread| thread.join().unwrap())
        });
        assert_eq!(log.len() + given_back.iter().sum::<usize>(), 100);
    }
}

on_each_runtime! {
    a_closed_hub_gives_the_payload_back,
    what_was_accepted_goes_on,
    idle_waits_for_listeners,
    it_goes_with_its_last_handle,
    what_it_shows_of_itself,
    a_publish_begins_when_it_is_polled,
    what_waits_for_room_is_given_back,
    a_weak_handle_keeps_nothing,
    draining_waits_and_tells_of_what_it_waits_for,
}
