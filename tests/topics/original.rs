//! What `aiopubsub` says, as `recorded.py` wrote it down.

use fanfare::hub::{Pattern, Topic};

use crate::kit::{pattern, topic};

#[test]
fn patterns_match_as_keys_do_in_the_original() {
    let mut answers = [0, 0];
    for line in include_str!("recorded.txt").lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [left, right, answer] = words[..] else {
            panic!("{line:?} is not recorded by recorded.py")
        };
        let wanted = answer == "True";
        answers[usize::from(wanted)] += 1;
        let parts = |key: &'static str| key.split('.').collect::<Vec<_>>();
        assert_eq!(is_subset_of(&parts(left), &parts(right)), wanted, "{line}");
        assert_eq!(
            pattern(left).is_subset_of(&pattern(right)),
            wanted,
            "{line}"
        );
        if !left.contains('*') {
            assert_eq!(pattern(right).matches(&topic(left)), wanted, "{line}");
        }
    }
    assert!(answers.iter().all(|&count| count > 100), "{answers:?}");
}

/// `Key.is_subset_of`, line by line: what says which pair it was, where a digest only says that there was one.
fn is_subset_of(key: &[&str], another: &[&str]) -> bool {
    if !another.contains(&"*") {
        return key == another;
    }
    if key.len() < another.len() || (key.len() > another.len() && another.last() != Some(&"*")) {
        return false;
    }
    let mut pairs = key.iter().zip(another);
    pairs.all(|(part, other)| *other == "*" || part == other)
}

/// Numbers that recorded.py makes as well.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> usize {
        let state = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = state.wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % limit) as usize
    }

    fn part(&mut self) -> &'static str {
        ["a", "a", "b", "c", "temperature", "north", "no-4", "é"][self.below(8)]
    }

    /// `pair` in recorded.py: of one that may be a topic or a pattern, and of a pattern.
    fn pair(&mut self) -> (Vec<&'static str>, Vec<&'static str>) {
        let stars = if self.below(8) == 0 { 5 } else { 1_000_000_000 };
        let pattern: Vec<_> = (0..=self.below(5))
            .map(|_| if self.below(3) == 0 { "*" } else { self.part() })
            .collect();
        let mut left = Vec::new();
        if self.below(2) == 0 {
            let more = [0, 0, 1, 2][self.below(4)];
            for part in pattern.iter().chain(&["*"; 2][..more]) {
                let strays = self.below(10) == 0;
                let changes = *part == "*" || strays;
                left.push(if changes { self.part() } else { part });
            }
        } else {
            left.extend((0..=self.below(5)).map(|_| self.part()));
        }
        for part in &mut left {
            if self.below(stars) == 0 {
                *part = "*";
            }
        }
        (left, pattern)
    }
}

/// Each line of digests.txt is what the original says of ten thousand pairs.
#[test]
fn a_million_pairs_against_the_original() {
    let mut chance = Chance(7);
    let (mut lines, mut topics) = (0, 0);
    for line in include_str!("digests.txt").lines() {
        let (mut subsets, mut digest) = (0, 0xCBF2_9CE4_8422_2325u64);
        for _ in 0..10_000 {
            let (left, right) = chance.pair();
            let wanted = is_subset_of(&left, &right);
            let made: Pattern = right.join(".").parse().unwrap();
            let answer = if left.contains(&"*") {
                pattern(&left.join(".")).is_subset_of(&made)
            } else {
                topics += 1;
                made.matches(&Topic::from_parts(&left).unwrap())
            };
            assert_eq!(answer, wanted, "{left:?} and {right:?}");
            subsets += u32::from(answer);
            digest = (digest ^ (1 + u64::from(answer))).wrapping_mul(0x0100_0000_01B3);
        }
        assert_eq!(format!("{subsets} {digest:016x}"), line, "line {lines}");
        lines += 1;
    }
    assert_eq!(lines, 100);
    assert!(topics > 800_000, "{topics} of them were topics");
}
