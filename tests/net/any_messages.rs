//! Any messages: there and back in both codecs, in any pieces, cut short, and changed.

use std::time::Duration;

use fanfare::net::wire::{
    Call, Code, Expect, Id, Message, Received, RemoteError, Response, SenderEntry, Wire,
};
use fanfare::net::{FrameDecoder, Json, MessagePack};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::Value;

use crate::kit::V;

fn names() -> impl Strategy<Value = String> {
    "[a-z#\"\\\\é{}\\[\\]]{0,6}"
}

fn payloads() -> impl Strategy<Value = V> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6..1e6f64).prop_map(Value::from),
        names().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(names(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn ids() -> impl Strategy<Value = Id> {
    let leaf = prop_oneof![
        Just(Id::Null),
        any::<u64>().prop_map(Id::Number),
        (i64::MIN..0).prop_map(Id::Negative),
        names().prop_map(Id::Text),
        any::<bool>().prop_map(Id::Bool),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Id::List),
            vec((names().prop_map(Id::Text), inner), 0..3).prop_map(Id::Map),
        ]
    })
}

fn calls() -> impl Strategy<Value = Call<V>> {
    prop_oneof![
        Just(Call::GetVersion),
        Just(Call::Ping),
        Just(Call::Pong),
        any::<bool>().prop_map(|list_events| Call::ListSenders { list_events }),
        (
            names(),
            vec(names(), 0..3),
            option::of(vec(option::of(names()), 0..3))
        )
            .prop_map(|(sender, events, requests)| Call::AddSender {
                sender,
                events,
                requests
            }),
        names().prop_map(|sender| Call::RemoveSender { sender }),
        (option::of(names()), option::of(names()))
            .prop_map(|(sender, event)| Call::AddListener { sender, event }),
        any::<u64>().prop_map(|listener_id| Call::RemoveListener { listener_id }),
        (
            option::of(any::<u64>()),
            option::of(names()),
            option::of(names()),
            payloads()
        )
            .prop_map(|(listener_id, sender, event, data)| Call::Signal {
                listener_id,
                sender,
                event,
                data
            }),
        (
            names(),
            any::<u64>(),
            option::of(vec(payloads(), 0..3)),
            option::of(vec(names(), 0..3))
        )
            .prop_map(|(signal, import, keys, senders)| Call::AddImport {
                signal,
                import,
                keys,
                senders,
            }),
        (
            any::<u64>(),
            vec(payloads(), 0..3),
            vec(names(), 0..3),
            payloads()
        )
            .prop_map(|(import, keys, senders, data)| Call::Imported {
                import,
                keys,
                senders,
                data
            }),
        (names(), names(), payloads()).prop_map(|(sender, method, params)| Call::Request {
            sender,
            method,
            params
        }),
        (any::<u64>(), names()).prop_map(|(listener_id, reason)| Call::ListenerEnded {
            listener_id,
            reason
        }),
        (names(), names()).prop_map(|(sender, reason)| Call::SenderEnded { sender, reason }),
        (
            any::<u32>(),
            names(),
            any::<u32>(),
            option::of(names()),
            option::of(names())
        )
            .prop_map(|(protocol, codec, requests, token, session)| {
                Call::Hello {
                    protocol,
                    codec,
                    requests,
                    token: token.map(Into::into),
                    session: session.map(Into::into),
                }
            }),
        ids().prop_map(|id| Call::Cancel { id }),
        names().prop_map(|reason| Call::Close { reason }),
    ]
}

fn responses() -> impl Strategy<Value = (Expect, Response<V>)> {
    let entry = (
        names(),
        any::<bool>(),
        option::of(vec(option::of(names()), 0..3)),
    )
        .prop_map(|(sender, connected, events)| {
            let mut entry = SenderEntry::new(sender);
            entry.connected = connected;
            entry.events = events;
            entry
        });
    prop_oneof![
        Just((Expect::Done, Response::Done)),
        names().prop_map(|version| (Expect::Version, Response::Version(version))),
        vec(entry, 0..3).prop_map(|senders| (Expect::Senders, Response::Senders(senders))),
        any::<u64>().prop_map(|id| (Expect::Listener, Response::Listener(id))),
        payloads().prop_map(|value| (Expect::Value, Response::Value(value))),
        (any::<u32>(), any::<u32>()).prop_map(|(protocol, requests)| (
            Expect::Welcome,
            Response::Welcome { protocol, requests }
        )),
    ]
}

