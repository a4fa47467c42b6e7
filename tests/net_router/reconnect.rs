//! Connections that are lost and made again: what comes back, what may be lost, and what is refused meanwhile.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::Backoff;
use fanfare::net::{Limits, ListenProblem, Status, tcp};
use fanfare::router::{RegisterProblem, RequestProblem, SendProblem};
use serde_json::json;

use crate::common::Log;
use crate::kit::{ByHand, Cuts, Net, far, near, says, settled, status, until, writes};
use crate::runtime::Runtime;

async fn everything_comes_back(on: Runtime) {
    let net = Net::new(&on).await;
    let (client, cuts) = net.cuttable().await;
    let told = status(&client);
    let s = near(&net.router, "near", &["a", "#c"]);
    let log = Log::new();
    client
        .connect_sync(writes(&log))
        .sender("near")
        .event("a")
        .await
        .unwrap();
    client
        .connect_sync(writes(&log))
        .channel("c")
        .await
        .unwrap();
    let far = client
        .sender("far")
        .event("a")
        .on_request_sync("read", says);
    let far = far.register().await.unwrap();
    for round in 0..3 {
        cuts.cut().await;
        until(|| told.len() >= 2).await;
        assert!(client.is_connected() && client.connected().await);
        assert_eq!(
            told.take(),
            ["disconnected 0", "resumed 0"],
            "round {round}"
        );
        // Each listener once, each sender as it was.
        s.send("a", json!(round)).await.unwrap();
        s.send("#c", json!(round)).await.unwrap();
        settled(&client).await;
        let expected = [format!("near a {round}"), format!("near #c {round}")];
        assert_eq!(log.take(), expected);
        let mut heard = net.router.subscribe().sender("far").event("a").await;
        far.send("a", json!(round)).await.unwrap();
        assert_eq!(**heard.recv().await.unwrap(), json!(round));
        let reply = net.router.request("far", "read", json!(1)).await.unwrap();
        assert_eq!(reply, json!("far read 1"));
        // Shows that what was sent has arrived.
        settled(&client).await;
        assert_eq!(net.server.peers().len(), 1);
        assert_eq!(net.server.peers()[0].listeners, 2);
    }
}

/// The server has not noticed that the connection is lost: what is left there makes way for the one who comes back.
async fn a_ghost_makes_way(on: Runtime) {
    let net = Net::new(&on).await;
    let (client, cuts) = net.cuttable().await;
    let told = status(&client);
    let mut presence = net.router.presence().subscribe().now();
    let s = near(&net.router, "near", &["a"]);
    let log = Log::new();
    client
        .connect_sync(writes(&log))
        .sender("near")
        .await
        .unwrap();
    let far = far(&client, "far", &["a"]).await;
    cuts.cut_here();
    until(|| told.len() >= 2).await;
    assert_eq!(told.take(), ["disconnected 0", "resumed 0"]);
    assert_eq!(net.server.peers().len(), 1, "the ghost is gone");
    s.send("a", json!(1)).await.unwrap();
    settled(&client).await;
    assert_eq!(log.take(), ["near a 1"]);
    far.send("a", json!(1)).join().await.unwrap();
    let came_and_went: Vec<_> = std::iter::from_fn(|| presence.try_recv().ok())
        .map(|presence| presence.to_string())
        .collect();
    let expected = [
        "#connect of near",
        "#connect of far",
        "#disconnect of far",
        "#connect of far",
    ];
    assert_eq!(came_and_went, expected);
}

async fn meanwhile_things_are_refused_or_wait(on: Runtime) {
    let net = Net::new(&on).await;
    let (client, cuts) = net.cuttable().await;
    let s = far(&client, "s", &["a"]).await;
    cuts.refuse(true);
    cuts.cut().await;
    until(|| !client.is_connected()).await;
    for error in [
        s.send("a", json!(1)).await.unwrap_err(),
        s.send("a", json!(1)).now().unwrap_err(),
        s.send("a", json!(1)).join().await.unwrap_err(),
    ] {
        assert_eq!(error.problem(), SendProblem::Offline, "{error}");
        assert_eq!(error.into_payload(), Some(json!(1)));
    }
    let error = client.request("s", "read", json!(2)).await.unwrap_err();
    assert_eq!(error.problem(), RequestProblem::Offline);
    assert_eq!(error.into_payload(), Some(json!(2)));
    assert!(client.senders().await.is_err() && client.link_stats().is_none());
    // What is registered and listened to now is there when the server is.
    let log = Log::new();
    let listener = client.connect_sync(writes(&log)).sender("near").now();
    let waits = client.connect_sync(writes(&log)).sender("t").into_future();
    let t = client.sender("t").event("a").register().now().unwrap();
    assert!(!t.is_connected() && listener.is_connected());
    let u = client.sender("u").event("a").register().into_future();
    let back = async {
        cuts.refuse(false);
        client.connected().await
    };
    let ((waits, u), back) =
        futures_lite::future::zip(futures_lite::future::zip(waits, u), back).await;
    assert!(back && waits.is_ok() && t.is_connected());
    let near = near(&net.router, "near", &["a"]);
    near.send("a", json!(3)).await.unwrap();
    t.send("a", json!(4)).await.unwrap();
    u.unwrap().send("a", json!(5)).join().await.unwrap();
    settled(&client).await;
    let heard = log.take();
    assert!(heard.iter().any(|line| line == "near a 3"), "{heard:?}");
    assert!(heard.iter().any(|line| line == "t a 4"), "{heard:?}");
    assert!(!heard.iter().any(|line| line.starts_with('u')), "{heard:?}");
}

