//! Bytes in a message.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Deref, DerefMut};

use serde::de::{Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::base64;

/// Bytes as part of a payload: base64 text in JSON, bytes in `MessagePack`.
///
/// A `Vec<u8>` is a list of numbers to `serde`, which takes three to four times the room in JSON, and thirty times as long.
///
/// # Examples
/// ```
/// use fanfare::net::{Bytes, Codec, Json, MessagePack};
///
/// let (mut json, mut packed) = (Vec::new(), Vec::new());
/// Json.encode(&Bytes::from(b"foobar"), &mut json)?;
/// assert_eq!(json, br#""Zm9vYmFy""#);
/// MessagePack.encode(&Bytes::from(b"foobar"), &mut packed)?;
/// assert_eq!(packed, b"\xc4\x06foobar");
/// assert_eq!(MessagePack.decode::<Bytes>(&packed, 1)?, Json.decode::<Bytes>(&json, 1)?);
/// # Ok::<(), fanfare::net::CodecError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&base64::encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Reader { is_text: true })
        } else {
            deserializer.deserialize_byte_buf(Reader { is_text: false })
        }
    }
}

struct Reader {
    is_text: bool,
}

impl<'de> Visitor<'de> for Reader {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_text { "base64" } else { "bytes" })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
        let bytes = base64::decode(text).filter(|_| self.is_text);
        bytes
            .map(Bytes)
            .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes(bytes.to_vec()))
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
        Ok(Bytes(bytes))
    }

    /// Formats without bytes have lists instead.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Bytes, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = list.next_element()? {
            bytes.push(byte);
        }
        Ok(Bytes(bytes))
    }
}

impl Deref for Bytes {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Bytes {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Bytes {
    fn from(bytes: &[u8; N]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<Bytes> for Vec<u8> {
    fn from(bytes: Bytes) -> Self {
        bytes.0
    }
}

/// As far as they are text, as text.
impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 64;
        let shown = &self.0[..self.0.len().min(SHOWN)];
        let text: Cow<'_, str> = shown.escape_ascii().to_string().into();
        let more = if self.0.len() > SHOWN { "…" } else { "" };
        write!(f, "Bytes({}, \"{text}{more}\")", self.0.len())
    }
}
