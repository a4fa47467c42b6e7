//! How other systems write topics: parts between separators, wildcards, and no escapes.

use super::error::{Grammar, TopicError, TopicProblem};
use super::parts::{Part, Parts};
use super::text::Read;
use super::unsaid::{SpellingError, Why};

pub(super) struct Dialect {
    pub(super) name: &'static str,
    pub(super) topic: Grammar,
    pub(super) pattern: Grammar,
    pub(super) separator: char,
    /// One part.
    pub(super) one: &'static str,
    /// The rest. Only the last.
    pub(super) many: &'static str,
    /// Whether `many` stands for no part, too.
    pub(super) many_is_any: bool,
    pub(super) has_empty_parts: bool,
    /// Wildcards that no part may contain, even among other characters.
    pub(super) reserved: &'static [char],
    pub(super) is_forbidden: fn(char) -> bool,
    /// In bytes.
    pub(super) limit: usize,
}

impl Dialect {
    pub(super) fn read_topic(&self, text: &str) -> Result<Parts, TopicError> {
        self.read(text, self.topic).map(|read| read.parts)
    }

    pub(super) fn read_pattern(&self, text: &str) -> Result<Read, TopicError> {
        self.read(text, self.pattern)
    }

    fn read(&self, text: &str, grammar: Grammar) -> Result<Read, TopicError> {
        let mut parts = Parts::default();
        let mut is_open = false;
        let mut begin = 0;
        let error = |problem, at, found: &str, parts: &Parts| {
            Err(TopicError::in_text(
                grammar,
                text,
                problem,
                (at, found),
                parts.len(),
            ))
        };
        if text.is_empty() {
            return error(TopicProblem::NoParts, 0, "", &parts);
        }
        if text.len() > self.limit {
            return error(TopicProblem::TooLong, 0, "", &parts);
        }
        for part in text.split(self.separator) {
            let is_last = begin + part.len() == text.len();
            if part == self.one || part == self.many {
                if !grammar.takes_wildcards() {
                    return error(TopicProblem::Wildcard, begin, part, &parts);
                }
                let is_many = part == self.many;
                if is_many && !is_last {
                    return error(TopicProblem::NotLast, begin, part, &parts);
                }
                // A topic has at least one part.
                if !(is_many && self.many_is_any) || parts.len() == 0 {
                    parts.push_one();
                }
                is_open = is_many;
            } else if part.is_empty() && !self.has_empty_parts {
                return error(TopicProblem::EmptyPart, begin, "", &parts);
            } else {
                let refused =
                    |(at, found): (usize, &str), problem| error(problem, begin + at, found, &parts);
                if let Some(found) = part.match_indices(self.reserved).next() {
                    return refused(found, TopicProblem::WildcardInPart);
                }
                if let Some(found) = part.match_indices(self.is_forbidden).next() {
                    return refused(found, TopicProblem::Forbidden);
                }
                parts.push(part);
            }
            begin += part.len() + self.separator.len_utf8();
        }
        let parts = parts.finished();
        Ok(Read { parts, is_open })
    }

    pub(super) fn write(&self, parts: &Parts, is_open: bool) -> Result<String, SpellingError> {
        let refused = |why, part| Err(SpellingError::new(self.name, why, part));
        let last = parts.len() - 1;
        let ends_in_one = matches!(parts.get(last), Some(Part::One));
        // One part or more is one wildcard where there is one for that, and where nothing stands before it.
        let is_rest = is_open && ends_in_one && (!self.many_is_any || last == 0);
        if is_open && !is_rest && !self.many_is_any {
            return refused(Why::NoneOrMore, Some((last + 1, "**")));
        }
        let mut text = String::new();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                text.push(self.separator);
            }
            match part {
                Part::One if is_rest && index == last => text.push_str(self.many),
                Part::One => text.push_str(self.one),
                Part::Literal { text: part, .. } => {
                    if let Some(why) = self.objection(part) {
                        return refused(why, Some((index, part)));
                    }
                    text.push_str(part);
                }
            }
        }
        if is_open && !is_rest {
            text.push(self.separator);
            text.push_str(self.many);
        }
        if text.is_empty() {
            return refused(Why::Empty, Some((0, "")));
        }
        if text.len() > self.limit {
            let (length, limit) = (text.len(), self.limit);
            return refused(Why::TooLong { length, limit }, None);
        }
        Ok(text)
    }

    fn objection(&self, part: &str) -> Option<Why> {
        if part.is_empty() && !self.has_empty_parts {
            return Some(Why::Empty);
        }
        if part == self.one || part == self.many {
            return Some(Why::IsWildcard);
        }
        let is_refused =
            |c| c == self.separator || self.reserved.contains(&c) || (self.is_forbidden)(c);
        part.chars().find(|c| is_refused(*c)).map(Why::Contains)
    }
}
