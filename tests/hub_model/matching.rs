//! The rule of matching, by itself and in a hub.

use std::iter::repeat_n;
use std::mem::take;
use std::sync::LazyLock;

use fanfare::hub::{Hub, Message, Pattern};
use fastrand::Rng;

use crate::model::is_subset_of;
use crate::real::{Heard, Payload};
use crate::{PATTERNS, TOPICS};

/// Every topic of `a` and `b` with up to five parts.
pub(crate) static WORDS: LazyLock<Vec<String>> = LazyLock::new(words);

fn words() -> Vec<String> {
    let mut words: Vec<String> = vec!["a".into(), "b".into()];
    let mut last = words.clone();
    for _ in 0..4 {
        last = last
            .iter()
            .flat_map(|word| ["a", "b"].map(|part| format!("{word}.{part}")))
            .collect();
        words.extend(last.iter().cloned());
    }
    words
}

/// Those that were chosen by hand, so that the alphabet is known to be worth something.
#[test]
fn the_rule_is_the_crates() {
    for topic in &*WORDS {
        for one in PATTERNS {
            let expected = is_subset_of(topic, one);
            let matches = Pattern::new(one).unwrap().matches(&topic.parse().unwrap());
            assert_eq!(matches, expected, "{topic} at {one}");
        }
    }
    for topic in TOPICS {
        let matching = PATTERNS
            .iter()
            .filter(|one| is_subset_of(topic, one))
            .count();
        assert!((1..PATTERNS.len()).contains(&matching), "{topic}");
    }
}

/// A thousand listeners and a thousand topics: what each hears is what the rule says of each pair. Topics come again, so that
/// what was found for them is asked for as well.
#[test]
fn a_million_pairs_through_a_hub() {
    let mut chance = Rng::with_seed(11);
    let mut text = |stars: usize| {
        let parts = repeat_n((), chance.usize(1..6)).map(|()| {
            let is_star = chance.usize(..100) < stars;
            if is_star {
                "*"
            } else {
                ["a", "b", "c", "d"][chance.usize(..4)]
            }
        });
        parts.collect::<Vec<_>>().join(".")
    };
    let hub = Hub::<Payload>::new();
    let heard = Heard::default();
    let patterns: Vec<_> = (0..1_000).map(|_| text(40)).collect();
    for (number, pattern) in patterns.iter().enumerate() {
        let hears = move |m: &Message<Payload>| m.1.lock().unwrap().push((number, m.0));
        hub.connect_sync(hears).topic(pattern).now().unwrap();
    }
    let mut matched = 0;
    for _ in 0..1_000 {
        let topic = text(0);
        let wanted = |(number, pattern): (usize, &String)| {
            is_subset_of(&topic, pattern).then_some((number, 1))
        };
        let expected: Vec<_> = patterns.iter().enumerate().filter_map(wanted).collect();
        let delivery = hub.publish(&topic, (1, heard.clone())).now().unwrap();
        assert_eq!(delivery.count(), expected.len(), "{topic}");
        let got = take(&mut *heard.lock().unwrap());
        assert_eq!(got, expected, "{topic}");
        matched += got.len();
    }
    assert!((50_000..500_000).contains(&matched), "{matched} matched");
}
