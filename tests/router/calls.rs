//! How listeners are called: within the send, one at a time and in order, or beside each other; and their options.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::router::SendProblem;
use fanfare::testing::SeededExecutor;
use fanfare::{Backoff, Overflow, Router};

use crate::common::{Gate, Log, ON_PURPOSE, poll};
use crate::kit::{Msg, by_hand, router_on, sender, text, writes, writes_later};
use crate::runtime::Runtime;

/// Across the routes it listens to, whatever the executor does.
async fn async_listeners_are_called_one_at_a_time_and_in_order(_: Runtime) {
    for seed in 0..20 {
        let executor = SeededExecutor::new(seed);
        let router = Router::builder().spawner(executor.clone()).build();
        let (log, running) = (Log::new(), Arc::new(AtomicUsize::new(0)));
        let written = log.clone();
        let listen = router.connect(move |m: Arc<Msg>| {
            let (log, running) = (written.clone(), running.clone());
            async move {
                assert_eq!(running.fetch_add(1, Ordering::Relaxed), 0, "alone");
                for _ in 0..**m % 3 {
                    futures_lite::future::yield_now().await;
                }
                log.push(**m);
                running.fetch_sub(1, Ordering::Relaxed);
            }
        });
        listen.senders(["s", "t"]).await;
        let senders = ["s", "t"].map(|name| sender(&router, name, &["a", "b"]));
        for number in 0..20 {
            let event = ["a", "b"][number as usize % 3 % 2];
            senders[number as usize % 2]
                .send(event, number)
                .now()
                .unwrap();
        }
        executor.run_until_stalled();
        assert_eq!(log.take(), (0..20).collect::<Vec<u32>>(), "seed {seed}");
    }
}

