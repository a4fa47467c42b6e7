//! Imports before there is anything to import, after it, and in between.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::Signal;
use fanfare::net::{Acl, Limits, ListenProblem, Rule, WhenFull};
use fanfare::testing::Recorder;

use crate::common::Log;
use crate::kit::{ByHand, Net, settled, status, until};
use crate::runtime::Runtime;

async fn it_may_be_asked_for_before_it_is_there(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let imported = Signal::<u32>::import(&client, "orders").await.unwrap();
    let log = Recorder::new();
    imported.connect_callback(&log.callback()).await;
    let orders = Signal::new(0u32);
    orders.send().with(1).await;
    let export = orders.export(&net.server, "orders").await.unwrap();
    orders.send().with(2).await;
    drop(export);
    orders.send().with(3).await;
    // The next one of the name goes on.
    let others = Signal::new(0u32);
    let export = others.export(&net.server, "orders").await.unwrap();
    orders.send().with(4).await;
    others.send().with(5).await;
    settled(&client).await;
    assert_eq!(log.payloads(), [2, 5]);
    assert_eq!(imported.end_reason(), None);
    drop(export);
    assert_eq!(
        (orders.connection_count(), others.connection_count()),
        (0, 0)
    );
}

async fn it_ends_with_its_handle(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let orders = Signal::new(0u32);
    let _export = orders.export(&net.server, "orders").await.unwrap();
    let imported = Signal::<u32>::import(&client, "orders").await.unwrap();
    let other = Signal::<u32>::import(&client, "orders")
        .key(1)
        .await
        .unwrap();
    assert_eq!(net.server.peers()[0].listeners, 2);
    let (signal, log) = (imported.signal().clone(), Recorder::new());
    signal.connect_callback(&log.callback()).await;
    orders.send().with(1).await;
    settled(&client).await;
    imported.end();
    until(|| net.server.peers()[0].listeners == 1).await;
    orders.send().with(2).key(1).await;
    settled(&client).await;
    assert_eq!(log.payloads(), [1]);
    drop(other);
    until(|| orders.connection_count() == 0).await;
    // One that was given up before the server had it.
    let waiting = Signal::<u32>::import(&client, "orders").into_future();
    drop(waiting);
    settled(&client).await;
    assert_eq!(net.server.peers()[0].listeners, 0);
}

async fn rights_are_those_of_listeners(on: Runtime) {
    let acl = Acl::closed()
        .allow(Rule::listen("orders"))
        .allow(Rule::listen("news").event("public"))
        .deny(Rule::listen("orders").event("secret"));
    let net = Net::with(&on, |builder| builder.acl(acl)).await;
    let client = net.client().await;
    let told = status(&client);
    let (orders, news) = (Signal::new(0u32), Signal::new(0u32));
    let _exports = [
        orders.export(&net.server, "orders").await.unwrap(),
        news.export(&net.server, "news").await.unwrap(),
    ];
    for (signal, key) in [
        ("orders", "secret"),
        ("news", "private"),
        ("letters", "public"),
    ] {
        let refused = Signal::<u32>::import(&client, signal)
            .key(key)
            .await
            .unwrap_err();
        assert_eq!(refused.problem(), ListenProblem::Refused, "{refused}");
    }
    let all = Signal::<u32>::import(&client, "orders").await.unwrap();
    let some = Signal::<u32>::import(&client, "news").await.unwrap();
    let log = Recorder::new();
    all.connect_callback(&log.callback()).await;
    some.connect_callback(&log.callback()).await;
    orders.send().with(1).await;
    orders.send().with(2).key("open").await;
    orders.send().with(3).keys(["open", "secret"]).await;
    news.send().with(4).await;
    news.send().with(5).key("public").await;
    news.send().with(6).keys(["public", "private"]).await;
    settled(&client).await;
    assert_eq!(log.payloads(), [1, 2, 5]);
    // Taken back, with the reason.
    net.server
        .set_acl(Acl::closed().allow(Rule::listen("news")));
    settled(&client).await;
    let reason = "the right to listen to `orders` was taken back";
    assert_eq!(all.end_reason(), Some(reason));
    assert!(told.take()[0].contains(reason));
    orders.send().with(7).await;
    news.send().with(8).await;
    settled(&client).await;
    assert_eq!(log.payloads(), [1, 2, 5, 8]);
    assert_eq!(some.end_reason(), None);
}

