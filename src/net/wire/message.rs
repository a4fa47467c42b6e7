//! Calls and replies, whole.

use std::time::Duration;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::call::Call;
use super::id::Id;
use super::keys::{keys, read_map};
use super::method::Method;
use super::params::Params;
use super::response::Response;
use super::status::{Code, RemoteError, Status};
use super::written::{Said, milliseconds};
use crate::net::codec::{Codec, CodecError};

/// What is sent: a call or a reply.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Message<V> {
    /// That the other side do something.
    Call {
        /// What the reply will bear. Without one, none is wanted.
        id: Option<Id>,
        /// What is to be done.
        call: Call<V>,
        /// For how long the caller will wait. Whole milliseconds are sent, rounded up.
        deadline: Option<Duration>,
    },
    /// What came of a call.
    Reply {
        /// That of the call, as it came.
        id: Id,
        /// The response, or why there is none.
        result: Result<Response<V>, RemoteError>,
    },
}

/// What has come: as [`Message`], but that a call may be none that is known, and that only who called can tell what kind of
/// response a reply has.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Received<V> {
    /// See [`Message::Call`].
    Call {
        /// What the reply has to bear.
        id: Option<Id>,
        /// What is to be done, or the reply to a call that is none.
        call: Result<Call<V>, RemoteError>,
        /// For how long the caller will wait.
        deadline: Option<Duration>,
    },
    /// See [`Message::Reply`].
    Reply {
        /// That of the call.
        id: Id,
        /// Whether there is a response, which [`Wire::response`](super::Wire::response) reads, or why there is none.
        result: Result<(), RemoteError>,
    },
}

impl<V: Serialize> Serialize for Message<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Call { id, call, deadline } => CallOf {
                id: id.as_ref(),
                call: Said::Call(call),
                deadline: *deadline,
            }
            .serialize(serializer),
            Self::Reply { id, result } => ReplyOf { id, result }.serialize(serializer),
        }
    }
}

/// A call, borrowed.
pub(crate) struct CallOf<'a, V> {
    pub(crate) id: Option<&'a Id>,
    pub(crate) call: Said<'a, V>,
    pub(crate) deadline: Option<Duration>,
}

impl<V: Serialize> Serialize for CallOf<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let len = 2 + usize::from(self.id.is_some()) + usize::from(self.deadline.is_some());
        let mut map = serializer.serialize_map(Some(len))?;
        if let Some(id) = self.id {
            map.serialize_entry("id", id)?;
        }
        map.serialize_entry("method", self.call.method())?;
        map.serialize_entry("params", &self.call)?;
        if let Some(left) = self.deadline {
            map.serialize_entry("deadline", &milliseconds(left))?;
        }
        map.end()
    }
}

/// A reply, borrowed.
pub(crate) struct ReplyOf<'a, V> {
    pub(crate) id: &'a Id,
    pub(crate) result: &'a Result<Response<V>, RemoteError>,
}

impl<V: Serialize> Serialize for ReplyOf<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let error = match self.result {
            Ok(response) => {
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("id", self.id)?;
                map.serialize_entry("status", &0)?;
                map.serialize_entry("response", response)?;
                return map.end();
            }
            Err(error) => error,
        };
        let has_message = !error.message().is_empty();
        let len = 2 + usize::from(has_message) + usize::from(error.code().is_some());
        let mut map = serializer.serialize_map(Some(len))?;
        map.serialize_entry("id", self.id)?;
        map.serialize_entry("status", &error.status().number())?;
        if has_message {
            map.serialize_entry("exception", error.message())?;
        }
        if let Some(code) = error.code() {
            map.serialize_entry("code", code.word())?;
        }
        map.end()
    }
}

impl<V: DeserializeOwned> Received<V> {
    pub(super) fn read<C: Codec>(
        codec: &C,
        frame: &[u8],
        depth: usize,
    ) -> Result<Self, CodecError> {
        let error = match codec.decode::<Envelope<V>>(frame, depth) {
            Ok(envelope) => return Ok(envelope.open()),
            Err(error) => error,
        };
        // It may be that the parameters alone are not what this side takes: then there is an id to reply to. Nothing else of the
        // message has a type that can be wrong.
        let Ok(head) = codec.decode::<Head>(frame, depth) else {
            return Err(error);
        };
        if error.is_too_deep() || head.is_reply {
            return Err(error);
        }
        Ok(Self::Call {
            id: head.id,
            call: Err(RemoteError::failed(Code::BadParameters, error)),
            deadline: None,
        })
    }
}

/// A message, before it is known whether it is a call or a reply.
struct Envelope<V> {
    id: Option<Id>,
    method: Option<Method>,
    params: Params<V>,
    deadline: Option<u64>,
    status: Option<i64>,
    exception: Option<Id>,
    code: Option<Id>,
}

impl<V> Default for Envelope<V> {
    fn default() -> Self {
        Self {
            id: None,
            method: None,
            params: Params::default(),
            deadline: None,
            status: None,
            exception: None,
            code: None,
        }
    }
}

keys!(Key {
    Id = "id",
    Method = "method",
    Params = "params",
    Deadline = "deadline",
    Status = "status",
    Exception = "exception",
    Code = "code",
});

read_map!([V] Envelope<V>, Key, "a message, which is a map", |it, map| {
    Key::Id => it.id = Some(map.next_value()?),
    Key::Method => it.method = map.next_value()?,
    Key::Params => it.params = map.next_value::<Option<_>>()?.unwrap_or_default(),
    Key::Deadline => it.deadline = map.next_value()?,
    Key::Status => it.status = map.next_value()?,
    Key::Exception => it.exception = Some(map.next_value()?),
    Key::Code => it.code = Some(map.next_value()?),
});

impl<V: DeserializeOwned> Envelope<V> {
    fn open(self) -> Received<V> {
        // As the original does: what has a status is a reply.
        let Some(status) = self.status else {
            let call = self.method.ok_or_else(RemoteError::no_method);
            return Received::Call {
                id: self.id,
                call: call.and_then(|method| Call::of(method, self.params)),
                deadline: self.deadline.map(Duration::from_millis),
            };
        };
        let text = |given: Option<Id>| match given {
            Some(Id::Text(text)) => text,
            None | Some(Id::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        let result = if status == 0 {
            Ok(())
        } else {
            let (status, code) = (Status::of(status), Code::of(&text(self.code)));
            Err(RemoteError::new(status, code, &text(self.exception)))
        };
        Received::Reply {
            id: self.id.unwrap_or_default(),
            result,
        }
    }
}

/// What is left of a message whose parameters cannot be read.
#[derive(Default)]
struct Head {
    id: Option<Id>,
    is_reply: bool,
}

keys!(HeadKey { Id = "id", Status = "status" });

read_map!([] Head, HeadKey, "a message, which is a map", |it, map| {
    HeadKey::Id => it.id = Some(map.next_value()?),
    HeadKey::Status => {
        map.next_value::<IgnoredAny>()?;
        it.is_reply = true;
    }
});
