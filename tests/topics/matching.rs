//! What matches what: against the rules applied place by place, and against all topics there can be.

use std::collections::HashSet;

use fanfare::hub::{Pattern, Topic};
use fastrand::Rng;
use proptest::prelude::*;

use crate::kit::{End, Plan, any_pattern, any_topic, pattern, topic};

#[test]
fn a_million_pairs_against_a_naive_matcher() {
    let mut chance = Rng::with_seed(5);
    let word = |chance: &mut Rng| ["a", "b", "temperature", "", "*"][chance.usize(..5)].to_owned();
    let topics: Vec<(Vec<String>, Topic)> = (0..3_000)
        .map(|_| {
            let parts: Vec<_> = (0..chance.usize(1..6)).map(|_| word(&mut chance)).collect();
            let topic = Topic::from_parts(&parts).unwrap();
            (parts, topic)
        })
        .collect();
    let patterns: Vec<(Plan, Pattern)> = (0..3_000)
        .map(|_| {
            let place = |chance: &mut Rng| chance.bool().then(|| word(chance));
            let parts = (0..chance.usize(1..5))
                .map(|_| place(&mut chance))
                .collect();
            let end = [End::Nothing, End::OneOrMore, End::NoneOrMore][chance.usize(..3)];
            let plan = Plan { parts, end };
            let pattern = plan.build();
            (plan, pattern)
        })
        .collect();
    let mut matched = 0;
    for _ in 0..1_000_000 {
        let (parts, topic) = &topics[chance.usize(..topics.len())];
        let (plan, pattern) = &patterns[chance.usize(..patterns.len())];
        let wanted = plan.matches(parts);
        assert_eq!(pattern.matches(topic), wanted, "{pattern} and {topic}");
        matched += usize::from(wanted);
    }
    assert!((10_000..990_000).contains(&matched), "{matched} matched");
}

/// All lists of up to so many of these.
fn lists<T: Clone>(of: &[T], longest: usize) -> Vec<Vec<T>> {
    let mut all = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        let longer = last.iter().flat_map(|list| {
            of.iter()
                .map(move |more| [&list[..], std::slice::from_ref(more)].concat())
        });
        last = longer.collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// All patterns of up to three places, and an end; and which of all topics match: those of up to five parts, of the two that
/// the patterns name and a third. More parts, or others, would tell no two patterns apart.
fn everything() -> Vec<(Pattern, HashSet<usize>)> {
    let topics: Vec<_> = lists(&["a", "b", "c"], 5)
        .into_iter()
        .filter_map(|parts| Topic::from_parts(parts).ok())
        .collect();
    let places = lists(&[None, Some("a".to_owned()), Some("b".to_owned())], 3);
    let ends = [End::Nothing, End::OneOrMore, End::NoneOrMore];
    let plans = places.into_iter().flat_map(|parts| {
        ends.map(|end| Plan {
            parts: parts.clone(),
            end,
        })
    });
    let patterns = plans
        .filter(|plan| !plan.parts.is_empty())
        .map(|plan| plan.build());
    let matching = |pattern: &Pattern| {
        (0..topics.len())
            .filter(|&topic| pattern.matches(&topics[topic]))
            .collect()
    };
    patterns
        .map(|pattern| {
            let matched = matching(&pattern);
            (pattern, matched)
        })
        .collect()
}

#[test]
fn subsets_overlaps_and_equality_are_those_of_the_sets_of_topics() {
    let everything = everything();
    assert_eq!(everything.len(), 39 * 3);
    for (a, in_a) in &everything {
        for (b, in_b) in &everything {
            assert_eq!(a.is_subset_of(b), in_a.is_subset(in_b), "{a} within {b}");
            assert_eq!(a.overlaps(b), !in_a.is_disjoint(in_b), "{a} and {b}");
            assert_eq!(a == b, in_a == in_b, "{a} and {b}");
        }
    }
}

#[test]
fn a_last_star_is_one_part_or_more_and_a_question_mark_is_one() {
    for (wanted, matched, not_matched) in [
        ("*", &["a", "a.b", r"\e"][..], &[][..]),
        ("**", &["a", "a.b"], &[]),
        ("?", &["a", r"\e"], &["a.b"]),
        ("a.*", &["a.b", "a.b.c", r"a.\e"], &["a", "b.a"]),
        ("a.**", &["a", "a.b", "a.b.c"], &["b", "b.a"]),
        ("a.?", &["a.b"], &["a", "a.b.c"]),
        ("a.*.?", &["a.b.c"], &["a.b", "a.b.c.d"]),
        ("*.b", &["a.b", "b.b"], &["b", "a.a.b"]),
        ("?.b.?", &["a.b.c"], &["a.b", "a.b.c.d"]),
        (r"a.\*", &[r"a.\*"], &["a.b"]),
        ("a.b", &["a.b"], &["a", "a.b.c", "a.B"]),
    ] {
        let wanted = pattern(wanted);
        for text in matched {
            assert!(wanted.matches(&topic(text)), "{wanted} and {text}");
        }
        for text in not_matched {
            assert!(!wanted.matches(&topic(text)), "{wanted} and {text}");
        }
    }
}

proptest! {
    #[test]
    fn a_pattern_without_wildcards_is_a_topic(topic in any_topic(), pattern in any_pattern()) {
        let exact = Pattern::from(&topic);
        prop_assert!(exact.matches(&topic));
        prop_assert_eq!(exact.as_topic(), Some(topic.clone()));
        prop_assert_eq!(exact.prefix(), Some(topic.clone()));
        prop_assert_eq!(exact.is_subset_of(&pattern), pattern.matches(&topic));
        prop_assert_eq!(exact.overlaps(&pattern), pattern.matches(&topic));
        prop_assert_eq!(pattern.as_topic().is_some(), pattern.is_subset_of(&Pattern::from(&pattern.prefix().unwrap_or(topic))));
    }

    #[test]
    fn whatever_matches_starts_with_the_prefix(topic in any_topic(), pattern in any_pattern()) {
        let below = pattern.clone().below(&topic);
        prop_assert!(below.prefix().unwrap().starts_with(&topic));
        let all_below = Pattern::from(&topic).rest();
        prop_assert!(below.is_subset_of(&all_below));
        if let Some(prefix) = pattern.prefix() {
            prop_assert!(pattern.is_subset_of(&Pattern::from(&prefix).any()));
            prop_assert_eq!(below.prefix(), Some(topic.join(&prefix)));
        }
    }
}
