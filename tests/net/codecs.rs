//! Codecs: values there and back, bytes in both, depth, and what is no value.

use std::collections::BTreeMap;

use fanfare::net::{Bytes, Codec, Json, MAX_DEPTH, MessagePack};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

fn written<C: Codec, T: Serialize>(codec: &C, value: &T) -> Vec<u8> {
    let mut frame = Vec::new();
    codec.encode(value, &mut frame).expect("it can be written");
    frame
}

fn there_and_back<T: Serialize + DeserializeOwned>(value: &T) -> [T; 2] {
    let (json, packed) = (written(&Json, value), written(&MessagePack, value));
    [
        Json.decode(&json, 64).expect("JSON"),
        MessagePack.decode(&packed, 64).expect("MessagePack"),
    ]
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Reading {
    place: String,
    value: f64,
    raw: Bytes,
    tags: Option<BTreeMap<String, u8>>,
}

fn reading() -> Reading {
    Reading {
        place: "nörth \"4\"".into(),
        value: -21.5,
        raw: Bytes::from(&[0, 1, 0xff]),
        tags: Some([("a".to_owned(), 1)].into()),
    }
}

#[test]
fn types_go_there_and_back() {
    assert_eq!(there_and_back(&reading()), [reading(), reading()]);
}

#[test]
fn bytes_are_never_a_list_of_numbers() {
    assert_eq!(written(&Json, &Bytes::from(&[0, 1, 0xff])), br#""AAH/""#);
    assert_eq!(
        written(&MessagePack, &Bytes::from(&[0, 1, 0xff])),
        [0xc4, 3, 0, 1, 0xff]
    );
    let kilobyte = Bytes(vec![b'x'; 1024]);
    assert!(written(&Json, &kilobyte).len() < 1024 * 4 / 3 + 8);
    // A list is understood all the same, and text that is no base64 is not.
    assert_eq!(
        MessagePack.decode::<Bytes>(&[0x92, 1, 2], 8).unwrap(),
        Bytes::from(&[1, 2])
    );
    let error = Json.decode::<Bytes>(br#""AAH""#, 8).unwrap_err();
    assert!(error.to_string().contains("base64"), "{error}");
    assert_eq!(
        format!("{:?}", Bytes::from(b"a\n\xff")),
        r#"Bytes(3, "a\n\xff")"#
    );
}

/// Nested so deep, the lists in it included.
fn nested(depth: usize) -> Value {
    (1..depth).fold(Value::Array(vec![]), |inner, _| Value::Array(vec![inner]))
}

#[test]
fn depth_is_bounded() {
    for depth in [1, 2, 63, 64, MAX_DEPTH] {
        let value = nested(depth);
        let (json, packed) = (written(&Json, &value), written(&MessagePack, &value));
        assert_eq!(Json.decode::<Value>(&json, depth).unwrap(), value);
        assert_eq!(MessagePack.decode::<Value>(&packed, depth).unwrap(), value);
        for error in [
            Json.decode::<Value>(&json, depth - 1).unwrap_err(),
            MessagePack.decode::<Value>(&packed, depth - 1).unwrap_err(),
        ] {
            assert!(error.is_too_deep(), "{depth}: {error}");
            assert!(
                error
                    .to_string()
                    .contains(&format!("deeper than {}", depth - 1)),
                "{error}"
            );
        }
    }
}

#[test]
fn no_depth_is_a_danger() {
    // A megabyte of nothing but beginnings, whatever is allowed.
    let json = "[".repeat(1 << 20);
    assert!(
        Json.decode::<Value>(json.as_bytes(), usize::MAX)
            .unwrap_err()
            .is_too_deep()
    );
    let packed = vec![0x91; 1 << 20];
    assert!(
        MessagePack
            .decode::<Value>(&packed, usize::MAX)
            .unwrap_err()
            .is_too_deep()
    );
    // Brackets in a text are none.
    let text = Value::String("[".repeat(1000));
    assert_eq!(
        Json.decode::<Value>(&written(&Json, &text), 1).unwrap(),
        text
    );
}

#[test]
fn every_truncation_is_an_error() {
    let (json, packed) = (
        written(&Json, &reading()),
        written(&MessagePack, &reading()),
    );
    for length in 0..json.len() {
        Json.decode::<Reading>(&json[..length], 8).unwrap_err();
    }
    for length in 0..packed.len() {
        MessagePack
            .decode::<Reading>(&packed[..length], 8)
            .unwrap_err();
    }
}

#[test]
fn what_follows_is_an_error() {
    for mut frame in [
        written(&Json, &reading()),
        written(&MessagePack, &reading()),
    ] {
        let is_json = frame[0] == b'{';
        frame.push(if is_json { b'}' } else { 1 });
        let error = if is_json {
            Json.decode::<Reading>(&frame, 8).unwrap_err()
        } else {
            MessagePack.decode::<Reading>(&frame, 8).unwrap_err()
        };
        assert!(
            error.to_string().starts_with("this cannot be read"),
            "{error}"
        );
    }
}

#[test]
fn what_is_announced_takes_no_room() {
    // A map, a list, a text and bytes of four thousand million, in five bytes each.
    for first in [0xdf, 0xdd, 0xdb, 0xc6] {
        let frame = [first, 0xff, 0xff, 0xff, 0xff];
        MessagePack.decode::<Value>(&frame, 8).unwrap_err();
        MessagePack.decode::<Bytes>(&frame, 8).unwrap_err();
        MessagePack.decode::<Vec<u64>>(&frame, 8).unwrap_err();
    }
}

#[test]
fn text_that_is_none_is_an_error() {
    for frame in [
        &b"\"\xff\""[..],
        b"\"\xc3\"",
        b"\"\xed\xa0\x80\"",
        b"\"\\ud800\"",
    ] {
        Json.decode::<String>(frame, 8).unwrap_err();
    }
    MessagePack
        .decode::<String>(b"\xa2\xc3\x28", 8)
        .unwrap_err();
}

proptest! {
    #![proptest_config(crate::kit::cases())]

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Json.decode::<Value>(&bytes, 8);
        let _ = MessagePack.decode::<Value>(&bytes, 8);
        let _ = MessagePack.decode::<Reading>(&bytes, 8);
    }

    #[test]
    fn any_bytes_go_there_and_back(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let bytes = Bytes(bytes);
        prop_assert_eq!(there_and_back(&bytes), [bytes.clone(), bytes]);
    }
}
