//! Changes: connecting, disconnecting, adding and removing filters.

use std::collections::VecDeque;
use std::hash::Hash;

use hashbrown::HashMap;

use super::filing::Nodes;
use super::list::{Entry, Leftover, List, Rank};
use super::slot::{KeyNode, Membership, Options, SenderNode, Slot};
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
    held: VecDeque<Weak<SenderNode<P, R, K>>>,
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

/// What a change leaves over, to be dropped after the lock is released: declare it before taking the lock.
pub(super) struct Leavings<P, R, K> {
    lists: Vec<Leftover<Slot<P, R, K>>>,
    slots: Vec<Arc<Slot<P, R, K>>>,
    options: Option<Arc<Options<P, K>>>,
    /// Emptied: to be removed from their index.
    keys: Vec<Arc<KeyNode<P, R, K>>>,
    senders: Vec<Arc<SenderNode<P, R, K>>>,
}

impl<P, R, K> Leavings<P, R, K> {
    fn new() -> Self {
        Self {
            lists: Vec::new(),
            slots: Vec::new(),
            options: None,
            keys: Vec::new(),
            senders: Vec::new(),
        }
    }

    fn insert(
        &mut self,
        list: &List<Slot<P, R, K>>,
        rank: Rank,
        slot: &Arc<Slot<P, R, K>>,
    ) -> bool {
        let inserted = list.insert(Entry {
            rank,
            member: Arc::clone(slot),
        });
        inserted.map(|leftover| self.lists.push(leftover)).is_ok()
    }

    fn remove(&mut self, list: &List<Slot<P, R, K>>, rank: Rank) -> bool {
        let removed = list.remove(rank);
        removed
            .map(|(entry, leftover)| {
                self.slots.push(entry.member);
                self.lists.push(leftover);
            })
            .is_some()
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
            callback,
            is_named,
            options,
            filters,
        } = request;
        let watched = filters
            .senders
            .iter()
            .filter(|sender| sender.is_held())
            .count();
        let spent = options.is_born_spent();
        let mut nodes = self.file(filters);

        let mut leavings = Leavings::new();
        let mut book = self.lock_for(&mut nodes);
        let change = Change::begin(&self.version);
        let known = is_named
            .then(|| book.named.get(&callback.id()))
            .flatten()
            .filter(|slot| slot.stands());
        let slot = if let Some(slot) = known.cloned() {
            self.rerank(&slot, options.priority, &mut leavings);
            leavings.options = Some(slot.replace_options(options));
            slot
        } else {
            book.connections_made += 1;
            let id = ConnectionId(book.connections_made);
            let slot = Arc::new(Slot::new(id, callback, options, Arc::downgrade(self)));
            leavings.insert(&self.all, slot.membership.hold().rank, &slot);
            if is_named {
                leavings
                    .slots
                    .extend(book.named.insert(slot.callback.id(), Arc::clone(&slot)));
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
        let mut membership = slot.membership.hold();
        let mut removed = false;
        for node in &nodes.keys {
            removed |= self.leave_key(&mut membership, node, &mut leavings);
        }
        for node in &nodes.senders {
            removed |= self.leave_sender(&mut membership, node, &mut leavings);
        }
        let empty = membership.is_empty();
        drop((membership, change, book));
        self.clean(leavings);
        (removed, empty)
    }

    /// Takes a connection that has ended out of every list.
    pub(super) fn remove(&self, slot: &Slot<P, R, K>) {
        let mut leavings = Leavings::new();
        let mut book = self.book.hold();
        let change = Change::begin(&self.version);
        let mut membership = slot.membership.hold();
        let rank = membership.rank;
        if std::mem::take(&mut membership.unfiltered) {
            leavings.remove(&self.unfiltered, rank);
        }
        for node in std::mem::take(&mut membership.keys)
            .iter()
            .filter_map(Weak::upgrade)
        {
            self.leave_key(&mut membership, &node, &mut leavings);
        }
        for node in std::mem::take(&mut membership.senders)
            .iter()
            .filter_map(Weak::upgrade)
        {
            self.leave_sender(&mut membership, &node, &mut leavings);
        }
        leavings.remove(&self.all, rank);
        let id = slot.callback.id();
        if book
            .named
            .get(&id)
            .is_some_and(|named| std::ptr::eq(&**named, slot))
        {
            leavings.slots.extend(book.named.remove(&id));
        }
        drop((membership, change, book));
        self.clean(leavings);
    }

    /// The connection of a callback that can be named.
    pub(crate) fn named(&self, id: CallbackId) -> Option<Arc<Slot<P, R, K>>> {
        self.book.hold().named.get(&id).cloned()
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

    fn enlist(
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

    fn leave_key(
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

    fn leave_sender(
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
    fn rerank(&self, slot: &Arc<Slot<P, R, K>>, priority: i32, leavings: &mut Leavings<P, R, K>) {
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

    /// Looks at some of the senders whose life is known; what listens to a dead one alone is disconnected.
    fn sweep(&self, count: usize) {
        let mut dead = Vec::new();
        let mut unused = Vec::new();
        let mut book = self.book.hold();
        for _ in 0..count.min(book.held.len()) {
            let Some(node) = book.held.pop_front().and_then(|node| node.upgrade()) else {
                continue;
            };
            if node.is_retired() {
                unused.push(node);
            } else if node.extra.get().is_some_and(|sender| !sender.is_alive()) {
                dead.push(node);
            } else {
                book.held.push_back(Arc::downgrade(&node));
                unused.push(node);
            }
        }
        drop(book);
        for node in dead {
            for slot in node.list.members() {
                let senders = node.extra.get().cloned();
                let (_, is_unheard) =
                    self.release(&slot, &Filters::of_senders(senders.into_iter()));
                if is_unheard {
                    slot.disconnect();
                }
            }
        }
    }

    /// Drops what a change left over. No lock may be held.
    #[expect(clippy::needless_pass_by_value, reason = "it is here to be dropped")]
    fn clean(&self, leavings: Leavings<P, R, K>) {
        for node in &leavings.keys {
            self.keys.remove(node);
        }
        for node in &leavings.senders {
            self.senders.remove(node);
        }
    }
}

/// For whoever holds the lock on the book. A retired node takes no more members.
fn retire_if_empty<T, P, R, K, X>(node: &super::index::Node<T, Slot<P, R, K>, X>) -> bool {
    let empty = node.list.is_empty() && !node.is_retired();
    if empty {
        node.retire();
    }
    empty
}
