//! A codec for the messages of one type of payload, its type forgotten.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::message::{CallOf, Message, Received, ReplyOf};
use super::response::{Expect, Response};
use super::written::Said;
use crate::net::codec::{Codec, CodecError, DEFAULT_DEPTH};
use crate::net::frame::Framing;
use crate::sync::Arc;

/// Writes and reads messages. A codec has generic methods and cannot be a trait object; for one type of payload, this can.
pub(crate) trait Format<V>: Send + Sync {
    fn name(&self) -> &str;
    fn framing(&self) -> Framing;
    fn call(&self, call: &CallOf<'_, V>, out: &mut Vec<u8>) -> Result<(), CodecError>;
    fn reply(&self, reply: &ReplyOf<'_, V>, out: &mut Vec<u8>) -> Result<(), CodecError>;
    fn received(&self, frame: &[u8], depth: usize) -> Result<Received<V>, CodecError>;
    fn response(
        &self,
        frame: &[u8],
        depth: usize,
        expect: Expect,
    ) -> Result<Response<V>, CodecError>;
}

impl<C: Codec, V: Serialize + DeserializeOwned> Format<V> for C {
    fn name(&self) -> &str {
        Codec::name(self)
    }

    fn framing(&self) -> Framing {
        Codec::framing(self)
    }

    fn call(&self, call: &CallOf<'_, V>, out: &mut Vec<u8>) -> Result<(), CodecError> {
        self.encode(call, out)
    }

    fn reply(&self, reply: &ReplyOf<'_, V>, out: &mut Vec<u8>) -> Result<(), CodecError> {
        self.encode(reply, out)
    }

    fn received(&self, frame: &[u8], depth: usize) -> Result<Received<V>, CodecError> {
        Received::read(self, frame, depth)
    }

    fn response(
        &self,
        frame: &[u8],
        depth: usize,
        expect: Expect,
    ) -> Result<Response<V>, CodecError> {
        Response::read(self, frame, depth, expect)
    }
}

/// Messages as frames, and back: what a [`Link`](crate::net::Link) does, for who speaks the protocol without one.
///
/// # Examples
/// ```
/// use fanfare::net::Json;
/// use fanfare::net::wire::{Call, Message, Wire};
///
/// let wire = Wire::<f64>::new(Json);
/// let message = Message::Call { id: Some(1.into()), call: Call::GetVersion, deadline: None };
/// let frame = wire.encode(&message)?;
/// assert_eq!(frame, br#"{"id":1,"method":"get_version","params":{}}"#);
/// # Ok::<(), fanfare::net::CodecError>(())
/// ```
pub struct Wire<V> {
    format: Arc<dyn Format<V>>,
    depth: usize,
}

impl<V: Serialize + DeserializeOwned> Wire<V> {
    /// In this codec, nested up to 64 deep.
    pub fn new(codec: impl Codec) -> Self {
        Self {
            format: Arc::new(codec),
            depth: DEFAULT_DEPTH,
        }
    }

    /// How deep what is read may be nested.
    #[must_use]
    pub fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// How its frames are told apart in a stream.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.format.framing()
    }

    /// A message as a frame.
    ///
    /// # Errors
    /// The payload cannot be written by this codec.
    pub fn encode(&self, message: &Message<V>) -> Result<Vec<u8>, CodecError> {
        let mut frame = Vec::new();
        match message {
            Message::Call { id, call, deadline } => {
                let (id, call, deadline) = (id.as_ref(), Said::Call(call), *deadline);
                self.format
                    .call(&CallOf { id, call, deadline }, &mut frame)?;
            }
            Message::Reply { id, result } => {
                self.format.reply(&ReplyOf { id, result }, &mut frame)?;
            }
        }
        Ok(frame)
    }

    /// A message out of a frame. Where only the parameters of a call are wrong, it is a call, with what to reply to it.
    ///
    /// # Errors
    /// The frame is no message, or nested too deep.
    pub fn decode(&self, frame: &[u8]) -> Result<Received<V>, CodecError> {
        self.format.received(frame, self.depth)
    }

    /// The response in a reply.
    ///
    /// # Errors
    /// It is not what was expected.
    pub fn response(&self, frame: &[u8], expect: Expect) -> Result<Response<V>, CodecError> {
        self.format.response(frame, self.depth, expect)
    }
}

impl<V> Clone for Wire<V> {
    fn clone(&self) -> Self {
        Self {
            format: Arc::clone(&self.format),
            depth: self.depth,
        }
    }
}

impl<V> fmt::Debug for Wire<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire")
            .field("codec", &self.format.name())
            .field("depth", &self.depth)
            .finish()
    }
}
