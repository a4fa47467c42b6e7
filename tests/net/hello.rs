//! Hello: who is let in, what is spoken, and who says nothing.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::wire::{Code, Status};
use fanfare::net::{
    CloseReason, Codec, CodecError, ConnectError, Framing, Json, Limits, MessagePack, RequestError,
    local,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::kit::{ByHand, Peer, Raw, request, signal, value};

#[test]
fn a_token_lets_in() {
    let by_hand = ByHand::new();
    let server = Peer::with_token("open sesame");
    let connect = |token: Option<&str>| {
        let (here, there) = local::pair();
        let link = by_hand.builder(&server).require_hello().accept(there);
        let mut client = by_hand.builder(&Peer::new());
        if let Some(token) = token {
            client = client.token(token);
        }
        let client = by_hand.until(client.connect(here)).expect("it is decided");
        by_hand.run();
        (client, link)
    };
    let (client, link) = connect(Some("open sesame"));
    let client = client.expect("the token is right");
    assert!(!client.is_plain() && !link.is_plain());
    for wrong in [
        Some("open"),
        Some("open sesamf"),
        Some("open sesame "),
        None,
    ] {
        server.log.take();
        let (client, link) = connect(wrong);
        let Err(ConnectError::Refused(error)) = client else {
            panic!("{client:?}")
        };
        assert_eq!(
            (error.status(), error.code()),
            (Status::Failed, Some(Code::Refused))
        );
        assert!(
            matches!(link.close_reason(), Some(CloseReason::Refused(_))),
            "{link:?}"
        );
        assert_eq!(
            server.log.take(),
            [
                "hello",
                "closed: the other side was not let in: the token is not known"
            ]
        );
    }
}

#[test]
fn before_hello_nothing_is_done_where_it_is_asked_for() {
    let by_hand = ByHand::new();
    let server = Peer::new();
    let (here, there) = local::pair();
    let link = by_hand.builder(&server).require_hello().accept(there);
    let raw = Raw {
        by_hand: &by_hand,
        carrier: here,
    };
    raw.send(r#"{"id":1,"method":"get_version"}"#);
    assert_eq!(
        raw.got(),
        [r#"{"id":1,"status":-2,"exception":"say hello first","code":"refused"}"#]
    );
    raw.hello();
    raw.send(r#"{"id":2,"method":"get_version"}"#);
    assert_eq!(raw.got(), [r#"{"id":2,"status":0,"response":"1.01"}"#]);
    // A second one changes nothing.
    raw.send(r#"{"id":3,"method":"hello","params":{"protocol":1,"codec":"json"}}"#);
    let got = raw.got();
    assert!(got[0].contains("hello was said already"), "{got:?}");
    assert!(link.close_reason().is_none());
}

#[test]
fn hello_has_to_come_in_time() {
    for says_something in [false, true] {
        let by_hand = ByHand::new();
        let (here, there) = local::pair();
        let limits = Limits::default().handshake(Duration::from_secs(3));
        let link = by_hand
            .builder(&Peer::new())
            .limits(limits)
            .require_hello()
            .accept(there);
        let raw = Raw {
            by_hand: &by_hand,
            carrier: here,
        };
        by_hand.run();
        by_hand.clock.advance(Duration::from_millis(2_999));
        if says_something {
            raw.send(r#"{"method":"get_version"}"#);
        }
        by_hand.run();
        assert!(link.close_reason().is_none());
        by_hand.clock.advance(Duration::from_millis(1));
        by_hand.run();
        assert!(
            matches!(link.close_reason(), Some(CloseReason::TooSlow(_))),
            "{link:?}"
        );
        let got = raw.got();
        assert_eq!(got.len(), usize::from(says_something), "{got:?}");
    }
    // In time, it stays.
    let by_hand = ByHand::new();
    let (here, there) = local::pair();
    let link = by_hand
        .builder(&Peer::new())
        .limits(Limits::default().no_heartbeat())
        .require_hello()
        .accept(there);
    let raw = Raw {
        by_hand: &by_hand,
        carrier: here,
    };
    raw.hello();
    by_hand.clock.advance(Duration::from_secs(1000));
    by_hand.run();
    assert!(link.close_reason().is_none());
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    let by_hand = ByHand::new();
    let (here, _there) = local::pair();
    let builder = by_hand.builder(&Peer::new());
    let mut connecting = Box::pin(builder.connect(here));
    assert!(by_hand.until(&mut connecting).is_none());
    by_hand.clock.advance(Duration::from_secs(5));
    let error = by_hand
        .until(connecting)
        .expect("the time is up")
        .unwrap_err();
    assert!(
        matches!(error, ConnectError::Failed(RequestError::TimedOut(_))),
        "{error}"
    );
}

#[test]
fn a_server_that_goes_is_noticed() {
    let by_hand = ByHand::new();
    let (here, there) = local::pair();
    drop(there);
    let error = by_hand
        .until(by_hand.builder(&Peer::new()).connect(here))
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, ConnectError::Failed(_)), "{error}");
}

/// A codec that nobody knows by itself.
struct Shouted;

impl Codec for Shouted {
    fn name(&self) -> &str {
        "shouted"
    }

    fn framing(&self) -> Framing {
        Framing::lengths()
    }

    fn encode<T: Serialize + ?Sized>(
        &self,
        value: &T,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        out.push(b'!');
        Json.encode(value, out)
    }

    fn decode<T: DeserializeOwned>(&self, frame: &[u8], depth: usize) -> Result<T, CodecError> {
        let json = frame
            .strip_prefix(b"!")
            .ok_or_else(|| CodecError::of_reading("it is not shouted"))?;
        Json.decode(json, depth)
    }
}

#[test]
fn both_sides_can_speak_anything() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (here, there) = local::pair();
    let _server = by_hand.builder(&two).codec(Shouted).accept(there);
    let client = by_hand
        .until(by_hand.builder(&one).codec(Shouted).connect(here))
        .unwrap()
        .unwrap();
    let reply = by_hand.until(client.request(request("echo", json!([1]))).into_future());
    assert_eq!(value(reply.unwrap()), json!([1]));
}

#[test]
fn a_server_speaks_what_it_is_spoken_to() {
    let by_hand = ByHand::new();
    for is_packed in [false, true] {
        let (one, two) = (Peer::new(), Peer::new());
        let (here, there) = local::pair();
        let server = by_hand.builder(&two).accept(there);
        let client = by_hand.builder(&one);
        let client = if is_packed {
            client.codec(MessagePack)
        } else {
            client.codec(Json)
        };
        let client = by_hand.until(client.connect(here)).unwrap().unwrap();
        let reply = by_hand.until(server.request(request("echo", json!([1.5]))).into_future());
        assert_eq!(value(reply.unwrap()), json!([1.5]));
        by_hand.until(client.send(signal("ü"))).unwrap().unwrap();
        by_hand.run();
        assert_eq!(two.log.take(), ["hello", "signal \"ü\""]);
    }
}

#[test]
fn two_that_speak_differently_find_out() {
    let by_hand = ByHand::new();
    for (here_packed, there_packed) in [(true, false), (false, true)] {
        let (here, there) = local::pair();
        let codec = |builder: fanfare::net::LinkBuilder<_>, packed| {
            if packed {
                builder.codec(MessagePack)
            } else {
                builder.codec(Json)
            }
        };
        let server = codec(by_hand.builder(&Peer::new()), there_packed).accept(there);
        let client = codec(by_hand.builder(&Peer::new()), here_packed);
        let error = by_hand.until(client.connect(here)).unwrap().unwrap_err();
        assert!(matches!(error, ConnectError::Failed(_)), "{error}");
        assert!(
            matches!(server.close_reason(), Some(CloseReason::Malformed(_))),
            "{server:?}"
        );
    }
    // What can be read, but is not what was announced, is refused in words.
    let (raw, _link) = by_hand.server(&Peer::new(), &Limits::default());
    raw.send(r#"{"id":0,"method":"hello","params":{"protocol":1,"codec":"cbor"}}"#);
    let got = raw.got();
    assert!(
        got[0].contains("cbor") && got[0].contains("json"),
        "{got:?}"
    );
    let (raw, _link) = by_hand.server(&Peer::new(), &Limits::default());
    raw.send(r#"{"id":0,"method":"hello","params":{"protocol":0,"codec":"json"}}"#);
    assert!(raw.got()[0].contains("version 0"));
}

#[test]
fn a_newer_protocol_gets_the_one_both_know() {
    let by_hand = ByHand::new();
    let (raw, link) = by_hand.server(&Peer::new(), &Limits::default());
    raw.send(r#"{"id":"x","method":"hello","params":{"protocol":9,"codec":"json","news":true}}"#);
    assert_eq!(
        raw.got(),
        [r#"{"id":"x","status":0,"response":{"protocol":1,"window":256}}"#]
    );
    assert!(!link.is_plain());
}
