//! Keys that leave the process.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::key::{Key, Plain};

/// A text, a number or a `bool`: what the key was made of. Keys of [other values](Key::of) cannot be written.
#[cfg_attr(docsrs, doc(cfg(any(feature = "serde", feature = "net"))))]
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.plain() {
            Some(Plain::Text(text)) => serializer.serialize_str(text),
            Some(Plain::Integer(number)) => serializer.serialize_i64(number),
            Some(Plain::Large(number)) => serializer.serialize_u64(number),
            Some(Plain::Bool(value)) => serializer.serialize_bool(value),
            None => Err(S::Error::custom(format_args!(
                "the key {self:?} is none of text, a number or a bool, and cannot be written"
            ))),
        }
    }
}

#[cfg_attr(docsrs, doc(cfg(any(feature = "serde", feature = "net"))))]
impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a whole number or a bool as a key")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Key, E> {
        Ok(text.into())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Key, E> {
        Ok(text.into())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Key, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Key, E> {
        Ok(number.into())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Key, E> {
        Ok(value.into())
    }
}
