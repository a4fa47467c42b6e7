//! Calls whose payload stays where it is.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The parameters of an event, borrowed.
pub(crate) struct SignalOf<'a, V> {
    pub(crate) listener_id: Option<u64>,
    pub(crate) sender: Option<&'a str>,
    pub(crate) event: Option<&'a str>,
    pub(crate) data: &'a V,
}

impl<V: Serialize> SignalOf<'_, V> {
    pub(super) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Self { sender, event, .. } = *self;
        if let Some(listener_id) = self.listener_id {
            map.serialize_entry("listener_id", &listener_id)?;
        }
        map.serialize_entry("info", &InfoOf { sender, event })?;
        map.serialize_entry("data", self.data)
    }
}

impl<V: Serialize> Serialize for SignalOf<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let len = 2 + usize::from(self.listener_id.is_some());
        let mut map = serializer.serialize_map(Some(len))?;
        self.write(&mut map)?;
        map.end()
    }
}

// Not derived: whether the payload can be copied is of no account.
impl<V> Clone for SignalOf<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for SignalOf<'_, V> {}

/// How many entries these take: none where there is nothing.
pub(super) fn len_of(keys: &[Value], senders: &[String]) -> usize {
    usize::from(!keys.is_empty()) + usize::from(!senders.is_empty())
}

/// The parameters of an event of an exported signal, borrowed.
pub(crate) struct ImportedOf<'a, V> {
    pub(crate) import: u64,
    pub(crate) keys: &'a [Value],
    pub(crate) senders: &'a [String],
    pub(crate) data: &'a V,
}

impl<V> Clone for ImportedOf<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for ImportedOf<'_, V> {}

impl<V: Serialize> ImportedOf<'_, V> {
    pub(super) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("import", &self.import)?;
        if !self.keys.is_empty() {
            map.serialize_entry("keys", self.keys)?;
        }
        if !self.senders.is_empty() {
            map.serialize_entry("senders", self.senders)?;
        }
        map.serialize_entry("data", self.data)
    }
}

impl<V: Serialize> Serialize for ImportedOf<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2 + len_of(self.keys, self.senders)))?;
        self.write(&mut map)?;
        map.end()
    }
}

/// The parameters of a request, borrowed.
pub(crate) struct RequestOf<'a, V> {
    pub(crate) sender: &'a str,
    pub(crate) method: &'a str,
    pub(crate) params: &'a V,
}

impl<V> Clone for RequestOf<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for RequestOf<'_, V> {}

impl<V: Serialize> RequestOf<'_, V> {
    pub(super) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("sender", self.sender)?;
        map.serialize_entry("method", self.method)?;
        map.serialize_entry("params", self.params)
    }
}

impl<V: Serialize> Serialize for RequestOf<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        self.write(&mut map)?;
        map.end()
    }
}

struct InfoOf<'a> {
    sender: Option<&'a str>,
    event: Option<&'a str>,
}

impl Serialize for InfoOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("sender", &self.sender)?;
        map.serialize_entry("event", &self.event)?;
        map.end()
    }
}
