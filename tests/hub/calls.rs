//! When listeners are called: within the publish, one at a time and in order, or beside each other; and their options.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::{Backoff, Overflow};

use crate::common::{Gate, Log, ON_PURPOSE};
use crate::kit::{Msg, by_hand, hub_on, published, text, writes, writes_later};
use crate::runtime::Runtime;

async fn sync_listeners_run_within_the_publish(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    hub.connect_sync(log.writes("low"))
        .topic("*")
        .priority(-1)
        .await
        .unwrap();
    hub.connect_sync(log.writes("first"))
        .topic("a.*")
        .await
        .unwrap();
    hub.connect_sync(log.writes("second"))
        .topic("a.b")
        .await
        .unwrap();
    hub.connect_sync(log.writes("high"))
        .topic("?.b")
        .priority(1)
        .await
        .unwrap();
    let delivery = hub.publish("a.b", 1).now().unwrap();
    assert_eq!(log.take(), ["high", "first", "second", "low"]);
    assert!(delivery.is_done());
}

/// Across its patterns, whatever the executor does.
async fn async_listeners_are_called_one_at_a_time_and_in_order(_: Runtime) {
    for seed in 0..20 {
        let executor = fanfare::testing::SeededExecutor::new(seed);
        let hub = fanfare::hub::Hub::builder()
            .spawner(executor.clone())
            .build();
        let (log, running) = (Log::new(), Arc::new(AtomicUsize::new(0)));
        let written = log.clone();
        hub.connect(move |m: Arc<Msg>| {
            let (log, running) = (written.clone(), running.clone());
            async move {
                assert_eq!(running.fetch_add(1, Ordering::Relaxed), 0, "alone");
                for _ in 0..***m % 3 {
                    futures_lite::future::yield_now().await;
                }
                log.push(***m);
                running.fetch_sub(1, Ordering::Relaxed);
            }
        })
        .topics(["a.*", "b.*", "?.x", "a.x"])
        .await
        .unwrap();
        let topics = ["a.x", "b.y", "a.z", "c.x"];
        for number in 0..20 {
            hub.publish(topics[number as usize % 4], number)
                .now()
                .unwrap();
        }
        executor.run_until_stalled();
        assert_eq!(log.take(), (0..20).collect::<Vec<u32>>(), "seed {seed}");
    }
}

async fn concurrent_ones_run_beside_each_other(on: Runtime) {
    let hub = hub_on(&on);
    for limit in [None, Some(2)] {
        let (here, gate) = (Log::new(), Gate::new());
        let (came, shut) = (here.clone(), gate.clone());
        let listen = hub.connect(move |m: Arc<Msg>| {
            let (came, shut) = (came.clone(), shut.clone());
            async move {
                came.push(***m);
                if came.len() == 2 {
                    shut.open();
                }
                shut.wait().await;
            }
        });
        let listen = match limit {
            None => listen.concurrent(),
            Some(calls) => listen.max_in_flight(calls),
        };
        let listener = listen.topic("a").await.unwrap();
        let first = hub.publish("a", 1).await.unwrap();
        let second = hub.publish("a", 2).await.unwrap();
        assert!(first.join().await.is_ok() && second.join().await.is_ok());
        assert!(listener.disconnect());
    }
}

async fn ordered_by_what_the_message_says(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let (log, gate) = (Log::new(), Gate::new());
    let (written, shut) = (log.clone(), gate.clone());
    let listen = hub.connect(move |m: Arc<Msg>| {
        let (log, gate) = (written.clone(), shut.clone());
        async move {
            if ***m == 1 {
                gate.wait().await;
            }
            log.push(text(&m));
        }
    });
    let listen = listen.ordered_by(|m: &Msg| m.topic().clone());
    listen.topic("*").await.unwrap();
    for (topic, number) in [("a", 1), ("b", 2), ("a", 3), ("b", 4)] {
        hub.publish(topic, number).now().unwrap();
    }
    executor.run_until_stalled();
    assert_eq!(log.take(), ["b 2", "b 4"]);
    gate.open();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["a 1", "a 3"]);
}

async fn once_times_when_and_track(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let once = hub
        .connect_sync(writes(&log))
        .topics(["a", "*"])
        .once()
        .await
        .unwrap();
    hub.publish("a", 1).await.unwrap();
    hub.publish("a", 2).await.unwrap();
    assert_eq!(log.take(), ["a 1"]);
    assert!(!once.is_connected());
    hub.connect(writes_later(&log))
        .topic("a")
        .times(2)
        .await
        .unwrap();
    for number in 0..4 {
        hub.publish("a", number).await.unwrap();
    }
    hub.idle().await;
    assert_eq!(log.take(), ["a 0", "a 1"]);

    let even = |m: &Msg| ***m % 2 == 0;
    let even = hub
        .connect_sync(writes(&log))
        .topic("a")
        .when(even)
        .name("even")
        .await
        .unwrap();
    assert_eq!(
        (even.name().as_deref(), published(&hub, "a", 1).await),
        (Some("even"), 0)
    );
    assert_eq!(published(&hub, "a", 2).await, 1);
    assert_eq!(log.take().len(), 3);
    assert!(even.disconnect());

    let object = Arc::new(1);
    let tracks = hub
        .connect_sync(writes(&log))
        .topic("a")
        .track(&object)
        .await
        .unwrap();
    assert_eq!(published(&hub, "a", 1).await, 1);
    drop(object);
    assert_eq!(published(&hub, "a", 1).await, 0);
    assert!(!tracks.is_connected());
}