#[test]
fn who_waits_for_the_server_waits_as_long_as_for_a_reply() {
    let by_hand = ByHand::new();
    let (_server, dialer) = by_hand.server(&by_hand.router(), |builder| builder);
    let cuts = Cuts::new(dialer);
    let client = by_hand.client(cuts.clone());
    cuts.refuse(true);
    by_hand.now(cuts.cut());
    by_hand.run();
    assert!(!client.is_connected());
    let mut listens = client.connect_sync(|_| ()).sender("s").into_future();
    let mut registers = client.sender("s").event("a").register().into_future();
    for _ in 0..2 {
        assert!(by_hand.until(&mut listens).is_none());
        assert!(by_hand.until(&mut registers).is_none());
        by_hand.clock.advance(Duration::from_secs(5));
    }
    let error = by_hand.now(&mut listens).unwrap_err();
    assert_eq!(error.problem(), ListenProblem::Offline);
    let error = by_hand.now(&mut registers).unwrap_err();
    assert_eq!(error.problem(), RegisterProblem::Offline);
    assert!(client.own_senders().is_empty());
    assert!(client.inspect().connections.is_empty());
}

/// Events that were sent, and of which nothing has come back.
#[test]
fn what_may_be_lost_is_counted() {
    let by_hand = ByHand::new();
    let router = by_hand.router();
    let (_server, dialer) = by_hand.server(&router, |builder| builder);
    let cuts = Cuts::new(dialer);
    let client = by_hand.client(cuts.clone());
    let told = status(&client);
    let s = client.sender("s").event("a").register();
    let s = by_hand.now(s.into_future()).unwrap();
    for n in 0..5 {
        s.send("a", json!(n)).now().unwrap();
    }
    // A reply to something later shows that they have arrived.
    by_hand.now(client.server_version()).unwrap();
    assert_eq!(client.link_stats().unwrap().unconfirmed, 0);
    for n in 0..3 {
        s.send("a", json!(n)).now().unwrap();
    }
    assert_eq!(client.link_stats().unwrap().unconfirmed, 3);
    cuts.refuse(true);
    by_hand.now(cuts.cut());
    by_hand.run();
    assert_eq!(told.take(), ["disconnected 3", "failed"]);
    let gaps = Log::new();
    let log = gaps.clone();
    let write = move |status: &Status| {
        if let Status::Resumed { gap, .. } = status {
            log.push(*gap);
        }
    };
    client
        .status()
        .connect_sync(move |event| write(event))
        .now();
    cuts.refuse(false);
    by_hand.clock.advance(Duration::from_secs(60));
    by_hand.run();
    assert_eq!(told.take(), ["resumed 3"]);
    assert_eq!(gaps.take(), [Duration::from_secs(60)]);
    // The heartbeat shows it as well, where nothing else is said.
    s.send("a", json!(1)).now().unwrap();
    by_hand.run();
    assert_eq!(client.link_stats().unwrap().unconfirmed, 1);
    by_hand.clock.advance(Duration::from_secs(5));
    by_hand.run();
    assert_eq!(client.link_stats().unwrap().unconfirmed, 0);
}

#[test]
fn pauses_grow_and_attempts_end() {
    let by_hand = ByHand::new();
    let (_server, dialer) = by_hand.server(&by_hand.router(), |builder| builder);
    let cuts = Cuts::new(dialer);
    let backoff = Backoff::new(Duration::from_millis(50)).max(Duration::from_secs(5));
    let builder = by_hand.builder(cuts.clone());
    let builder = builder.backoff(backoff.jitter(0.0).attempts(5));
    let client = by_hand.now(builder.start()).unwrap();
    let told = status(&client);
    cuts.refuse(true);
    by_hand.now(cuts.cut());
    let mut attempts = Vec::new();
    for pause in [50, 100, 200, 400] {
        by_hand.run();
        attempts.push(cuts.attempts());
        by_hand.clock.advance(Duration::from_millis(pause - 1));
        by_hand.run();
        assert_eq!(attempts.last(), Some(&cuts.attempts()), "{pause}");
        by_hand.clock.advance(Duration::from_millis(1));
    }
    by_hand.run();
    // The first, and five of which the fifth is the last.
    assert_eq!((attempts, cuts.attempts()), (vec![2, 3, 4, 5], 6));
    let words = told.take();
    let expected = [
        "disconnected 0",
        "failed",
        "failed",
        "failed",
        "failed",
        "failed",
        "failed",
        "closed",
    ];
    assert_eq!(words, expected);
    assert!(!by_hand.now(client.connected()));
    let error = by_hand.now(client.request("s", "r", json!(1)).into_future());
    assert_eq!(error.unwrap_err().problem(), RequestProblem::Closed);
}

