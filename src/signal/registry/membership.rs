//! Putting connections into lists and taking them out, under the lock on the book.

use std::hash::Hash;

use super::Registry;
use super::change::Book;
use super::filing::Nodes;
use super::index::Node;
use super::leavings::Leavings;
use super::list::Rank;
use super::slot::{KeyNode, Membership, SenderNode, Slot};
use crate::sync::{Arc, Ordering, Weak};

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    pub(super) fn enlist(
        &self,
        book: &mut Book<P, R, K>,
        slot: &Arc<Slot<P, R, K>>,
        nodes: &Nodes<P, R, K>,
        leavings: &mut Leavings<P, R, K>,
    ) {
        let mut membership = slot.membership.hold();
        let rank = membership.rank;
        if nodes.unfiltered && !std::mem::replace(&mut membership.unfiltered, true) {
            leavings.insert(&self.unfiltered, rank, slot);
        }
        for node in &nodes.keys {
            if leavings.insert(&node.list, rank, slot) {
                membership.keys.push(Arc::downgrade(node));
            }
        }
        for node in &nodes.senders {
            if leavings.insert(&node.list, rank, slot) {
                membership.senders.push(Arc::downgrade(node));
            }
            if node.extra.get().is_some() && !node.watched.swap(true, Ordering::Relaxed) {
                book.held.push_back(Arc::downgrade(node));
            }
        }
    }

    pub(super) fn leave_key(
        &self,
        membership: &mut Membership<P, R, K>,
        node: &Arc<KeyNode<P, R, K>>,
        leavings: &mut Leavings<P, R, K>,
    ) -> bool {
        membership
            .keys
            .retain(|held| !std::ptr::eq(held.as_ptr(), Arc::as_ptr(node)));
        let removed = leavings.remove(&node.list, membership.rank);
        if removed && retire_if_empty(node) {
            leavings.keys.push(Arc::clone(node));
        }
        removed
    }

    pub(super) fn leave_sender(
        &self,
        membership: &mut Membership<P, R, K>,
        node: &Arc<SenderNode<P, R, K>>,
        leavings: &mut Leavings<P, R, K>,
    ) -> bool {
        membership
            .senders
            .retain(|held| !std::ptr::eq(held.as_ptr(), Arc::as_ptr(node)));
        let removed = leavings.remove(&node.list, membership.rank);
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
        let mut membership = slot.membership.hold();
        let old = membership.rank;
        if old.priority() == priority {
            return;
        }
        membership.rank = Rank::new(priority, slot.id.0);
        let keys: Vec<_> = membership.keys.iter().filter_map(Weak::upgrade).collect();
        let senders: Vec<_> = membership
            .senders
            .iter()
            .filter_map(Weak::upgrade)
            .collect();
        let lists = keys
            .iter()
            .map(|node| &node.list)
            .chain(senders.iter().map(|node| &node.list));
        for list in lists.chain([&self.all, &self.unfiltered]) {
            if leavings.remove(list, old) {
                leavings.insert(list, membership.rank, slot);
            }
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
