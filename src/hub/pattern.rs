//! Which topics somebody wants.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use super::error::TopicError;
use super::into::IntoPattern;
use super::parts::{Part, Parts};
use super::text::{self, Read};
use super::topic::Topic;
use crate::sync::Arc;

/// Which topics somebody wants: parts, and wildcards that stand for parts.
///
/// A pattern comes from text (see the [module](super)), from the spellings of [NATS](Self::nats) and [MQTT](Self::mqtt), from a
/// topic, or is made by hand. Two patterns are equal if the same topics match them, however they were written.
///
/// A clone is the same pattern: it copies nothing.
///
/// # Examples
/// ```
/// use fanfare::hub::{Pattern, Topic};
///
/// let pattern = Pattern::new("plant.*.temperature")?;
/// assert!(pattern.matches(&Topic::new("plant.north.temperature")?));
///
/// let by_hand = Pattern::from(["plant"]).one().part("temperature");
/// assert_eq!(by_hand, pattern);
///
/// let all = Pattern::from(["plant"]).rest();
/// assert_eq!(all.to_string(), "plant.*");
/// assert!(pattern.is_subset_of(&all));
/// # Ok::<(), fanfare::hub::TopicError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    /// At least one.
    parts: Arc<Parts>,
    /// Whether topics with more parts match as well. There is no other form of wildcard for many: one part or more is one,
    /// open. So there is one form for what matches the same.
    is_open: bool,
}

/// A part of a pattern, as [`Pattern::parts`] tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternPart<'a> {
    /// This part and no other.
    Literal(&'a str),
    /// Any one part.
    One,
    /// One part or more. Always the last.
    Rest,
    /// Any number of parts, none as well. Always the last.
    Any,
}

#[expect(
    clippy::len_without_is_empty,
    reason = "a pattern has at least one part"
)]
impl Pattern {
    /// A pattern from text, or from whatever else is one: a topic, an array of parts.
    ///
    /// # Errors
    /// Where a text is malformed, or a list has no parts.
    pub fn new(pattern: impl IntoPattern) -> Result<Self, TopicError> {
        pattern.into_pattern()
    }

    /// A pattern without wildcards from its parts: stars and dots are characters. Of an array, `Pattern::from` makes one.
    ///
    /// # Errors
    /// Where there are none.
    pub fn from_parts<S: AsRef<str>>(
        parts: impl IntoIterator<Item = S>,
    ) -> Result<Self, TopicError> {
        let parts = Parts::of_literals(parts).ok_or_else(|| TopicError::no_parts("pattern"))?;
        Ok(Self::of(parts, false))
    }

    /// What every topic matches: `*` in text.
    #[must_use]
    pub fn all() -> Self {
        Self::single().any()
    }

    /// What every topic of exactly one part matches: `?` in text. Patterns by hand that begin with a wildcard begin here.
    ///
    /// ```
    /// # use fanfare::hub::Pattern;
    /// assert_eq!(Pattern::single().part("temperature").to_string(), "*.temperature");
    /// ```
    #[must_use]
    pub fn single() -> Self {
        let mut parts = Parts::default();
        parts.push_one();
        Self::of(parts.finished(), false)
    }

    /// The parts are finished, and at least one.
    pub(super) fn of(parts: Parts, is_open: bool) -> Self {
        Self::of_shared(Arc::new(parts), is_open)
    }

    fn of_shared(parts: Arc<Parts>, is_open: bool) -> Self {
        debug_assert!(parts.len() > 0);
        Self { parts, is_open }
    }

    pub(super) fn pieces(&self) -> &Parts {
        &self.parts
    }

