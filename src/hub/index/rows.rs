//! Answers that are kept: a fixed number of places, each with the answer for one topic.

use std::array;

use super::{Arc, ArcSwapOption, Pattern, SmallVec, Topic};

/// A power of two.
pub(super) const PLACES: usize = 1_024;

/// As many patterns as all rows together keep. A pattern takes 16 bytes here, so that is half a megabyte. Topics and patterns
/// themselves are shared, however long: at most so many of them are kept that would otherwise be gone.
pub(super) const ROOM: usize = 1 << 15;

/// Of the answers that would take the place of another one that is still right, one in so many does. Where more topics go round
/// than there are places, that spares most of them the writing, and leaves those that are there some time to be of use.
const PATIENCE: u32 = 4;

/// A topic goes to the place that its hash says.
pub(super) struct Rows(Box<[ArcSwapOption<Row>; PLACES]>);

/// The patterns that match a topic, as they stood at one word.
pub(super) struct Row {
    word: u64,
    topic: Topic,
    patterns: SmallVec<[Pattern; 4]>,
}

/// What the rows take. Behind the lock under which they are written.
#[derive(Debug, Default)]
pub(super) struct Account {
    /// The places with a row.
    filled: Vec<u16>,
    patterns: usize,
    /// Answers that were not kept since the last one that was.
    declined: u32,
}

impl Row {
    #[inline]
    pub(super) fn answers(&self, word: u64, topic: &Topic) -> bool {
        self.word == word && self.topic == *topic
    }

    #[inline]
    pub(super) fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }
}

impl Rows {
    pub(super) fn new() -> Self {
        Self(Box::new(array::from_fn(|_| ArcSwapOption::empty())))
    }

    #[inline]
    pub(super) fn place(&self, topic: &Topic) -> &ArcSwapOption<Row> {
        &self.0[index(topic)]
    }

    /// Keeps an answer, if it is worth it; gives back the one whose place it took.
    pub(super) fn keep(
        &self,
        account: &mut Account,
        word: u64,
        topic: &Topic,
        patterns: &[Pattern],
    ) -> Option<Arc<Row>> {
        if patterns.len() > ROOM {
            return None;
        }
        let place = self.place(topic);
        let is_right = |row: &Arc<Row>| row.word == word;
        if place.load().as_ref().is_some_and(is_right) {
            account.declined += 1;
            if account.declined < PATIENCE {
                return None;
            }
        }
        account.declined = 0;
        if account.patterns + patterns.len() > ROOM {
            self.clear(account);
        }
        let row = Row {
            word,
            topic: topic.clone(),
            patterns: patterns.into(),
        };
        account.patterns += patterns.len();
        let old = place.swap(Some(Arc::new(row)));
        match &old {
            Some(old) => account.patterns -= old.patterns.len(),
            None => account.filled.push(index(topic) as u16),
        }
        old
    }

    /// Empties all places, for as much as it took to fill them.
    pub(super) fn clear(&self, account: &mut Account) {
        for place in account.filled.drain(..) {
            self.0[usize::from(place)].store(None);
        }
        account.patterns = 0;
    }

    #[cfg(test)]
    pub(super) fn lengths(&self) -> Vec<usize> {
        let rows = self.0.iter().filter_map(ArcSwapOption::load_full);
        rows.map(|row| row.patterns.len()).collect()
    }
}

#[cfg(test)]
impl Account {
    pub(super) fn rows(&self) -> usize {
        self.filled.len()
    }

    pub(super) fn patterns(&self) -> usize {
        self.patterns
    }
}

/// Below the number of places, and so below 2^16.
#[inline]
fn index(topic: &Topic) -> usize {
    topic.digest() as usize % PLACES
}
