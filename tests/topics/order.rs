//! Equality, hashes and order.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use fanfare::hub::{Pattern, Topic};
use proptest::prelude::*;

use crate::kit::{any_pattern, any_topic, pattern, topic};

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn topics_are_ordered_part_by_part() {
    let mut topics: Vec<Topic> = ["b", "a.c", "a-b", "a", "a.b.c", "a.b", r"a.\e"]
        .map(topic)
        .into();
    topics.sort();
    let texts: Vec<String> = topics.iter().map(ToString::to_string).collect();
    // As strings, `a-b` would come before `a.b`.
    assert_eq!(texts, ["a", r"a.\e", "a.b", "a.b.c", "a.c", "a-b", "b"]);
}

#[test]
fn patterns_are_ordered_with_wildcards_last() {
    let patterns = ["?", "a.**", "*", "a", "a.b", "a.?", "a.*", "a.*.b", "b"].map(pattern);
    let ordered: Vec<String> = BTreeSet::from(patterns)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        ordered,
        ["a", "a.b", "a.?", "a.*.b", "a.*", "a.**", "b", "?", "*"]
    );
}

#[test]
fn topics_are_keys_of_maps() {
    let map: HashMap<Topic, u8> = [(topic("a.b"), 1), (Topic::from(["a.b"]), 2)].into();
    assert_eq!(map[&Topic::from(["a", "b"])], 1);
    assert_eq!(map[&topic(r"a\.b")], 2);
}

#[test]
fn they_are_shown_as_text_with_padding() {
    assert_eq!(
        format!(
            "[{:8}] [{:>8}] [{:.2}]",
            topic("a.b"),
            pattern("a.*"),
            topic("a.b")
        ),
        "[a.b     ] [     a.*] [a.]"
    );
    assert_eq!(
        format!("{:?} {:?}", topic(r"a.\*"), pattern("a.*")),
        r#""a.\\*" "a.*""#
    );
}

proptest! {
    #[test]
    fn equality_hash_and_order_agree(a in any_topic(), b in any_topic()) {
        let parts = |topic: &Topic| topic.parts().map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(a.cmp(&b), parts(&a).cmp(&parts(&b)));
        prop_assert_eq!(a == b, parts(&a) == parts(&b));
        let again = Topic::from_parts(a.parts()).unwrap();
        prop_assert_eq!(&again, &a);
        prop_assert_eq!(hash_of(&again), hash_of(&a));
    }

    #[test]
    fn and_those_of_patterns(a in any_pattern(), b in any_pattern()) {
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        prop_assert_eq!(a == b, a.is_subset_of(&b) && b.is_subset_of(&a));
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        let again: Pattern = a.to_string().parse().unwrap();
        prop_assert_eq!(hash_of(&again), hash_of(&a));
    }
}
