//! Senders, listeners and requests in each direction: of the server's process, of one client, and of another.

use fanfare::router::{Call, Message};
use serde_json::json;

use crate::common::Log;
use crate::kit::{Net, far, near, says, settled, until, writes, writes_async};
use crate::runtime::Runtime;

async fn events_of_a_client_reach_the_server(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let log = Log::new();
    net.router.connect_sync(writes(&log)).sender("s").await;
    let s = far(&client, "s", &["a", "b"]).await;
    s.send("a", json!(1)).await.unwrap();
    s.send("b", json!({"x": [1, 2.5, null]})).now().unwrap();
    s.send("a", json!("text")).join().await.unwrap();
    assert_eq!(
        log.take(),
        [
            "s #connect {\"events\":[\"#connect\",\"#disconnect\",\"a\",\"b\"],\"requests\":null}",
            "s a 1",
            "s b {\"x\":[1,2.5,null]}",
            "s a \"text\""
        ]
    );
}

async fn events_of_the_server_reach_a_client(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let mut heard = client.subscribe().sender("s").event("a").await.unwrap();
    let s = near(&net.router, "s", &["a", "b"]);
    for n in 0..3 {
        s.send("b", json!("nobody listens to it")).await.unwrap();
        s.send("a", json!(n)).await.unwrap();
    }
    for n in 0..3 {
        let m = heard.recv().await.unwrap();
        assert_eq!((m.sender(), m.event(), &**m), ("s", "a", &json!(n)));
    }
    settled(&client).await;
    assert!(heard.is_empty());
    // What nobody there listens to has not come.
    let received = client.link_stats().unwrap().received;
    s.send("b", json!(1)).await.unwrap();
    settled(&client).await;
    assert_eq!(client.link_stats().unwrap().received, received + 1);
}

async fn events_of_a_client_reach_another(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let mut heard = two.subscribe().sender("s").event("a").await.unwrap();
    let s = far(&one, "s", &["a"]).await;
    for n in 0..3 {
        s.send("a", json!(n)).await.unwrap();
    }
    for n in 0..3 {
        assert_eq!(**heard.recv().await.unwrap(), json!(n));
    }
}

async fn a_client_hears_itself_by_way_of_the_server(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let mut heard = client.subscribe().sender("s").await.unwrap();
    let s = far(&client, "s", &["a"]).await;
    assert_eq!(heard.recv().await.unwrap().event(), "#connect");
    s.send("a", json!(1)).await.unwrap();
    assert_eq!(**heard.recv().await.unwrap(), json!(1));
}

/// Who listens in several ways is sent a message once, and called once, in the order of a router.
async fn listeners_of_all_kinds(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let log = Log::new();
    let noted = |word: &'static str| {
        let log = log.clone();
        move |m: &Message<_>| log.push(format!("{word} {}", **m))
    };
    two.connect_sync(noted("exact"))
        .sender("s")
        .event("a")
        .await
        .unwrap();
    two.connect_sync(noted("event")).event("a").await.unwrap();
    two.connect_sync(noted("channel"))
        .channel("c")
        .await
        .unwrap();
    two.connect_sync(noted("sender")).sender("s").await.unwrap();
    two.connect_sync(noted("any"))
        .when(|m| !m.event().starts_with("#connect"))
        .await
        .unwrap();
    two.connect_sync(noted("both"))
        .sender("s")
        .events(["a", "b"])
        .await
        .unwrap();
    let s = far(&one, "s", &["a", "#c"]).await;
    let t = far(&one, "t", &["#c", "a"]).await;
    // "b" is none of its events.
    settled(&two).await;
    log.take();
    let received = || two.link_stats().unwrap().received;
    let before = received();
    s.send("a", json!(1)).join().await.unwrap();
    s.send("#c", json!(2)).join().await.unwrap();
    t.send("#c", json!(3)).join().await.unwrap();
    t.send("a", json!(4)).join().await.unwrap();
    until(|| received() == before + 4).await;
    settled(&two).await;
    let expected = [
        "any 1",
        "sender 1",
        "event 1",
        "exact 1",
        "both 1",
        "any 2",
        "sender 2",
        "channel 2",
        "any 3",
        "channel 3",
        "any 4",
        "event 4",
    ];
    assert_eq!(log.take(), expected);
}

