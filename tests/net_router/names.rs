//! Names: who has them, when they are free again, and what is told of it.

use fanfare::net::{ListenProblem, ServerRouter, local};
use fanfare::router::{DetachReason, Notice, RegisterProblem, Router, SendProblem};
use serde_json::{Value, json};

use crate::common::Log;
use crate::kit::{Net, far, near, says, settled, status, until, writes};
use crate::runtime::Runtime;

async fn one_name_is_one_senders(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let _near = near(&net.router, "near", &["a"]);
    let s = far(&one, "far", &["a"]).await;
    for (client, name) in [(&one, "near"), (&two, "near"), (&one, "far"), (&two, "far")] {
        let register = client.sender(name).event("a").register();
        let error = register.await.unwrap_err();
        assert_eq!(
            (error.problem(), error.name()),
            (RegisterProblem::NameTaken, name)
        );
    }
    let error = net
        .router
        .sender("far")
        .event("a")
        .register()
        .await
        .unwrap_err();
    assert_eq!(error.problem(), RegisterProblem::NameTaken);
    // It is free with the last handle, and with the one who disconnects it.
    let other = s.clone();
    drop(s);
    assert!(other.is_connected());
    drop(other);
    until(|| net.router.sender_info("far").is_none()).await;
    let s = far(&two, "far", &["b"]).await;
    assert!(s.disconnect() && !s.disconnect());
    let s = far(&two, "far", &["c"]).await;
    assert!(s.info().events().eq(["c"]));
    assert!(two.remove_sender("far") && !two.remove_sender("far"));
    assert!(s.has_ended());
    // As soon as the server has heard of it, for others as well.
    until(|| net.router.sender_info("far").is_none()).await;
    far(&one, "far", &["d"]).await;
}

async fn what_is_no_sender_is_refused_here(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    for (register, problem) in [
        (client.sender("").event("a"), RegisterProblem::NoName),
        (client.sender("s"), RegisterProblem::NothingDeclared),
        (client.sender("s").event(""), RegisterProblem::NamelessEvent),
    ] {
        let error = register.register().await.unwrap_err();
        assert_eq!(error.problem(), problem);
    }
    let s = far(&client, "s", &["a"]).await;
    for (event, problem) in [
        ("b", SendProblem::Undeclared),
        ("#connect", SendProblem::Reserved),
        ("", SendProblem::Undeclared),
    ] {
        for error in [
            s.send(event, json!(1)).await.unwrap_err(),
            s.send(event, json!(1)).now().unwrap_err(),
            s.send(event, json!(1)).join().await.unwrap_err(),
        ] {
            assert_eq!(error.problem(), problem, "{error}");
            assert_eq!(error.into_payload(), Some(json!(1)));
        }
    }
}

/// What `#connect` and `#disconnect` bring, in the form of the original.
fn declared(events: &[&str], requests: &Value) -> Value {
    let events: Vec<_> = ["#connect", "#disconnect"].iter().chain(events).collect();
    json!({"events": events, "requests": requests})
}

async fn who_comes_and_goes_is_told(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let mut presence = net.router.presence().subscribe().now();
    let told = two.subscribe().events(["#connect", "#disconnect"]);
    let mut told = told.await.unwrap();
    let s = one.sender("s").events(["a"]).on_request_sync("read", says);
    let s = s.on_any_request_sync(says).register().await.unwrap();
    let t = far(&one, "t", &[]).await;
    drop(s);
    // A client that goes takes its senders along.
    drop((t, one));
    let s = declared(&["a"], &json!(["read", null]));
    let t = declared(&[], &Value::Null);
    for (event, name, data) in [
        ("#connect", "s", &s),
        ("#connect", "t", &t),
        ("#disconnect", "s", &s),
        ("#disconnect", "t", &t),
    ] {
        let m = told.recv().await.unwrap();
        assert_eq!((m.event(), m.sender(), &**m), (event, name, data));
        let near = presence.recv().await.unwrap();
        assert_eq!((near.event(), near.name()), (event, name));
    }
    until(|| net.server.peers().len() == 1).await;
}

