//! Peers that send what nobody should: each is answered or disconnected, and everybody else goes on.

use std::time::Duration;

use fanfare::net::Limits;
use serde_json::{Value, json};

use crate::raw::{Raw, Spoken};
use crate::scene::Scene;

/// What becomes of who sends this first, and the same after hello; others are served.
fn ends_who_sends(bytes: &[u8], limits: &Limits) {
    let scene = Scene::with(2, limits.clone().connections(2));
    for says_hello in [false, true] {
        let spoken = if bytes[0] <= 1 {
            Spoken::Packed
        } else {
            Spoken::Json
        };
        let mut raw = scene.enter(spoken);
        if says_hello {
            raw.hello();
        }
        raw.write(bytes);
        let when = format!(
            "{}, {says_hello}",
            bytes[..bytes.len().min(40)].escape_ascii()
        );
        assert!(raw.is_ended(), "{when}");
        scene.has_nothing_left(&when);
    }
}

#[test]
fn what_is_no_message_is_the_end_of_who_sends_it() {
    let limits = Limits::default().frame(4_096).depth(16);
    let deep = |open: &str, close: &str| {
        let (open, close) = (open.repeat(1_000), close.repeat(1_000));
        format!("{{\"id\":1,\"method\":\"request\",\"params\":{{\"params\":{open}1{close}}}}}")
    };
    let endless = format!("{{\"id\":\"{}", "x".repeat(5_000));
    let large = format!("{{\"id\":\"{}\"}}", "x".repeat(5_000));
    let (lists, maps) = (deep("[", "]"), deep("{\"a\":", "}"));
    let mut packed_deep = vec![0, 0, 0x0f, 0xa0];
    packed_deep.extend(vec![0x91; 4_000]);
    for bytes in [
        // Too large, with and without an end, and merely announced.
        endless.as_bytes(),
        large.as_bytes(),
        b"\x00\x00\x10\x01",
        b"\x01\x00\x00\x00",
        // Too deep.
        lists.as_bytes(),
        maps.as_bytes(),
        &packed_deep,
        // Lengths that lie, outside and inside.
        b"\x00\x00\x00\x00",
        b"\x00\x00\x00\x05\xdf\xff\xff\xff\xff",
        b"\x00\x00\x00\x05\x81\xdb\xff\xff\xff",
        b"\x00\x00\x00\x06\x80\xc6\x7f\xff\xff\xff",
        // No text, no object, nothing.
        b"{\"method\":\"\xff\xfe\"}",
        b"{\"id\":\"\\ud800\",\"method\":\"get_version\"}",
        b"{]",
        b"{\"id\":01}",
        b"{\"id\":1}{\"id\":",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\"text\"",
        b"[{\"id\":1,\"method\":\"get_version\"}]",
        b"}",
    ] {
        let mut bytes = bytes.to_vec();
        // Of what has begun and does not go on it is not known yet what it is.
        if bytes.ends_with(b"{\"id\":") {
            bytes.extend(b"}");
        }
        ends_who_sends(&bytes, &limits);
    }
}

pub(crate) fn one_reply(replies: &[Value]) -> &Value {
    let [reply] = replies else {
        panic!("one reply: {replies:?}");
    };
    reply
}

