//! Peers that speak the original's protocol, and have never heard of hello.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::wire::{Call, Response};
use fanfare::net::{
    ConnectError, Limits, Listener, RequestError, StreamCarrier, Unsendable, local, tcp,
};
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};
use serde_json::{Value, json};
use smol::net::{TcpListener, TcpStream};

use crate::kit::{ByHand, Peer, Raw, request, signal, value};
use crate::runtime::Runtime;

/// What the original does with a read: all of it is one object, or it is lost.
async fn read_one(stream: &mut TcpStream) -> Value {
    let mut bytes = vec![0; 4096];
    let count = stream.read(&mut bytes).await.expect("a read");
    serde_json::from_slice(&bytes[..count]).expect("one object a read")
}

async fn the_originals_client_finds_a_server(on: Runtime) {
    let peer = Peer::new();
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let mut stream = TcpStream::connect(listener.local_addr()).await.unwrap();
    let builder = peer.on(&on);
    let handshake = listener.accept(builder.accept_framing()).await.unwrap();
    let link = builder.complete(handshake).await.unwrap();

    // Bare objects, nothing between them; several in one write.
    let calls = r#"{"method": "get_version", "id": 1}{"params": {"sender": null, "event": "e"}, "method": "add_listener", "id": 2}"#;
    stream.write_all(calls.as_bytes()).await.unwrap();
    let mut both = Vec::new();
    while both.len() < 2 {
        let mut bytes = vec![0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        let objects = serde_json::Deserializer::from_slice(&bytes[..count]).into_iter::<Value>();
        both.extend(objects.map(Result::unwrap));
    }
    assert_eq!(both[0], json!({"id": 1, "status": 0, "response": "1.01"}));
    assert_eq!(
        both[1],
        json!({"id": 2, "status": 0, "response": {"listener_id": 7}})
    );

    // One in several writes.
    for piece in [
        r#"{"id": [1, "x"], "met"#,
        r#"hod": "request", "params": {"sender""#,
        r#": "s", "method": "echo", "params": "}{"}}"#,
    ] {
        stream.write_all(piece.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
    }
    assert_eq!(
        read_one(&mut stream).await,
        json!({"id": [1, "x"], "status": 0, "response": "}{"})
    );

    // Events come one at a time, each when the one before was replied to.
    for n in 0..3 {
        link.send(signal(n)).await.unwrap();
    }
    for n in 0..3 {
        let event = read_one(&mut stream).await;
        assert_eq!(
            (&event["method"], &event["params"]["data"]),
            (&json!("signal"), &json!(n))
        );
        let reply = json!({"id": event["id"], "status": 0, "response": null});
        stream
            .write_all(reply.to_string().as_bytes())
            .await
            .unwrap();
    }
    assert!(link.is_plain() && peer.log.take() == ["echo"]);
    // It goes without a word.
    drop(stream);
    assert!(link.closed().await.is_orderly());
}

async fn the_originals_server_is_found(on: Runtime) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    on.spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // Whatever it does not know it says so of.
        for _ in 0..4 {
            let call = read_one(&mut stream).await;
            let reply = match call["method"].as_str() {
                Some("get_version") => json!({"id": call["id"], "status": 0, "response": "1.01"}),
                Some("request") => {
                    json!({"response": call["params"]["params"], "status": 0, "id": call["id"]})
                }
                Some("signal") => {
                    json!({"id": call["id"], "status": -2, "exception": "sender s not found"})
                }
                _ => json!({"id": call["id"], "status": -1}),
            };
            stream
                .write_all(reply.to_string().as_bytes())
                .await
                .unwrap();
        }
    });
    let peer = Peer::new();
    let stream = TcpStream::connect(address).await.unwrap();
    let builder = peer.on(&on);
    let carrier = StreamCarrier::new(stream, builder.connect_framing(), "the original");
    let link = builder.connect(carrier).await.unwrap();
    assert!(link.is_plain());
    assert_eq!(
        link.request(Call::GetVersion).await.unwrap(),
        Response::Version("1.01".into())
    );
    assert_eq!(
        value(link.request(request("any", json!({"a": 1}))).await),
        json!({"a": 1})
    );
    let error = link.request(signal(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "sender s not found");
    assert!(link.closed().await.is_orderly());
}

on_each_runtime!(
    the_originals_client_finds_a_server,
    the_originals_server_is_found
);

#[test]
fn a_plain_peer_is_sent_nothing_it_does_not_know() {
    let by_hand = ByHand::new();
    let peer = Peer::new();
    let (raw, link) = by_hand.server(&peer, &Limits::default());
    let ended = Call::ListenerEnded {
        listener_id: 7,
        reason: "x".into(),
    };
    let error = by_hand
        .until(link.send(ended.clone()))
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(error.why(), Unsendable::NotUnderstood("listener_ended")),
        "{error}"
    );
    let error = by_hand
        .until(link.request(ended).into_future())
        .unwrap()
        .unwrap_err();
    assert!(
        matches!(error, RequestError::NotSent(Unsendable::NotUnderstood(_))),
        "{error}"
    );
    // No heartbeats, no deadline, no cancelling, no farewell.
    let mut asked = link
        .request(request("r", 1))
        .timeout(Duration::from_secs(1))
        .into_future();
    assert!(by_hand.until(&mut asked).is_none());
    assert_eq!(
        raw.got(),
        [r#"{"id":1,"method":"request","params":{"sender":"s","method":"r","params":1}}"#]
    );
    drop(asked);
    by_hand.clock.advance(Duration::from_secs(1_000));
    by_hand.run();
    assert!(
        link.close_reason().is_none(),
        "who says nothing may have nothing to say"
    );
    by_hand.until(link.close()).expect("it is closed");
    assert_eq!(raw.got(), [""; 0]);
}

