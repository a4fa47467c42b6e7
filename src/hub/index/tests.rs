//! The index against a list of patterns that are asked one by one, and against what happens meanwhile.

use std::collections::BTreeMap;

use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;

use super::Wildcards;
use super::rows::{PATIENCE, PLACES, ROOM, Rows};
use crate::hub::{Pattern, Topic};
use crate::sync::{AtomicBool, AtomicUsize, Ordering};

fn pattern(text: &str) -> Pattern {
    text.parse().unwrap()
}

fn topic(text: &str) -> Topic {
    text.parse().unwrap()
}

fn found(index: &Wildcards, topic: &Topic) -> Vec<Pattern> {
    let mut found = index.matching(topic).to_vec();
    found.sort_unstable();
    found
}

/// How many rows there are, and how many patterns in them: as accounted for, which is checked.
fn kept(index: &Wildcards) -> (usize, usize) {
    let truth = index.truth.hold();
    let lengths: Vec<usize> = index.rows.get().map_or_else(Vec::new, Rows::lengths);
    let kept = (lengths.len(), lengths.iter().sum());
    assert_eq!((truth.kept.rows(), truth.kept.patterns()), kept);
    kept
}

fn any_pattern() -> impl Strategy<Value = Pattern> {
    let part = prop_oneof![2 => Just("a"), 1 => Just("b"), 2 => Just("?")];
    let end = prop_oneof![Just("?"), Just("*"), Just("**")];
    (vec(part, 0..4), end).prop_map(|(mut parts, end)| {
        parts.push(end);
        pattern(&parts.join("."))
    })
}

fn any_topic() -> impl Strategy<Value = Topic> {
    vec(prop_oneof![2 => Just("a"), 1 => Just("b")], 1..5)
        .prop_map(|parts| Topic::from_parts(parts).unwrap())
}

#[derive(Debug, Clone)]
enum Op {
    Come(Pattern),
    Go(Pattern),
    Match(Topic),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => any_pattern().prop_map(Op::Come),
        2 => any_pattern().prop_map(Op::Go),
        6 => any_topic().prop_map(Op::Match),
    ]
}

proptest! {
    #[test]
    fn finds_what_a_flat_scan_finds(ops in vec(op(), 1..200)) {
        let index = Wildcards::new();
        let mut list: BTreeMap<Pattern, usize> = BTreeMap::new();
        for op in ops {
            match op {
                Op::Come(pattern) => {
                    index.came(&pattern);
                    *list.entry(pattern).or_default() += 1;
                }
                Op::Go(pattern) => {
                    if let Some(count) = list.get_mut(&pattern) {
                        index.went(&pattern);
                        *count -= 1;
                        if *count == 0 {
                            list.remove(&pattern);
                        }
                    }
                }
                Op::Match(topic) => {
                    let wanted = list.keys().filter(|pattern| pattern.matches(&topic));
                    prop_assert_eq!(found(&index, &topic), wanted.cloned().collect::<Vec<_>>());
                }
            }
            prop_assert_eq!(index.is_empty(), list.is_empty());
            kept(&index);
        }
        for (pattern, count) in list {
            (0..count).for_each(|_| index.went(&pattern));
        }
        prop_assert!(index.is_empty());
        prop_assert_eq!(kept(&index), (0, 0));
    }
}

#[test]
fn an_answer_is_kept_until_something_changes() {
    let index = Wildcards::new();
    let (north, south) = (topic("plant.north"), topic("plant.south"));
    assert!(index.matching(&north).is_empty());
    assert_eq!(kept(&index), (0, 0));
    index.came(&pattern("plant.*"));
    assert_eq!(found(&index, &north), [pattern("plant.*")]);
    let first = index.matching(&north).as_ptr();
    // The same row, for an equal topic that was made elsewhere, on another thread too.
    assert_eq!(index.matching(&topic("plant.north")).as_ptr(), first);
    thread::scope(|scope| {
        let address = || index.matching(&north).as_ptr() as usize;
        assert_eq!(scope.spawn(address).join().unwrap(), first as usize);
    });

    // Once more the same pattern changes nothing; another one does, even where it does not match.
    index.came(&pattern("plant.*"));
    assert_eq!(index.matching(&north).as_ptr(), first);
    let held = index.matching(&north);
    index.came(&pattern("sea.*"));
    assert_eq!(found(&index, &north), [pattern("plant.*")]);
    assert_ne!(index.matching(&north).as_ptr(), first);
    assert_eq!(*held, [pattern("plant.*")]);

    // None is an answer as well.
    index.went(&pattern("plant.*"));
    index.went(&pattern("plant.*"));
    assert!(index.matching(&south).is_empty());
    assert!(index.matching(&north).is_empty());
    assert_eq!(kept(&index), (2, 0));
    index.went(&pattern("sea.*"));
    assert_eq!(kept(&index), (0, 0));
}

#[test]
fn however_many_topics_there_are_the_rows_are_bounded() {
    let index = Wildcards::new();
    let (all, some) = (Pattern::all(), pattern("t.?"));
    index.came(&all);
    index.came(&some);
    // Those of this test and of the trie.
    assert_eq!(all.holders(), 2);
    for number in 0..100_000 {
        let topic = Topic::from(["t", &number.to_string()]);
        assert_eq!(index.matching(&topic).len(), 2);
    }
    assert_eq!(kept(&index), (PLACES, 2 * PLACES));
    assert_eq!(all.holders(), 2 + PLACES);
    // Each place is taken again, sooner or later, and by what is asked again and again.
    let last = Topic::from(["t", "last"]);
    for _ in 0..PATIENCE {
        drop(index.matching(&last));
    }
    let kept_at = index.matching(&last).as_ptr();
    assert_eq!(index.matching(&last).as_ptr(), kept_at);
    // What has gone is let go of with the last.
    index.went(&all);
    index.went(&some);
    assert_eq!((kept(&index), all.holders()), ((0, 0), 1));
}

