//! What lets a peer in.

use std::fmt;
use std::hint::black_box;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A secret text. It is never shown, and comparing two takes as long wherever they differ, so that nobody finds one out piece by piece.
///
/// # Examples
/// ```
/// use fanfare::net::wire::Token;
///
/// let token = Token::from("correct horse");
/// assert_eq!(format!("{token:?}"), "Token(..)");
/// assert!(token == Token::from("correct horse") && token != Token::from("battery"));
/// ```
#[derive(Clone)]
pub struct Token(Box<str>);

impl Token {
    /// The text, for who has to write it down.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl<T: Into<Box<str>>> From<T> for Token {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

/// All bytes are looked at, whatever was found before; how long the texts are is no secret.
impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        let (one, two) = (self.0.as_bytes(), other.0.as_bytes());
        let differing = one
            .iter()
            .zip(two)
            .fold(0, |found, (one, two)| black_box(found | (one ^ two)));
        one.len() == two.len() && differing == 0
    }
}

impl Eq for Token {}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Token;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token, which is a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Token, E> {
        Ok(text.into())
    }
}
