//! What a change leaves over.

use std::hash::Hash;

use super::Registry;
use super::list::{Leftover, List, Rank};
use super::options::Options;
use super::slot::{KeyNode, Record, SenderNode, Slot};
use crate::sync::Arc;

/// What a change leaves over, to be dropped after the lock is released: declare it before taking the lock.
pub(super) struct Leavings<P, R, K> {
    lists: Vec<Leftover<Slot<P, R, K>>>,
    pub(super) slots: Vec<Arc<Slot<P, R, K>>>,
    pub(super) options: Option<Arc<Options<P, K>>>,
    /// Emptied: to be removed from their index.
    pub(super) keys: Vec<Arc<KeyNode<P, R, K>>>,
    pub(super) senders: Vec<Arc<SenderNode<P, R, K>>>,
}

impl<P, R, K> Leavings<P, R, K> {
    pub(super) fn new() -> Self {
        Self {
            lists: Vec::new(),
            slots: Vec::new(),
            options: None,
            keys: Vec::new(),
            senders: Vec::new(),
        }
    }

    /// Whether it was not there yet.
    pub(super) fn insert(&mut self, list: &List<Slot<P, R, K>>, slot: &Arc<Slot<P, R, K>>) -> bool {
        let leftover = list.insert(slot);
        let inserted = leftover.is_some();
        self.lists.extend(leftover);
        inserted
    }

    /// Whether it was there. The connection remembers who may still be walking the list with it in.
    pub(super) fn remove(
        &mut self,
        list: &List<Slot<P, R, K>>,
        rank: Rank,
        record: &mut Record<P, R, K>,
    ) -> bool {
        let Some((slot, mut leftover)) = list.remove(rank) else {
            return false;
        };
        record.left(std::mem::take(&mut leftover.walked));
        self.slots.push(slot);
        self.lists.push(leftover);
        true
    }
}

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    /// Drops what a change left over. No lock may be held.
    #[expect(clippy::needless_pass_by_value, reason = "it is here to be dropped")]
    pub(super) fn clean(&self, leavings: Leavings<P, R, K>) {
        for node in &leavings.keys {
            self.keys.remove(node);
        }
        for node in &leavings.senders {
            self.senders.remove(node);
        }
    }
}
