//! Putting connections into lists and taking them out, under the lock on the book.

use std::hash::Hash;

use super::Registry;
use super::change::Book;
use super::filing::Nodes;
use super::index::Node;
use super::leavings::Leavings;
use super::list::{Rank, Ranked};
use super::slot::{KeyNode, Record, SenderNode, Slot};
use crate::sync::{Arc, Ordering, Weak};

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    pub(super) fn enlist(
        &self,
        book: &mut Book<P, R, K>,
        slot: &Arc<Slot<P, R, K>>,
        nodes: &Nodes<P, R, K>,
        leavings: &mut Leavings<P, R, K>,
    ) {
        let mut record = slot.record.hold();
        if nodes.unfiltered && !std::mem::replace(&mut record.unfiltered, true) {
            leavings.insert(&self.unfiltered, slot);
        }
        for node in &nodes.keys {
            if leavings.insert(&node.list, slot) {
                record.keys.push(Arc::downgrade(node));
            }
        }
        for node in &nodes.senders {
            if leavings.insert(&node.list, slot) {
                record.senders.push(Arc::downgrade(node));
            }
            if node.extra.get().is_some() && !node.watched.swap(true, Ordering::Relaxed) {
                book.held.push_back(Arc::downgrade(node));
            }
        }
    }

    pub(super) fn leave_key(
        &self,
        (rank, record): (Rank, &mut Record<P, R, K>),
        node: &Arc<KeyNode<P, R, K>>,
        leavings: &mut Leavings<P, R, K>,
    ) -> bool {
        record
            .keys
            .retain(|held| !std::ptr::eq(held.as_ptr(), Arc::as_ptr(node)));
        let removed = leavings.remove(&node.list, rank, record);
        if removed && retire_if_empty(node) {
            leavings.keys.push(Arc::clone(node));
        }
        removed
    }

    pub(super) fn leave_sender(
        &self,
        (rank, record): (Rank, &mut Record<P, R, K>),
        node: &Arc<SenderNode<P, R, K>>,
        leavings: &mut Leavings<P, R, K>,
    ) -> bool {
        record
            .senders
            .retain(|held| !std::ptr::eq(held.as_ptr(), Arc::as_ptr(node)));
        let removed = leavings.remove(&node.list, rank, record);
        if removed && retire_if_empty(node) {
            leavings.senders.push(Arc::clone(node));
        }
        removed
    }

    /// Moves a connection to another priority in every list it is in.
    pub(super) fn rerank(
        &self,
        slot: &Arc<Slot<P, R, K>>,
        priority: i32,
        leavings: &mut Leavings<P, R, K>,
    ) {
        let old = slot.rank();
        if old.priority() == priority {
            return;
        }
        let mut record = slot.record.hold();
        let keys: Vec<_> = record.keys.iter().filter_map(Weak::upgrade).collect();
        let senders: Vec<_> = record.senders.iter().filter_map(Weak::upgrade).collect();
        let lists = keys
            .iter()
            .map(|node| &node.list)
            .chain(senders.iter().map(|node| &node.list));
        let lists: Vec<_> = lists
            .chain([&self.all, &self.unfiltered])
            .filter(|list| leavings.remove(list, old, &mut record))
            .collect();
        slot.set_priority(priority);
        for list in lists {
            leavings.insert(list, slot);
        }
    }
}

/// For whoever holds the lock on the book. A retired node takes no more members.
pub(super) fn retire_if_empty<T, P, R, K, X>(node: &Node<T, Slot<P, R, K>, X>) -> bool {
    let empty = node.list.is_empty() && !node.is_retired();
    if empty {
        node.retire();
    }
    empty
}
