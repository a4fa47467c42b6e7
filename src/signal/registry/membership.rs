//! Putting connections into the registry's lists and taking them out, under its lock.

use super::Registry;
use super::change::Book;
use super::filing::Filing;
use super::head::Head;
use super::kind::{EntryOf, IndexOf, Kind, NodeOf};
use super::leavings::Leavings;
use super::list::List;
use super::node::{Members, Node};
use super::rank::{Rank, Ranked};
use super::record::Record;
use super::slot::Slot;
use super::tally::SomeTally;
use super::watch::Watch;
use crate::sync::{Arc, Weak};

impl<P, R, K> Registry<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Send + Sync + 'static,
{
    /// Files a connection, beside where it is filed already; tells how many keys are new to it.
    pub(super) fn enlist(
        &self,
        book: &mut Book<P, R, K>,
        (slot, is_new): (&Arc<Slot<P, R, K>>, bool),
        filing: Filing<P, R, K>,
        leavings: &mut Leavings<P, R, K>,
    ) -> usize {
        let mut record = slot.record.hold();
        let keys_before = record.keys().len();
        let was_loose = !is_new && record.is_empty();
        if filing.is_unfiltered && !record.is_unfiltered() {
            record.set_unfiltered(true);
            leavings.insert(&self.unfiltered, slot);
        }
        for entry in filing.keys {
            let filee = (slot, &mut *record, &self.tally);
            join(&self.keys, entry, (), filee, leavings);
        }
        for (entry, sender) in filing.senders.into_iter().zip(filing.ids) {
            let watch = Arc::<Watch>::default();
            let filee = (slot, &mut *record, &self.tally);
            let watch = join(&self.senders, entry, watch, filee, leavings);
            watch.learn(sender);
            if watch.keep() {
                book.held.push_back(Arc::downgrade(&watch));
            }
        }
        if record.is_empty() {
            leavings.insert(&self.loose, slot);
        } else if was_loose {
            leavings.remove(&self.loose, slot.rank(), &mut record);
        }
        if let Some(all) = self.all.get().filter(|_| is_new) {
            leavings.insert(all, slot);
        }
        record.keys().len() - keys_before
    }

    /// Takes a connection out of everything.
    pub(super) fn delist(
        &self,
        slot: &Head<P, R, K>,
        record: &mut Record<P, R, K>,
        leavings: &mut Leavings<P, R, K>,
    ) {
        let rank = slot.rank();
        if record.is_unfiltered() {
            leavings.remove(&self.unfiltered, rank, record);
        } else if record.is_empty() {
            leavings.remove(&self.loose, rank, record);
        }
        let keys: Vec<_> = record.keys().iter().filter_map(Weak::upgrade).collect();
        for node in keys {
            leave(&self.keys, node, (rank, record, &self.tally), leavings);
        }
        let senders: Vec<_> = record.senders().iter().filter_map(Weak::upgrade).collect();
        for node in senders {
            leave(&self.senders, node, (rank, record, &self.tally), leavings);
        }
        if let Some(all) = self.all.get() {
            leavings.remove(all, rank, record);
        }
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
        let keys: Vec<_> = record.keys().iter().filter_map(Weak::upgrade).collect();
        let senders: Vec<_> = record.senders().iter().filter_map(Weak::upgrade).collect();
        let lists = keys
            .iter()
            .filter_map(|node| node.members.list())
            .chain(senders.iter().filter_map(|node| node.members.list()))
            .chain([&self.unfiltered, &self.loose])
            .chain(self.all.get());
        let lists: Vec<_> = lists
            .filter(|list| leavings.remove(list, old, &mut record))
            .collect();
        slot.set_priority(priority);
        for list in lists {
            leavings.insert(list, slot);
        }
    }
}

/// A connection that is being filed: itself, and its record, which is locked; and who is told.
type Filee<'a, P, R, K> = (
    &'a Arc<Slot<P, R, K>>,
    &'a mut Record<P, R, K>,
    &'a SomeTally<K>,
);

/// One that leaves: its rank and its record, which is locked; and who is told.
type Leaver<'a, P, R, K> = (Rank, &'a mut Record<P, R, K>, &'a SomeTally<K>);

/// Adds a connection to those of a value. Gives what their node carries, which is `fresh` if there was none.
fn join<P, R, K, X>(
    index: &IndexOf<X, P, R, K>,
    entry: EntryOf<X, P, R, K>,
    fresh: X,
    (slot, record, tally): Filee<'_, P, R, K>,
    leavings: &mut Leavings<P, R, K>,
) -> X
where
    X: Kind<P, R, K>,
    P: 'static,
    R: 'static,
    K: 'static,
{
    let Some(node) = entry.node else {
        let node = Node::new(entry.filed, Members::One(Arc::clone(slot)), fresh.clone());
        X::add(record, &node);
        X::came(tally, &node.value, 1);
        index.insert(node);
        return fresh;
    };
    let extra = node.extra.clone();
    let first = match &node.members {
        Members::One(first) if first.rank() != slot.rank() => first,
        Members::One(_) => {
            X::leave_value(leavings, entry.filed);
            X::leave_node(leavings, node);
            return extra;
        }
        Members::Many(list) => {
            if leavings.insert(list, slot) {
                X::add(record, &node);
                X::came(tally, &node.value, list.len());
            }
            X::leave_value(leavings, entry.filed);
            X::leave_node(leavings, node);
            return extra;
        }
    };
    // The second: a list takes the place of the one connection. The value is the newcomer's, the old one goes.
    let list = Box::new(List::new());
    leavings.insert(&list, first);
    leavings.insert(&list, slot);
    let many = Node::new(entry.filed, Members::Many(list), extra.clone());
    let old = index.replace(&node, Some(Arc::clone(&many)));
    let mut record_of_first = first.record.hold();
    X::remove(&mut record_of_first, &node);
    X::add(&mut record_of_first, &many);
    X::leave(leavings, old, &mut record_of_first);
    drop(record_of_first);
    X::add(record, &many);
    X::came(tally, &many.value, 2);
    X::leave_node(leavings, node);
    extra
}

/// Takes a connection from those of a value; tells whether it was one of them.
pub(super) fn leave<P, R, K, X>(
    index: &IndexOf<X, P, R, K>,
    node: Arc<NodeOf<X, P, R, K>>,
    (rank, record, tally): Leaver<'_, P, R, K>,
    leavings: &mut Leavings<P, R, K>,
) -> bool
where
    X: Kind<P, R, K>,
    P: 'static,
    R: 'static,
    K: 'static,
{
    let removed = match &node.members {
        Members::One(one) => {
            let removed = one.rank() == rank;
            if removed {
                let old = index.replace(&node, None);
                X::leave(leavings, old, record);
            }
            removed
        }
        Members::Many(list) => {
            let removed = leavings.remove(list, rank, record);
            if removed && list.is_empty() {
                // Held by whoever looked it up, and let go of below.
                drop(index.replace(&node, None));
            }
            removed
        }
    };
    if removed {
        let left = node.members.list().map_or(0, List::len);
        X::went(tally, &node.value, left);
    }
    X::remove(record, &node);
    X::leave_node(leavings, node);
    removed
}
