//! Which of the patterns with wildcards in use match a topic: found in the trie once, and then kept.
//!
//! A publish that finds its topic kept takes no lock and writes nothing that another thread reads.

use std::fmt;
use std::ops::Deref;

use arc_swap::{ArcSwapOption, Guard};
use smallvec::SmallVec;

use self::rows::{Row, Rows};
use super::pattern::Pattern;
use super::topic::Topic;
use super::trie::Trie;
use crate::sync::{Arc, AtomicU64, Lock, OnceLock, Ordering};

mod rows;
#[cfg(test)]
mod tests;

/// The lowest bit of the word: whether there is any pattern. The others count changes.
const ANY: u64 = 1;
const CHANGE: u64 = 2;

/// The patterns with wildcards in use, by the topics that match them.
///
/// # Why what is kept is right
/// The trie changes under its lock, and so does `word`: a value of `word` stands for one set of patterns, and never comes
/// back. A row is made under that lock, and bears the word it was made at: it is the answer of that set, for ever. So a row may
/// be used by whoever reads, at any moment of the lookup, the same word: the set was that one then. In which
/// order word and row are read does not matter, and nothing else is asked of `word`'s ordering; what is in
/// a row its reader sees since places are `ArcSwapOption`s.
///
/// A publish that begins after a connect has returned (on the same thread, or on one that was told of it) reads a word that
/// is no older than what the connect has written, since one variable's values are never seen to go back. It passes over rows
/// of older words, and looks into the trie, under the lock. The same goes for what was disconnected.
pub(crate) struct Wildcards {
    word: AtomicU64,
    truth: Lock<Truth>,
    /// Made with the first row. Written under the lock.
    rows: OnceLock<Rows>,
}

struct Truth {
    trie: Trie<Entry>,
    kept: rows::Account,
}

struct Entry {
    pattern: Pattern,
    count: usize,
}

/// Patterns, each once, in no order.
pub(crate) struct Matching(Found);

enum Found {
    Kept(Guard<Option<Arc<Row>>>),
    Here(SmallVec<[Pattern; 4]>),
}

impl Wildcards {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicU64::new(0),
            truth: Lock::new(Truth {
                trie: Trie::new(),
                kept: rows::Account::default(),
            }),
            rows: OnceLock::new(),
        }
    }

    /// Somebody listens to this pattern, which has a wildcard: once more, if that was so before.
    pub(crate) fn came(&self, pattern: &Pattern) {
        let mut truth = self.truth.hold();
        let entry = truth.trie.get_or_insert_with(pattern, || Entry {
            pattern: pattern.clone(),
            count: 0,
        });
        entry.count += 1;
        if entry.count == 1 {
            self.changed(&truth);
        }
    }

    /// Takes back what was said with [`came`](Self::came), once.
    pub(crate) fn went(&self, pattern: &Pattern) {
        let mut truth = self.truth.hold();
        let Some(entry) = truth.trie.get_mut(pattern) else {
            debug_assert!(false, "{pattern} went and had not come");
            return;
        };
        entry.count -= 1;
        if entry.count > 0 {
            return;
        }
        truth.trie.remove(pattern);
        self.changed(&truth);
        if truth.trie.is_empty() {
            // Nobody needs the rows any more, and they would keep their patterns.
            if let Some(rows) = self.rows.get() {
                rows.clear(&mut truth.kept);
            }
        }
    }

    /// Called under the lock, which is why nobody else writes the word.
    fn changed(&self, truth: &Truth) {
        let changes = (self.word.load(Ordering::Relaxed) & !ANY) + CHANGE;
        let any = if truth.trie.is_empty() { 0 } else { ANY };
        self.word.store(changes | any, Ordering::Release);
    }

    /// Whether no pattern with a wildcard is in use. One load.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.word.load(Ordering::Acquire) & ANY == 0
    }

    /// The patterns that match the topic.
    #[inline]
    pub(crate) fn matching(&self, topic: &Topic) -> Matching {
        let word = self.word.load(Ordering::Acquire);
        if word & ANY == 0 {
            return Matching(Found::Here(SmallVec::new()));
        }
        if let Some(rows) = self.rows.get() {
            let row = rows.place(topic).load();
            if row.as_ref().is_some_and(|row| row.answers(word, topic)) {
                return Matching(Found::Kept(row));
            }
        }
        self.look(topic)
    }

    #[cold]
    #[inline(never)]
    fn look(&self, topic: &Topic) -> Matching {
        let rows = self.rows.get_or_init(Rows::new);
        let mut patterns = SmallVec::new();
        let mut truth = self.truth.hold();
        let Truth { trie, kept } = &mut *truth;
        trie.visit(topic, |entry| patterns.push(entry.pattern.clone()));
        // Under the lock, so it is the word of what was just read.
        let word = self.word.load(Ordering::Relaxed);
        let old = if trie.is_empty() {
            None
        } else {
            rows.keep(kept, word, topic, &patterns)
        };
        drop(truth);
        drop(old);
        Matching(Found::Here(patterns))
    }
}

impl Deref for Matching {
    type Target = [Pattern];

    #[inline]
    fn deref(&self) -> &[Pattern] {
        match &self.0 {
            Found::Kept(row) => row.as_ref().map_or(&[], |row| row.patterns()),
            Found::Here(patterns) => patterns,
        }
    }
}

impl fmt::Debug for Wildcards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns = self.truth.hold().trie.len();
        f.debug_struct("Wildcards")
            .field("patterns", &patterns)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Matching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
