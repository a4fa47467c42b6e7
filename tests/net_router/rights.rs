//! Rights: who may publish, listen and request what, and what becomes of what is there when they change.

use fanfare::net::{Acl, ClientRouter, ListenProblem, Rule};
use fanfare::router::{DetachReason, Notice, RegisterProblem, RequestProblem, SendProblem};
use serde_json::{Value, json};

use crate::common::Log;
use crate::kit::{Net, far, near, says, settled, status, until, writes};
use crate::runtime::Runtime;

const TOKENS: [(&str, &str); 3] = [("one's", "one"), ("two's", "two"), ("admin's", "admin")];

async fn with(on: &Runtime, acl: Acl) -> Net {
    Net::with(on, |mut builder| {
        for (token, name) in TOKENS {
            builder = builder.token(token, name);
        }
        builder.acl(acl).allow_anonymous()
    })
    .await
}

async fn named(net: &Net, name: &str) -> ClientRouter<Value> {
    let builder = net.builder().token(format!("{name}'s"));
    builder.start().await.expect("the token is known")
}

async fn a_closed_list_allows_what_it_says(on: Runtime) {
    let acl = Acl::closed()
        .allow(Rule::publish("one-*").event("a").by("one"))
        .allow(Rule::listen("one-*").event("a").by("two"))
        .allow(Rule::request("one-*").method("read").by("two"))
        .allow(Rule::anything("*").by("admin"));
    let net = with(&on, acl).await;
    let (one, two) = (named(&net, "one").await, named(&net, "two").await);
    let (admin, nobody) = (named(&net, "admin").await, net.client().await);

    let s = one.sender("one-s").event("a").on_request_sync("read", says);
    let s = s.on_request_sync("write", says).register().await.unwrap();
    for (client, name, events) in [
        (&one, "two-s", &["a"][..]),
        (&one, "one-t", &["a", "b"]),
        (&two, "one-t", &["a"]),
        (&nobody, "one-t", &["a"]),
    ] {
        let error = client
            .sender(name)
            .events(events)
            .register()
            .await
            .unwrap_err();
        assert_eq!(error.problem(), RegisterProblem::Refused, "{error}");
        assert!(error.to_string().contains("may not publish"), "{error}");
    }
    for client in [&one, &nobody] {
        let error = client
            .subscribe()
            .sender("one-s")
            .event("a")
            .await
            .unwrap_err();
        assert_eq!(error.problem(), ListenProblem::Refused, "{error}");
        let error = client.request("one-s", "read", json!(1)).await.unwrap_err();
        assert_eq!(error.problem(), RequestProblem::Refused, "{error}");
        assert_eq!(error.into_payload(), Some(json!(1)));
    }
    let error = two
        .subscribe()
        .sender("one-s")
        .event("b")
        .await
        .unwrap_err();
    assert_eq!(error.problem(), ListenProblem::Refused);
    assert_eq!(
        two.request("one-s", "read", json!(1)).await.unwrap(),
        json!("one-s read 1")
    );
    let error = two.request("one-s", "write", json!(1)).await.unwrap_err();
    assert_eq!(error.problem(), RequestProblem::Refused);
    admin.request("one-s", "write", json!(1)).await.unwrap();
    let _t = far(&admin, "anything", &["x"]).await;

    // Who listens to anything hears what he may hear.
    let (heard, all) = (Log::new(), Log::new());
    two.connect_sync(writes(&heard)).await.unwrap();
    admin.connect_sync(writes(&all)).await.unwrap();
    s.send("a", json!(1)).join().await.unwrap();
    let x = admin.get_sender("anything").unwrap();
    x.send("x", json!(2)).join().await.unwrap();
    settled(&two).await;
    settled(&admin).await;
    assert_eq!(heard.take(), ["one-s a 1"]);
    assert_eq!(all.take(), ["one-s a 1", "anything x 2"]);
    assert!(nobody.connect_sync(|_| ()).await.is_err());

    // Nor does he know of anybody else.
    let names = |senders: Vec<fanfare::net::wire::SenderEntry>| -> Vec<_> {
        senders
            .into_iter()
            .filter_map(|entry| entry.sender)
            .collect()
    };
    assert_eq!(names(two.senders().await.unwrap()), ["one-s"]);
    assert_eq!(names(nobody.senders().await.unwrap()), [""; 0]);
    assert_eq!(names(admin.senders().await.unwrap()), ["anything", "one-s"]);
}

async fn denied_wins(on: Runtime) {
    let acl = Acl::open()
        .allow(Rule::anything("*"))
        .deny(Rule::listen("*").event("secret"))
        .deny(Rule::publish("near"))
        .deny(Rule::request("*").method("stop").by("two"));
    let net = with(&on, acl).await;
    let two = named(&net, "two").await;
    let near = net.router.sender("near").events(["a", "secret"]);
    let near = near.on_request_sync("stop", says).register().await.unwrap();
    let log = Log::new();
    two.connect_sync(writes(&log)).sender("near").await.unwrap();
    assert!(two.subscribe().event("secret").await.is_err());
    assert!(
        two.subscribe()
            .sender("near")
            .event("secret")
            .await
            .is_err()
    );
    near.send("secret", json!(1)).await.unwrap();
    near.send("a", json!(2)).await.unwrap();
    settled(&two).await;
    assert_eq!(log.take(), ["near a 2"]);
    let error = two.request("near", "stop", json!(1)).await.unwrap_err();
    assert_eq!(error.problem(), RequestProblem::Refused);
    let nobody = net.client().await;
    nobody.request("near", "stop", json!(1)).await.unwrap();
}

