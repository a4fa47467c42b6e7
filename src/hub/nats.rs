//! Topics as NATS writes them: subjects, of tokens between dots.

use super::dialect::Dialect;
use super::error::{Grammar, TopicError};
use super::pattern::Pattern;
use super::topic::Topic;
use super::unsaid::SpellingError;

/// As the server has it: a token with other characters beside a star is a token, and whitespace ends a subject.
const NATS: Dialect = Dialect {
    name: "NATS",
    topic: Grammar::Nats { is_pattern: false },
    pattern: Grammar::Nats { is_pattern: true },
    separator: '.',
    one: "*",
    many: ">",
    many_is_any: false,
    has_empty_parts: false,
    reserved: &[],
    is_forbidden: |c| matches!(c, ' ' | '\t' | '\n' | '\x0C' | '\r' | '\0'),
    limit: usize::MAX,
};

impl Topic {
    /// A topic from a NATS subject, where backslashes and question marks are characters.
    ///
    /// # Errors
    /// Where the subject is malformed, or has wildcards.
    pub fn nats(subject: impl AsRef<str>) -> Result<Self, TopicError> {
        NATS.read_topic(subject.as_ref()).map(Self::of)
    }

    /// The topic as a NATS subject.
    ///
    /// # Errors
    /// Where a part is empty, would be a wildcard, or contains a dot, whitespace or a NUL.
    pub fn to_nats(&self) -> Result<String, SpellingError> {
        NATS.write(self.shared(), false)
    }
}

impl Pattern {
    /// A pattern from a NATS subject with wildcards: `*` for one part, a last `>` for one or more.
    ///
    /// ```
    /// # use fanfare::hub::Pattern;
    /// assert_eq!(Pattern::nats("plant.*.>")?, Pattern::from(["plant"]).one().rest());
    /// assert_eq!(Pattern::nats("plant.*")?.to_string(), "plant.?");
    /// # Ok::<(), fanfare::hub::TopicError>(())
    /// ```
    ///
    /// # Errors
    /// Where the subject is malformed.
    pub fn nats(subject: impl AsRef<str>) -> Result<Self, TopicError> {
        NATS.read_pattern(subject.as_ref()).map(Self::from)
    }

    /// The pattern as a NATS subject with wildcards.
    ///
    /// # Errors
    /// Where it ends in [`any`](Self::any), which NATS has no wildcard for, or where a part is empty, would be a wildcard, or
    /// contains a dot, whitespace or a NUL.
    pub fn to_nats(&self) -> Result<String, SpellingError> {
        NATS.write(self.pieces(), self.is_open())
    }
}
