//! The patterns with wildcards that somebody listens to, and which of them a topic matches.

use super::pattern::Pattern;
use super::topic::Topic;
use super::trie::Trie;
use crate::sync::{AtomicUsize, Lock, Ordering};

pub(super) struct Wildcards {
    count: AtomicUsize,
    trie: Lock<Trie<Pattern>>,
}

impl Wildcards {
    pub(super) fn new() -> Self {
        Self {
            count: AtomicUsize::new(0),
            trie: Lock::new(Trie::new()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    pub(super) fn came(&self, pattern: &Pattern) {
        self.trie.hold().insert(pattern, pattern.clone());
        self.count.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn went(&self, pattern: &Pattern) {
        self.trie.hold().remove(pattern);
        self.count.fetch_sub(1, Ordering::AcqRel);
    }

    pub(super) fn matching(&self, topic: &Topic, mut found: impl FnMut(Pattern)) {
        self.trie
            .hold()
            .visit(topic, |pattern| found(pattern.clone()));
    }
}
