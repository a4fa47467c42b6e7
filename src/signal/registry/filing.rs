//! Filters as nodes of the indexes.

use std::hash::Hash;

use super::Registry;
use super::index::{Filed, Index};
use super::node::Node;
use super::record::{KeyNode, SenderNode};
use crate::signal::filter::{Filters, Senders};
use crate::signal::sender::{Address, SenderId};
use crate::sync::{Arc, Ordering};

use smallvec::SmallVec;

/// Where a connection is to be filed: its filters, looked up while no lock was held.
pub(super) struct Filing<P, R, K> {
    pub(super) is_unfiltered: bool,
    pub(super) keys: Entries<K, KeyNode<P, R, K>>,
    pub(super) senders: Entries<Address, SenderNode<P, R, K>>,
    /// The senders themselves, in the same order.
    pub(super) ids: Senders,
    /// How many nodes had ever come to the indexes before.
    arrivals: (u64, u64),
}

type Entries<T, N> = SmallVec<[Entry<T, N>; 1]>;

pub(super) struct Entry<T, N> {
    pub(super) filed: Filed<T>,
    pub(super) node: Option<Arc<N>>,
}

/// The nodes of filters, as far as they are there.
pub(super) struct Nodes<P, R, K> {
    pub(super) keys: SmallVec<[Arc<KeyNode<P, R, K>>; 1]>,
    pub(super) senders: SmallVec<[Arc<SenderNode<P, R, K>>; 1]>,
}

impl<P, R, K> Nodes<P, R, K> {
    /// Whether none of them has been replaced since. For whoever holds the registry's lock.
    pub(super) fn are_current(&self) -> bool {
        !self.keys.iter().any(|node| node.is_retired())
            && !self.senders.iter().any(|node| node.is_retired())
    }
}

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    /// Hashes filters. No lock may be held, here and in what follows: keys are the user's.
    pub(super) fn file(&self, filters: Filters<K>) -> Filing<P, R, K> {
        let is_unfiltered = filters.is_bare();
        let (keys, mut ids) = filters.into_parts();
        // Each once, as the entries are. One that holds its object says more than one that does not.
        ids.sort_by_key(|sender| !sender.is_held());
        let mut known = SmallVec::<[Address; 1]>::new();
        ids.retain(|sender| {
            let address = sender.address();
            let is_new = !known.contains(&address);
            known.push(address);
            is_new
        });
        let addresses = ids.iter().map(SenderId::address);
        let mut filing = Filing {
            is_unfiltered,
            keys: entries(&self.keys, keys.into_iter()),
            senders: entries(&self.senders, addresses),
            ids,
            arrivals: (0, 0),
        };
        self.look_up(&mut filing);
        filing
    }

    /// Finds the nodes that are there.
    pub(super) fn look_up(&self, filing: &mut Filing<P, R, K>) {
        // Read first: what comes later is told from it.
        filing.arrivals = self.arrivals();
        for entry in &mut filing.keys {
            entry.node = self.keys.find_filed(&entry.filed);
        }
        for entry in &mut filing.senders {
            entry.node = self.senders.find_filed(&entry.filed);
        }
    }

    /// Whether everything is still as it was looked up. For whoever holds the registry's lock.
    pub(super) fn is_current(&self, filing: &Filing<P, R, K>) -> bool {
        let (with_key, with_sender) = filing.arrivals;
        let (new_key, new_sender) = self.arrivals();
        are_current(&filing.keys, with_key == new_key)
            && are_current(&filing.senders, with_sender == new_sender)
    }

    /// The nodes of these filters, as far as they are there.
    pub(super) fn nodes(&self, filters: &Filters<K>) -> Nodes<P, R, K> {
        self.settled(|| {
            let keys = filters.keys().iter().filter_map(|key| self.keys.find(key));
            let senders = filters.senders().iter().map(SenderId::address);
            let senders = senders.filter_map(|address| self.senders.find(&address));
            Nodes {
                keys: keys.filter_map(|found| (*found).clone()).collect(),
                senders: senders.filter_map(|found| (*found).clone()).collect(),
            }
        })
        .seen
    }

    fn arrivals(&self) -> (u64, u64) {
        let keys = self.keys.arrivals.load(Ordering::Acquire);
        let senders = self.senders.arrivals.load(Ordering::Acquire);
        (keys, senders)
    }
}

/// Whether the nodes that were found are still there, and no others can have come.
fn are_current<T, S: ?Sized, X>(entries: &Entries<T, Node<T, S, X>>, none_came: bool) -> bool {
    entries.iter().all(|entry| match &entry.node {
        Some(node) => !node.is_retired(),
        None => none_came,
    })
}

/// Each value once: two nodes of one value must not come to be.
fn entries<T: Hash + Eq, S: ?Sized, X, N>(
    index: &Index<T, S, X>,
    values: impl Iterator<Item = T>,
) -> Entries<T, N> {
    let mut entries = Entries::<T, N>::new();
    for value in values {
        let filed = index.file(value);
        if !entries.iter().any(|entry| entry.filed.is(&filed)) {
            entries.push(Entry { filed, node: None });
        }
    }
    entries
}
