//! Messages of the protocol: as they are on the wire, and malformed.

use fanfare::net::Json;
use fanfare::net::wire::{
    Call, Code, Expect, Id, Message, PROTOCOL, Received, RemoteError, Response, Status, Wire,
};
use serde_json::{Value, json};

use crate::kit::V;

fn json_wire() -> Wire<V> {
    Wire::new(Json)
}

fn read(text: &str) -> Received<V> {
    json_wire().decode(text.as_bytes()).expect(text)
}

/// The call in it, and its id.
fn call(text: &str) -> (Option<Id>, Result<Call<V>, RemoteError>) {
    match read(text) {
        Received::Call { id, call, .. } => (id, call),
        reply => panic!("{text} is no call: {reply:?}"),
    }
}

#[test]
fn on_the_wire_they_are_the_originals() {
    let id = Some(Id::Number(1));
    for (call, text) in [
        (
            Call::GetVersion,
            r#"{"id":1,"method":"get_version","params":{}}"#,
        ),
        (
            Call::AddSender {
                sender: "t".into(),
                events: vec!["a".into(), "#b".into()],
                requests: Some(vec![Some("read".into()), None]),
            },
            r##"{"id":1,"method":"add_sender","params":{"sender":"t","events":["a","#b"],"requests":["read",null]}}"##,
        ),
        (
            Call::AddListener {
                sender: Some("t".into()),
                event: None,
            },
            r#"{"id":1,"method":"add_listener","params":{"sender":"t","event":null}}"#,
        ),
        (
            Call::Signal {
                listener_id: Some(7),
                sender: Some("t".into()),
                event: Some("a".into()),
                data: json!(21.5),
            },
            r#"{"id":1,"method":"signal","params":{"listener_id":7,"info":{"sender":"t","event":"a"},"data":21.5}}"#,
        ),
        (
            Call::Request {
                sender: "t".into(),
                method: "read".into(),
                params: json!({"a": 1}),
            },
            r#"{"id":1,"method":"request","params":{"sender":"t","method":"read","params":{"a":1}}}"#,
        ),
    ] {
        let message = Message::Call {
            id: id.clone(),
            call: call.clone(),
            deadline: None,
        };
        let frame = json_wire().encode(&message).unwrap();
        assert_eq!(String::from_utf8(frame).unwrap(), text);
        assert_eq!(
            read(text),
            Received::Call {
                id: id.clone(),
                call: Ok(call),
                deadline: None
            }
        );
    }
    for (result, text) in [
        (Ok(Response::Done), r#"{"id":1,"status":0,"response":null}"#),
        (
            Ok(Response::Listener(7)),
            r#"{"id":1,"status":0,"response":{"listener_id":7}}"#,
        ),
        (
            Ok(Response::Value(json!([1]))),
            r#"{"id":1,"status":0,"response":[1]}"#,
        ),
        (
            Err(RemoteError::unknown_method()),
            r#"{"id":1,"status":-1}"#,
        ),
        (
            Err(RemoteError::failed(Code::UnknownSender, "no t")),
            r#"{"id":1,"status":-2,"exception":"no t","code":"unknown_sender"}"#,
        ),
    ] {
        let frame = json_wire()
            .encode(&Message::Reply {
                id: Id::Number(1),
                result,
            })
            .unwrap();
        assert_eq!(String::from_utf8(frame).unwrap(), text);
    }
}

#[test]
fn entries_come_in_any_order_and_with_others() {
    let text = r#"{"x":[{}],"params":{"data":null,"y":1,"info":{"event":"e","z":2,"sender":"s"}},"method":"signal","id":"a"}"#;
    let signal = Call::Signal {
        listener_id: None,
        sender: Some("s".into()),
        event: Some("e".into()),
        data: Value::Null,
    };
    assert_eq!(call(text), (Some("a".into()), Ok(signal)));
    // What the original leaves out, or sends otherwise.
    let one = r#"{"method":"add_sender","params":{"sender":"s","events":"e"}}"#;
    let sender = Call::AddSender {
        sender: "s".into(),
        events: vec!["e".into()],
        requests: None,
    };
    assert_eq!(call(one), (None, Ok(sender)));
    let bare = call(r#"{"method":"list_senders","params":null}"#);
    assert_eq!(bare, (None, Ok(Call::ListSenders { list_events: false })));
    let (_, left_out) = call(r#"{"method":"request","params":{"sender":"s","method":"m"}}"#);
    let request = Call::Request {
        sender: "s".into(),
        method: "m".into(),
        params: Value::Null,
    };
    assert_eq!(left_out, Ok(request));
}

#[test]
fn ids_come_back_as_they_were() {
    for id in [
        "null",
        "true",
        "0",
        "18446744073709551615",
        "-1",
        "1.5",
        "1e300",
        r#""a\n""#,
        "[]",
        r#"[1,[null,"x"]]"#,
        "{}",
        r#"{"b":1,"a":{"c":[]}}"#,
    ] {
        let (found, call) = call(&format!(r#"{{"id":{id},"method":"get_version"}}"#));
        assert_eq!(call, Ok(Call::GetVersion));
        let reply = Message::<V>::Reply {
            id: found.expect("it has one"),
            result: Ok(Response::Done),
        };
        let frame = String::from_utf8(json_wire().encode(&reply).unwrap()).unwrap();
        let expected: Value = serde_json::from_str(id).unwrap();
        let text = frame
            .strip_prefix("{\"id\":")
            .unwrap()
            .strip_suffix(",\"status\":0,\"response\":null}");
        assert_eq!(
            serde_json::from_str::<Value>(text.unwrap()).unwrap(),
            expected,
            "{id}"
        );
        if !id.contains('e') {
            assert_eq!(text.unwrap(), id, "to the letter");
        }
    }
}

#[test]
fn what_is_wrong_with_a_call_is_what_it_is_replied_to() {
    for (text, status, words) in [
        (r#"{"id":3}"#, Status::NoMethod, ""),
        (r#"{"id":3,"method":null}"#, Status::NoMethod, ""),
        (
            r#"{"id":3,"method":"fly","params":{"data":1}}"#,
            Status::UnknownMethod,
            "",
        ),
        (
            r#"{"id":3,"method":"add_sender","params":{"sender":"s"}}"#,
            Status::Failed,
            "events",
        ),
        (
            r#"{"id":3,"method":"signal","params":{}}"#,
            Status::Failed,
            "info",
        ),
        (
            r#"{"id":3,"method":"remove_listener"}"#,
            Status::Failed,
            "listener_id",
        ),
        (
            r#"{"id":3,"method":"signal","params":[1]}"#,
            Status::Failed,
            "parameters",
        ),
        (
            r#"{"id":3,"method":"add_listener","params":{"sender":5}}"#,
            Status::Failed,
            "string",
        ),
        (r#"{"id":3,"method":5}"#, Status::Failed, "text"),
    ] {
        let (id, call) = call(text);
        assert_eq!(id, Some(Id::Number(3)), "{text}");
        let error = call.unwrap_err();
        assert_eq!(error.status(), status, "{text}: {error}");
        assert!(error.message().contains(words), "{text}: {error}");
        assert_eq!(
            error.code(),
            (status == Status::Failed).then_some(Code::BadParameters)
        );
    }
    // A payload of another type is the caller's mistake, and no reason to hang up.
    let wire = Wire::<u32>::new(Json);
    let text =
        br#"{"id":3,"method":"request","params":{"sender":"s","method":"m","params":"five"}}"#;
    let Received::Call { id, call, .. } = wire.decode(text).unwrap() else {
        panic!("a call")
    };
    assert_eq!(id, Some(Id::Number(3)));
    assert!(call.unwrap_err().message().contains("five"));
}

#[test]
fn what_is_no_message_is_an_error() {
    for text in [
        "",
        "{",
        "5",
        "[]",
        "null",
        r#"{"id":1"#,
        r#"{"id":}"#,
        r#"{id:1}"#,
        r#"{"status":"ok"}"#,
        "{\"a\":\"\u{0}\"}",
    ] {
        json_wire().decode(text.as_bytes()).unwrap_err();
    }
    let deep = format!(
        r#"{{"method":"get_version","x":{}}}"#,
        "[".repeat(64) + &"]".repeat(64)
    );
    assert!(
        json_wire()
            .decode(deep.as_bytes())
            .unwrap_err()
            .is_too_deep()
    );
    json_wire().depth(65).decode(deep.as_bytes()).unwrap();
}

#[test]
fn replies_are_read_by_what_was_asked() {
    let read = |text: &str, expect| json_wire().response(text.as_bytes(), expect);
    let reply = |response: &str| format!(r#"{{"response":{response},"status":0,"id":1}}"#);
    assert_eq!(
        read(&reply("\"1.01\""), Expect::Version).unwrap(),
        Response::Version("1.01".into())
    );
    assert_eq!(read(&reply("[1]"), Expect::Done).unwrap(), Response::Done);
    assert_eq!(
        read(&reply("null"), Expect::Value).unwrap(),
        Response::Value(Value::Null)
    );
    assert_eq!(
        read(r#"{"id":1,"status":0}"#, Expect::Value).unwrap(),
        Response::Value(Value::Null)
    );
    let listed = r#"[{"sender":null,"connected":true,"events":[{"event":null},{"event":"e"}]},{"connected":false,"sender":"s"}]"#;
    let Response::Senders(senders) = read(&reply(listed), Expect::Senders).unwrap() else {
        panic!("senders")
    };
    let names: Vec<_> = senders
        .iter()
        .map(|entry| entry.sender.as_deref())
        .collect();
    assert_eq!(names, [None, Some("s")]);
    assert_eq!(senders[0].events, Some(vec![None, Some("e".into())]));
    assert!(senders[0].connected && !senders[1].connected && senders[1].events.is_none());
    for (text, expect) in [
        (reply("5"), Expect::Version),
        (reply("{}"), Expect::Listener),
        (reply("null"), Expect::Senders),
        (reply("{}"), Expect::Welcome),
    ] {
        read(&text, expect).unwrap_err();
    }
    // A status that nobody knows, and an exception that is no text.
    let Received::Reply { id, result } = self::read(r#"{"status":-9,"exception":["x"],"id":null}"#)
    else {
        panic!("a reply")
    };
    let error = result.unwrap_err();
    assert_eq!(
        (id, error.status(), error.code()),
        (Id::Null, Status::Other(-9), None)
    );
}

#[test]
fn tokens_are_not_shown() {
    let call: Call<V> = Call::Hello {
        protocol: PROTOCOL,
        codec: "json".into(),
        requests: 1,
        session: None,
        token: Some("secret".into()),
    };
    assert!(!format!("{call:?}").contains("secret"));
    let frame = json_wire()
        .encode(&Message::Call {
            id: None,
            call,
            deadline: None,
        })
        .unwrap();
    assert!(
        String::from_utf8(frame)
            .unwrap()
            .contains(r#""token":"secret""#)
    );
}
