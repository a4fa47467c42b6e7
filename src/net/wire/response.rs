//! What calls are answered.

use serde::de::value::{Error as PlainError, UnitDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::call::{Call, Name, USUAL_REQUESTS};
use super::keys::{keys, read_map};
use crate::net::codec::{Codec, CodecError};

/// What a call is answered that has not failed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Response<V> {
    /// That it is done.
    Done,
    /// To [`Call::GetVersion`]: which it is.
    Version(String),
    /// To [`Call::ListSenders`]: which there are.
    Senders(Vec<SenderEntry>),
    /// To [`Call::AddListener`] and [`Call::AddImport`]: what the listener is known by.
    Listener(u64),
    /// To [`Call::Request`]: what the sender has replied.
    Value(V),
    /// To [`Call::Hello`].
    Welcome {
        /// Which version of the protocol the other side speaks.
        protocol: u32,
        /// How many requests it takes at a time: more of them have to wait for replies to others. 256 if it does not say.
        requests: u32,
    },
}

/// What kind of response a call has: a reply alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expect {
    /// [`Response::Done`]: whatever comes.
    Done,
    /// [`Response::Version`].
    Version,
    /// [`Response::Senders`].
    Senders,
    /// [`Response::Listener`].
    Listener,
    /// [`Response::Value`].
    Value,
    /// [`Response::Welcome`].
    Welcome,
}

impl Expect {
    /// What this call is answered with.
    #[must_use]
    pub const fn of<V>(call: &Call<V>) -> Self {
        match call {
            Call::GetVersion => Self::Version,
            Call::ListSenders { .. } => Self::Senders,
            Call::AddListener { .. } | Call::AddImport { .. } => Self::Listener,
            Call::Request { .. } => Self::Value,
            Call::Hello { .. } => Self::Welcome,
            _ => Self::Done,
        }
    }
}

/// A sender that a peer knows of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SenderEntry {
    /// Its name. The original lists one without, that stands for all.
    pub sender: Option<Name>,
    /// Whether it is there, or there are only listeners that wait for it.
    pub connected: bool,
    /// Its events, if they were asked for. The original lists one without a name, that stands for all.
    pub events: Option<Vec<Option<Name>>>,
}

impl SenderEntry {
    /// A sender that is there.
    #[must_use]
    pub fn new(sender: impl Into<Name>) -> Self {
        Self {
            sender: Some(sender.into()),
            connected: true,
            events: None,
        }
    }
}

impl<V> Response<V> {
    /// Reads the response out of a reply.
    pub(super) fn read<C: Codec>(
        codec: &C,
        frame: &[u8],
        depth: usize,
        expect: Expect,
    ) -> Result<Self, CodecError>
    where
        V: DeserializeOwned,
    {
        fn response<C: Codec, T: DeserializeOwned>(
            codec: &C,
            frame: &[u8],
            depth: usize,
        ) -> Result<T, CodecError> {
            let Reply { response } = codec.decode(frame, depth)?;
            let given = response.or_else(null);
            given.ok_or_else(|| CodecError::of_reading("the reply has no response"))
        }
        Ok(match expect {
            Expect::Done => Self::Done,
            Expect::Version => Self::Version(response(codec, frame, depth)?),
            Expect::Senders => Self::Senders(response(codec, frame, depth)?),
            Expect::Listener => {
                let Listener { listener_id } = response(codec, frame, depth)?;
                let given = listener_id
                    .ok_or_else(|| CodecError::of_reading("the reply has no listener_id"));
                Self::Listener(given?)
            }
            Expect::Value => Self::Value(response(codec, frame, depth)?),
            Expect::Welcome => {
                let Welcome { protocol, window } = response(codec, frame, depth)?;
                let given =
                    protocol.ok_or_else(|| CodecError::of_reading("the reply has no protocol"));
                Self::Welcome {
                    protocol: given?,
                    requests: window.unwrap_or(USUAL_REQUESTS),
                }
            }
        })
    }
}

/// What null is as this type, if it is anything.
pub(super) fn null<V: DeserializeOwned>() -> Option<V> {
    let null: UnitDeserializer<PlainError> = ().into_deserializer();
    V::deserialize(null).ok()
}

impl<V: Serialize> Serialize for Response<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Done => serializer.serialize_unit(),
            Self::Version(version) => serializer.serialize_str(version),
            Self::Senders(senders) => senders.serialize(serializer),
            Self::Listener(id) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("listener_id", id)?;
                map.end()
            }
            Self::Value(value) => value.serialize(serializer),
            Self::Welcome { protocol, requests } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("protocol", protocol)?;
                map.serialize_entry("window", requests)?;
                map.end()
            }
        }
    }
}

/// A reply, of which only the response matters.
struct Reply<T> {
    response: Option<T>,
}

impl<T> Default for Reply<T> {
    fn default() -> Self {
        Self { response: None }
    }
}

keys!(ReplyKey { Response = "response" });

read_map!([V] Reply<V>, ReplyKey, "a reply, which is a map", |it, map| {
    ReplyKey::Response => it.response = Some(map.next_value()?),
});

#[derive(Default)]
struct Listener {
    listener_id: Option<u64>,
}

keys!(ListenerKey { ListenerId = "listener_id" });

read_map!([] Listener, ListenerKey, "a map with a listener_id", |it, map| {
    ListenerKey::ListenerId => it.listener_id = map.next_value()?,
});

#[derive(Default)]
struct Welcome {
    protocol: Option<u32>,
    window: Option<u32>,
}

keys!(WelcomeKey {
    Protocol = "protocol",
    Window = "window",
});

read_map!([] Welcome, WelcomeKey, "a map with a protocol", |it, map| {
    WelcomeKey::Protocol => it.protocol = map.next_value()?,
    WelcomeKey::Window => it.window = map.next_value()?,
});

keys!(EntryKey { Sender = "sender", Connected = "connected", Events = "events" });

read_map!([] SenderEntry, EntryKey, "a map that tells of a sender", |it, map| {
    EntryKey::Sender => it.sender = map.next_value()?,
    EntryKey::Connected => it.connected = map.next_value()?,
    EntryKey::Events => {
        let events = map.next_value::<Option<Vec<EventEntry>>>()?;
        it.events = events.map(|events| events.into_iter().map(|entry| entry.event).collect());
    }
});

impl Serialize for SenderEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let len = 2 + usize::from(self.events.is_some());
        let mut map = serializer.serialize_map(Some(len))?;
        map.serialize_entry("sender", &self.sender)?;
        map.serialize_entry("connected", &self.connected)?;
        if let Some(events) = &self.events {
            map.serialize_entry("events", &EventEntries(events))?;
        }
        map.end()
    }
}

#[derive(Default)]
struct EventEntry {
    event: Option<Name>,
}

keys!(EventKey { Event = "event" });

read_map!([] EventEntry, EventKey, "a map with an event", |it, map| {
    EventKey::Event => it.event = map.next_value()?,
});

struct EventEntries<'a>(&'a [Option<Name>]);

impl Serialize for EventEntries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.len()))?;
        for event in self.0 {
            seq.serialize_element(&EventOf(event))?;
        }
        seq.end()
    }
}

struct EventOf<'a>(&'a Option<Name>);

impl Serialize for EventOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("event", self.0)?;
        map.end()
    }
}
