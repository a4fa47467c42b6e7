//! Filters as nodes of the indexes.

use std::hash::Hash;

use super::Registry;
use super::slot::{KeyNode, SenderNode};
use crate::signal::filter::Filters;
use crate::sync::Arc;

/// Where a connection is filed: what its filters come to in the registry.
pub(super) struct Nodes<P, R, K> {
    pub(super) unfiltered: bool,
    pub(super) keys: Vec<Arc<KeyNode<P, R, K>>>,
    pub(super) senders: Vec<Arc<SenderNode<P, R, K>>>,
}

impl<P, R, K> Nodes<P, R, K> {
    /// For whoever holds the registry's lock.
    pub(super) fn any_retired(&self) -> bool {
        self.keys.iter().any(|node| node.is_retired())
            || self.senders.iter().any(|node| node.is_retired())
    }
}

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    /// The nodes of these filters; those that are not there are made. No lock may be held: this hashes keys.
    pub(super) fn file(&self, filters: Filters<K>) -> Nodes<P, R, K> {
        let unfiltered = filters.is_bare();
        let keys = filters
            .keys
            .into_iter()
            .map(|key| self.keys.intern(key))
            .collect();
        let file = |sender: crate::signal::sender::SenderId| {
            let node = self.senders.intern(sender.address());
            if sender.is_held() {
                let _ = node.extra.set(sender);
            }
            node
        };
        Nodes {
            unfiltered,
            keys,
            senders: filters.senders.into_iter().map(file).collect(),
        }
    }

    /// The nodes of these filters, as far as they are there.
    pub(super) fn look_up(&self, filters: &Filters<K>) -> Nodes<P, R, K> {
        let keys = filters
            .keys
            .iter()
            .filter_map(|key| self.keys.find(key, Arc::clone));
        let senders = filters
            .senders
            .iter()
            .filter_map(|sender| self.senders.find(&sender.address(), Arc::clone));
        Nodes {
            unfiltered: filters.is_bare(),
            keys: keys.collect(),
            senders: senders.collect(),
        }
    }

    /// New nodes in the place of retired ones, which take no more members.
    pub(super) fn file_again(&self, nodes: &mut Nodes<P, R, K>) {
        for node in nodes.keys.iter_mut().filter(|node| node.is_retired()) {
            *node = self.keys.replace(node);
        }
        for node in nodes.senders.iter_mut().filter(|node| node.is_retired()) {
            let fresh = self.senders.replace(node);
            if let Some(sender) = node.extra.get() {
                let _ = fresh.extra.set(sender.clone());
            }
            *node = fresh;
        }
    }
}
