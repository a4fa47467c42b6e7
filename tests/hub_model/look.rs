//! What a hub tells of itself.

use proptest::prelude::*;

use crate::matching::WORDS;
use crate::model::{Kind, Model, is_subset_of};
use crate::real::Real;
use crate::{IDS, PATTERNS, names};

/// Asks the hub what it can be asked, of a pattern and a topic and of everything.
pub(crate) fn look(
    real: &Real,
    model: &Model,
    which: usize,
    topic: &str,
) -> Result<(), TestCaseError> {
    // A topic that both stand for, if there is one with up to five parts.
    let has_both = |one: &str, other: &str| {
        WORDS
            .iter()
            .any(|word| is_subset_of(word, one) && is_subset_of(word, other))
    };
    let mut in_use = model.standing.iter().flat_map(|known| &known.patterns);
    let expected = in_use.any(|one| has_both(PATTERNS[*one], PATTERNS[which]));
    prop_assert_eq!(real.hub.has_subscribers(PATTERNS[which]).unwrap(), expected);
    // The same, asked by a publisher under its prefix.
    let below = format!("a.{}", PATTERNS[which]);
    let mut in_use = model.standing.iter().flat_map(|known| &known.patterns);
    let expected = in_use.any(|one| has_both(PATTERNS[*one], &below));
    let publisher = real.hub.publisher("a").unwrap();
    prop_assert_eq!(
        publisher.has_subscribers(PATTERNS[which]).unwrap(),
        expected
    );

    // Sync listeners have no queue, and where nothing waits it does not matter whether there is one.
    let sorted = |mut sizes: Vec<usize>| {
        sizes.retain(|size| *size > 0);
        sizes.sort_unstable();
        sizes
    };
    let matching = model.standing.iter().filter(|known| known.matches(topic));
    let expected = matching.map(|known| known.waiting.len()).collect();
    let sizes = real.hub.queue_sizes(topic).unwrap();
    prop_assert_eq!(sorted(sizes), sorted(expected));
    let mut all: Vec<_> = real.hub.all_queue_sizes();
    all.retain(|(_, size)| *size > 0);
    let shown = |patterns: Vec<String>, size: usize| {
        let mut patterns = patterns;
        patterns.sort();
        (patterns, size)
    };
    let mut all: Vec<_> = all
        .into_iter()
        .map(|(patterns, size)| shown(patterns.iter().map(ToString::to_string).collect(), size))
        .collect();
    let waits = model
        .standing
        .iter()
        .filter(|known| !known.waiting.is_empty());
    let mut expected: Vec<_> = waits
        .map(|known| {
            let patterns = names(&known.patterns);
            shown(
                patterns.iter().map(ToString::to_string).collect(),
                known.waiting.len(),
            )
        })
        .collect();
    all.sort();
    expected.sort();
    prop_assert_eq!(all, expected);
    for (who, subscriber) in real.subscribers.iter().enumerate() {
        let size = |(id, name): (usize, &&str)| {
            let mut standing = model.standing.iter();
            let queue = standing.find(|known| known.kind == Kind::Queue { owner: who, id })?;
            Some(((*name).to_owned(), queue.waiting.len()))
        };
        let expected: Vec<_> = IDS.iter().enumerate().filter_map(size).collect();
        prop_assert_eq!(subscriber.queue_sizes(), expected);
    }
    for (number, connection) in &real.connections {
        let stands = model.standing.iter().any(|known| known.number == *number);
        prop_assert_eq!(connection.is_connected(), stands, "{}", number);
    }
    prop_assert_eq!(real.hub.inspect().connections.len(), model.standing.len());
    Ok(())
}