/// A server that is silent is as good as gone.
#[test]
fn silence_is_a_loss() {
    let by_hand = ByHand::new();
    let (_server, dialer) = by_hand.server(&by_hand.router(), |builder| {
        builder.limits(Limits::default().no_heartbeat())
    });
    let client = by_hand.client(dialer);
    let told = status(&client);
    // Its executor is the server's: both answer until now.
    for _ in 0..10 {
        by_hand.clock.advance(Duration::from_secs(5));
        by_hand.run();
    }
    assert!(told.take().is_empty() && client.is_connected());
}

async fn a_server_that_is_started_again_has_it_all(on: Runtime) {
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().to_string();
    let start = |listener: tcp::TcpListener| {
        let router = fanfare::router::Router::<serde_json::Value>::builder();
        let router = router.spawner(on.spawner()).announce().build();
        let builder = fanfare::net::ServerRouter::builder(router).listen(listener);
        builder.spawner(on.spawner()).start()
    };
    let server = start(listener).await.unwrap();
    let client = fanfare::net::ClientRouter::<serde_json::Value>::builder();
    let client = client
        .connect(tcp::dial(address.clone()))
        .spawner(on.spawner());
    let client = client.start().await.unwrap();
    let told = status(&client);
    let log = Log::new();
    client
        .connect_sync(writes(&log))
        .sender("near")
        .event("a")
        .await
        .unwrap();
    let s = far(&client, "s", &["a"]).await;
    server.stop().await.unwrap();
    drop(server);
    until(|| !s.is_connected()).await;
    let server = start(tcp::bind(address).await.unwrap()).await.unwrap();
    assert!(client.connected().await);
    let words = told.take();
    assert_eq!(words.first().map(String::as_str), Some("disconnected 0"));
    assert_eq!(words.last().map(String::as_str), Some("resumed 0"));
    let near = near(server.router(), "near", &["a"]);
    near.send("a", json!(1)).await.unwrap();
    s.send("a", json!(2)).join().await.unwrap();
    settled(&client).await;
    assert_eq!(log.take(), ["near a 1"]);
}

async fn a_name_that_was_taken_meanwhile_is_lost(on: Runtime) {
    let net = Net::new(&on).await;
    let (client, cuts) = net.cuttable().await;
    let told = status(&client);
    let s = far(&client, "s", &["a"]).await;
    let t = far(&client, "t", &["a"]).await;
    cuts.refuse(true);
    cuts.cut().await;
    until(|| net.router.senders().is_empty() && !client.is_connected()).await;
    let _taken = near(&net.router, "s", &["b"]);
    cuts.refuse(false);
    assert!(client.connected().await);
    until(|| s.has_ended()).await;
    assert!(t.is_connected() && !s.is_connected());
    let words = told.take();
    let ended = words
        .iter()
        .find(|word| word.starts_with("ended s: a sender `s` is there already"));
    assert!(ended.is_some(), "{words:?}");
    let error = s.send("a", json!(1)).await.unwrap_err();
    assert_eq!(error.problem(), SendProblem::Disconnected);
}

async fn a_server_need_not_be_there_yet(on: Runtime) {
    let net = Net::new(&on).await;
    let cuts = Cuts::new(net.dialer.clone());
    cuts.refuse(true);
    let builder = || net.builder().connect(cuts.clone());
    let error = builder().start().await.unwrap_err();
    assert!(error.connect_error().is_some(), "{error}");
    let client = builder().wait_for_server().start().await.unwrap();
    let told = status(&client);
    assert!(!client.is_connected());
    let s = client.sender("s").event("a").register().now().unwrap();
    cuts.refuse(false);
    assert!(client.connected().await);
    assert_eq!(told.take().last().map(String::as_str), Some("connected"));
    s.send("a", json!(1)).join().await.unwrap();
}

on_each_runtime!(
    everything_comes_back,
    a_ghost_makes_way,
    meanwhile_things_are_refused_or_wait,
    a_server_that_is_started_again_has_it_all,
    a_name_that_was_taken_meanwhile_is_lost,
    a_server_need_not_be_there_yet,
);
