//! Calls over links: replies in any order, deadlines, cancellation, panics, order, and limits.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::Listener;
use fanfare::net::wire::{Call, Code, Response, Status};
use fanfare::net::{Limits, MessagePack, RequestError, Unsendable, local, tcp};
use futures_lite::future::zip;
use serde_json::json;

use crate::common::ON_PURPOSE;
use crate::kit::{ByHand, Peer, linked, request, signal, value};
use crate::runtime::Runtime;

async fn calls_go_both_ways(on: Runtime) {
    for codec in [false, true] {
        let (one, two) = (Peer::new(), Peer::new());
        let listener = tcp::bind("127.0.0.1:0").await.unwrap();
        let mut client = one.on(&on);
        if codec {
            client = client.codec(MessagePack);
        }
        let dialer = tcp::dial(listener.address());
        let (client, server) = linked(&client, &two.on(&on), &listener, &dialer).await;
        let sent = json!({"a": [1, "ü", null]});
        let (there, back) = zip(
            client.request(request("echo", sent.clone())).into_future(),
            async { server.request(request("echo", 5)).await },
        )
        .await;
        assert_eq!((value(there), value(back)), (sent, json!(5)));
        assert_eq!(
            client.request(Call::GetVersion).await.unwrap(),
            Response::Version("1.01".into())
        );
        client.send(signal(21)).await.unwrap();
        // Of what was sent, all was heard before what is sent next is replied to.
        client.request(request("echo", 0)).await.unwrap();
        let heard = two.log.take();
        assert!(heard.contains(&"signal 21".to_owned()), "{heard:?}");
        client.close().await;
        assert!(server.closed().await.is_orderly());
    }
}

async fn many_requests_are_under_way_at_a_time(on: Runtime) {
    let (one, two) = (Peer::new(), Peer::new());
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let dialer = tcp::dial(listener.address());
    let (client, server) = linked(&one.on(&on), &two.on(&on), &listener, &dialer).await;
    let all: Vec<_> = (0..100)
        .map(|n| client.request(request("wait", n)).into_future())
        .collect();
    let quick = async {
        while server.stats().serving < 100 {
            futures_lite::future::yield_now().await;
        }
        // It overtakes all of them.
        let quick = value(client.request(request("echo", "quick")).await);
        assert_eq!(client.stats().requests, 100);
        two.gate.open();
        quick
    };
    let (replies, quick) = zip(futures_util::future::join_all(all), quick).await;
    assert_eq!(quick, json!("quick"));
    let replies: Vec<_> = replies.into_iter().map(value).collect();
    assert_eq!(replies, (0..100).map(|n| json!(n)).collect::<Vec<_>>());
    assert_eq!((client.stats().requests, server.stats().serving), (0, 0));
}

on_each_runtime!(calls_go_both_ways, many_requests_are_under_way_at_a_time);

#[test]
fn what_fails_there_fails_here() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (client, _server) = by_hand.pair(&one, &two, &Limits::default());
    for (method, code, words) in [
        (
            "unheard of",
            Code::UnknownRequest,
            "there is no such request",
        ),
        ("panic", Code::Failed, "it panicked: on purpose"),
        (
            "panic later",
            Code::Failed,
            "it panicked: on purpose, later",
        ),
    ] {
        let error = by_hand
            .until(client.request(request(method, 1)).into_future())
            .unwrap()
            .unwrap_err();
        let remote = error.remote().expect("it was there");
        assert_eq!(
            (remote.status(), remote.code()),
            (Status::Failed, Some(code))
        );
        assert!(error.to_string().starts_with(words), "{error}");
    }
    assert!(ON_PURPOSE.starts_with("on purpose"));
    // None of it touches the link.
    assert_eq!(
        value(
            by_hand
                .until(client.request(request("echo", 1)).into_future())
                .unwrap()
        ),
        json!(1)
    );
}