async fn it_comes_back_with_the_connection(on: Runtime) {
    let net = Net::new(&on).await;
    let (client, cuts) = net.cuttable().await;
    let told = status(&client);
    let orders = Signal::new(0u32);
    let _export = orders.export(&net.server, "orders").await.unwrap();
    let imported = Signal::<u32>::import(&client, "orders")
        .key("a")
        .await
        .unwrap();
    let mut heard = imported.subscribe().await;
    for n in 0..5 {
        orders.send().with(n).key("a").await;
        assert_eq!(**heard.recv().await.unwrap(), n);
        cuts.cut().await;
        until(|| told.len() >= 2).await;
        assert_eq!(told.take(), ["disconnected 0", "resumed 0"]);
        orders.send().with(100).key("b").await;
    }
    settled(&client).await;
    assert!(heard.is_empty());
}

#[test]
fn it_waits_for_the_server_as_long_as_for_a_reply() {
    let by_hand = ByHand::new();
    let router = by_hand.router();
    let (server, dialer) = by_hand.server(&router, |builder| builder);
    let client = by_hand.client(dialer);
    drop(server);
    by_hand.run();
    assert!(!client.is_connected());
    let mut waiting = Box::pin(Signal::<u32>::import(&client, "orders").into_future());
    assert!(by_hand.until(&mut waiting).is_none());
    let later = Signal::<u32>::import(&client, "orders").now().unwrap();
    by_hand.clock.advance(Duration::from_secs(10));
    let error = by_hand.now(waiting).unwrap_err();
    assert_eq!(error.problem(), ListenProblem::Offline);
    assert_eq!(later.end_reason(), None);
}

async fn so_many_and_no_more(on: Runtime) {
    let limits = Limits::default().subscriptions(5);
    let net = Net::with(&on, |builder| builder.limits(limits)).await;
    let client = net.client().await;
    let first = Signal::<u32>::import(&client, "a")
        .keys([1, 2])
        .sender("s")
        .await
        .unwrap();
    let error = Signal::<u32>::import(&client, "b")
        .key(1)
        .await
        .unwrap_err();
    assert_eq!(error.problem(), ListenProblem::TooMany, "{error}");
    let last = Signal::<u32>::import(&client, "b").await.unwrap();
    drop(first);
    until(|| net.server.peers()[0].listeners == 1).await;
    let next = Signal::<u32>::import(&client, "b")
        .keys([1, 2, 3])
        .await
        .unwrap();
    drop((last, next));
}

/// As with messages: one that does not read is dropped or waited for.
#[test]
fn a_slow_peer_is_treated_as_is_said() {
    for (policy, expected, dropped) in [
        (WhenFull::DropOldest, vec![8, 9], 8),
        (WhenFull::DropNewest, vec![0, 1], 8),
        (WhenFull::Block, (0..10).collect(), 0),
    ] {
        let by_hand = ByHand::new();
        let limits = Limits::default().queue(2, 1 << 20).when_full(policy);
        let router = by_hand.router();
        let (server, dialer) = by_hand.server(&router, |builder| builder.limits(limits));
        let client = by_hand.client(dialer);
        let orders = Signal::builder(0u32)
            .spawner(by_hand.executor.clone())
            .build();
        let _export = orders.export(&server, "orders").now().unwrap();
        let import = Signal::<u32>::import(&client, "orders").into_future();
        let imported = by_hand.now(import).unwrap();
        let log = Log::new();
        let noted = log.clone();
        imported
            .connect_sync(move |event| noted.push(**event))
            .now();
        for n in 0..10 {
            orders.send().with(n).now().unwrap();
        }
        by_hand.run();
        assert_eq!(log.take(), expected, "{policy:?}");
        assert_eq!(server.peers()[0].link.dropped, dropped);
    }
}

on_each_runtime!(
    it_may_be_asked_for_before_it_is_there,
    it_ends_with_its_handle,
    rights_are_those_of_listeners,
    it_comes_back_with_the_connection,
    so_many_and_no_more,
);
