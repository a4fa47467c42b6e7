//! What another system's spelling cannot say.

use std::fmt;

use super::error::Excerpt;

/// What another system's spelling cannot say of a topic or a pattern.
///
/// # Examples
/// ```
/// use fanfare::hub::Topic;
///
/// let error = Topic::from(["plant", "no. 4"]).to_nats().unwrap_err();
/// assert_eq!(error.part(), Some(1));
/// assert_eq!(error.to_string(), r#"NATS cannot spell part 2, "no. 4": it contains '.'"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpellingError(Box<Unsaid>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Unsaid {
    spelling: &'static str,
    why: Why,
    /// Its index, and its text.
    part: Option<(usize, Box<str>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    Empty,
    Contains(char),
    IsWildcard,
    NoneOrMore,
    TooLong { length: usize, limit: usize },
}

impl SpellingError {
    pub(super) fn new(spelling: &'static str, why: Why, part: Option<(usize, &str)>) -> Self {
        let part = part.map(|(index, text)| (index, text.into()));
        Self(Box::new(Unsaid {
            spelling,
            why,
            part,
        }))
    }

    /// The index of the part that cannot be spelled, counted from 0. `None` where it is the whole.
    #[must_use]
    pub fn part(&self) -> Option<usize> {
        self.0.part.as_ref().map(|(index, _)| *index)
    }
}

impl fmt::Display for SpellingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unsaid {
            spelling,
            why,
            part,
        } = &*self.0;
        match part {
            Some((index, text)) => {
                let text = Excerpt(text, 0);
                write!(f, "{spelling} cannot spell part {}, {text}: ", index + 1)?;
            }
            None => write!(f, "{spelling} cannot spell it: ")?,
        }
        match why {
            Why::Empty => f.write_str("it is empty"),
            Why::Contains(character) => write!(f, "it contains {character:?}"),
            Why::IsWildcard => f.write_str("it would be read as a wildcard"),
            Why::NoneOrMore => f.write_str(
                "it stands for none or more, and there are wildcards for one or more only",
            ),
            Why::TooLong { length, limit } => {
                write!(f, "it takes {length} bytes, and {limit} are allowed")
            }
        }
    }
}

impl std::error::Error for SpellingError {}
