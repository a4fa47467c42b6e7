//! The trie against a list of patterns that are asked one by one.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Trie;
use crate::hub::{Pattern, Topic};

fn pattern(text: &str) -> Pattern {
    text.parse().unwrap()
}

fn found(trie: &Trie<u32>, topic: &str) -> Vec<u32> {
    let topic: Topic = topic.parse().unwrap();
    let mut found = Vec::new();
    trie.visit(&topic, |value| found.push(*value));
    found.sort_unstable();
    found
}

/// Few parts, so that patterns meet again.
fn any_pattern() -> impl Strategy<Value = Pattern> {
    let part = prop_oneof![2 => Just("a"), 1 => Just("b"), 1 => Just(""), 2 => Just("*")];
    let end = prop_oneof![Just("a"), Just("?"), Just("*"), Just("**")];
    (vec(part, 0..4), end).prop_map(|(mut parts, end)| {
        parts.push(end);
        let parts: Vec<_> = parts
            .iter()
            .map(|part| if part.is_empty() { r"\e" } else { part })
            .collect();
        pattern(&parts.join("."))
    })
}

fn any_topic() -> impl Strategy<Value = Topic> {
    vec(
        prop_oneof![3 => Just("a"), 2 => Just("b"), 1 => Just("")],
        1..6,
    )
    .prop_map(|parts| Topic::from_parts(parts).unwrap())
}

#[derive(Debug, Clone)]
enum Op {
    Insert(Pattern),
    Make(Pattern),
    Change(Pattern),
    Remove(Pattern),
    Visit(Topic),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => any_pattern().prop_map(Op::Insert),
        1 => any_pattern().prop_map(Op::Make),
        1 => any_pattern().prop_map(Op::Change),
        4 => any_pattern().prop_map(Op::Remove),
        4 => any_topic().prop_map(Op::Visit),
    ]
}

proptest! {
    #[test]
    fn finds_what_a_flat_scan_finds(ops in vec(op(), 1..120)) {
        let mut trie = Trie::new();
        let mut list = BTreeMap::new();
        for (number, op) in (0u32..).zip(ops) {
            match op {
                Op::Insert(pattern) => prop_assert_eq!(trie.insert(&pattern, number), list.insert(pattern, number)),
                Op::Make(pattern) => {
                    let made = *trie.get_or_insert_with(&pattern, || number);
                    prop_assert_eq!(made, *list.entry(pattern).or_insert(number));
                }
                Op::Change(pattern) => {
                    let (inside, outside) = (trie.get_mut(&pattern), list.get_mut(&pattern));
                    prop_assert_eq!(&inside, &outside);
                    inside.into_iter().chain(outside).for_each(|value| *value = number);
                }
                Op::Remove(pattern) => prop_assert_eq!(trie.remove(&pattern), list.remove(&pattern)),
                Op::Visit(topic) => {
                    let mut found = Vec::new();
                    trie.visit(&topic, |value| found.push(*value));
                    found.sort_unstable();
                    let matching = list.iter().filter(|(pattern, _)| pattern.matches(&topic));
                    let mut wanted: Vec<u32> = matching.map(|(_, value)| *value).collect();
                    wanted.sort_unstable();
                    prop_assert_eq!(found, wanted);
                }
            }
            prop_assert_eq!(trie.len(), list.len());
            prop_assert!(list.iter().all(|(pattern, value)| trie.get(pattern) == Some(value)));
        }
        for pattern in list.into_keys() {
            prop_assert!(trie.remove(&pattern).is_some());
        }
        prop_assert!(trie.is_empty());
        prop_assert_eq!(trie.nodes(), 1);
    }
}

#[test]
fn what_no_value_needs_is_let_go_of() {
    let mut trie = Trie::new();
    trie.insert(&pattern("a.*.c"), 1);
    trie.insert(&pattern("a.*.c.*"), 2);
    trie.insert(&pattern("a.b"), 3);
    assert_eq!(trie.nodes(), 1 + 5);
    assert_eq!(trie.remove(&pattern("a")), None);
    assert_eq!(trie.remove(&pattern("a.*.c.d")), None);
    assert_eq!(trie.remove(&pattern("a.*.c.*")), Some(2));
    assert_eq!(trie.nodes(), 1 + 4);
    assert_eq!(trie.remove(&pattern("a.*.c")), Some(1));
    assert_eq!(trie.nodes(), 1 + 2);
    assert_eq!(found(&trie, "a.b"), [3]);
    assert_eq!(trie.remove(&pattern("a.b")), Some(3));
    assert_eq!(
        (trie.nodes(), trie.nodes.capacity()),
        (1, Trie::<u32>::new().nodes.capacity())
    );
}

#[test]
fn many_ways_that_match_show_each_value_once() {
    let mut trie = Trie::new();
    for (number, text) in (0..).zip([
        "a.b", "a.?", "*.b", "*.?", "a.*", "a.**", "*", "*.*", "a", "a.b.**", "a.b.*",
    ]) {
        trie.insert(&pattern(text), number);
    }
    assert_eq!(found(&trie, "a.b"), [0, 1, 2, 3, 4, 5, 6, 7, 9]);
    assert_eq!(found(&trie, "a"), [5, 6, 8]);
    assert_eq!(found(&trie, r"b.\*"), [3, 6, 7]);
}

#[test]
fn a_wide_node_gives_its_memory_back() {
    let mut trie = Trie::new();
    for number in 0..1_000 {
        trie.insert(&Pattern::from([number.to_string()]), number);
    }
    let wide = trie.nodes[super::ROOT].literals.capacity();
    for number in 1..1_000 {
        assert_eq!(
            trie.remove(&Pattern::from([number.to_string()])),
            Some(number)
        );
    }
    assert!(trie.nodes[super::ROOT].literals.capacity() < wide / 50);
    assert_eq!(found(&trie, "0"), [0]);
}

#[test]
fn depth_is_no_danger() {
    let mut trie = Trie::new();
    let deep = Pattern::from_parts(vec!["a"; 100_000]).unwrap().any();
    trie.insert(&deep, 1);
    assert_eq!(trie.nodes(), 100_001);
    assert_eq!(found(&trie, &vec!["a"; 100_001].join(".")), [1]);
    assert_eq!(trie.clone().remove(&deep), Some(1));
    drop(trie);
}
