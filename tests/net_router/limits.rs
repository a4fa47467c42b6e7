//! Limits: each with its reason, and without harm to others; and peers that are slow.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::Overflow;
use fanfare::net::wire::Code;
use fanfare::net::{ConnectError, Limits, ListenProblem, WhenFull};
use fanfare::router::{RegisterProblem, RequestProblem, SendProblem};
use serde_json::{Value, json};

use crate::common::{Gate, Log};
use crate::kit::{ByHand, Net, far, near, settled, status, until, writes};
use crate::runtime::Runtime;

async fn so_many_peers(on: Runtime) {
    let limits = Limits::default().connections(2);
    let net = Net::with(&on, |builder| builder.limits(limits)).await;
    let (one, two) = (net.client().await, net.client().await);
    for _ in 0..100 {
        let error = net.builder().start().await.unwrap_err();
        let Some(ConnectError::Refused(remote)) = error.connect_error() else {
            panic!("{error}");
        };
        assert_eq!(remote.code(), Some(Code::TooMany), "{error}");
        assert!(
            remote.message().contains("`Limits::connections`"),
            "{error}"
        );
    }
    settled(&one).await;
    settled(&two).await;
    drop(one);
    until(|| net.server.peers().len() == 1).await;
    let three = net.client().await;
    settled(&three).await;
}

/// Listeners, senders, and what senders declare.
async fn so_many_subscriptions(on: Runtime) {
    let limits = Limits::default().subscriptions(4);
    let net = Net::with(&on, |builder| builder.limits(limits)).await;
    let client = net.client().await;
    let one = client.connect_sync(|_| ()).sender("a").await.unwrap();
    let s = far(&client, "s", &["a", "b"]).await;
    let error = client.subscribe().sender("b").await.unwrap_err();
    assert_eq!(error.problem(), ListenProblem::TooMany, "{error}");
    assert!(
        error.to_string().contains("`Limits::subscriptions`"),
        "{error}"
    );
    let error = client
        .sender("t")
        .events(["a"; 0])
        .register()
        .await
        .unwrap_err();
    assert_eq!(error.problem(), RegisterProblem::TooMany, "{error}");
    // What is given back can be had again.
    one.disconnect();
    until(|| net.server.peers()[0].listeners == 0).await;
    let two = client.connect_sync(|_| ()).sender("b").await.unwrap();
    two.disconnect();
    until(|| net.server.peers()[0].listeners == 0).await;
    drop(s);
    let many: Vec<_> = (0..4).map(|n| n.to_string()).collect();
    let error = client
        .sender("t")
        .events(&many)
        .register()
        .await
        .unwrap_err();
    assert_eq!(error.problem(), RegisterProblem::TooMany, "{error}");
    far(&client, "t", &["a", "b", "c"]).await;
    // It is each peer's own.
    let other = net.client().await;
    far(&other, "u", &["a", "b", "c"]).await;
    until(|| net.router.sender_info("t").is_none()).await;
}

async fn so_many_requests(on: Runtime) {
    let net = Net::with(&on, |builder| builder.limits(Limits::default().requests(2))).await;
    let client = net.client().await;
    let (gate, begun) = (Gate::new(), Log::new());
    let wait = |(gate, begun): (Gate, Log<u8>), _| async move {
        begun.push(1);
        gate.wait().await;
        json!(1)
    };
    let s = net
        .router
        .sender("s")
        .on_request_with("wait", (gate.clone(), begun.clone()), wait);
    let _s = s.register().await.unwrap();
    // Those that say hello know how many there may be, and wait.
    let asked = (0..5).map(|_| client.request("s", "wait", json!(1)).into_future());
    let opened = async {
        until(|| begun.len() == 2).await;
        assert_eq!(net.server.inspect().under_way, 2);
        gate.open();
    };
    let (replies, ()) =
        futures_lite::future::zip(futures_util::future::join_all(asked), opened).await;
    assert!(replies.iter().all(Result::is_ok), "{replies:?}");
}

async fn so_large_and_so_deep(on: Runtime) {
    let limits = Limits::default().frame(1_000).depth(8);
    let net = Net::with(&on, |builder| builder.limits(limits.clone())).await;
    let client = net.builder().limits(limits).start().await.unwrap();
    let other = net.client().await;
    let s = far(&client, "s", &["a"]).await;
    let large = Value::String("x".repeat(1_000));
    let error = s.send("a", large.clone()).await.unwrap_err();
    assert_eq!(error.problem(), SendProblem::Unsendable, "{error}");
    assert!(error.to_string().contains("`Limits::frame`"), "{error}");
    assert_eq!(error.into_payload().as_ref(), Some(&large));
    let error = client.request("s", "r", large.clone()).await.unwrap_err();
    assert_eq!(error.problem(), RequestProblem::Unsendable, "{error}");
    assert_eq!(error.into_payload().as_ref(), Some(&large));
    // What is too large for one peer is counted, and others have it.
    let log = Log::new();
    other
        .connect_sync(writes(&log))
        .sender("near")
        .await
        .unwrap();
    client.connect_sync(|_| ()).sender("near").await.unwrap();
    let near = near(&net.router, "near", &["a"]);
    near.send("a", large).await.unwrap();
    near.send("a", json!(1)).await.unwrap();
    settled(&other).await;
    // The server's own bound holds for both.
    let unsent: Vec<_> = net.server.peers().iter().map(|peer| peer.unsent).collect();
    assert_eq!(unsent, [1, 1]);
    assert!(log.take().contains(&"near a 1".to_owned()));
    // A frame that is too deep, or too large, is the end of who sends it, and of nobody else.
    let told = status(&other);
    let deep = (0..8).fold(json!(1), |inner, _| json!([inner]));
    let t = far(&other, "t", &["a"]).await;
    t.send("a", deep).await.unwrap();
    until(|| told.len() > 0).await;
    assert!(told.take()[0].starts_with("disconnected"));
    settled(&client).await;
    assert!(other.connected().await);
}

