//! What topics and patterns are made from: text, parts, and each other.

use std::borrow::Cow;
use std::str::FromStr;

use super::error::TopicError;
use super::parts::Parts;
use super::pattern::Pattern;
use super::text;
use super::topic::Topic;

/// What a message can be published under: text, a [`Topic`], or parts.
///
/// Text may be malformed, which is an error that says where. A pattern is refused when the program is compiled. Types of
/// one's own that stand for topics may implement it.
///
/// # Examples
/// ```
/// use fanfare::hub::{IntoTopic, Topic, TopicError};
///
/// enum Place { North, South }
///
/// impl IntoTopic for Place {
///     fn into_topic(self) -> Result<Topic, TopicError> {
///         Ok(Topic::from(match self {
///             Place::North => ["plant", "north"],
///             Place::South => ["plant", "south"],
///         }))
///     }
/// }
/// assert_eq!(Topic::new(Place::North)?, Topic::new("plant.north")?);
/// assert_eq!(Topic::new(Place::South)?, Topic::new(["plant", "south"])?);
/// # Ok::<(), fanfare::hub::TopicError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no topic, and a message has exactly one",
    label = "not a topic",
    note = "topics are text (`\"a.b\"`), parts (`[\"a\", \"b\"]`), a `Topic` or a reference to one",
    note = "a `Pattern` stands for many topics: it can be subscribed to, and not published under; `pattern.as_topic()` gives the \
            topic of one without wildcards"
)]
pub trait IntoTopic {
    /// The topic.
    ///
    /// # Errors
    /// Where a text is malformed, or a list has no parts.
    fn into_topic(self) -> Result<Topic, TopicError>;
}

/// What can be subscribed to: text, a [`Pattern`], a [`Topic`], or parts, in which nothing is a wildcard.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no pattern of topics",
    label = "not a pattern",
    note = "patterns are text (`\"a.*\"`), a `Pattern`, a `Topic` or a reference to one, or parts without wildcards (`[\"a\", \"b\"]`)"
)]
pub trait IntoPattern {
    /// The pattern.
    ///
    /// # Errors
    /// Where a text is malformed, or a list has no parts.
    fn into_pattern(self) -> Result<Pattern, TopicError>;
}

impl FromStr for Topic {
    type Err = TopicError;

    fn from_str(text: &str) -> Result<Self, TopicError> {
        text::read_topic(text).map(Self::of)
    }
}

impl FromStr for Pattern {
    type Err = TopicError;

    fn from_str(text: &str) -> Result<Self, TopicError> {
        text::read_pattern(text).map(Self::from)
    }
}

macro_rules! from_text {
    ($($text:ty),*) => {
        $(
            impl TryFrom<$text> for Topic {
                type Error = TopicError;

                fn try_from(text: $text) -> Result<Self, TopicError> {
                    text.parse()
                }
            }

            impl TryFrom<$text> for Pattern {
                type Error = TopicError;

                fn try_from(text: $text) -> Result<Self, TopicError> {
                    text.parse()
                }
            }

            impl IntoTopic for $text {
                fn into_topic(self) -> Result<Topic, TopicError> {
                    self.parse()
                }
            }

            impl IntoPattern for $text {
                fn into_pattern(self) -> Result<Pattern, TopicError> {
                    self.parse()
                }
            }
        )*
    };
}
from_text!(&str, &&str, String, &String, Box<str>, Cow<'_, str>);

macro_rules! from_list {
    ($($list:ty),*) => {
        $(
            impl<S: AsRef<str>> TryFrom<$list> for Topic {
                type Error = TopicError;

                fn try_from(parts: $list) -> Result<Self, TopicError> {
                    Self::from_parts(parts)
                }
            }

            impl<S: AsRef<str>> TryFrom<$list> for Pattern {
                type Error = TopicError;

                fn try_from(parts: $list) -> Result<Self, TopicError> {
                    Self::from_parts(parts)
                }
            }

            impl<S: AsRef<str>> IntoTopic for $list {
                fn into_topic(self) -> Result<Topic, TopicError> {
                    Topic::from_parts(self)
                }
            }

            impl<S: AsRef<str>> IntoPattern for $list {
                fn into_pattern(self) -> Result<Pattern, TopicError> {
                    Pattern::from_parts(self)
                }
            }
        )*
    };
}
from_list!(&[S], Vec<S>, &Vec<S>);

macro_rules! from_array {
    ($($array:ty),*) => {
        $(
            /// The parts as they stand: nothing in them has a meaning. An empty array does not compile.
            impl<S: AsRef<str>, const N: usize> From<$array> for Topic {
                fn from(parts: $array) -> Self {
                    const { assert!(N > 0, "a topic has at least one part") }
                    Self::of(Parts::of_literals(parts).expect("the array is not empty"))
                }
            }

            /// The parts as they stand: nothing in them is a wildcard. An empty array does not compile.
            impl<S: AsRef<str>, const N: usize> From<$array> for Pattern {
                fn from(parts: $array) -> Self {
                    const { assert!(N > 0, "a pattern has at least one part") }
                    Self::of(Parts::of_literals(parts).expect("the array is not empty"), false)
                }
            }

            impl<S: AsRef<str>, const N: usize> IntoTopic for $array {
                fn into_topic(self) -> Result<Topic, TopicError> {
                    Ok(Topic::from(self))
                }
            }

            impl<S: AsRef<str>, const N: usize> IntoPattern for $array {
                fn into_pattern(self) -> Result<Pattern, TopicError> {
                    Ok(Pattern::from(self))
                }
            }
        )*
    };
}
from_array!([S; N], &[S; N]);

impl From<&Self> for Topic {
    fn from(topic: &Self) -> Self {
        topic.clone()
    }
}

impl From<&Self> for Pattern {
    fn from(pattern: &Self) -> Self {
        pattern.clone()
    }
}

impl From<Topic> for Pattern {
    fn from(topic: Topic) -> Self {
        Self::from(&topic)
    }
}

macro_rules! as_it_is {
    ($($kind:ty),* => $make:ident, $method:ident, $target:ty) => {
        $(impl $make for $kind {
            fn $method(self) -> Result<$target, TopicError> {
                Ok(self.into())
            }
        })*
    };
}
as_it_is!(Topic, &Topic => IntoTopic, into_topic, Topic);
as_it_is!(Topic, &Topic, Pattern, &Pattern => IntoPattern, into_pattern, Pattern);
