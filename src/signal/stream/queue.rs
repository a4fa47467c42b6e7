//! The entries of an inbox: items, and losses where items are missing.

use std::collections::VecDeque;
use std::mem;

use smallvec::SmallVec;

use crate::signal::overflow::Overflow;
use crate::signal::panic::drop_quietly;

/// What an inbox keeps under its lock. Items are user data: they are taken out under it, and dropped after it.
pub(super) struct Queue<T> {
    /// No loss stands next to another.
    entries: VecDeque<Entry<T>>,
    /// How many of the entries are items.
    pub(super) items: usize,
    /// How many places are given away.
    pub(super) places: usize,
    /// All losses so far, whether the consumer has been told or not.
    pub(super) lost: u64,
    pub(super) stage: Stage,
}

enum Entry<T> {
    Item(T),
    Lost(u64),
}

impl<T> Entry<T> {
    fn lost(&self) -> u64 {
        match self {
            Self::Item(_) => 0,
            Self::Lost(lost) => *lost,
        }
    }
}

/// In the order in which it goes on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Open,
    /// No send begins any more, and those that have begun may still bring something: until the consumer has found nothing
    /// left, and was told that it is over.
    Closing,
    /// Nothing comes any more but what has a place. What is there can be read.
    Closed,
    /// The consumer is gone, and everything with it.
    Abandoned,
}

/// What became of an item, and what that displaced.
#[derive(Debug)]
pub(crate) enum Pushed<T> {
    Taken,
    /// There was no room, and this went: others, or the item itself.
    Lost(Shed<T>),
    /// There is no room, and nothing may go.
    Full(T),
    Closed(T),
}

/// What the consumer gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received<T> {
    Item(T),
    /// So many are missing here.
    Lost(u64),
    /// There will never be more.
    Closed,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        Self {
            entries: VecDeque::new(),
            items: 0,
            places: 0,
            lost: 0,
            stage: Stage::Open,
        }
    }

    pub(super) fn has_room(&self, capacity: usize) -> bool {
        self.items + self.places < capacity
    }

    pub(super) fn push(&mut self, item: T, capacity: usize, overflow: Overflow) -> Pushed<T> {
        if !matches!(self.stage, Stage::Open | Stage::Closing) {
            return Pushed::Closed(item);
        }
        if self.has_room(capacity) {
            self.append(item);
            return Pushed::Taken;
        }
        let shed = match overflow {
            Overflow::Wait => return Pushed::Full(item),
            Overflow::DropNewest => self.lose_newest(item),
            // All room is given away as places: there is nothing older.
            _ if self.items == 0 => self.lose_newest(item),
            Overflow::DropOldest => {
                let shed = self.lose_oldest();
                self.append(item);
                shed
            }
            Overflow::KeepLatest => {
                let shed = self.lose_all();
                self.append(item);
                shed
            }
        };
        self.lost += shed.count();
        Pushed::Lost(shed)
    }

    pub(super) fn append(&mut self, item: T) {
        self.entries.push_back(Entry::Item(item));
        self.items += 1;
    }

    /// Takes all items out, to be dropped without the lock.
    pub(super) fn clear(&mut self) -> Shed<T> {
        self.items = 0;
        let items = self.entries.drain(..).filter_map(|entry| match entry {
            Entry::Item(item) => Some(item),
            Entry::Lost(_) => None,
        });
        Shed(items.collect())
    }

    fn lose_newest(&mut self, item: T) -> Shed<T> {
        match self.entries.back_mut() {
            Some(Entry::Lost(lost)) => *lost += 1,
            _ => self.entries.push_back(Entry::Lost(1)),
        }
        Shed(SmallVec::from_buf([item]))
    }

    /// For a queue that has an item; before the oldest stands no more than a loss.
    fn lose_oldest(&mut self) -> Shed<T> {
        let mut lost = self.entries.front().map_or(0, Entry::lost);
        if lost > 0 {
            self.entries.pop_front();
        }
        let mut shed = Shed(SmallVec::new());
        if let Some(Entry::Item(item)) = self.entries.pop_front() {
            shed.0.push(item);
            self.items -= 1;
            lost += 1;
        }
        // All that was lost stands here: what comes next is an item.
        self.entries.push_front(Entry::Lost(lost));
        shed
    }

    fn lose_all(&mut self) -> Shed<T> {
        let before: u64 = self.entries.iter().map(Entry::lost).sum();
        let shed = self.clear();
        self.entries.push_back(Entry::Lost(before + shed.count()));
        shed
    }

    /// What the consumer gets next; `None` as long as there is nothing.
    pub(super) fn take(&mut self) -> Option<Received<T>> {
        match self.entries.pop_front() {
            Some(Entry::Item(item)) => {
                self.items -= 1;
                Some(Received::Item(item))
            }
            Some(Entry::Lost(lost)) => Some(Received::Lost(lost)),
            None => {
                if self.stage == Stage::Open || self.places > 0 {
                    return None;
                }
                if self.stage == Stage::Closing {
                    self.stage = Stage::Closed;
                }
                Some(Received::Closed)
            }
        }
    }
}

/// Items that were taken out, to be dropped where no lock is held.
#[derive(Debug)]
pub(crate) struct Shed<T>(SmallVec<[T; 1]>);

impl<T> Shed<T> {
    pub(crate) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    #[cfg(test)]
    pub(super) fn items(&self) -> &[T] {
        &self.0
    }
}

impl<T> Drop for Shed<T> {
    fn drop(&mut self) {
        // One by one: two panics in a row would end the process.
        mem::take(&mut self.0).into_iter().for_each(drop_quietly);
    }
}
