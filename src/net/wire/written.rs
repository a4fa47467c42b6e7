//! Calls and their parameters, as they are written.

use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::borrowed::{ImportedOf, RequestOf, SignalOf, len_of};
use super::call::Call;
use super::response::Expect;

/// What is said with a call: the call, or one whose payload stays where it is. One message goes to many, who each get it once more, and what
/// is not sent is its sender's again: no payload is copied for either.
pub(crate) enum Said<'a, V> {
    Call(&'a Call<V>),
    Signal(SignalOf<'a, V>),
    Imported(ImportedOf<'a, V>),
    Request(RequestOf<'a, V>),
}

impl<V> Clone for Said<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Said<'_, V> {}

impl<'a, V> From<SignalOf<'a, V>> for Said<'a, V> {
    fn from(signal: SignalOf<'a, V>) -> Self {
        Self::Signal(signal)
    }
}

impl<'a, V> From<ImportedOf<'a, V>> for Said<'a, V> {
    fn from(imported: ImportedOf<'a, V>) -> Self {
        Self::Imported(imported)
    }
}

impl<V> Said<'_, V> {
    /// The name on the wire.
    pub(crate) const fn method(&self) -> &'static str {
        match self {
            Self::Call(call) => call.method(),
            Self::Signal(_) => "signal",
            Self::Imported(_) => "imported",
            Self::Request(_) => "request",
        }
    }

    /// See [`Call::is_original`].
    pub(crate) const fn is_original(&self) -> bool {
        match self {
            Self::Call(call) => call.is_original(),
            Self::Signal(_) | Self::Request(_) => true,
            Self::Imported(_) => false,
        }
    }

    /// What it is answered with.
    pub(crate) const fn expects(&self) -> Expect {
        match self {
            Self::Call(call) => Expect::of(call),
            Self::Signal(_) | Self::Imported(_) => Expect::Done,
            Self::Request(_) => Expect::Value,
        }
    }

    pub(crate) const fn is_event(&self) -> bool {
        matches!(
            self,
            Self::Signal(_)
                | Self::Imported(_)
                | Self::Call(Call::Signal { .. } | Call::Imported { .. })
        )
    }

    pub(crate) const fn is_hello(&self) -> bool {
        matches!(self, Self::Call(Call::Hello { .. }))
    }
}

/// The parameters.
impl<V: Serialize> Serialize for Said<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Call(call) => ParamsOf(call).serialize(serializer),
            Self::Signal(signal) => signal.serialize(serializer),
            Self::Imported(imported) => imported.serialize(serializer),
            Self::Request(request) => request.serialize(serializer),
        }
    }
}

/// The parameters of a call.
struct ParamsOf<'a, V>(&'a Call<V>);

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
            Call::AddImport {
                signal,
                import,
                keys,
                senders,
            } => {
                map.serialize_entry("signal", signal)?;
                map.serialize_entry("import", import)?;
                if let Some(keys) = keys {
                    map.serialize_entry("keys", keys)?;
                }
                if let Some(senders) = senders {
                    map.serialize_entry("senders", senders)?;
                }
            }
            Call::Imported {
                import,
                keys,
                senders,
                data,
            } => {
                let imported = ImportedOf {
                    import: *import,
                    keys,
                    senders,
                    data,
                };
                imported.write(&mut map)?;
            }
            Call::Signal {
                listener_id,
                sender,
                event,
                data,
            } => {
                let signal = SignalOf {
                    listener_id: *listener_id,
                    sender: sender.as_deref(),
                    event: event.as_deref(),
                    data,
                };
                signal.write(&mut map)?;
            }
            Call::Request {
                sender,
                method,
                params,
            } => {
                let request = RequestOf {
                    sender,
                    method,
                    params,
                };
                request.write(&mut map)?;
            }
            Call::ListenerEnded {
                listener_id,
                reason,
            } => {
                map.serialize_entry("listener_id", listener_id)?;
                map.serialize_entry("reason", reason)?;
            }
            Call::SenderEnded { sender, reason } => {
                map.serialize_entry("sender", sender)?;
                map.serialize_entry("reason", reason)?;
            }
            Call::Hello {
                protocol,
                codec,
                requests,
                token,
                session,
            } => {
                map.serialize_entry("protocol", protocol)?;
                map.serialize_entry("codec", codec)?;
                map.serialize_entry("window", requests)?;
                if let Some(token) = token {
                    map.serialize_entry("token", token)?;
                }
                if let Some(session) = session {
                    map.serialize_entry("session", session)?;
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
            Call::AddListener { .. } | Call::ListenerEnded { .. } | Call::SenderEnded { .. } => 2,
            Call::AddSender { .. } | Call::Request { .. } => 3,
            Call::AddImport { keys, senders, .. } => {
                2 + usize::from(keys.is_some()) + usize::from(senders.is_some())
            }
            Call::Imported { keys, senders, .. } => 2 + len_of(keys, senders),
            Call::Signal { listener_id, .. } => 2 + usize::from(listener_id.is_some()),
            Call::Hello { token, session, .. } => {
                3 + usize::from(token.is_some()) + usize::from(session.is_some())
            }
        }
    }
}

/// A deadline on the wire: whole milliseconds, rounded up, so that what is left is not nothing.
pub(super) fn milliseconds(left: Duration) -> u64 {
    u64::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
