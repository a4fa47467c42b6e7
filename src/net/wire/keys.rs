//! Reading maps whose keys are known, and come in any order.

use std::marker::PhantomData;

/// An enum of the keys of a map, which reads itself from their texts, and the rest as `Other`.
macro_rules! keys {
    ($name:ident { $($key:ident = $text:literal),* $(,)? }) => {
        #[derive(Clone, Copy)]
        enum $name { $($key,)* Other }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;

                impl ::serde::de::Visitor<'_> for Reader {
                    type Value = $name;

                    fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.write_str("a text as the key of an entry")
                    }

                    fn visit_str<E: ::serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        Ok(match text { $($text => $name::$key,)* _ => $name::Other })
                    }
                }
                deserializer.deserialize_identifier(Reader)
            }
        }
    };
}

/// Reads `$made` from a map whose keys are `$keys`: `$key => $what` says what becomes of a value, which is the next of `$map`.
/// In front stands the type that `$made` is generic over, if it is.
macro_rules! read_map {
    ([$($v:ident)?] $made:ty, $keys:ident, $expecting:literal, |$it:ident, $map:ident| { $($arms:tt)* }) => {
        impl<'de $(, $v: ::serde::de::DeserializeOwned)?> ::serde::de::Visitor<'de>
            for $crate::net::wire::keys::Reader<$made>
        {
            type Value = $made;

            fn expecting(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str($expecting)
            }

            fn visit_map<A: ::serde::de::MapAccess<'de>>(self, mut $map: A) -> Result<$made, A::Error> {
                let mut $it = <$made>::default();
                while let Some(key) = $map.next_key::<$keys>()? {
                    match key {
                        $($arms)*
                        $keys::Other => { $map.next_value::<::serde::de::IgnoredAny>()?; }
                    }
                }
                Ok($it)
            }
        }

        impl<'de $(, $v: ::serde::de::DeserializeOwned)?> ::serde::Deserialize<'de> for $made {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map($crate::net::wire::keys::Reader::<$made>::new())
            }
        }
    };
}

/// What reads a `T`.
pub(super) struct Reader<T>(PhantomData<T>);

impl<T> Reader<T> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

pub(super) use {keys, read_map};
