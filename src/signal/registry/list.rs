//! A list of connections that sends read without a lock.

use std::cmp::Reverse;

use arc_swap::{ArcSwapOption, Guard};

use crate::sync::{Arc, Lock};

/// Where a connection stands among all: by priority, then by the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    priority: Reverse<i32>,
    order: u64,
}

impl Rank {
    pub(crate) fn new(priority: i32, order: u64) -> Self {
        Self {
            priority: Reverse(priority),
            order,
        }
    }

    pub(crate) fn priority(self) -> i32 {
        self.priority.0
    }
}

/// A member and its rank. The rank stands here and not in the member, so that a snapshot keeps its order when a
/// priority changes.
#[derive(Debug)]
pub(crate) struct Entry<S> {
    pub(crate) rank: Rank,
    pub(crate) member: Arc<S>,
}

impl<S> Clone for Entry<S> {
    fn clone(&self) -> Self {
        Self {
            rank: self.rank,
            member: Arc::clone(&self.member),
        }
    }
}

/// Members in order of rank, each once.
///
/// `members` is the truth, written by the registry under this lock. `published` is what sends read: a copy, or `None`
/// from the moment `members` changes until the next send makes a new copy, under the same lock. A burst of changes thus
/// costs one copy, and a send never finds an old list after a change has returned.
#[derive(Debug)]
pub(crate) struct List<S> {
    members: Lock<Vec<Entry<S>>>,
    published: ArcSwapOption<Vec<Entry<S>>>,
}

/// A list as it stood at one moment, borrowed from it without a reference count of its own in the usual case.
pub(crate) type Published<S> = Guard<Option<Arc<Vec<Entry<S>>>>>;

/// What a change leaves over. It may be the last to hold a callback, whose drop is user code: it is dropped once no lock
/// is held.
pub(crate) type Leftover<S> = Option<Arc<Vec<Entry<S>>>>;

impl<S> List<S> {
    pub(crate) fn new() -> Self {
        Self {
            members: Lock::new(Vec::new()),
            published: ArcSwapOption::empty(),
        }
    }

    /// Adds a member at its rank; `Err` if it is there already.
    pub(crate) fn insert(&self, entry: Entry<S>) -> Result<Leftover<S>, Entry<S>> {
        let mut members = self.members.hold();
        // The newest connection of the usual priority goes to the end.
        let place = match members.last() {
            Some(last) if last.rank >= entry.rank => {
                members.binary_search_by_key(&entry.rank, |entry| entry.rank)
            }
            _ => Err(members.len()),
        };
        match place {
            Ok(_) => Err(entry),
            Err(place) => {
                members.insert(place, entry);
                Ok(self.retract())
            }
        }
    }

    pub(crate) fn remove(&self, rank: Rank) -> Option<(Entry<S>, Leftover<S>)> {
        let mut members = self.members.hold();
        let place = members
            .binary_search_by_key(&rank, |entry| entry.rank)
            .ok()?;
        Some((members.remove(place), self.retract()))
    }

    /// The members, in order.
    pub(crate) fn read(&self) -> Published<S> {
        loop {
            let published = self.published.load();
            if published.is_some() {
                return published;
            }
            let members = self.members.hold();
            if self.published.load().is_none() {
                self.published.store(Some(Arc::new(members.clone())));
            }
        }
    }

    pub(crate) fn members(&self) -> Vec<Arc<S>> {
        self.members
            .hold()
            .iter()
            .map(|entry| Arc::clone(&entry.member))
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.members.hold().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.members.hold().is_empty()
    }

    /// Called under the lock on `members`, so that no send can publish what has just changed.
    fn retract(&self) -> Leftover<S> {
        if self.published.load().is_none() {
            None
        } else {
            self.published.swap(None)
        }
    }
}
