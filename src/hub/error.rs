//! What can be wrong with the text of a topic or a pattern.

use std::fmt;

/// What a text was read as, in the words of messages about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grammar {
    Own { is_pattern: bool },
    Nats { is_pattern: bool },
    Mqtt { is_pattern: bool },
}

impl Grammar {
    pub(super) const TOPIC: Self = Self::Own { is_pattern: false };
    pub(super) const PATTERN: Self = Self::Own { is_pattern: true };

    pub(super) fn takes_wildcards(self) -> bool {
        match self {
            Self::Own { is_pattern } | Self::Nats { is_pattern } | Self::Mqtt { is_pattern } => {
                is_pattern
            }
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::TOPIC => "topic",
            Self::Own { .. } => "pattern",
            Self::Nats { is_pattern: false } => "NATS subject",
            Self::Nats { is_pattern: true } => "NATS subject with wildcards",
            Self::Mqtt { is_pattern: false } => "MQTT topic name",
            Self::Mqtt { is_pattern: true } => "MQTT topic filter",
        }
    }
}

/// What is wrong with a topic or a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TopicProblem {
    /// There is no part: the text or the list is empty.
    NoParts,
    /// There is nothing between two dots, before the first or after the last one.
    EmptyPart,
    /// A wildcard stands where a topic is wanted.
    Wildcard,
    /// A wildcard is not alone in its part.
    WildcardInPart,
    /// Something follows a wildcard that stands for the rest.
    NotLast,
    /// The text ends in a backslash that takes the meaning off nothing.
    DanglingEscape,
    /// A backslash stands before a character that has no meaning.
    UnknownEscape,
    /// A character that the spelling does not allow.
    Forbidden,
    /// The text is longer than the spelling allows.
    TooLong,
}

/// A text that is no topic or no pattern, or a list without parts. It tells what is wrong, and at which character.
///
/// # Examples
/// ```
/// use fanfare::hub::{Topic, TopicProblem};
///
/// let error = Topic::new("plant.*.north").unwrap_err();
/// assert_eq!(error.problem(), TopicProblem::Wildcard);
/// assert_eq!(error.offset(), Some(6));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicError(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Inner {
    /// A list of the parts of what this names.
    List(&'static str),
    Text(Place),
    /// A part that was to follow the text of a pattern.
    Added {
        pattern: Box<str>,
        part: Box<str>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    problem: TopicProblem,
    grammar: Grammar,
    text: Box<str>,
    offset: usize,
    /// What stands there, as far as it is to blame.
    found: Box<str>,
    /// How many parts came before.
    part: usize,
}

impl TopicError {
    /// The noun says of what.
    pub(super) fn no_parts(noun: &'static str) -> Self {
        Self(Box::new(Inner::List(noun)))
    }

    pub(super) fn after_the_rest(pattern: &impl fmt::Display, part: &str) -> Self {
        let (pattern, part) = (pattern.to_string().into(), part.into());
        Self(Box::new(Inner::Added { pattern, part }))
    }

    pub(super) fn in_text(
        grammar: Grammar,
        text: &str,
        problem: TopicProblem,
        (offset, found): (usize, &str),
        part: usize,
    ) -> Self {
        Self(Box::new(Inner::Text(Place {
            problem,
            grammar,
            text: text.into(),
            offset,
            found: found.into(),
            part,
        })))
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> TopicProblem {
        match &*self.0 {
            Inner::List(_) => TopicProblem::NoParts,
            Inner::Text(place) => place.problem,
            Inner::Added { .. } => TopicProblem::NotLast,
        }
    }

    /// The text, where there was one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &*self.0 {
            Inner::Text(place) => Some(&place.text),
            _ => None,
        }
    }

    /// Where in the text, in bytes. The message counts characters, from 1.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        match &*self.0 {
            Inner::Text(place) => Some(place.offset),
            _ => None,
        }
    }
}

impl fmt::Display for TopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Inner::List(noun) => write!(f, "the list has no parts; a {noun} has at least one"),
            Inner::Text(place) => place.explain(f),
            Inner::Added { pattern, part } => write!(
                f,
                "part {} cannot follow {}, whose last part stands for the rest",
                Excerpt(part, 0),
                Excerpt(pattern, pattern.len())
            ),
        }
    }
}

impl std::error::Error for TopicError {}

impl Place {
    fn explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Excerpt(&self.text, self.offset);
        write!(f, "{text} is no {}: ", self.grammar.noun())?;
        let at = 1 + self.text[..self.offset].chars().count();
        let found = &*self.found;
        let is_own = matches!(self.grammar, Grammar::Own { .. });
        match self.problem {
            TopicProblem::NoParts => f.write_str("the text is empty"),
            TopicProblem::EmptyPart => {
                write!(f, "part {} is empty, at character {at}", self.part + 1)?;
                hint(is_own, r"an empty part is written \e", f)
            }
            TopicProblem::Wildcard => {
                write!(
                    f,
                    "{found} at character {at} is a wildcard, and a message has one topic"
                )?;
                hint(
                    is_own,
                    format_args!(r"the character is written \{}", &found[..1]),
                    f,
                )
            }
            TopicProblem::WildcardInPart => {
                write!(
                    f,
                    "{found} at character {at} is not alone in its part, and wildcards stand for whole parts"
                )?;
                hint(
                    is_own,
                    format_args!(r"the character is written \{found}"),
                    f,
                )
            }
            TopicProblem::NotLast => {
                write!(
                    f,
                    "{found} at character {at} stands for the rest, so nothing can follow it"
                )
            }
            TopicProblem::DanglingEscape => {
                write!(
                    f,
                    r"nothing follows the \ at character {at}; the character is written \\"
                )
            }
            TopicProblem::UnknownEscape => write!(
                f,
                r"{found} at character {at} is not known; there are \. \* \? \\ and, for an empty part, \e"
            ),
            TopicProblem::Forbidden => write!(f, "{found:?} at character {at} is not allowed"),
            TopicProblem::TooLong => {
                write!(f, "it has {} bytes, more than are allowed", self.text.len())
            }
        }
    }
}

fn hint(is_known: bool, hint: impl fmt::Display, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if is_known {
        write!(f, "; {hint}")?;
    }
    Ok(())
}

/// A text in quotes, what is around the place to look at if it is long.
pub(super) struct Excerpt<'a>(pub(super) &'a str, pub(super) usize);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BEFORE: usize = 40;
        const AFTER: usize = 20;
        let Self(text, at) = *self;
        let before = text[..at].char_indices().rev().nth(BEFORE - 1);
        let begin = before.map_or(0, |(begin, _)| begin);
        let after = text[at..].char_indices().nth(AFTER);
        let end = after.map_or(text.len(), |(more, _)| at + more);
        f.write_str(if begin > 0 { "\"…" } else { "\"" })?;
        f.write_str(&text[begin..end])?;
        f.write_str(if end < text.len() { "…\"" } else { "\"" })
    }
}