/// However a client goes, its names are free, and its listeners are gone.
async fn a_client_that_is_cut_off_takes_all_along(on: Runtime) {
    let net = Net::new(&on).await;
    let (client, cuts) = net.cuttable().await;
    let s = near(&net.router, "near", &["a"]);
    let log = Log::new();
    client
        .connect_sync(writes(&log))
        .sender("near")
        .event("a")
        .await
        .unwrap();
    let _far = far(&client, "far", &["a"]).await;
    assert!(s.has_listeners("a"));
    let mut presence = net.router.presence().subscribe().key("far").now();
    cuts.refuse(true);
    cuts.cut().await;
    assert!(!presence.recv().await.unwrap().is_connected());
    until(|| net.server.peers().is_empty()).await;
    assert!(!s.has_listeners("a") && net.router.sender_info("far").is_none());
    assert_eq!(net.router.inspect().connections.len(), 0);
    near(&net.router, "far", &["a"]);
}

async fn the_server_can_end_a_sender(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let told = status(&client);
    let s = far(&client, "s", &["a"]).await;
    assert!(net.router.remove_sender("s"));
    until(|| s.has_ended()).await;
    until(|| told.len() > 0).await;
    assert_eq!(told.take(), ["ended s: the server has disconnected it"]);
    let error = s.send("a", json!(7)).await.unwrap_err();
    assert_eq!(error.problem(), SendProblem::Disconnected);
    assert_eq!(
        error.to_string(),
        "`a` of `s` was not sent: the sender was disconnected: the server has disconnected it"
    );
    assert_eq!(error.into_payload(), Some(json!(7)));
    assert!(!s.is_connected() && client.get_sender("s").is_none());
    // The name is free, for this client as for others.
    let s = far(&client, "s", &["b"]).await;
    s.send("b", json!(1)).join().await.unwrap();
}

async fn who_waits_for_what_will_not_come_is_told(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let mut notices = client.notices();
    let log = Log::new();
    let early = client
        .connect_sync(writes(&log))
        .sender("s")
        .events(["a", "typo"]);
    let early = early.await.unwrap();
    let only = client.connect_sync(writes(&log)).sender("s").event("typo");
    let only = only.await.unwrap();
    let _s = near(&net.router, "s", &["a"]);
    until(|| !only.is_connected()).await;
    assert!(early.is_connected());
    let detached = loop {
        if let Notice::Detached {
            route,
            listeners,
            reason,
        } = &**notices.recv().await.unwrap()
        {
            break (route.to_string(), *listeners, reason.clone());
        }
    };
    let reason = DetachReason::Remote("the sender does not declare this event".into());
    assert_eq!(detached, ("typo of s".to_owned(), 2, reason));
    // And at once, where it is there already.
    let late = client.connect_sync(writes(&log)).sender("s").event("typo");
    let error = late.await.unwrap_err();
    assert_eq!(error.problem(), ListenProblem::Undeclared, "{error}");
    assert_eq!(error.route().event(), Some("typo"));
    let late = client.subscribe().sender("s").events(["a", "typo"]);
    assert_eq!(late.await.unwrap_err().problem(), ListenProblem::Undeclared);
    // Without waiting, it is taken off.
    let late = client
        .connect_sync(writes(&log))
        .sender("s")
        .event("typo")
        .now();
    until(|| !late.is_connected()).await;
    // What was left of it listens.
    net.router
        .get_sender("s")
        .unwrap()
        .send("a", json!(1))
        .await
        .unwrap();
    settled(&client).await;
    assert_eq!(log.take(), ["s a 1"]);
}

async fn a_router_that_does_not_announce_says_so(on: Runtime) {
    let router = Router::<Value>::builder().spawner(on.spawner()).build();
    let (listener, dialer) = local::listen();
    let server = ServerRouter::builder(router).listen(listener);
    let server = server.spawner(on.spawner()).start().await.unwrap();
    let client = fanfare::net::ClientRouter::<Value>::builder().connect(dialer);
    let client = client.spawner(on.spawner()).start().await.unwrap();
    let error = client.subscribe().event("#disconnect").await.unwrap_err();
    assert_eq!(error.problem(), ListenProblem::Undeclared);
    let reason = error.reason().unwrap();
    assert!(reason.contains("announce()"), "{error}");
    drop(server);
}

on_each_runtime!(
    one_name_is_one_senders,
    what_is_no_sender_is_refused_here,
    who_comes_and_goes_is_told,
    a_client_that_is_cut_off_takes_all_along,
    the_server_can_end_a_sender,
    who_waits_for_what_will_not_come_is_told,
    a_router_that_does_not_announce_says_so,
);