async fn a_queue_of_waiting_calls_has_its_limit(_: Runtime) {
    let (executor, _, hub) = by_hand();
    let (log, gate) = (Log::new(), Gate::new());
    let (written, shut) = (log.clone(), gate.clone());
    let listener = hub.connect(move |m: Arc<Msg>| {
        let (log, gate) = (written.clone(), shut.clone());
        async move {
            gate.wait().await;
            log.push(***m);
        }
    });
    let listener = listener
        .topics(["a", "b"])
        .queue(2, Overflow::DropOldest)
        .await
        .unwrap();
    for number in 0..6 {
        hub.publish(["a", "b"][number as usize % 2], number)
            .now()
            .unwrap();
        executor.run_until_stalled();
    }
    assert_eq!(listener.queued(), 2);
    assert_eq!(hub.queue_sizes("a").unwrap(), [2]);
    gate.open();
    executor.run_until_stalled();
    assert_eq!(log.take(), [0, 4, 5]);
}

async fn timeouts_retries_and_pauses(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    let log = Log::new();
    let slow = |_| std::future::pending::<()>();
    hub.connect(slow)
        .topic("slow")
        .timeout(Duration::from_secs(1))
        .await
        .unwrap();
    let delivery = hub.publish("slow", 1).now().unwrap();
    executor.run_until_stalled();
    clock.advance(Duration::from_secs(1));
    let report = executor
        .run_until(delivery.join())
        .expect("its time has come");
    assert!(!report.is_ok());

    let written = log.clone();
    let fails = move |m: Arc<Msg>| {
        let log = written.clone();
        async move {
            log.push(text(&m));
            assert!(log.len() > 1, "{ON_PURPOSE}");
        }
    };
    let again = Backoff::new(Duration::from_secs(1)).attempts(3);
    hub.connect(fails)
        .topic("again")
        .retry(again)
        .await
        .unwrap();
    let delivery = hub.publish("again", 1).now().unwrap();
    executor.run_until_stalled();
    clock.advance(Duration::from_secs(1));
    assert!(
        executor
            .run_until(delivery.join())
            .expect("the second one works")
            .is_ok()
    );
    assert_eq!(log.take(), ["again 1", "again 1"]);

    hub.connect(writes_later(&log))
        .topic("pause")
        .debounce(Duration::from_secs(1))
        .await
        .unwrap();
    hub.connect(writes_later(&log))
        .topic("pause")
        .throttle(Duration::from_secs(1))
        .await
        .unwrap();
    for number in 0..3 {
        hub.publish("pause", number).now().unwrap();
    }
    executor.run_until_stalled();
    assert_eq!(log.take(), ["pause 0"], "let through by throttle");
    clock.advance(Duration::from_secs(1));
    executor.run_until_stalled();
    assert_eq!(log.take(), ["pause 2"], "the last one of the debounced");
}

async fn a_publish_with_a_timeout_stops_listeners(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    hub.connect(|_| std::future::pending::<()>())
        .topic("a")
        .await
        .unwrap();
    let delivery = hub
        .publish("a", 1)
        .timeout(Duration::from_secs(1))
        .now()
        .unwrap();
    executor.run_until_stalled();
    clock.advance(Duration::from_secs(2));
    let report = executor.run_until(delivery.join()).expect("stopped");
    assert_eq!((report.count(), report.is_ok()), (1, false));
}

async fn failing_listeners_disturb_nobody(on: Runtime) {
    let hub = hub_on(&on);
    let (log, failed) = (Log::new(), Log::new());
    let told = failed.clone();
    hub.failures()
        .connect_sync(move |ev| {
            let event = ev.event().expect("a message");
            told.push(format!("{} {}", ev.name().unwrap_or("?"), event.topic()));
        })
        .await;
    let panics = |_: &Msg| panic!("{ON_PURPOSE}");
    hub.connect_sync(panics)
        .topic("a")
        .priority(1)
        .name("sync")
        .await
        .unwrap();
    let panics = |m: Arc<Msg>| async move { assert!(***m > 9, "{ON_PURPOSE}") };
    hub.connect(panics)
        .topic("*")
        .priority(1)
        .name("async")
        .await
        .unwrap();
    let when = |_: &Msg| panic!("{ON_PURPOSE}");
    hub.connect_sync(writes(&log))
        .topic("a")
        .priority(1)
        .when(when)
        .name("when")
        .await
        .unwrap();
    hub.connect_sync(writes(&log)).topic("a").await.unwrap();
    hub.connect(writes_later(&log)).topic("a").await.unwrap();
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("*").await.unwrap();
    for number in 0..3 {
        let report = hub.publish("a", number).await.unwrap().join().await;
        assert_eq!((report.count(), report.failures().count()), (5, 3));
    }
    hub.idle().await;
    let mut failed = failed.take();
    failed.sort();
    assert_eq!(
        failed,
        [
            "async a", "async a", "async a", "sync a", "sync a", "sync a", "when a", "when a",
            "when a"
        ]
    );
    assert_eq!(log.take().len(), 6);
    assert_eq!(hub.queue_sizes("a").unwrap().iter().sum::<usize>(), 3);
}

on_each_runtime! {
    sync_listeners_run_within_the_publish,
    async_listeners_are_called_one_at_a_time_and_in_order,
    concurrent_ones_run_beside_each_other,
    ordered_by_what_the_message_says,
    once_times_when_and_track,
    a_queue_of_waiting_calls_has_its_limit,
    timeouts_retries_and_pauses,
    a_publish_with_a_timeout_stops_listeners,
    failing_listeners_disturb_nobody,
}