    /// Clones there are.
    #[cfg(test)]
    pub(super) fn holders(&self) -> usize {
        Arc::strong_count(&self.parts)
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// The pattern, and then exactly one part more. After a last wildcard for many: one more than that.
    #[must_use]
    pub fn one(self) -> Self {
        let (mut parts, is_open) = self.into_parts();
        parts.push_one();
        Self::of(parts.finished(), is_open)
    }

    /// The pattern, and then one part or more: a last `*` in text, `>` in NATS.
    #[must_use]
    pub fn rest(self) -> Self {
        self.one().any()
    }

    /// The pattern, and then any number of parts, none as well: a last `**` in text, `#` in MQTT.
    #[must_use]
    pub fn any(self) -> Self {
        Self {
            is_open: true,
            ..self
        }
    }

    /// The pattern, and then this part. Nothing in it has a meaning: `part("*")` is a star.
    ///
    /// # Panics
    /// Where the pattern ends in a wildcard for many, which no part can follow. [`try_part`](Self::try_part) gives an error
    /// instead.
    #[must_use]
    #[track_caller]
    pub fn part(self, part: impl AsRef<str>) -> Self {
        match self.try_part(part) {
            Ok(pattern) => pattern,
            Err(error) => panic!("{error}"),
        }
    }

    /// As [`part`](Self::part), for a pattern that comes from elsewhere.
    ///
    /// # Errors
    /// Where the pattern ends in a wildcard for many, which no part can follow.
    pub fn try_part(self, part: impl AsRef<str>) -> Result<Self, TopicError> {
        if self.is_open {
            return Err(TopicError::after_the_rest(&self, part.as_ref()));
        }
        let (mut parts, is_open) = self.into_parts();
        parts.push(part.as_ref());
        Ok(Self::of(parts.finished(), is_open))
    }

    /// The parts of the topic, and then the pattern: what it matches, below that topic.
    ///
    /// ```
    /// # use fanfare::hub::{Pattern, Topic};
    /// let pattern = Pattern::new("*.temperature")?.below(&Topic::new("plant")?);
    /// assert_eq!(pattern.to_string(), "plant.*.temperature");
    /// # Ok::<(), fanfare::hub::TopicError>(())
    /// ```
    #[must_use]
    pub fn below(&self, topic: &Topic) -> Self {
        let mut parts = Parts::clone(topic.shared());
        parts.extend(&self.parts);
        Self::of(parts.finished(), self.is_open)
    }

    fn into_parts(self) -> (Parts, bool) {
        (Arc::unwrap_or_clone(self.parts), self.is_open)
    }

    /// The parts and wildcards, in order.
    pub fn parts(&self) -> impl Iterator<Item = PatternPart<'_>> + Clone {
        let is_rest = self.is_rest();
        let last = self.parts.len() - 1;
        let parts = self.parts.iter().enumerate();
        let parts = parts.map(move |(index, part)| match part {
            Part::Literal { text, .. } => PatternPart::Literal(text),
            Part::One if is_rest && index == last => PatternPart::Rest,
            Part::One => PatternPart::One,
        });
        parts.chain((self.is_open && !is_rest).then_some(PatternPart::Any))
    }

    /// How many parts and wildcards there are: at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.len() + usize::from(self.is_open && !self.is_rest())
    }

    fn is_rest(&self) -> bool {
        self.is_open && matches!(self.parts.get(self.parts.len() - 1), Some(Part::One))
    }

    /// Whether messages on this topic are wanted.
    #[must_use]
    pub fn matches(&self, topic: &Topic) -> bool {
        Self::covers((&self.parts, self.is_open), (topic.shared(), false))
    }

    /// Whether every topic that matches this pattern matches the other one, too. A pattern is a subset of itself.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        Self::covers((&other.parts, other.is_open), (&self.parts, self.is_open))
    }

    fn covers(
        (outer, outer_is_open): (&Parts, bool),
        (inner, inner_is_open): (&Parts, bool),
    ) -> bool {
        let fits = if outer_is_open {
            outer.len() <= inner.len()
        } else {
            outer.len() == inner.len() && !inner_is_open
        };
        fits && inner.iter().zip(outer.iter()).all(|(i, o)| i.is_within(o))
    }

    /// Whether there is a topic that matches both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let is_long_enough =
            |one: &Self, other: &Self| one.is_open || other.parts.len() <= one.parts.len();
        is_long_enough(self, other)
            && is_long_enough(other, self)
            && self
                .parts
                .iter()
                .zip(other.parts.iter())
                .all(|(a, b)| a.is_within(b) || b.is_within(a))
    }

    /// The one topic that matches, if the pattern has no wildcards. It copies nothing.
    #[must_use]
    pub fn as_topic(&self) -> Option<Topic> {
        (!self.has_wildcards()).then(|| Topic::of_shared(Arc::clone(&self.parts)))
    }

    /// Whether more than one topic matches: none does without a wildcard but the one it [spells](Self::as_topic).
    #[must_use]
    pub fn has_wildcards(&self) -> bool {
        self.is_open || self.parts.has_wildcard()
    }

    /// What every topic that matches starts with: the parts before the first wildcard. `None` if it begins with one.
    #[must_use]
    pub fn prefix(&self) -> Option<Topic> {
        let literals = self
            .parts
            .iter()
            .take_while(|part| part.literal().is_some());
        match literals.count() {
            0 => None,
            all if all == self.parts.len() => Some(Topic::of_shared(Arc::clone(&self.parts))),
            count => Some(Topic::of(self.parts.begin(count))),
        }
    }
}

impl From<Read> for Pattern {
    fn from(read: Read) -> Self {
        Self::of(read.parts, read.is_open)
    }
}

/// The pattern that this topic alone matches. It copies nothing.
impl From<&Topic> for Pattern {
    fn from(topic: &Topic) -> Self {
        Self::of_shared(Arc::clone(topic.shared()), false)
    }
}

impl Hash for Pattern {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.parts.digest() ^ u64::from(self.is_open));
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        self.parts().cmp(other.parts())
    }
}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The text form, which [`Pattern::new`] reads.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::show(&self.parts, self.is_open, f)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_string().fmt(f)
    }
}