#[test]
fn a_request_waits_no_longer_than_it_says() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (client, server) = by_hand.pair(&one, &two, &Limits::default());
    two.log.take();
    let mut asked = client
        .request(request("wait", 1))
        .timeout(Duration::from_secs(2))
        .into_future();
    assert!(by_hand.until(&mut asked).is_none());
    assert_eq!(server.stats().serving, 1);
    by_hand.clock.advance(Duration::from_millis(1999));
    assert!(by_hand.until(&mut asked).is_none());
    by_hand.clock.advance(Duration::from_millis(1));
    let error = by_hand
        .until(&mut asked)
        .expect("its time is up")
        .unwrap_err();
    assert!(
        matches!(error, RequestError::TimedOut(after) if after == Duration::from_secs(2)),
        "{error}"
    );
    by_hand.run();
    // The other side has been told how long, and has dropped it.
    assert_eq!(two.log.take(), ["wait", "dropped"]);
    assert_eq!((server.stats().serving, client.stats().requests), (0, 0));
    // The default is that of the limits.
    let mut asked = client.request(request("wait", 1)).into_future();
    assert!(by_hand.until(&mut asked).is_none());
    by_hand.clock.advance(Duration::from_secs(4));
    by_hand.run();
    by_hand.clock.advance(Duration::from_secs(4));
    assert!(by_hand.until(&mut asked).is_none());
    by_hand.clock.advance(Duration::from_secs(2));
    assert!(by_hand.until(&mut asked).is_some());
}

#[test]
fn a_request_that_is_dropped_is_cancelled_there() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (client, server) = by_hand.pair(&one, &two, &Limits::default());
    two.log.take();
    let mut asked = client.request(request("wait", 1)).into_future();
    assert!(by_hand.until(&mut asked).is_none());
    assert_eq!(two.log.take(), ["wait"]);
    drop(asked);
    by_hand.run();
    assert_eq!(two.log.take(), ["dropped"]);
    assert_eq!((server.stats().serving, client.stats().requests), (0, 0));
    // One that was not sent yet never is.
    let mut asked = client.request(request("wait", 2)).into_future();
    assert!(crate::common::poll(&mut asked).is_pending());
    assert_eq!(client.stats().queued, 1);
    drop(asked);
    assert_eq!(client.stats().queued, 0);
    by_hand.run();
    assert_eq!(two.log.take(), [""; 0]);
}

#[test]
fn what_is_done_in_order_holds_up_what_comes_next() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (client, _server) = by_hand.pair(&one, &two, &Limits::default());
    two.log.take();
    let mut first = client.request(request("order", 1)).into_future();
    let mut second = client.request(request("echo", 2)).into_future();
    assert!(by_hand.until(&mut first).is_none());
    by_hand.until(client.send(signal(3))).unwrap().unwrap();
    assert!(by_hand.until(&mut second).is_none());
    assert_eq!(two.log.take(), ["order"]);
    two.gate.open();
    assert_eq!(value(by_hand.until(&mut second).unwrap()), json!(2));
    assert_eq!(two.log.take(), ["done", "signal 3", "echo"]);
    assert_eq!(value(by_hand.until(&mut first).unwrap()), json!(1));
}