/// Served all the same, whatever it said before.
pub(crate) fn is_served(raw: &mut Raw<'_>, when: &str) {
    let replies = raw.say(&json!({"id": "v", "method": "get_version"}));
    assert_eq!(one_reply(&replies)["response"], "1.01", "{when}");
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_more() {
    for spoken in Spoken::BOTH {
        let scene = Scene::new(3);
        let mut raw = scene.enter(spoken);
        raw.hello();
        let sender = |name: Value, events: Value| json!({"sender": name, "events": events});
        for (method, params, code) in [
            ("dance", json!({"steps": [1, 2]}), Value::Null),
            ("", json!({}), Value::Null),
            (
                "hello",
                json!({"protocol": 1, "codec": "json"}),
                "refused".into(),
            ),
            (
                "hello",
                json!({"protocol": 0, "codec": ""}),
                "refused".into(),
            ),
            ("hello", json!({}), "bad_parameters".into()),
            ("add_sender", json!({}), "bad_parameters".into()),
            (
                "add_sender",
                sender("".into(), json!(["a"])),
                "bad_parameters".into(),
            ),
            (
                "add_sender",
                sender("far".into(), json!([""])),
                "bad_parameters".into(),
            ),
            (
                "add_sender",
                sender("near".into(), json!(["a"])),
                "name_taken".into(),
            ),
            (
                "remove_sender",
                json!({"sender": "near"}),
                "unknown_sender".into(),
            ),
            (
                "remove_listener",
                json!({"listener_id": 7}),
                "unknown_listener".into(),
            ),
            ("remove_listener", json!({}), "bad_parameters".into()),
            (
                "request",
                json!({"sender": "x", "method": "y"}),
                "unknown_sender".into(),
            ),
            (
                "request",
                json!({"sender": "near", "method": "y"}),
                "unknown_request".into(),
            ),
            (
                "signal",
                json!({"info": {"sender": "near", "event": "a"}}),
                "unknown_sender".into(),
            ),
            (
                "signal",
                json!({"info": {"sender": "near"}}),
                "bad_parameters".into(),
            ),
            ("signal", json!({}), "bad_parameters".into()),
        ] {
            let when = format!("{spoken:?}: {method} {params}");
            let replies = raw.say(&json!({"id": 9, "method": method, "params": params}));
            let reply = one_reply(&replies);
            assert!(reply["id"] == 9 && reply["status"] != 0, "{when}: {reply}");
            assert_eq!(reply["code"], code, "{when}: {reply}");
            is_served(&mut raw, &when);
        }
        // Calls that nobody understands and that want no reply, and replies that nobody waits for.
        for message in [
            json!({"method": "dance"}),
            json!({"method": "signal", "params": {"info": {"sender": "near", "event": "a"}, "data": 1}}),
            json!({"method": "cancel", "params": {"id": 77}}),
            json!({"method": "cancel", "params": {"id": {"a": [null]}}}),
            json!({"method": "pong"}),
            json!({"method": "listener_ended", "params": {"listener_id": 1}}),
            json!({"method": "sender_ended", "params": {"sender": "near"}}),
            json!({"id": 1, "status": 0, "response": 5}),
            json!({"id": 0, "status": 0, "response": {"protocol": 1, "window": 1}}),
            json!({"id": "x", "status": -2, "exception": "never asked"}),
            json!({"id": null, "status": 0}),
        ] {
            let replies = raw.say(&message);
            assert!(replies.is_empty(), "{spoken:?}: {message}: {replies:?}");
            is_served(&mut raw, &message.to_string());
        }
        drop(raw);
        scene.has_nothing_left(&format!("{spoken:?}"));
    }
}

/// Whatever is an id comes back as it was.
#[test]
fn an_id_may_be_anything() {
    for spoken in Spoken::BOTH {
        let scene = Scene::new(4);
        let mut raw = scene.enter(spoken);
        raw.hello();
        let text = "x".repeat(10_000);
        let mut left = 0;
        for id in [
            json!(0),
            json!(u64::MAX),
            json!(-1),
            json!(i64::MIN),
            json!(0.5),
            json!(-1e300),
            json!(true),
            json!(false),
            json!(""),
            json!("é\u{0}\n"),
            json!(text),
            json!([]),
            json!([1, [2, {"a": null}]]),
            json!({}),
            json!({"id": {"id": {"id": 1}}}),
        ] {
            let replies = raw.say(&json!({"id": id, "method": "get_version"}));
            assert_eq!(one_reply(&replies)["id"], id, "{spoken:?}");
            // Several of the same are each replied to, and one of them can be taken back.
            let asks = json!({"id": id, "method": "request", "params": {"sender": "near", "method": "wait", "params": 1}});
            assert!(raw.say(&asks).is_empty() && raw.say(&asks).is_empty());
            for _ in 0..3 {
                raw.say(&json!({"method": "cancel", "params": {"id": id}}));
            }
            left += 1;
            assert_eq!(scene.server.inspect().under_way, left, "{id}");
        }
        // Nobody waits for ever for the others.
        scene.by_hand.clock.advance(Duration::from_secs(10));
        let late = raw
            .got()
            .into_iter()
            .filter(|reply| reply["code"] == "timed_out");
        assert_eq!((late.count(), scene.server.inspect().under_way), (left, 0));
        drop(raw);
        scene.has_nothing_left(&format!("{spoken:?}"));
    }
}

/// What says the same twice says one of it, or is no message.
#[test]
fn keys_may_come_twice() {
    let scene = Scene::new(5);
    for (text, replies) in [
        (r#"{"id":1,"id":2,"method":"get_version"}"#, 1),
        (r#"{"id":1,"method":"dance","method":"get_version"}"#, 1),
        (r#"{"id":1,"method":"get_version","status":0}"#, 0),
        (
            r#"{"id":1,"method":"list_senders","params":{"list_events":1,"list_events":true}}"#,
            1,
        ),
        (
            r#"{"id":1,"method":"add_sender","params":{"sender":"far","sender":"far","events":["a","a","a"]}}"#,
            1,
        ),
        (r#"{"id":1,"method":"get_version","params":null}"#, 1),
        (r#"{"id":1,"method":"get_version","params":[1,2]}"#, 1),
        (r#"{"id":1,"method":7}"#, 1),
        (r#"{}"#, 0),
    ] {
        let mut raw = scene.enter(Spoken::Json);
        raw.hello();
        raw.write(text.as_bytes());
        assert_eq!(raw.got().len(), replies, "{text}");
        is_served(&mut raw, text);
        drop(raw);
        scene.has_nothing_left(text);
    }
}