/// What loses its right ends, and who had it is told why.
async fn rights_are_taken_back(on: Runtime) {
    let net = with(&on, Acl::open()).await;
    let (one, two) = (named(&net, "one").await, named(&net, "two").await);
    let told = status(&one);
    let mut notices = two.notices();
    let s = far(&one, "s", &["a", "b"]).await;
    let kept = far(&one, "kept", &["a"]).await;
    let near = near(&net.router, "near", &["a"]);
    let log = Log::new();
    let exact = two
        .connect_sync(writes(&log))
        .sender("s")
        .event("a")
        .await
        .unwrap();
    let any = two.connect_sync(writes(&log)).await.unwrap();

    net.server
        .set_acl(Acl::open().deny(Rule::listen("s").by("two")));
    until(|| !exact.is_connected()).await;
    assert!(any.is_connected());
    let reason = loop {
        if let Notice::Detached { reason, .. } = &**notices.recv().await.unwrap() {
            break reason.clone();
        }
    };
    let expected = "the right to listen to a of s was taken back";
    assert_eq!(reason, DetachReason::Remote(expected.into()));
    s.send("a", json!(1)).join().await.unwrap();
    near.send("a", json!(2)).await.unwrap();
    settled(&two).await;
    assert_eq!(log.take(), ["near a 2"], "any is what is left");

    net.server
        .set_acl(Acl::open().deny(Rule::publish("s").event("b")));
    until(|| s.has_ended()).await;
    until(|| told.len() > 0).await;
    assert_eq!(
        told.take(),
        ["ended s: the right to publish was taken back"]
    );
    let error = s.send("a", json!(1)).await.unwrap_err();
    assert_eq!(error.problem(), SendProblem::Disconnected);
    assert!(net.router.sender_info("s").is_none() && kept.is_connected());
    kept.send("a", json!(3)).join().await.unwrap();

    // And given again, to who asks again.
    net.server.set_acl(Acl::default());
    assert_eq!(net.server.acl(), Acl::open());
    let s = far(&one, "s", &["a", "b"]).await;
    two.connect_sync(writes(&log))
        .sender("s")
        .event("a")
        .await
        .unwrap();
    s.send("a", json!(4)).join().await.unwrap();
    settled(&two).await;
    let heard = log.take();
    assert!(
        heard.ends_with(&["s a 4".into(), "s a 4".into()]),
        "{heard:?}"
    );
}

/// Neither the one who changes them, nor one who comes meanwhile, is overlooked.
async fn rights_change_while_clients_come(on: Runtime) {
    let net = with(&on, Acl::open()).await;
    let closed = Acl::open().deny(Rule::anything("*").by("two"));
    for round in 0..20 {
        net.server.set_acl(Acl::open());
        let two = named(&net, "two").await;
        let coming = async {
            let listener = two.connect_sync(|_| ()).sender("s").await;
            let sender = two.sender(format!("t{round}")).event("a").register().await;
            (listener, sender)
        };
        let changing = async {
            for _ in 0..round {
                futures_lite::future::yield_now().await;
            }
            net.server.set_acl(closed.clone());
        };
        let ((listener, sender), ()) = futures_lite::future::zip(coming, changing).await;
        settled(&two).await;
        until(|| {
            net.server
                .peers()
                .iter()
                .all(|peer| peer.listeners == 0 && peer.senders.is_empty())
        })
        .await;
        if let Ok(listener) = listener {
            until(|| !listener.is_connected()).await;
        }
        if let Ok(sender) = sender {
            until(|| sender.has_ended()).await;
        }
    }
}

/// Who waits for a registration is told that it was refused, and the status is not, however fast the server is.
async fn what_is_refused_is_told_once(on: Runtime) {
    let net = with(&on, Acl::open().deny(Rule::publish("s"))).await;
    let one = named(&net, "one").await;
    let told = status(&one);
    for _ in 0..200 {
        let error = one.sender("s").event("a").register().await.unwrap_err();
        assert_eq!(error.problem(), RegisterProblem::Refused, "{error}");
    }
    assert_eq!(told.take(), [""; 0]);
    // Nobody waits for this one.
    let _s = one.sender("s").event("a").register().now().unwrap();
    until(|| told.len() > 0).await;
    assert!(told.take()[0].starts_with("ended s: "));
}

on_each_runtime!(
    what_is_refused_is_told_once,
    a_closed_list_allows_what_it_says,
    denied_wins,
    rights_are_taken_back,
    rights_change_while_clients_come,
);