#[test]
fn no_more_requests_are_served_than_may_be() {
    let by_hand = ByHand::new();
    let peer = Peer::new();
    let (raw, link) = by_hand.server(&peer, &Limits::default().requests(2));
    let ask = |n: u32| {
        raw.send(&format!(
            r#"{{"id":{n},"method":"request","params":{{"sender":"s","method":"wait","params":{n}}}}}"#
        ));
    };
    (1..=3).for_each(ask);
    let got = raw.got();
    assert_eq!(got.len(), 1, "{got:?}");
    assert!(
        got[0].contains(r#""id":3"#) && got[0].contains("too_many"),
        "{got:?}"
    );
    assert_eq!(link.stats().serving, 2);
    raw.hello_with(2);
    raw.send(r#"{"method":"cancel","params":{"id":1}}"#);
    ask(4);
    assert_eq!((raw.got(), link.stats().serving), (vec![], 2));
    peer.gate.open();
    let mut got = raw.got();
    got.sort();
    assert_eq!(
        got,
        [
            r#"{"id":2,"status":0,"response":2}"#,
            r#"{"id":4,"status":0,"response":4}"#
        ]
    );
}

/// What wants no reply cannot be refused: it holds up who sends it.
#[test]
fn events_are_not_lost_where_there_are_too_many() {
    let by_hand = ByHand::new();
    let peer = Peer::new();
    let (raw, link) = by_hand.server(&peer, &Limits::default().requests(1));
    raw.hello_with(1);
    peer.log.take();
    for n in 0..3 {
        raw.send(&format!(
            r#"{{"method":"request","params":{{"sender":"s","method":"wait","params":{n}}}}}"#
        ));
    }
    raw.send(r#"{"method":"signal","params":{"info":{},"data":5}}"#);
    assert_eq!(link.stats().serving, 1);
    assert_eq!(peer.log.take(), ["wait", "wait"], "the third is not read");
    peer.gate.open();
    assert_eq!(raw.got(), [""; 0]);
    let heard = peer.log.take();
    assert_eq!(
        heard.iter().filter(|entry| *entry == "done").count(),
        3,
        "{heard:?}"
    );
    assert!(heard.contains(&"signal 5".to_owned()), "{heard:?}");
}

#[test]
fn a_deadline_that_has_passed_is_not_begun() {
    let by_hand = ByHand::new();
    let two = Peer::new();
    let (raw, _server) = by_hand.server(&two, &Limits::default());
    raw.hello();
    two.log.take();
    raw.send(r#"{"id":1,"method":"request","params":{"sender":"s","method":"echo","params":1},"deadline":0}"#);
    assert_eq!(
        raw.got(),
        [r#"{"id":1,"status":-2,"exception":"the time of the caller was up","code":"timed_out"}"#]
    );
    assert_eq!(two.log.take(), [""; 0]);
}

#[test]
fn what_is_too_large_or_cannot_be_written_is_not_sent() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (client, server) = by_hand.pair(&one, &two, &Limits::default().frame(1000));
    let large = "x".repeat(1000);
    let error = by_hand
        .until(client.send(signal(&*large)))
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(error.why(), Unsendable::TooLarge { max: 1000, .. }),
        "{error}"
    );
    assert_eq!(error.into_call(), signal(&*large), "it is given back");
    let error = by_hand
        .until(client.request(request("echo", &*large)).into_future())
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(error, RequestError::NotSent(Unsendable::TooLarge { .. })),
        "{error}"
    );
    assert!(server.close_reason().is_none());
    // A reply that is too large is a failure that the other side hears of.
    let (here, there) = local::pair();
    let small = by_hand
        .builder(&two)
        .limits(Limits::default().frame(200))
        .accept(there);
    let client = by_hand
        .until(by_hand.builder(&one).connect(here))
        .unwrap()
        .unwrap();
    let error = by_hand
        .until(client.request(request("echo", &*large)).into_future())
        .unwrap()
        .unwrap_err();
    assert_eq!(error.remote().unwrap().code(), Some(Code::Failed));
    assert!(
        error.to_string().contains("at most 200 are allowed"),
        "{error}"
    );
    assert!(small.close_reason().is_none());
    assert!(client.close_reason().is_none());
}

#[test]
fn a_link_without_a_reader_keeps_nothing() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (here, there) = local::pair();
    let (client, server) = by_hand.linked(&one, &two, &Limits::default(), here, there);
    for n in 0..10_000 {
        by_hand.until(client.send(signal(n))).unwrap().unwrap();
    }
    by_hand.run();
    assert_eq!(client.stats().queued, 0);
    // Hello was the first.
    assert_eq!(server.stats().received, 10_001);
    assert_eq!(two.log.len(), 10_001);
}
