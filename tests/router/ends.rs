//! How routers end: closed, at rest, dropped.

use std::time::Duration;

use fanfare::Overflow;
use fanfare::router::{RegisterProblem, RequestProblem, SendProblem};

use crate::common::{Gate, Log, opens, poll};
use crate::kit::{announcing, by_hand, router_on, sender, writes, writes_later};
use crate::runtime::Runtime;

async fn a_closed_router_gives_the_payload_back(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    router.connect_sync(writes(&log)).await;
    let s = router.sender("s").event("a").on_request_sync("read", |_| 1);
    let s = s.register().await.unwrap();
    assert!(router.close() && !router.close());
    for error in [
        s.send("a", 1).now().unwrap_err(),
        s.send("a", 1).await.unwrap_err(),
        s.send("a", 1).join().await.unwrap_err(),
    ] {
        assert_eq!(error.problem(), SendProblem::Closed, "{error}");
        assert_eq!(error.into_payload(), Some(1));
    }
    let error = router.request("s", "read", 7).await.unwrap_err();
    assert_eq!(
        (error.problem(), error.into_payload()),
        (RequestProblem::Closed, Some(7))
    );
    let error = router.sender("t").event("a").register().now().unwrap_err();
    assert_eq!(error.problem(), RegisterProblem::Closed);
    assert!(!router.connect_sync(writes(&log)).await.is_connected());
    assert!(router.subscribe().await.recv().await.is_err());
    assert_eq!(log.take(), [""; 0]);
    assert!(router.inspect().is_closed);
}

/// Senders stay until they are dropped, which is told by the one that can still be told.
async fn senders_go_from_a_closed_router_too(on: Runtime) {
    let router = announcing(&on);
    let mut messages = router.subscribe().event("#disconnect").await;
    let mut presence = router.presence().subscribe().key("#disconnect").now();
    let s = sender(&router, "s", &["a"]);
    router.close();
    assert!(s.is_connected() && router.sender_info("s").is_some());
    drop(s);
    assert!(router.senders().is_empty());
    assert_eq!(presence.recv().await.unwrap().name(), "s");
    assert!(messages.recv().await.is_err());
}

async fn what_was_accepted_goes_on(_: Runtime) {
    let (executor, _, router) = by_hand();
    let (log, gate) = (Log::new(), Gate::new());
    router.connect(writes_later(&log)).sender("s").await;
    let shut = gate.clone();
    let builder = router.sender("s").event("a").on_request("wait", move |_| {
        let gate = shut.clone();
        async move {
            gate.wait().await;
            3
        }
    });
    let s = builder.register().now().unwrap();
    let mut request = router.request("s", "wait", 1).into_future();
    assert!(poll(&mut request).is_pending());
    for number in 0..3 {
        s.send("a", number).now().unwrap();
    }
    router.close();
    let mut idle = Box::pin(router.idle());
    assert!(
        executor.run_until(&mut idle).is_none(),
        "a handler is running"
    );
    assert_eq!(log.take(), ["s a 0", "s a 1", "s a 2"]);
    gate.open();
    assert_eq!(request.await.unwrap(), 3);
    assert!(executor.run_until(&mut idle).is_some());
}

async fn drain_tells_what_has_not_finished(_: Runtime) {
    let (executor, clock, router) = by_hand();
    let gate = Gate::new();
    let shut = gate.clone();
    let listen = router.connect(move |_| {
        let gate = shut.clone();
        async move { gate.wait().await }
    });
    listen.sender("s").name("slow listener").await;
    let shut = gate.clone();
    let builder = router.sender("s").event("a").on_request("wait", move |_| {
        let gate = shut.clone();
        async move {
            gate.wait().await;
            1
        }
    });
    let s = builder.register().now().unwrap();
    s.send("a", 1).now().unwrap();
    executor.run_until_stalled();
    let mut request = router.request("s", "wait", 1).into_future();
    assert!(poll(&mut request).is_pending());
    let mut drain = router.drain().timeout(Duration::from_secs(1)).into_future();
    assert!(executor.run_until(&mut drain).is_none());
    assert_eq!(
        s.send("a", 2).now().unwrap_err().problem(),
        SendProblem::Closed
    );
    clock.advance(Duration::from_secs(1));
    let unfinished = executor
        .run_until(&mut drain)
        .expect("its time is up")
        .unwrap_err();
    let unfinished = unfinished.to_string();
    assert!(
        unfinished.contains("slow listener") && unfinished.contains("s.wait"),
        "{unfinished}"
    );
    gate.open();
    assert_eq!(request.await.unwrap(), 1);
    let mut drain = router.drain().into_future();
    assert!(
        executor
            .run_until(&mut drain)
            .expect("it is at rest")
            .is_ok()
    );
}

/// One that waits for room learns that there will be none.
async fn who_waits_is_told_that_it_is_closed(_: Runtime) {
    let (_, _, router) = by_hand();
    let stream = router
        .subscribe()
        .capacity(1)
        .overflow(Overflow::Wait)
        .now();
    let s = sender(&router, "s", &["a"]);
    s.send("a", 1).now().unwrap();
    let mut waits = s.send("a", 2).into_future();
    let mut joins = s.send("a", 3).join();
    assert!(poll(&mut waits).is_pending() && poll(&mut joins).is_pending());
    router.close();
    for (error, number) in [(waits.await.unwrap_err(), 2), (joins.await.unwrap_err(), 3)] {
        assert_eq!(
            (error.problem(), error.into_payload()),
            (SendProblem::Closed, Some(number))
        );
    }
    assert_eq!(stream.len(), 1);
}

async fn it_goes_with_its_last_handle(on: Runtime) {
    let router = router_on(&on);
    let gates = [Gate::new(), Gate::new()];
    let [listener, handler] = gates.clone().map(|gate| opens(&gate));
    router.connect_sync(move |_| _ = &listener).await;
    let builder = router
        .sender("s")
        .event("a")
        .on_request_sync("read", move |_| {
            let _ = &handler;
            1
        });
    let s = builder.register().await.unwrap();
    let (mut notices, mut stream) = (router.notices(), router.subscribe().await);
    let presence = router.presence();
    drop(router);
    assert!(!gates[0].is_open(), "the sender keeps it");
    drop(s);
    assert!(gates[0].is_open() && gates[1].is_open());
    assert!(stream.recv().await.is_err());
    while notices.recv().await.is_ok() {}
    assert_eq!(presence.connection_count(), 0);
}

on_each_runtime! {
    a_closed_router_gives_the_payload_back,
    senders_go_from_a_closed_router_too,
    what_was_accepted_goes_on,
    drain_tells_what_has_not_finished,
    who_waits_is_told_that_it_is_closed,
    it_goes_with_its_last_handle,
}
