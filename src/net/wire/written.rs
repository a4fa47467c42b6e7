//! The parameters of a call, as they are written.

use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::call::{Call, Name};

/// The parameters of a call.
pub(super) struct ParamsOf<'a, V>(pub(super) &'a Call<V>);

impl<V: Serialize> Serialize for ParamsOf<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let len = self.len();
        let mut map = serializer.serialize_map(Some(len))?;
        match self.0 {
            Call::GetVersion | Call::Ping | Call::Pong => {}
            Call::ListSenders { list_events } => map.serialize_entry("list_events", list_events)?,
            Call::AddSender {
                sender,
                events,
                requests,
            } => {
                map.serialize_entry("sender", sender)?;
                map.serialize_entry("events", events)?;
                map.serialize_entry("requests", requests)?;
            }
            Call::RemoveSender { sender } => map.serialize_entry("sender", sender)?,
            Call::AddListener { sender, event } => {
                map.serialize_entry("sender", sender)?;
                map.serialize_entry("event", event)?;
            }
            Call::RemoveListener { listener_id } => {
                map.serialize_entry("listener_id", listener_id)?;
            }
            Call::Signal {
                listener_id,
                sender,
                event,
                data,
            } => {
                if let Some(listener_id) = listener_id {
                    map.serialize_entry("listener_id", listener_id)?;
                }
                map.serialize_entry("info", &InfoOf { sender, event })?;
                map.serialize_entry("data", data)?;
            }
            Call::Request {
                sender,
                method,
                params,
            } => {
                map.serialize_entry("sender", sender)?;
                map.serialize_entry("method", method)?;
                map.serialize_entry("params", params)?;
            }
            Call::ListenerEnded {
                listener_id,
                reason,
            } => {
                map.serialize_entry("listener_id", listener_id)?;
                map.serialize_entry("reason", reason)?;
            }
            Call::Hello {
                protocol,
                codec,
                requests,
                token,
            } => {
                map.serialize_entry("protocol", protocol)?;
                map.serialize_entry("codec", codec)?;
                map.serialize_entry("window", requests)?;
                if let Some(token) = token {
                    map.serialize_entry("token", token)?;
                }
            }
            Call::Cancel { id } => map.serialize_entry("id", id)?,
            Call::Close { reason } => map.serialize_entry("reason", reason)?,
        }
        map.end()
    }
}

impl<V> ParamsOf<'_, V> {
    /// How many there are: formats that write it first have to know.
    fn len(&self) -> usize {
        match self.0 {
            Call::GetVersion | Call::Ping | Call::Pong => 0,
            Call::ListSenders { .. }
            | Call::RemoveSender { .. }
            | Call::RemoveListener { .. }
            | Call::Cancel { .. }
            | Call::Close { .. } => 1,
            Call::AddListener { .. } | Call::ListenerEnded { .. } => 2,
            Call::AddSender { .. } | Call::Request { .. } => 3,
            Call::Signal { listener_id, .. } => 2 + usize::from(listener_id.is_some()),
            Call::Hello { token, .. } => 3 + usize::from(token.is_some()),
        }
    }
}

struct InfoOf<'a> {
    sender: &'a Option<Name>,
    event: &'a Option<Name>,
}

impl Serialize for InfoOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("sender", self.sender)?;
        map.serialize_entry("event", self.event)?;
        map.end()
    }
}

/// A deadline on the wire: whole milliseconds, rounded up, so that what is left is not nothing.
pub(super) fn milliseconds(left: Duration) -> u64 {
    u64::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
