//! JSON, the language of the original.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Codec, CodecError, MAX_DEPTH};
use crate::net::frame::{Framing, is_deeper_than};

/// One JSON object a message: what everybody can read, and what the protocol this one goes back to speaks. The default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Json;

impl Codec for Json {
    fn name(&self) -> &str {
        "json"
    }

    fn framing(&self) -> Framing {
        Framing::objects()
    }

    fn encode<T: Serialize + ?Sized>(
        &self,
        value: &T,
        out: &mut Vec<u8>,
    ) -> Result<(), CodecError> {
        serde_json::to_writer(out, value).map_err(CodecError::of_writing)
    }

    fn decode<T: DeserializeOwned>(&self, frame: &[u8], depth: usize) -> Result<T, CodecError> {
        let depth = depth.min(MAX_DEPTH);
        if is_deeper_than(depth, frame) {
            return Err(CodecError::too_deep(depth));
        }
        // All of it, whether or not anybody looks at it.
        let text = std::str::from_utf8(frame).map_err(CodecError::of_reading)?;
        serde_json::from_str(text).map_err(CodecError::of_reading)
    }
}
