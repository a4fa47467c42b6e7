//! Requests: the first reply, or why there is none.

use std::sync::Arc;
use std::time::Duration;

use crate::common::{Gate, Log, ON_PURPOSE, poll};
use crate::kit::{Msg, by_hand, hub_on, text, writes};
use crate::runtime::Runtime;

async fn the_first_reply_is_given(on: Runtime) {
    let hub = hub_on(&on);
    let (gate, log) = (Gate::new(), Log::new());
    let shut = gate.clone();
    let slow = hub
        .respond(move |_: Arc<Msg>| {
            let gate = shut.clone();
            async move {
                gate.wait().await;
                1
            }
        })
        .topic("a.*")
        .priority(1)
        .await
        .unwrap();
    hub.connect_sync(writes(&log)).topic("*").await.unwrap();
    let mut waits = Box::pin(hub.request("a.b", 0).into_future());
    assert!(poll(&mut waits).is_pending());
    let written = log.clone();
    hub.respond_sync(move |m: &Msg| {
        written.push(text(m));
        ***m + 2
    })
    .topics(["a.b", "a.*", "*"])
    .await
    .unwrap();
    assert_eq!(hub.request("a.b", 5).await.unwrap(), 7);
    assert_eq!(
        log.take(),
        ["a.b 5"],
        "listeners do not hear of it, and responders once"
    );
    gate.open();
    assert_eq!(waits.await.unwrap(), 1, "who came later is not asked");
    assert!(slow.disconnect());
    assert_eq!(
        hub.publisher("a").unwrap().request("b.c", 6).await.unwrap(),
        8
    );
}

async fn nobody_responds(on: Runtime) {
    let hub = hub_on(&on);
    hub.connect_sync(|_| ()).topic("*").await.unwrap();
    let error = hub.request("a", 1).await.unwrap_err();
    assert!(error.is_unanswered() && !error.is_closed() && error.topic_error().is_none());
    assert_eq!(error.into_payload(), Some(1));
    let listener = hub.respond_sync(|_: &Msg| 2).topic("b.*").await.unwrap();
    assert_eq!(
        hub.request("a", 1).await.unwrap_err().into_payload(),
        Some(1)
    );
    let exact = hub.respond_sync(|_: &Msg| 3).topic("c").await.unwrap();
    // One listens to an exact pattern now, and not to this.
    let error = hub.request("a", 1).await.unwrap_err();
    assert!(error.is_unanswered(), "{error}");
    assert_eq!(error.into_payload(), Some(1));
    assert_eq!(
        (
            hub.request("b.x", 1).await.unwrap(),
            hub.request("c", 1).await.unwrap()
        ),
        (2, 3)
    );
    assert!(listener.disconnect() && exact.disconnect());
    assert!(hub.request("b.x", 1).await.unwrap_err().is_unanswered());
}

async fn failing_responders_are_passed_by(on: Runtime) {
    let hub = hub_on(&on);
    let panics = |_: &Msg| -> u32 { panic!("{ON_PURPOSE}") };
    hub.respond_sync(panics)
        .topic("a")
        .priority(2)
        .await
        .unwrap();
    let panics = |m: Arc<Msg>| async move {
        assert!(***m > 9, "{ON_PURPOSE}");
        10
    };
    hub.respond(panics).topic("a").priority(1).await.unwrap();
    let error = hub.request("a", 1).await.unwrap_err();
    assert!(!error.is_unanswered() && !error.is_closed(), "{error}");
    assert!(error.to_string().contains("no reply"), "{error}");
    assert_eq!(hub.request("a", 11).await.unwrap(), 10);
    hub.respond_sync(|_: &Msg| 5).topic("*").await.unwrap();
    assert_eq!(hub.request("a", 1).await.unwrap(), 5);
}

async fn requests_run_beside_each_other(on: Runtime) {
    let hub = hub_on(&on);
    let (gate, log) = (Gate::new(), Log::new());
    let (shut, came) = (gate.clone(), log.clone());
    hub.respond(move |m: Arc<Msg>| {
        let (gate, log) = (shut.clone(), came.clone());
        async move {
            log.push(***m);
            if log.len() == 2 {
                gate.open();
            }
            gate.wait().await;
            ***m
        }
    })
    .topic("a")
    .await
    .unwrap();
    let both = futures_lite::future::zip(
        hub.request("a", 1).into_future(),
        hub.request("a", 2).into_future(),
    );
    let (one, two) = both.await;
    assert_eq!((one.unwrap(), two.unwrap()), (1, 2));
}

async fn a_request_waits_no_longer_than_it_says(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    hub.respond(|_| std::future::pending())
        .topic("a")
        .await
        .unwrap();
    let mut request = hub
        .request("a", 1)
        .timeout(Duration::from_secs(1))
        .into_future();
    assert!(executor.run_until(&mut request).is_none(), "it waits");
    clock.advance(Duration::from_secs(1));
    let error = executor
        .run_until(&mut request)
        .expect("its time has come")
        .unwrap_err();
    assert!(!error.is_unanswered(), "{error}");
    assert_eq!(
        hub.request("b", 1)
            .timeout(Duration::ZERO)
            .await
            .unwrap_err()
            .into_payload(),
        Some(1)
    );
}

async fn a_closed_hub_asks_nobody(on: Runtime) {
    let hub = hub_on(&on);
    hub.respond_sync(|_: &Msg| 1).topic("a").await.unwrap();
    hub.close();
    for topic in ["a", "b"] {
        let error = hub.request(topic, 7).await.unwrap_err();
        assert!(error.is_closed() && !error.is_unanswered(), "{error}");
        assert_eq!(error.into_payload(), Some(7));
    }
    let late = hub.respond_sync(|_: &Msg| 1).topic("a").await.unwrap();
    assert!(!late.is_connected());
}

/// A request that is dropped drops the responders' calls.
async fn nothing_is_asked_until_it_is_awaited(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let (written, ended) = (log.clone(), Gate::new());
    let ends = ended.clone();
    hub.respond(move |m: Arc<Msg>| {
        written.push(text(&m));
        let guard = crate::common::opens(&ends);
        async move {
            let _guard = guard;
            std::future::pending().await
        }
    })
    .topic("a")
    .await
    .unwrap();
    drop(hub.request("a", 1));
    drop(hub.request("a", 1).into_future());
    assert_eq!(log.take(), [""; 0]);
    let mut request = hub.request("a", 2).into_future();
    assert!(poll(&mut request).is_pending());
    assert_eq!(log.take(), ["a 2"]);
    drop(request);
    assert!(ended.is_open());
}

on_each_runtime! {
    the_first_reply_is_given,
    nobody_responds,
    failing_responders_are_passed_by,
    requests_run_beside_each_other,
    a_request_waits_no_longer_than_it_says,
    a_closed_hub_asks_nobody,
    nothing_is_asked_until_it_is_awaited,
}