fn errors() -> impl Strategy<Value = RemoteError> {
    prop_oneof![
        Just(RemoteError::unknown_method()),
        (proptest::sample::select(Code::ALL), names())
            .prop_map(|(code, text)| RemoteError::failed(code, text)),
    ]
}

fn any_message() -> impl Strategy<Value = (Message<V>, Option<Expect>)> {
    prop_oneof![
        4 => (option::of(ids()), calls(), option::of(0u64..1 << 40)).prop_map(|(id, call, deadline)| {
            let deadline = deadline.map(Duration::from_millis);
            (Message::Call { id, call, deadline }, None)
        }),
        2 => (ids(), responses())
            .prop_map(|(id, (expect, response))| (Message::Reply { id, result: Ok(response) }, Some(expect))),
        1 => (ids(), errors()).prop_map(|(id, error)| (Message::Reply { id, result: Err(error) }, None)),
    ]
}

/// What was sent is what has come.
fn compare(wire: &Wire<V>, frame: &[u8], sent: &Message<V>, expect: Option<Expect>) {
    match (wire.decode(frame).expect("a message"), sent) {
        (
            Received::Call { id, call, deadline },
            Message::Call {
                id: sent_id,
                call: sent,
                deadline: sent_deadline,
            },
        ) => {
            assert_eq!(
                (&id, call.as_ref(), &deadline),
                (sent_id, Ok(sent), sent_deadline)
            );
        }
        (
            Received::Reply { id, result },
            Message::Reply {
                id: sent_id,
                result: sent,
            },
        ) => {
            assert_eq!(&id, sent_id);
            match (result, sent) {
                (Ok(()), Ok(response)) => {
                    let found = wire
                        .response(frame, expect.expect("a response"))
                        .expect("what was expected");
                    assert_eq!(&found, response);
                }
                (found, sent) => assert_eq!(found.unwrap_err(), *sent.as_ref().unwrap_err()),
            }
        }
        (received, sent) => panic!("{sent:?} came as {received:?}"),
    }
}

proptest! {
    #![proptest_config(crate::kit::cases())]

    /// Any sequence of messages, in any pieces, in both codecs.
    #[test]
    fn messages_go_there_and_back(
        messages in vec(any_message(), 1..8),
        pieces in vec(1usize..100, 1..10),
    ) {
        for wire in [Wire::<V>::new(Json), Wire::new(MessagePack)] {
            let mut stream = Vec::new();
            for (message, _) in &messages {
                wire.framing().append(&wire.encode(message).unwrap(), &mut stream);
            }
            let mut decoder = FrameDecoder::new(wire.framing());
            let (mut rest, mut pieces, mut at) = (&stream[..], pieces.iter().cycle(), 0);
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(rest.len().min(*pieces.next().expect("a circle")));
                rest = after;
                decoder.push(piece);
                while let Some(frame) = decoder.next_frame().unwrap() {
                    let (message, expect) = &messages[at];
                    compare(&wire, &frame, message, *expect);
                    at += 1;
                }
            }
            prop_assert_eq!(at, messages.len());
        }
    }

    /// Every truncation of every message is an error, or at least no other message.
    #[test]
    fn truncations_are_errors((message, _) in any_message()) {
        for wire in [Wire::<V>::new(Json), Wire::new(MessagePack)] {
            let frame = wire.encode(&message).unwrap();
            for length in 0..frame.len() {
                prop_assert!(wire.decode(&frame[..length]).is_err(), "{} of {:?}", length, message);
            }
        }
    }

    /// A message with one byte changed is a message or an error, and nothing worse.
    #[test]
    fn changed_bytes_do_no_harm((message, expect) in any_message(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        for wire in [Wire::<V>::new(Json), Wire::new(MessagePack)] {
            let mut frame = wire.encode(&message).unwrap();
            let at = at.index(frame.len());
            frame[at] = byte;
            let _ = wire.decode(&frame);
            let _ = wire.response(&frame, expect.unwrap_or(Expect::Value));
        }
    }

    /// Nor do any bytes at all.
    #[test]
    fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..200)) {
        for wire in [Wire::<V>::new(Json), Wire::new(MessagePack)] {
            let _ = wire.decode(&bytes);
            let _ = wire.response(&bytes, Expect::Senders);
        }
    }
}
