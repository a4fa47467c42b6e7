//! Topics and patterns by chance, and what matches by the rules alone.

use fanfare::hub::{Pattern, PatternPart, Topic};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) fn topic(text: &str) -> Topic {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn pattern(text: &str) -> Pattern {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// A pattern as a list, with what each place stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// `None` is any one part.
    pub(crate) parts: Vec<Option<String>>,
    pub(crate) end: End,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum End {
    Nothing,
    OneOrMore,
    NoneOrMore,
}

impl Plan {
    pub(crate) fn build(&self) -> Pattern {
        let mut parts = self.parts.iter();
        let mut built = match parts.next() {
            None => return Pattern::all(),
            Some(None) => Pattern::single(),
            Some(Some(part)) => Pattern::from([part]),
        };
        for part in parts {
            built = match part {
                None => built.one(),
                Some(part) => built.part(part),
            };
        }
        match self.end {
            End::Nothing => built,
            End::OneOrMore => built.rest(),
            End::NoneOrMore => built.any(),
        }
    }

    /// The rule, place by place: the naive matcher.
    pub(crate) fn matches(&self, topic: &[String]) -> bool {
        let more = match self.end {
            End::Nothing if topic.len() != self.parts.len() => return false,
            End::OneOrMore => 1,
            _ => 0,
        };
        topic.len() >= self.parts.len() + more
            && self
                .parts
                .iter()
                .zip(topic)
                .all(|(wanted, part)| wanted.as_ref().is_none_or(|wanted| wanted == part))
    }
}

/// Any text, with what means something in one of the spellings more often than by chance.
pub(crate) fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[ab]{1,2}",
        2 => r"[ab.*?\\e>+#/$ \t]{0,4}",
        1 => any::<String>(),
        1 => Just("*".to_owned()),
        1 => Just(String::new()),
    ]
}

pub(crate) fn any_topic() -> impl Strategy<Value = Topic> {
    vec(part(), 1..6).prop_map(|parts| Topic::from_parts(parts).unwrap())
}

pub(crate) fn any_pattern() -> impl Strategy<Value = Pattern> {
    let parts = vec(
        prop_oneof![2 => part().prop_map(Some), 1 => Just(None)],
        0..5,
    );
    let end = prop_oneof![
        Just(End::Nothing),
        Just(End::OneOrMore),
        Just(End::NoneOrMore)
    ];
    (parts, end).prop_map(|(parts, end)| Plan { parts, end }.build())
}

/// What a pattern is made of, on a line.
pub(crate) fn shape(pattern: &Pattern) -> String {
    let words = pattern.parts().map(|part| match part {
        PatternPart::Literal(text) => format!("{text:?}"),
        other => format!("{other:?}"),
    });
    words.collect::<Vec<_>>().join(" ")
}
