//! The name of a method, without a copy of its text.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// One of the names that are known, or an empty one for all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Method(pub(super) &'static str);

const KNOWN: [&str; 17] = [
    // The most frequent first.
    "signal",
    "imported",
    "request",
    "ping",
    "pong",
    "cancel",
    "add_listener",
    "remove_listener",
    "add_import",
    "add_sender",
    "remove_sender",
    "listener_ended",
    "sender_ended",
    "list_senders",
    "get_version",
    "hello",
    "close",
];

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Method;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a method, which is a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Method, E> {
        let known = KNOWN.into_iter().find(|known| *known == text);
        Ok(Method(known.unwrap_or_default()))
    }
}
