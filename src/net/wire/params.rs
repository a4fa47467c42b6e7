//! The parameters of a call, before it is known of which: the method may come after them.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::call::Name;
use super::id::Id;
use super::keys::{keys, read_map};
use super::token::Token;

/// All that some method takes. No two methods mean different things by one name.
pub(super) struct Params<V> {
    pub(super) sender: Option<Name>,
    pub(super) event: Option<Name>,
    pub(super) events: Option<Names>,
    pub(super) requests: Option<Vec<Option<Name>>>,
    pub(super) listener_id: Option<u64>,
    pub(super) signal: Option<Name>,
    pub(super) import: Option<u64>,
    pub(super) keys: Option<Vec<Value>>,
    pub(super) senders: Option<Vec<Name>>,
    pub(super) info: Option<Info>,
    pub(super) data: Option<V>,
    pub(super) method: Option<Name>,
    pub(super) params: Option<V>,
    pub(super) list_events: bool,
    pub(super) id: Option<Id>,
    pub(super) reason: Option<String>,
    pub(super) protocol: Option<u32>,
    pub(super) codec: Option<String>,
    pub(super) window: Option<u32>,
    pub(super) token: Option<Token>,
    pub(super) session: Option<Token>,
}

impl<V> Default for Params<V> {
    fn default() -> Self {
        Self {
            sender: None,
            event: None,
            events: None,
            requests: None,
            listener_id: None,
            signal: None,
            import: None,
            keys: None,
            senders: None,
            info: None,
            data: None,
            method: None,
            params: None,
            list_events: false,
            id: None,
            reason: None,
            protocol: None,
            codec: None,
            window: None,
            token: None,
            session: None,
        }
    }
}

keys!(Key {
    Sender = "sender",
    Event = "event",
    Events = "events",
    Requests = "requests",
    ListenerId = "listener_id",
    Signal = "signal",
    Import = "import",
    Keys = "keys",
    Senders = "senders",
    Info = "info",
    Data = "data",
    Method = "method",
    Params = "params",
    ListEvents = "list_events",
    Id = "id",
    Reason = "reason",
    Protocol = "protocol",
    Codec = "codec",
    Window = "window",
    Token = "token",
    Session = "session",
});

read_map!([V] Params<V>, Key, "parameters, which are a map", |it, map| {
    Key::Sender => it.sender = map.next_value()?,
    Key::Event => it.event = map.next_value()?,
    Key::Events => it.events = map.next_value()?,
    Key::Requests => it.requests = map.next_value()?,
    Key::ListenerId => it.listener_id = map.next_value()?,
    Key::Signal => it.signal = map.next_value()?,
    Key::Import => it.import = map.next_value()?,
    Key::Keys => it.keys = map.next_value()?,
    Key::Senders => it.senders = map.next_value()?,
    Key::Info => it.info = map.next_value()?,
    // Null is a value of some types, and none of others: that is not for an `Option` to decide.
    Key::Data => it.data = Some(map.next_value()?),
    Key::Method => it.method = map.next_value()?,
    Key::Params => it.params = Some(map.next_value()?),
    Key::ListEvents => it.list_events = map.next_value::<Option<bool>>()?.unwrap_or(false),
    Key::Id => it.id = Some(map.next_value()?),
    Key::Reason => it.reason = map.next_value()?,
    Key::Protocol => it.protocol = map.next_value()?,
    Key::Codec => it.codec = map.next_value()?,
    Key::Window => it.window = map.next_value()?,
    Key::Token => it.token = map.next_value()?,
    Key::Session => it.session = map.next_value()?,
});

/// Who sent what.
#[derive(Default)]
pub(super) struct Info {
    pub(super) sender: Option<Name>,
    pub(super) event: Option<Name>,
}

keys!(InfoKey { Sender = "sender", Event = "event" });

read_map!([] Info, InfoKey, "a sender and an event", |it, map| {
    InfoKey::Sender => it.sender = map.next_value()?,
    InfoKey::Event => it.event = map.next_value()?,
});

/// A list of names, or one: the original takes both.
pub(super) struct Names(pub(super) Vec<Name>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamesReader)
    }
}

struct NamesReader;

impl<'de> Visitor<'de> for NamesReader {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a list of names")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Names, E> {
        Ok(Names(vec![name.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = list.next_element()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}
