//! What `aiopubsub` says, as `recorded.py` wrote it down.

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