async fn requests_in_each_direction(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let near = net.router.sender("near").on_request_sync("read", says);
    let _near = near
        .on_any_request_sync(|call: &Call<_>| json!([call.method()]))
        .register()
        .await
        .unwrap();
    let far = one
        .sender("far")
        .on_request("read", |call| async move { says(&call) });
    let _far = far
        .on_any_request_sync(|call: &Call<_>| json!([call.method()]))
        .register()
        .await
        .unwrap();
    for (sender, expected) in [("near", "near read 7"), ("far", "far read 7")] {
        for client in [&one, &two] {
            let reply = client.request(sender, "read", json!(7)).await.unwrap();
            assert_eq!(reply, json!(expected));
            let reply = client.request(sender, "other", json!(7)).await.unwrap();
            assert_eq!(reply, json!(["other"]));
        }
        let reply = net.router.request(sender, "read", json!(7)).await.unwrap();
        assert_eq!(reply, json!(expected));
        let reply = net.router.request(sender, "other", json!(7)).await.unwrap();
        assert_eq!(reply, json!(["other"]));
    }
}

async fn a_sender_is_shown_everywhere(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let s = one
        .sender("s")
        .events(["a", "#c"])
        .on_request_sync("read", says)
        .register()
        .await
        .unwrap();
    let _t = near(&net.router, "t", &[]);
    let info = net.router.sender_info("s").unwrap();
    assert_eq!(&info, s.info());
    let senders = two.senders().await.unwrap();
    let names: Vec<_> = senders
        .iter()
        .map(|entry| (entry.sender.as_deref(), entry.connected))
        .collect();
    assert_eq!(names, [(Some("s"), true), (Some("t"), true)]);
    let events = senders[0].events.as_ref().unwrap();
    let events: Vec<_> = events.iter().map(Option::as_deref).collect();
    assert_eq!(
        events,
        [Some("#connect"), Some("#disconnect"), Some("a"), Some("#c")]
    );
    assert_eq!(one.own_senders(), [info]);
    assert!(two.own_senders().is_empty() && two.get_sender("s").is_none());
    assert_eq!(one.get_sender("s").unwrap().name(), "s");
}

async fn listening_ends_where_it_began(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let s = near(&net.router, "s", &["a", "b"]);
    let log = Log::new();
    let (first, second) = (writes_async(&log), writes(&log));
    let first = client.connect(first).sender("s").event("a").await.unwrap();
    let second = client
        .connect_sync(second)
        .sender("s")
        .events(["a", "b"])
        .await
        .unwrap();
    assert!(s.has_listeners("a") && s.has_listeners("b"));
    assert!(second.disconnect());
    until(|| !s.has_listeners("b")).await;
    assert!(s.has_listeners("a"), "the other still listens");
    assert!(first.disconnect());
    until(|| !s.has_listeners("a")).await;
    // One message, and nothing more.
    let mut once = client
        .subscribe()
        .sender("s")
        .event("b")
        .once()
        .await
        .unwrap();
    s.send("b", json!(1)).await.unwrap();
    assert_eq!(**once.recv().await.unwrap(), json!(1));
    assert!(once.recv().await.is_err());
    until(|| !s.has_listeners("b")).await;
    assert_eq!(net.server.peers()[0].listeners, 0);
    // By its function, and with a route more.
    fn named(_: &Message<serde_json::Value>) {}
    let connection = client
        .connect_sync(named)
        .sender("s")
        .event("a")
        .await
        .unwrap();
    connection.add_keys([fanfare::router::Route::new("s", "b")]);
    until(|| s.has_listeners("b")).await;
    assert!(client.disconnect(named).sender("s").event("a").await);
    until(|| !s.has_listeners("a")).await;
    assert!(client.disconnect(named).await);
    until(|| !s.has_listeners("b")).await;
}

on_each_runtime!(
    events_of_a_client_reach_the_server,
    events_of_the_server_reach_a_client,
    events_of_a_client_reach_another,
    a_client_hears_itself_by_way_of_the_server,
    listeners_of_all_kinds,
    requests_in_each_direction,
    a_sender_is_shown_everywhere,
    listening_ends_where_it_began,
);
