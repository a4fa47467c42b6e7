//! The default key type.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};

use compact_str::CompactString;

use crate::sync::Arc;

/// A key of any kind: a string, an integer, a `bool`, a `char`, or any hashable value.
///
/// Two keys are equal if they are of one kind and their values are equal. Integers are one kind, whatever their width
/// and sign: `Key::from(7u8) == Key::from(7i64)`, as far as an `i64` or a `u64` can hold them. A `char` is a string of one
/// character.
///
/// Strings of up to 24 bytes (on 64-bit machines) are held inline, static ones without a copy; making such a key never
/// allocates. An enum of one's own as a signal's key type (`.key::<Topic>()` on the builder) is faster still, and the
/// compiler knows its spelling.
///
/// # Examples
/// ```
/// use fanfare::Key;
///
/// const LOGS: Key = Key::from_static("logs");
/// assert_eq!(LOGS, Key::from("logs"));
/// assert_ne!(Key::from(1), Key::from("1"));
/// assert_eq!(Key::of(("user", 7)), Key::of(("user", 7)));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Text(CompactString),
    Integer(i64),
    /// Only what does not fit an `i64`, so that each integer has one form.
    Large(u64),
    Bool(bool),
    Value(Value),
}

/// What a key is made of that is no value of the user's.
#[cfg(any(feature = "serde", feature = "net"))]
pub(super) enum Plain<'a> {
    Text(&'a str),
    Integer(i64),
    Large(u64),
    Bool(bool),
}

impl Key {
    /// A key from a string that lives as long as the program; nothing is copied.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self(Repr::Text(CompactString::const_new(text)))
    }

    /// A key from any value that can be hashed and compared.
    ///
    /// Values of two types are never equal. Strings, integers, `bool`, `char` and keys give the same key as `Key::from`.
    #[must_use]
    pub fn of<T>(value: T) -> Self
    where
        T: Hash + Eq + Send + Sync + 'static,
    {
        Self::of_plain(&value).unwrap_or_else(|| Self(Repr::Value(Value(Arc::new(value)))))
    }

    /// The text of a string key.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.0 {
            Repr::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an integer key.
    #[must_use]
    pub fn as_integer(&self) -> Option<i128> {
        match self.0 {
            Repr::Integer(number) => Some(number.into()),
            Repr::Large(number) => Some(number.into()),
            _ => None,
        }
    }

    /// The value behind [`Key::of`], if it is a `T`.
    #[must_use]
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        match &self.0 {
            Repr::Value(value) => value.0.as_any().downcast_ref(),
            _ => None,
        }
    }

    #[cfg(any(feature = "serde", feature = "net"))]
    pub(super) fn plain(&self) -> Option<Plain<'_>> {
        Some(match &self.0 {
            Repr::Text(text) => Plain::Text(text),
            Repr::Integer(number) => Plain::Integer(*number),
            Repr::Large(number) => Plain::Large(*number),
            Repr::Bool(value) => Plain::Bool(*value),
            Repr::Value(_) => return None,
        })
    }

    fn of_plain(value: &dyn Any) -> Option<Self> {
        if let Some(wide) = value.downcast_ref::<u128>() {
            return u64::try_from(*wide).ok().map(Self::from);
        }
        if let Some(wide) = value.downcast_ref::<i128>() {
            let signed = i64::try_from(*wide).ok().map(Self::from);
            return signed.or_else(|| u64::try_from(*wide).ok().map(Self::from));
        }
        macro_rules! plain {
            ($($kind:ty),*) => {
                $(if let Some(plain) = value.downcast_ref::<$kind>() {
                    return Some(Self::from(plain.clone()));
                })*
            };
        }
        plain!(
            Self,
            &'static str,
            String,
            Box<str>,
            i8,
            i16,
            i32,
            i64,
            isize,
            u8,
            u16,
            u32,
            u64,
            usize,
            bool,
            char
        );
        None
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(Repr::Text(text.into()))
    }
}

impl From<&String> for Key {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self(Repr::Text(text.into()))
    }
}

impl From<Box<str>> for Key {
    fn from(text: Box<str>) -> Self {
        Self(Repr::Text(text.into()))
    }
}

impl From<&&str> for Key {
    fn from(text: &&str) -> Self {
        Self::from(*text)
    }
}

impl From<char> for Key {
    fn from(character: char) -> Self {
        Self::from(&*character.encode_utf8(&mut [0; 4]))
    }
}

impl From<bool> for Key {
    fn from(value: bool) -> Self {
        Self(Repr::Bool(value))
    }
}

impl From<&Self> for Key {
    fn from(key: &Self) -> Self {
        key.clone()
    }
}

macro_rules! from_small {
    ($($kind:ty),*) => {
        $(impl From<$kind> for Key {
            fn from(number: $kind) -> Self {
                Self(Repr::Integer(number.into()))
            }
        })*
    };
}
from_small!(i8, i16, i32, i64, u8, u16, u32);

impl From<u64> for Key {
    fn from(number: u64) -> Self {
        Self(i64::try_from(number).map_or(Repr::Large(number), Repr::Integer))
    }
}

impl From<usize> for Key {
    fn from(number: usize) -> Self {
        Self::from(number as u64)
    }
}

impl From<isize> for Key {
    fn from(number: isize) -> Self {
        Self::from(number as i64)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Text(text) => text.fmt(f),
            Repr::Integer(number) => number.fmt(f),
            Repr::Large(number) => number.fmt(f),
            Repr::Bool(value) => value.fmt(f),
            Repr::Value(value) => f.write_str(value.0.name()),
        }
    }
}

/// What `.key(..)` takes: a key of the signal's type, or anything that converts into one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a key of this signal, whose keys are `{K}`",
    label = "not a key of this signal",
    note = "`Key::of(value)` makes a `Key` of any hashable value",
    note = "a signal with keys of another type is built with `Signal::builder(..).key::<..>()`"
)]
pub trait IntoKey<K> {
    #[doc(hidden)]
    fn into_key(self) -> K;
}

#[diagnostic::do_not_recommend]
impl<T: Into<K>, K> IntoKey<K> for T {
    fn into_key(self) -> K {
        self.into()
    }
}

// A value in a key is only ever hashed and compared.
impl UnwindSafe for Key {}
impl RefUnwindSafe for Key {}

#[derive(Clone)]
struct Value(Arc<dyn Erased>);

/// `Hash + Eq` of a value whose type is forgotten; the type is part of the value.
trait Erased: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn equals(&self, other: &dyn Any) -> bool;
    fn hash_into(&self, state: &mut dyn Hasher);
    fn name(&self) -> &'static str;
}

impl<T: Hash + Eq + Send + Sync + 'static> Erased for T {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>() == Some(self)
    }

    fn hash_into(&self, mut state: &mut dyn Hasher) {
        TypeId::of::<T>().hash(&mut state);
        self.hash(&mut state);
    }

    fn name(&self) -> &'static str {
        type_name::<T>()
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(other.0.as_any())
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash_into(state);
    }
}