#[test]
fn however_many_patterns_match_the_rows_are_bounded() {
    const DEPTH: usize = 16;
    let index = Wildcards::new();
    // All patterns that have each part as it is, or any.
    for bits in 1..1 << DEPTH {
        let part = |at| if bits >> at & 1 == 0 { "a" } else { "?" };
        let parts: Vec<_> = (0..DEPTH).map(part).collect();
        index.came(&pattern(&parts.join(".")));
    }
    let mut seen = 0;
    for number in 0..20 {
        let mut parts = vec!["a".to_owned(); DEPTH];
        parts[12..].fill(number.to_string());
        let topic = Topic::from_parts(parts).unwrap();
        // Those that have any part where the topic has another one.
        assert_eq!(index.matching(&topic).len(), 1 << 12);
        let (rows, patterns) = kept(&index);
        assert!(rows > 0 && patterns <= ROOM);
        seen = seen.max(rows);
    }
    assert_eq!(seen, ROOM >> 12);
    // An answer that is longer than all may be together is given and not kept.
    let rows = kept(&index);
    let longest = Topic::from(["a"; DEPTH]);
    assert_eq!(index.matching(&longest).len(), (1 << DEPTH) - 1);
    assert_eq!(kept(&index), rows);
}

/// A lookup must be right for some moment between its begin and its end. Each writer has patterns of its own and a history
/// of them that is known beforehand; for each of them there must be such a moment.
#[test]
fn each_lookup_is_right_for_some_moment_of_it() {
    const STEPS: usize = 4_000;
    let topics = ["a.b", "a.c", "b", "a.b.c", "b.b"].map(topic);
    let patterns = ["a.*", "?.b", "*", "a.?.c", "?", "b.**", "?.b.**", "a.**"].map(pattern);
    let writers: Vec<Writer> = (0..2)
        .map(|number| Writer::new(&patterns[number * 4..][..4], STEPS, number))
        .collect();
    let index = Wildcards::new();
    let (rounds, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let read = || {
            let mut found = Ok(());
            while found.is_ok() && !is_over.load(Ordering::Acquire) {
                found = topics
                    .iter()
                    .try_for_each(|topic| look(&index, topic, &writers));
                rounds.fetch_add(1, Ordering::Relaxed);
            }
            is_over.store(true, Ordering::Release);
            found
        };
        let reading = [(); 2].map(|()| scope.spawn(read));
        let writing: Vec<_> = writers
            .iter()
            .map(|writer| scope.spawn(|| writer.run(&index, &rounds, &is_over)))
            .collect();
        for thread in writing {
            thread.join().unwrap();
        }
        is_over.store(true, Ordering::Release);
        for thread in reading {
            thread.join().unwrap().unwrap();
        }
    });
    // Twice: from the trie, and as kept.
    for topic in topics.iter().chain(&topics) {
        look(&index, topic, &writers).unwrap();
    }
}

struct Writer {
    patterns: Vec<Pattern>,
    /// After so many steps: a bit for each pattern that is in use.
    history: Vec<u8>,
    begun: AtomicUsize,
    done: AtomicUsize,
}

impl Writer {
    fn new(patterns: &[Pattern], steps: usize, seed: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(seed as u64);
        let mut history = vec![0];
        for step in 0..steps {
            history.push(history[step] ^ 1 << random.usize(..patterns.len()));
        }
        Self {
            patterns: patterns.to_vec(),
            history,
            begun: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
        }
    }

    fn run(&self, index: &Wildcards, rounds: &AtomicUsize, is_over: &AtomicBool) {
        for step in 1..self.history.len() {
            if step % 16 == 0 {
                // Readers are given their turns, however busy the machine is: a round has begun and ended since.
                let enough = rounds.load(Ordering::Relaxed) + 4;
                while rounds.load(Ordering::Relaxed) < enough && !is_over.load(Ordering::Acquire) {
                    thread::yield_now();
                }
            }
            self.begun.store(step, Ordering::SeqCst);
            let (before, after) = (self.history[step - 1], self.history[step]);
            let pattern = &self.patterns[(before ^ after).trailing_zeros() as usize];
            if after > before {
                index.came(pattern);
            } else {
                index.went(pattern);
            }
            self.done.store(step, Ordering::SeqCst);
        }
    }
}

/// Looks, and says what is wrong with what was found.
fn look(index: &Wildcards, topic: &Topic, writers: &[Writer]) -> Result<(), String> {
    let done = writers
        .iter()
        .map(|writer| writer.done.load(Ordering::SeqCst));
    let first: Vec<usize> = done.collect();
    let found = index.matching(topic);
    for (writer, first) in writers.iter().zip(first) {
        let last = writer.begun.load(Ordering::SeqCst);
        let bits = |is: &dyn Fn(&Pattern) -> bool| {
            let patterns = writer.patterns.iter().enumerate();
            patterns.fold(0u8, |bits, (at, one)| bits | u8::from(is(one)) << at)
        };
        let seen = bits(&|one| found.contains(one));
        let matching = bits(&|one| one.matches(topic));
        let mut used = writer.history[first..=last].iter();
        if !used.any(|used| used & matching == seen) {
            return Err(format!(
                "{topic}: {found:?} between steps {first} and {last}"
            ));
        }
    }
    Ok(())
}
