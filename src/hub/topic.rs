//! What a message is about.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Add;

use super::error::TopicError;
use super::into::IntoTopic;
use super::parts::{Part, Parts};
use super::text;
use crate::sync::Arc;

/// What a message is about: one part or more, from the general to the particular, as `plant.north.temperature`.
///
/// A part is any text; one that comes from parts may be empty, and may contain dots and stars. The text form puts a `\` before
/// what would have a meaning: see the [module](super). Topics are ordered part by part.
///
/// A clone is the same topic: it copies nothing. Hashing takes one word, and equality too in the usual case.
///
/// # Examples
/// ```
/// use fanfare::hub::Topic;
///
/// let north = Topic::new("plant.north")?;
/// assert_eq!(north, Topic::from(["plant", "north"]));
/// assert_eq!(north.child("temperature").to_string(), "plant.north.temperature");
/// assert_eq!((&north + &Topic::new("a.b")?).len(), 4);
///
/// let error = Topic::new("plant..north").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     r#""plant..north" is no topic: part 2 is empty, at character 7; an empty part is written \e"#,
/// );
/// # Ok::<(), fanfare::hub::TopicError>(())
/// ```
#[derive(Clone)]
pub struct Topic(Arc<Parts>);

#[expect(clippy::len_without_is_empty, reason = "a topic has at least one part")]
impl Topic {
    /// A topic from text, or from whatever else is one: an array of parts, another topic.
    ///
    /// # Errors
    /// Where a text is malformed, or a list has no parts.
    pub fn new(topic: impl IntoTopic) -> Result<Self, TopicError> {
        topic.into_topic()
    }

    /// A topic from its parts. Nothing in them has a meaning: stars and dots are characters.
    ///
    /// An array is made into a topic by `Topic::from`, which cannot fail: that it is not empty, the compiler sees.
    ///
    /// # Errors
    /// Where there are none.
    pub fn from_parts<S: AsRef<str>>(
        parts: impl IntoIterator<Item = S>,
    ) -> Result<Self, TopicError> {
        let parts = Parts::of_literals(parts);
        parts
            .map(Self::of)
            .ok_or_else(|| TopicError::no_parts("topic"))
    }

    /// The parts are finished, at least one, and have no wildcards.
    pub(super) fn of(parts: Parts) -> Self {
        Self::of_shared(Arc::new(parts))
    }

    pub(super) fn of_shared(parts: Arc<Parts>) -> Self {
        debug_assert!(parts.len() > 0 && !parts.has_wildcard());
        Self(parts)
    }

    pub(super) fn shared(&self) -> &Arc<Parts> {
        &self.0
    }

    /// The hash that is kept of it.
    #[inline]
    pub(super) fn digest(&self) -> u64 {
        self.0.digest()
    }

    /// The parts, in order.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator + Clone {
        self.0.iter().map(text_of)
    }

    /// How many parts there are: at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The part with this index, counted from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        self.0.get(index).map(text_of)
    }

    /// The first part.
    #[must_use]
    pub fn first(&self) -> &str {
        self.get(0).unwrap_or_default()
    }

    /// The last part.
    #[must_use]
    pub fn last(&self) -> &str {
        self.get(self.len() - 1).unwrap_or_default()
    }

    /// Whether the first parts of this topic are those of the other one. A topic starts with itself.
    ///
    /// ```
    /// # use fanfare::hub::Topic;
    /// let topic = Topic::from(["plant", "north"]);
    /// assert!(topic.starts_with(&Topic::from(["plant"])));
    /// assert!(!topic.starts_with(&Topic::from(["pla"]))); // whole parts
    /// ```
    #[must_use]
    pub fn starts_with(&self, begin: &Self) -> bool {
        let mut pairs = self.0.iter().zip(begin.0.iter());
        begin.len() <= self.len() && pairs.all(|(own, wanted)| own.is_within(wanted))
    }

    /// The parts of this topic, and then those of the other one. `&a + &b` is the same.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let mut parts = Parts::clone(&self.0);
        parts.extend(&other.0);
        Self::of(parts.finished())
    }

    /// The topic with one more part. Nothing in that has a meaning: `child("a.b")` is one part.
    #[must_use]
    pub fn child(&self, part: impl AsRef<str>) -> Self {
        let mut parts = Parts::clone(&self.0);
        parts.push(part.as_ref());
        Self::of(parts.finished())
    }
}

fn text_of(part: Part<'_>) -> &str {
    part.literal().expect("topics have no wildcards")
}

impl PartialEq for Topic {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Eq for Topic {}

impl Hash for Topic {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Ord for Topic {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        self.parts().cmp(other.parts())
    }
}

impl PartialOrd for Topic {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The text form, which [`Topic::new`] reads.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::show(&self.0, false, f)
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_string().fmt(f)
    }
}

macro_rules! add {
    ($($left:ty, $right:ty);*) => {
        $(impl Add<$right> for $left {
            type Output = Topic;

            fn add(self, other: $right) -> Topic {
                self.join(&other)
            }
        })*
    };
}
add!(&Topic, &Topic; &Topic, Topic; Topic, &Topic; Topic, Topic);
