//! What a change leaves over.

use smallvec::SmallVec;

use super::edition::Walked;
use super::index::Filed;
use super::list::{Leftover, List};
use super::options::Options;
use super::rank::Rank;
use super::record::{KeyNode, Record, SenderNode};
use super::slot::Slot;
use crate::signal::panic::drop_quietly;
use crate::sync::{Arc, Weak};

/// What a change leaves over, to be dropped after the lock is released: declare it before taking the lock. All of it may
/// be the last of something of the user's.
pub(super) struct Leavings<P, R, K> {
    lists: SmallVec<[Leftover<Slot<P, R, K>>; 1]>,
    pub(super) slots: SmallVec<[Arc<Slot<P, R, K>>; 1]>,
    pub(super) options: Option<Arc<Options<P, K>>>,
    pub(super) keys: SmallVec<[Arc<KeyNode<P, R, K>>; 2]>,
    pub(super) senders: SmallVec<[Arc<SenderNode<P, R, K>>; 1]>,
    pub(super) values: SmallVec<[Filed<K>; 1]>,
}

impl<P, R, K> Leavings<P, R, K> {
    pub(super) fn new() -> Self {
        Self {
            lists: SmallVec::new(),
            slots: SmallVec::new(),
            options: None,
            keys: SmallVec::new(),
            senders: SmallVec::new(),
            values: SmallVec::new(),
        }
    }

    /// Drops everything. A panic there would come upon whoever happened to make the change.
    pub(super) fn clear(self) {
        drop_quietly(self);
    }

    /// Whether it was not there yet.
    pub(super) fn insert(&mut self, list: &List<Slot<P, R, K>>, slot: &Arc<Slot<P, R, K>>) -> bool {
        let leftover = list.insert(slot);
        let inserted = leftover.is_some();
        self.lists
            .extend(leftover.filter(|leftover| !leftover.is_empty()));
        inserted
    }
}

impl<P: 'static, R: 'static, K: 'static> Leavings<P, R, K> {
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
        let walked = std::mem::take(&mut leftover.walked);
        record.left(walked.into_iter().map(|copy| copy as Weak<dyn Walked>));
        self.slots.push(slot);
        if !leftover.is_empty() {
            self.lists.push(leftover);
        }
        true
    }
}