/// One that reads nothing is let go, and nobody waits for it.
async fn a_slow_peer_delays_nobody(on: Runtime) {
    let limits = Limits::default().queue(100, 1 << 20);
    let net = Net::with(&on, |builder| builder.limits(limits)).await;
    let (slow, quick) = (net.client().await, net.client().await);
    let told = status(&slow);
    // It takes one message and nothing more.
    let mut full = slow
        .subscribe()
        .sender("s")
        .capacity(1)
        .overflow(Overflow::Wait)
        .await
        .unwrap();
    let log = Log::new();
    quick
        .connect_sync(writes(&log))
        .sender("s")
        .event("a")
        .await
        .unwrap();
    let s = near(&net.router, "s", &["a"]);
    for n in 0..2_000 {
        s.send("a", json!(n)).await.unwrap();
        if n % 50 == 0 {
            settled(&quick).await;
        }
    }
    settled(&quick).await;
    assert_eq!(log.take().len(), 2_000);
    // It finds out by the end of its connection, once it reads again, and comes back.
    let reads = async {
        while full.recv().await.is_ok() {}
        false
    };
    let is_told = async {
        until(|| told.len() >= 2 && slow.is_connected()).await;
        true
    };
    assert!(futures_lite::future::or(is_told, reads).await);
    assert!(told.take()[0].starts_with("disconnected"));
}

#[test]
fn what_happens_to_a_slow_peer_can_be_said() {
    for (policy, heard, dropped) in [
        (WhenFull::DropOldest, vec![8, 9], 8),
        (WhenFull::DropNewest, vec![0, 1], 8),
    ] {
        let by_hand = ByHand::new();
        let router = by_hand.router();
        let limits = Limits::default().queue(2, 1 << 20).when_full(policy);
        let (server, dialer) = by_hand.server(&router, |builder| builder.limits(limits));
        let client = by_hand.client(dialer);
        let log = Log::new();
        let listen = client.connect_sync(writes(&log)).sender("s").event("a");
        by_hand.now(listen.into_future()).unwrap();
        let s = near(&router, "s", &["a"]);
        // Nobody writes in between.
        for n in 0..10 {
            s.send("a", json!(n)).now().unwrap();
        }
        assert_eq!(server.peers()[0].link.dropped, dropped);
        by_hand.run();
        let expected: Vec<_> = heard.iter().map(|n| format!("s a {n}")).collect();
        assert_eq!(log.take(), expected, "{policy:?}");
    }
}

/// Where that is wanted, who sends waits for the slowest.
#[test]
fn a_server_can_wait_for_its_peers() {
    let by_hand = ByHand::new();
    let router = by_hand.router();
    let limits = Limits::default()
        .queue(2, 1 << 20)
        .when_full(WhenFull::Block);
    let (_server, dialer) = by_hand.server(&router, |builder| builder.limits(limits));
    let client = by_hand.client(dialer);
    let log = Log::new();
    let listen = client.connect_sync(writes(&log)).sender("s").event("a");
    by_hand.now(listen.into_future()).unwrap();
    let s = near(&router, "s", &["a"]);
    let mut sent = 0;
    let error = loop {
        match s.send("a", json!(sent)).now() {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error.problem(), SendProblem::Full);
    assert!(sent < 100, "{sent}");
    for n in sent..500 {
        by_hand.now(s.send("a", json!(n)).into_future()).unwrap();
    }
    by_hand.run();
    let expected: Vec<_> = (0..500).map(|n| format!("s a {n}")).collect();
    assert_eq!(log.take(), expected);
}

/// A burst is no slowness.
async fn a_burst_is_taken(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let mut heard = client
        .subscribe()
        .sender("s")
        .event("a")
        .capacity(20_000)
        .await
        .unwrap();
    let s = near(&net.router, "s", &["a"]);
    for n in 0..10_000 {
        s.send("a", json!(n)).now().unwrap();
    }
    for n in 0..10_000 {
        assert_eq!(**heard.recv().await.unwrap(), json!(n));
    }
    assert_eq!(heard.lost(), 0);
}

#[test]
fn one_that_never_says_hello_is_let_go() {
    let by_hand = ByHand::new();
    let limits = Limits::default()
        .handshake(Duration::from_secs(2))
        .connections(1);
    let (server, dialer) = by_hand.server(&by_hand.router(), |builder| {
        builder.require_hello().limits(limits)
    });
    let silent = by_hand.builder(dialer.clone()).plain();
    let silent = by_hand.now(silent.start()).unwrap();
    by_hand.run();
    assert_eq!(server.peers().len(), 1);
    assert!(
        by_hand
            .now(by_hand.builder(dialer.clone()).start())
            .is_err()
    );
    by_hand.clock.advance(Duration::from_secs(2));
    by_hand.run();
    // Its place is free at once, before it comes back.
    drop(silent);
    by_hand.run();
    let client = by_hand.client(dialer);
    assert!(client.is_connected());
}

on_each_runtime!(
    so_many_peers,
    so_many_subscriptions,
    so_many_requests,
    so_large_and_so_deep,
    a_slow_peer_delays_nobody,
    a_burst_is_taken,
);
