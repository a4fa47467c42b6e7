//! Changes: connecting, disconnecting, adding and removing filters.

use std::collections::VecDeque;
use std::hash::Hash;

use hashbrown::HashMap;

use super::filing::Nodes;
use super::leavings::Leavings;
use super::list::Ranked;
use super::membership::retire_if_empty;
use super::slot::{SenderNode, Slot};
use super::{Registry, Request};
use crate::signal::callback::CallbackId;
use crate::signal::filter::Filters;
use crate::signal::report::ConnectionId;
use crate::sync::{Arc, AtomicU64, MutexGuard, Ordering, Weak};

/// What changes look up.
pub(super) struct Book<P, R, K> {
    connections_made: u64,
    /// The connections whose callback can be named again.
    named: HashMap<CallbackId, Arc<Slot<P, R, K>>>,
    /// Senders whose life is known, in the order in which they will be looked at. Each connect to such a sender looks at
    /// two of them, so dead ones go at twice the rate at which new ones come.
    pub(super) held: VecDeque<Weak<SenderNode<P, R, K>>>,
}

impl<P, R, K> Book<P, R, K> {
    pub(super) fn new() -> Self {
        Self {
            connections_made: 0,
            named: HashMap::new(),
            held: VecDeque::new(),
        }
    }
}

/// Makes the version odd for as long as the change lasts; taken under the lock on the book.
struct Change<'a>(&'a AtomicU64);

impl<'a> Change<'a> {
    fn begin(version: &'a AtomicU64) -> Self {
        version.fetch_add(1, Ordering::SeqCst);
        Self(version)
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    /// Connects, or merges with the connection that this callback has already.
    pub(crate) fn connect(self: &Arc<Self>, request: Request<P, R, K>) -> Arc<Slot<P, R, K>> {
        let Request {
            mut slot,
            name,
            options,
            filters,
        } = request;
        let watched = filters
            .senders
            .iter()
            .filter(|sender| sender.is_held())
            .count();
        let spent = options.is_born_spent();
        let priority = options.priority;
        let options = (!options.is_default()).then(|| Arc::new(options));
        let name = name.map(Box::new);
        let mut nodes = self.file(filters);
        if let Some(name) = &name {
            // Ends the old connection if it has lost what it depends on: this will be a new one then.
            drop(self.named(**name));
        }

        let mut leavings = Leavings::new();
        let mut book = self.lock_for(&mut nodes);
        let change = Change::begin(&self.version);
        let known = name
            .as_ref()
            .and_then(|name| book.named.get(&**name))
            .filter(|slot| slot.stands())
            .cloned();
        let slot = if let Some(known) = known {
            self.rerank(&known, priority, &mut leavings);
            leavings.options = known.replace_options(options);
            leavings.slots.push(slot);
            known
        } else {
            book.connections_made += 1;
            if let Some(new) = Arc::get_mut(&mut slot) {
                new.id = ConnectionId(book.connections_made);
            }
            slot.set_priority(priority);
            slot.replace_options(options);
            leavings.insert(&self.all, &slot);
            if let Some(name) = name {
                leavings
                    .slots
                    .extend(book.named.insert(*name, Arc::clone(&slot)));
                slot.record.hold().name = Some(name);
            }
            slot
        };
        self.enlist(&mut book, &slot, &nodes, &mut leavings);
        drop((change, book));
        self.clean(leavings);

        if spent {
            slot.disconnect();
        }
        if watched > 0 {
            // The sender may have died before it came here.
            self.verify(&slot);
            self.sweep(2 * watched);
        }
        slot
    }

    /// Adds filters to a connection; false if it has ended.
    pub(crate) fn add(&self, slot: &Arc<Slot<P, R, K>>, filters: Filters<K>) -> bool {
        let watched = filters
            .senders
            .iter()
            .filter(|sender| sender.is_held())
            .count();
        let mut nodes = self.file(filters);
        nodes.unfiltered = false;

        let mut leavings = Leavings::new();
        let mut book = self.lock_for(&mut nodes);
        let stands = slot.stands();
        if stands {
            let _change = Change::begin(&self.version);
            self.enlist(&mut book, slot, &nodes, &mut leavings);
        } else {
            leavings
                .keys
                .extend(nodes.keys.into_iter().filter(|node| retire_if_empty(node)));
            leavings.senders.extend(
                nodes
                    .senders
                    .into_iter()
                    .filter(|node| retire_if_empty(node)),
            );
        }
        drop(book);
        self.clean(leavings);
        self.sweep(2 * watched);
        stands
    }

    /// Takes filters off a connection; tells whether it had any of them, and whether it has none left of any kind.
    pub(crate) fn release(&self, slot: &Slot<P, R, K>, filters: &Filters<K>) -> (bool, bool) {
        let nodes = self.look_up(filters);
        let mut leavings = Leavings::new();
        let book = self.book.hold();
        let change = Change::begin(&self.version);
        let rank = slot.rank();
        let mut record = slot.record.hold();
        let mut removed = false;
        for node in &nodes.keys {
            removed |= self.leave_key((rank, &mut record), node, &mut leavings);
        }
        for node in &nodes.senders {
            removed |= self.leave_sender((rank, &mut record), node, &mut leavings);
        }
        // Dead senders go with it: whether they were swept before must make no difference to what is left.
        for node in record.dead_senders() {
            self.leave_sender((rank, &mut record), &node, &mut leavings);
        }
        let empty = record.is_empty();
        drop((record, change, book));
        self.clean(leavings);
        (removed, empty)
    }

    /// Takes a connection that has ended out of every list; if it has been taken out already, does nothing.
    pub(super) fn remove(&self, slot: &Slot<P, R, K>) {
        let mut leavings = Leavings::new();
        let mut book = self.book.hold();
        let change = Change::begin(&self.version);
        let rank = slot.rank();
        let mut record = slot.record.hold();
        if std::mem::take(&mut record.unfiltered) {
            leavings.remove(&self.unfiltered, rank, &mut record);
        }
        for node in std::mem::take(&mut record.keys)
            .iter()
            .filter_map(Weak::upgrade)
        {
            self.leave_key((rank, &mut record), &node, &mut leavings);
        }
        for node in std::mem::take(&mut record.senders)
            .iter()
            .filter_map(Weak::upgrade)
        {
            self.leave_sender((rank, &mut record), &node, &mut leavings);
        }
        leavings.remove(&self.all, rank, &mut record);
        if let Some(name) = record.name.take() {
            if book
                .named
                .get(&*name)
                .is_some_and(|named| std::ptr::addr_eq(Arc::as_ptr(named), slot))
            {
                leavings.slots.extend(book.named.remove(&*name));
            }
        }
        drop((record, change, book));
        self.clean(leavings);
    }

    /// The connection of a callback that can be named, if it stands.
    pub(crate) fn named(&self, id: CallbackId) -> Option<Arc<Slot<P, R, K>>> {
        let slot = self.book.hold().named.get(&id).cloned();
        slot.filter(|slot| self.verify(slot))
    }

    /// Disconnects a connection if something it cannot do without has died; tells whether it still stands.
    pub(crate) fn verify(&self, slot: &Slot<P, R, K>) -> bool {
        if slot.stands() && !slot.is_supported() {
            slot.disconnect();
        }
        slot.stands()
    }

    /// Takes the lock at a moment when none of the nodes has retired.
    fn lock_for(&self, nodes: &mut Nodes<P, R, K>) -> MutexGuard<'_, Book<P, R, K>> {
        loop {
            let book = self.book.hold();
            if !nodes.any_retired() {
                return book;
            }
            drop(book);
            self.file_again(nodes);
        }
    }
}
