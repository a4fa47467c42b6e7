//! `MessagePack`: smaller than JSON, with bytes.

use rmp_serde::decode::Error;
use rmp_serde::{Deserializer, encode};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::{Codec, CodecError, MAX_DEPTH};

/// `MessagePack`, with the names of fields, each message after its length.
///
/// Both sides have to speak it: a server does without being told, a client is told to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MessagePack;

impl Codec for MessagePack {
    fn name(&self) -> &str {
        "messagepack"
    }

    fn encode<T: Serialize + ?Sized>(
        &self,
        value: &T,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        encode::write_named(out, value).map_err(CodecError::of_writing)
    }

    fn decode<T: DeserializeOwned>(&self, frame: &[u8], depth: usize) -> Result<T, CodecError> {
        let depth = depth.min(MAX_DEPTH);
        let mut deserializer = Deserializer::from_read_ref(frame);
        // Its limit is reached where it is left with nothing.
        deserializer.set_max_depth(depth + 1);
        let value = T::deserialize(&mut deserializer).map_err(|error| match error {
            Error::DepthLimitExceeded => CodecError::too_deep(depth),
            error => CodecError::of_reading(error),
        })?;
        // It does not tell how far it has come: that nothing follows shows when more is asked for.
        match IgnoredAny::deserialize(&mut deserializer) {
            Err(Error::InvalidMarkerRead(_)) => Ok(value),
            _ => Err(CodecError::of_reading("more follows the message")),
        }
    }
}