#[test]
fn a_plain_peer_is_replied_to_without_an_id() {
    let by_hand = ByHand::new();
    let peer = Peer::new();
    let (raw, _link) = by_hand.server(&peer, &Limits::default());
    raw.send(r#"{"method":"get_version"}"#);
    raw.send(r#"{"method":"fly"}"#);
    raw.send("{}");
    assert_eq!(
        raw.got(),
        [
            r#"{"id":null,"status":0,"response":"1.01"}"#,
            r#"{"id":null,"status":-1}"#,
            r#"{"id":null,"status":-3}"#
        ]
    );
    // Whoever has said hello means that no reply is wanted.
    raw.hello();
    raw.send(r#"{"method":"get_version"}"#);
    raw.send(r#"{"method":"fly"}"#);
    assert_eq!(raw.got(), [""; 0]);
}

#[test]
fn one_that_never_replies_is_not_waited_for_without_end() {
    let by_hand = ByHand::new();
    let (raw, link) = by_hand.server(&Peer::new(), &Limits::default());
    for n in 0..3 {
        by_hand.until(link.send(signal(n))).unwrap().unwrap();
    }
    assert_eq!(raw.got().len(), 1);
    // What it is owed is not held up.
    raw.send(r#"{"id":5,"method":"get_version"}"#);
    assert_eq!(raw.got(), [r#"{"id":5,"status":0,"response":"1.01"}"#]);
    by_hand.clock.advance(Duration::from_secs(10));
    assert_eq!(raw.got().len(), 1);
    // Nor is anything once it has said hello.
    raw.send(r#"{"id":0,"method":"hello","params":{"protocol":1,"codec":"json"}}"#);
    let got = raw.got();
    assert_eq!(got.len(), 2, "{got:?}");
    // They were numbered before, as plain peers want it.
    assert!(
        got.iter()
            .any(|text| text.contains(r#""id":3,"method":"signal""#)),
        "{got:?}"
    );
}

/// Two that come together would be one message to the original, and lost.
#[test]
fn messages_to_a_plain_peer_are_kept_apart() {
    let by_hand = ByHand::new();
    let peer = Peer::new();
    let (raw, link) = by_hand.server(&peer, &Limits::default());
    let ask = r#"{"id":1,"method":"request","params":{"sender":"s","method":"wait","params":1}}"#;
    raw.send(ask);
    by_hand.until(link.send(signal(5))).unwrap().unwrap();
    assert_eq!(raw.got().len(), 1, "the event");
    // It has not been replied to, and nothing shows that it was read.
    peer.gate.open();
    assert_eq!(raw.got(), [""; 0]);
    by_hand.clock.advance(Duration::from_millis(1));
    assert_eq!(raw.got(), [r#"{"id":1,"status":0,"response":1}"#]);
    // Whoever says something has read what came before.
    for n in 2..5 {
        raw.send(&format!(r#"{{"id":{n},"method":"get_version"}}"#));
        assert_eq!(raw.got().len(), 1);
    }
    // Where it was said to, nothing is kept apart.
    let peer = Peer::new();
    let (raw, link) = by_hand.server(&peer, &Limits::default().plain_pause(Duration::ZERO));
    raw.send(ask);
    by_hand.until(link.send(signal(5))).unwrap().unwrap();
    peer.gate.open();
    assert_eq!(raw.got().len(), 2);
}

#[test]
fn replies_to_nobody_are_passed_over() {
    let by_hand = ByHand::new();
    let (raw, link) = by_hand.server(&Peer::new(), &Limits::default());
    for reply in [
        r#"{"id":99,"status":0,"response":1}"#,
        r#"{"id":null,"status":-1}"#,
        r#"{"status":0}"#,
        r#"{"id":{"a":[1]},"status":0}"#,
        r#"{"id":-1,"status":0}"#,
    ] {
        raw.send(reply);
    }
    assert!(link.close_reason().is_none());
    assert_eq!(raw.got(), [""; 0]);
}

#[test]
fn a_token_is_for_those_who_know_tokens() {
    for token in [true, false] {
        let by_hand = ByHand::new();
        let (here, there) = local::pair();
        let raw = Raw {
            by_hand: &by_hand,
            carrier: there,
        };
        let mut builder = by_hand.builder(&Peer::new());
        if token {
            builder = builder.token("secret");
        }
        let mut connecting = Box::pin(builder.connect(here));
        assert!(by_hand.until(&mut connecting).is_none());
        assert_eq!(raw.got().len(), 1);
        raw.send(r#"{"id":1,"status":-1}"#);
        match by_hand.until(connecting).expect("it is decided") {
            Err(ConnectError::Plain) => assert!(token),
            Ok(link) => assert!(!token && link.is_plain()),
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn who_wants_to_can_be_plain() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (here, there) = local::pair();
    let server = by_hand.builder(&two).accept(there);
    let client = by_hand
        .until(by_hand.builder(&one).plain().connect(here))
        .unwrap()
        .unwrap();
    for n in 0..3 {
        by_hand.until(client.send(signal(n))).unwrap().unwrap();
    }
    let reply = by_hand.until(client.request(request("echo", 1)).into_future());
    assert_eq!(value(reply.unwrap()), json!(1));
    assert_eq!(two.log.take(), ["signal 0", "signal 1", "signal 2", "echo"]);
    assert!(client.is_plain() && server.is_plain());
}