async fn concurrent_ones_run_beside_each_other(on: Runtime) {
    let router = router_on(&on);
    let s = sender(&router, "s", &["a"]);
    for limit in [None, Some(2)] {
        let (here, gate) = (Log::new(), Gate::new());
        let (came, shut) = (here.clone(), gate.clone());
        let listen = router.connect(move |m: Arc<Msg>| {
            let (came, shut) = (came.clone(), shut.clone());
            async move {
                came.push(**m);
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
        let listener = listen.sender("s").await;
        let first = s.send("a", 1).await.unwrap();
        let second = s.send("a", 2).await.unwrap();
        assert!(first.join().await.is_ok() && second.join().await.is_ok());
        assert!(listener.disconnect());
    }
}

async fn ordered_by_what_the_message_says(_: Runtime) {
    let (executor, _, router) = by_hand();
    let (log, gate) = (Log::new(), Gate::new());
    let (written, shut) = (log.clone(), gate.clone());
    let listen = router.connect(move |m: Arc<Msg>| {
        let (log, gate) = (written.clone(), shut.clone());
        async move {
            if **m == 1 {
                gate.wait().await;
            }
            log.push(text(&m));
        }
    });
    listen.ordered_by(|m: &Msg| m.sender().to_owned()).await;
    let [s, t] = ["s", "t"].map(|name| sender(&router, name, &["a"]));
    for (one, number) in [(&s, 1), (&t, 2), (&s, 3), (&t, 4)] {
        one.send("a", number).now().unwrap();
    }
    executor.run_until_stalled();
    assert_eq!(log.take(), ["t a 2", "t a 4"]);
    gate.open();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["s a 1", "s a 3"]);
}

async fn once_times_when_track_and_block(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let s = sender(&router, "s", &["a"]);
    let once = router.connect_sync(writes(&log)).sender("s").once().await;
    let twice = router.connect(writes_later(&log)).times(2).await;
    let even = router.connect_sync(writes(&log)).event("a");
    let even = even.when(|m| **m % 2 == 0).name("even").await;
    let object = Arc::new(1);
    let tracks = router.connect_sync(writes(&log)).track(&object).await;
    let mut counts = Vec::new();
    for number in 1..5 {
        counts.push(s.send("a", number).await.unwrap().count());
    }
    assert_eq!(counts, [3, 3, 1, 2]);
    assert!(!once.is_connected() && !twice.is_connected());
    assert_eq!(even.name().as_deref(), Some("even"));
    drop(object);
    let blocked = even.block();
    assert_eq!(s.send("a", 6).await.unwrap().count(), 0);
    assert!(!tracks.is_connected());
    drop(blocked);
    assert_eq!(s.send("a", 6).await.unwrap().count(), 1);
    drop(even.scoped());
    assert!(!s.has_listeners("a"));
}

/// A full queue that is waited for has a send wait, all or nothing; and `now` gives the payload back.
async fn a_send_waits_for_room_or_gives_its_payload_back(_: Runtime) {
    let (executor, clock, router) = by_hand();
    let (log, gate) = (Log::new(), Gate::new());
    router.connect_sync(writes(&log)).await;
    let shut = gate.clone();
    let busy = router.connect(move |_: Arc<Msg>| {
        let gate = shut.clone();
        async move { gate.wait().await }
    });
    let busy = busy.sender("s").event("a").queue(0, Overflow::Wait).await;
    let s = sender(&router, "s", &["a"]);
    s.send("a", 1).now().unwrap();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["s a 1"]);

    let error = s.send("a", 2).now().unwrap_err();
    assert_eq!(
        (error.problem(), error.sender(), error.event()),
        (SendProblem::Full, "s", "a")
    );
    assert!(error.to_string().contains(".await"), "{error}");
    assert_eq!(error.into_payload(), Some(2));
    let second = Duration::from_secs(1);
    let mut limited = s.send("a", 3).timeout(second).into_future();
    let mut joins = s.send("a", 4).timeout(second).join();
    let mut waits = s.send("a", 5).into_future();
    assert!(poll(&mut limited).is_pending() && poll(&mut joins).is_pending());
    assert!(poll(&mut waits).is_pending());
    clock.advance(second);
    let limited = executor
        .run_until(&mut limited)
        .expect("its time is up")
        .unwrap_err();
    let joins = executor
        .run_until(&mut joins)
        .expect("its time is up")
        .unwrap_err();
    for (error, number) in [(limited, 3), (joins, 4)] {
        assert_eq!(error.problem(), SendProblem::TimedOut, "{error}");
        assert_eq!(error.into_payload(), Some(number));
    }
    assert_eq!(log.take(), [""; 0], "nobody has heard of these");
    gate.open();
    assert_eq!(
        executor
            .run_until(&mut waits)
            .expect("there is room")
            .unwrap()
            .count(),
        2
    );
    assert_eq!(log.take(), ["s a 5"]);

    // One that is dropped while it waits has not been sent.
    let shut = Gate::new();
    let closed = shut.clone();
    let busy_again = router.connect(move |_: Arc<Msg>| {
        let gate = closed.clone();
        async move { gate.wait().await }
    });
    busy.disconnect();
    busy_again.sender("s").queue(0, Overflow::Wait).await;
    s.send("a", 6).now().unwrap();
    executor.run_until_stalled();
    let mut dropped = s.send("a", 7).into_future();
    assert!(poll(&mut dropped).is_pending());
    drop(dropped);
    shut.open();
    executor.run_until_stalled();
    assert_eq!(log.take(), ["s a 6"]);
}

async fn timeouts_retries_and_pauses(_: Runtime) {
    let (executor, clock, router) = by_hand();
    let second = Duration::from_secs(1);
    let log = Log::new();
    let s = sender(&router, "s", &["slow", "again", "pause"]);
    router
        .connect(|_| std::future::pending())
        .event("slow")
        .timeout(second)
        .await;
    let delivery = s.send("slow", 1).now().unwrap();
    executor.run_until_stalled();
    clock.advance(second);
    let report = executor
        .run_until(delivery.join())
        .expect("its time has come");
    assert_eq!((report.count(), report.is_ok()), (1, false));

    let written = log.clone();
    let fails = router.connect(move |m: Arc<Msg>| {
        let log = written.clone();
        async move {
            log.push(text(&m));
            assert!(log.len() > 1, "{ON_PURPOSE}");
        }
    });
    fails
        .event("again")
        .retry(Backoff::new(second).attempts(3))
        .await;
    let delivery = s.send("again", 1).now().unwrap();
    executor.run_until_stalled();
    clock.advance(second);
    assert!(
        executor
            .run_until(delivery.join())
            .expect("the second one works")
            .is_ok()
    );
    assert_eq!(log.take(), ["s again 1", "s again 1"]);

    router
        .connect(writes_later(&log))
        .event("pause")
        .debounce(second)
        .await;
    router
        .connect(writes_later(&log))
        .event("pause")
        .throttle(second)
        .await;
    for number in 0..3 {
        s.send("pause", number).now().unwrap();
    }
    executor.run_until_stalled();
    assert_eq!(log.take(), ["s pause 0"], "let through by throttle");
    clock.advance(second);
    executor.run_until_stalled();
    assert_eq!(log.take(), ["s pause 2"], "the last one of the debounced");
}

async fn failing_listeners_disturb_nobody(on: Runtime) {
    let router = router_on(&on);
    let (log, failed) = (Log::new(), Log::new());
    let told = failed.clone();
    let tell = move |ev: &fanfare::Event<fanfare::FailedCall<u32, fanfare::router::Route>>| {
        let route = ev.event().expect("a message").route().to_string();
        told.push(format!("{}: {route}", ev.name().unwrap_or("?")));
    };
    router.failures().connect_sync(tell).await;
    let panics = |_: &Msg| panic!("{ON_PURPOSE}");
    router.connect_sync(panics).priority(1).name("sync").await;
    let panics = |_| async { panic!("{ON_PURPOSE}") };
    router.connect(panics).sender("s").name("async").await;
    router.connect_sync(writes(&log)).event("a").await;
    let s = sender(&router, "s", &["a"]);
    let report = s.send("a", 1).await.unwrap().join().await;
    assert_eq!((report.count(), report.failures().count()), (3, 2));
    assert_eq!(log.take(), ["s a 1"]);
    assert_eq!(failed.take(), ["sync: a of s", "async: a of s"]);
}

on_each_runtime! {
    async_listeners_are_called_one_at_a_time_and_in_order,
    concurrent_ones_run_beside_each_other,
    ordered_by_what_the_message_says,
    once_times_when_track_and_block,
    a_send_waits_for_room_or_gives_its_payload_back,
    timeouts_retries_and_pauses,
    failing_listeners_disturb_nobody,
}
