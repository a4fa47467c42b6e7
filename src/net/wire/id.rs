//! What tells a call from another.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The id of a call: whatever its caller likes, and gets back as it was.
///
/// Links number their calls; those of others may be texts, or lists of maps. A whole number beyond 64 bits comes back as the
/// floating-point number next to it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Id {
    /// None: what a reply to a call without an id bears.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number that is not negative.
    Number(u64),
    /// A negative one.
    Negative(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// Bytes, in formats that have them.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Id>),
    /// Entries, in the order in which they came.
    Map(Vec<(Id, Id)>),
}

impl Id {
    /// The number, if that is what it is: the ids that links give are numbers.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            // The original's clients might send 1.0 for 1.
            Self::Float(float) if *float >= 0.0 && *float == float.trunc() && *float < 9e15 => {
                Some(*float as u64)
            }
            _ => None,
        }
    }
}

impl From<u64> for Id {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Floating-point numbers are compared by their bits.
impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Number(one), Self::Number(two)) => one == two,
            (Self::Negative(one), Self::Negative(two)) => one == two,
            (Self::Float(one), Self::Float(two)) => one.to_bits() == two.to_bits(),
            (Self::Text(one), Self::Text(two)) => one == two,
            (Self::Bytes(one), Self::Bytes(two)) => one == two,
            (Self::List(one), Self::List(two)) => one == two,
            (Self::Map(one), Self::Map(two)) => one == two,
            _ => false,
        }
    }
}

impl Eq for Id {}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Self::Null => {}
            Self::Bool(value) => value.hash(state),
            Self::Number(value) => value.hash(state),
            Self::Negative(value) => value.hash(state),
            Self::Float(value) => value.to_bits().hash(state),
            Self::Text(value) => value.hash(state),
            Self::Bytes(value) => value.hash(state),
            Self::List(value) => value.hash(state),
            Self::Map(value) => value.hash(state),
        }
    }
}

/// As JSON would write it, or nearly.
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Negative(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Bytes(value) => write!(f, "\"{}\"", value.escape_ascii()),
            Self::List(list) => write!(f, "a list of {}", list.len()),
            Self::Map(map) => write!(f, "a map of {}", map.len()),
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_u64(*value),
            Self::Negative(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Bytes(value) => serializer.serialize_bytes(value),
            Self::List(list) => {
                let mut seq = serializer.serialize_seq(Some(list.len()))?;
                list.iter().try_for_each(|id| seq.serialize_element(id))?;
                seq.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries
                    .iter()
                    .try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Id;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id, which can be anything")
    }

    fn visit_unit<E: Error>(self) -> Result<Id, E> {
        Ok(Id::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Id, E> {
        Ok(Id::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Id, E> {
        Ok(Id::Number(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Id, E> {
        Ok(u64::try_from(value).map_or(Id::Negative(value), Id::Number))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Id, E> {
        Ok(Id::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Id, E> {
        Ok(Id::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Id, E> {
        Ok(Id::Text(value))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Id, E> {
        Ok(Id::Bytes(value.to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Id, A::Error> {
        let mut list = Vec::new();
        while let Some(id) = seq.next_element()? {
            list.push(id);
        }
        Ok(Id::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Id, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Id::Map(entries))
    }
}
