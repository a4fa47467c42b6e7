//! Changes: connecting, disconnecting, adding and removing filters.

use std::collections::VecDeque;
use std::hash::Hash;

use hashbrown::HashMap;

use super::filing::{Filing, Nodes};
use super::group::Groups;
use super::head::{DISCONNECTED, Head};
use super::leavings::Leavings;
use super::membership::leave;
use super::options::Options;
use super::slot::Slot;
use super::twins::Twins;
use super::version::Change;
use super::watch::Watch;
use super::{Registry, Request};
use crate::signal::callback::Name;
use crate::signal::failure::ConnectionId;
use crate::signal::filter::Filters;
use crate::signal::sender::SenderId;
use crate::signal::stream::StreamTarget;
use crate::sync::{Arc, MutexGuard, Weak};

/// What changes look up.
pub(super) struct Book<P, R, K> {
    connections_made: u64,
    pub(super) connections: usize,
    /// How many of them sends may have to wait for, and one more if sends may have to wait for each other.
    pub(super) holding_up: usize,
    /// The connections whose callback can be named again.
    named: HashMap<Name, Arc<Slot<P, R, K>>>,
    /// Senders whose life is known, in the order in which they will be looked at. Each connect to such a sender looks at
    /// two of them, so dead ones go at twice the rate at which new ones come.
    pub(super) held: VecDeque<Weak<Watch>>,
    /// Connections that have ended, and whose calls had not. Those that have gone are swept out when there are twice as many.
    pub(super) ended: Vec<Weak<Slot<P, R, K>>>,
    ended_swept: usize,
    /// Whether there has been a connection whose calls are to be cancelled with it.
    pub(super) cancels: bool,
    /// Where connections are receivers of channels.
    pub(super) channels: Option<Box<Channels>>,
    /// Where connections share their work; `None` where none does.
    pub(super) groups: Option<Box<Groups>>,
}

/// What is known of the receivers of channels.
#[derive(Default)]
pub(super) struct Channels {
    pub(super) twins: Twins,
    /// Whether one has had a priority.
    pub(super) has_priorities: bool,
}

type Locked<'a, P, R, K> = MutexGuard<'a, Book<P, R, K>>;

impl<P, R, K> Book<P, R, K> {
    pub(super) fn new(has_channels: bool) -> Self {
        Self {
            channels: has_channels.then(Box::default),
            groups: None,
            connections_made: 0,
            connections: 0,
            holding_up: 0,
            named: HashMap::new(),
            held: VecDeque::new(),
            ended: Vec::new(),
            ended_swept: 0,
            cancels: false,
        }
    }

    /// Remembers a connection that has ended, if calls of it may not have.
    fn remember(&mut self, slot: &Arc<Slot<P, R, K>>) {
        if !slot.may_have_calls() {
            return;
        }
        if self.ended.len() >= 2 * self.ended_swept.max(4) {
            self.ended.retain(|slot| slot.strong_count() > 0);
            self.ended_swept = self.ended.len();
        }
        let weak: Weak<Slot<P, R, K>> = Arc::downgrade(slot);
        self.ended.push(weak);
    }

    /// A connection is to have these options; if that makes it a member of a group, that is the one of this name from now on.
    fn join_group(&mut self, options: &mut Option<Arc<Options<P, K>>>) {
        let own = options.as_mut().and_then(Arc::get_mut);
        if let Some(membership) = own.and_then(Options::membership_mut) {
            self.groups.get_or_insert_default().join(membership);
        }
    }

    /// A connection has these options no longer.
    fn leave_group(&mut self, options: Option<&Arc<Options<P, K>>>) {
        let membership = options.and_then(|options| options.membership());
        if let (Some(groups), Some(membership)) = (&mut self.groups, membership) {
            groups.leave(membership);
            if groups.is_empty() {
                self.groups = None;
            }
        }
    }
}

impl<P, R, K> Registry<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Connects, or merges with the connection that this callback has already; tells how many keys that did not listen to before.
    pub(crate) fn connect(&self, request: Request<P, R, K>) -> (Arc<Slot<P, R, K>>, usize) {
        let Request {
            mut slot,
            name,
            options,
            filters,
        } = request;
        let watched = watched(&filters);
        let spent = options.is_spent();
        let is_member = options.membership().is_some();
        let cancels = options.cancels();
        let is_waited_for = |stream: &StreamTarget<P, K>| stream.is_waited_for();
        let holds_up = options.may_hold_up() || slot.stream().is_some_and(is_waited_for);
        let priority = options.priority;
        let mut options = (!options.is_default()).then(|| Arc::new(options));
        let name = name.map(Box::new);
        let mut filing = self.file(filters);
        if let Some(name) = &name {
            // Ends the old connection if it has lost what it depends on: this will be a new one then.
            drop(self.named(**name));
        }

        let mut leavings = Leavings::new();
        let mut book = self.lock_for(&mut filing);
        let change = Change::begin(&self.version);
        book.join_group(&mut options);
        let known = name
            .as_ref()
            .and_then(|name| book.named.get(&**name))
            .filter(|slot| slot.replace_options(&mut options))
            .cloned();
        let is_new = known.is_none();
        if let Some(known) = known {
            self.rerank(&known, priority, &mut leavings);
            book.leave_group(options.as_ref());
            leavings.options = options;
            leavings.slots.push(std::mem::replace(&mut slot, known));
        } else {
            book.connections_made += 1;
            let id = ConnectionId(book.connections_made);
            match Arc::get_mut(&mut slot) {
                Some(new) => new.head_mut().number(id, priority),
                None => unreachable!("the request is its only holder"),
            }
            if options.is_some() {
                slot.replace_options(&mut options);
            }
            if let Some(name) = name {
                let old = book.named.insert(*name, Arc::clone(&slot));
                leavings.slots.extend(old);
                if let Some(channels) = &mut book.channels {
                    channels.twins.add(&name);
                }
                slot.record.hold().set_name(name);
            }
            self.count_connections(&mut book, 1);
        }
        if let Some(channels) = book.channels.as_mut().filter(|_| priority != 0) {
            channels.has_priorities = true;
            self.tell_status(&book);
        }
        book.cancels |= cancels;
        if slot.set_holds_up(holds_up) {
            self.count_holding_up(&mut book, if holds_up { 1 } else { -1 });
        }
        change.tell_of_groups(&book);
        let is_closed = self.is_closed();
        let added = self.enlist(&mut book, (&slot, is_new), filing, &mut leavings);
        drop((change, book));
        if !is_new {
            slot.apply_rules();
        }
        if let Some(older) = &leavings.options {
            // What they wait for may be asked of nobody any more.
            older.wake_senders();
        }
        if is_member {
            slot.tell_group();
        }
        leavings.clear();
        self.settle();

        if spent || is_closed {
            slot.disconnect();
        }
        if watched > 0 {
            // The sender may have died before it came here.
            self.verify(&slot);
            self.sweep(2 * watched);
        }
        (slot, added)
    }

    /// Adds filters to a connection; tells how many keys it did not listen to before, and `None` if it has ended.
    pub(crate) fn add(&self, slot: &Arc<Slot<P, R, K>>, filters: Filters<K>) -> Option<usize> {
        let watched = watched(&filters);
        let mut filing = self.file(filters);
        filing.is_unfiltered = false;

        let mut leavings = Leavings::new();
        let mut book = self.lock_for(&mut filing);
        let stands = slot.stands() && !slot.record.hold().is_gone();
        let added = stands.then(|| {
            let _change = Change::begin(&self.version);
            self.enlist(&mut book, (slot, false), filing, &mut leavings)
        });
        drop(book);
        leavings.clear();
        self.settle();
        slot.tell_group();
        self.sweep(2 * watched);
        added
    }

    /// Takes filters off a connection; tells whether it had any of them. If it had, and has none left of any kind, it may
    /// end with the last one: in the same change, so that nobody can add another one in between.
    pub(crate) fn release(
        &self,
        slot: &Arc<Slot<P, R, K>>,
        filters: &Filters<K>,
        ends_with_last: bool,
    ) -> bool {
        let mut leavings = Leavings::new();
        let (nodes, book) = self.nodes_and_lock(filters);
        let change = Change::begin(&self.version);
        let rank = slot.rank();
        let mut record = slot.record.hold();
        let was_empty = record.is_empty();
        let mut removed = false;
        for node in nodes.keys {
            removed |= leave(
                &self.keys,
                node,
                (rank, &mut record, &self.tally),
                &mut leavings,
            );
        }
        for node in nodes.senders {
            removed |= leave(
                &self.senders,
                node,
                (rank, &mut record, &self.tally),
                &mut leavings,
            );
        }
        // Dead senders go with it: whether they were swept before must make no difference to what is left.
        for node in record.dead_senders() {
            leave(
                &self.senders,
                node,
                (rank, &mut record, &self.tally),
                &mut leavings,
            );
        }
        let is_empty = record.is_empty();
        if is_empty && !was_empty {
            leavings.insert(&self.loose, slot);
        }
        let ends = ends_with_last && removed && is_empty && slot.end(DISCONNECTED);
        drop((record, change, book));
        leavings.clear();
        self.settle();
        if ends {
            slot.stop_calls();
            slot.leave_home();
        }
        // Sends that wait for it may not be meant for it any more.
        slot.wake_senders();
        removed
    }

    /// Takes a connection that has ended out of every list; if it has been taken out already, does nothing.
    pub(super) fn remove(&self, slot: &Head<P, R, K>) {
        let mut leavings = Leavings::new();
        let mut book = self.book.hold();
        let mut record = slot.record.hold();
        if !record.is_gone() {
            let change = Change::begin(&self.version);
            self.delist(slot, &mut record, &mut leavings);
            book.leave_group(record.options());
            change.tell_of_groups(&book);
            if let Some(name) = record.take_name() {
                if let Some(channels) = &mut book.channels {
                    channels.twins.remove(&name);
                }
                let known = book.named.get(&*name);
                if known.is_some_and(|named| named.id == slot.id) {
                    leavings.slots.extend(book.named.remove(&*name));
                }
            }
            self.count_connections(&mut book, -1);
            if slot.set_holds_up(false) {
                self.count_holding_up(&mut book, -1);
            }
            record.set_gone();
        }
        drop(record);
        let ended = leavings.slots.iter().find(|gone| gone.id == slot.id);
        if let Some(ended) = ended {
            book.remember(ended);
        }
        drop(book);
        leavings.clear();
        self.settle();
    }

    fn count_connections(&self, book: &mut Locked<'_, P, R, K>, change: isize) {
        book.connections = book.connections.wrapping_add_signed(change);
        self.tell_status(book);
    }

    fn count_holding_up(&self, book: &mut Locked<'_, P, R, K>, change: isize) {
        book.holding_up = book.holding_up.wrapping_add_signed(change);
        self.tell_status(book);
    }

    /// The connection of a callback that can be named, if it stands.
    pub(crate) fn named(&self, name: Name) -> Option<Arc<Slot<P, R, K>>> {
        let slot = self.book.hold().named.get(&name).cloned();
        slot.filter(|slot| self.verify(slot))
    }

    /// Disconnects a connection if something it cannot do without has died; tells whether it still stands.
    pub(crate) fn verify(&self, slot: &Arc<Slot<P, R, K>>) -> bool {
        if slot.stands() {
            if !slot.is_supported() {
                slot.disconnect();
            } else if slot.is_orphaned() {
                self.end_orphan(slot);
            }
        }
        slot.stands()
    }

    /// Ends a connection that still listens to nothing but dead senders; nobody can add another filter meanwhile.
    #[cold]
    fn end_orphan(&self, slot: &Arc<Slot<P, R, K>>) {
        let book = self.book.hold();
        let ends = slot.is_orphaned() && slot.end(DISCONNECTED);
        drop(book);
        if ends {
            slot.stop_calls();
            slot.leave_home();
        }
    }

    /// Takes the lock at a moment when everything is as it was looked up.
    fn lock_for(&self, filing: &mut Filing<P, R, K>) -> Locked<'_, P, R, K> {
        loop {
            let book = self.book.hold();
            if self.is_current(filing) {
                return book;
            }
            drop(book);
            self.look_up(filing);
        }
    }

    /// The nodes of filters, and the lock, at a moment when they are in the index.
    fn nodes_and_lock(&self, filters: &Filters<K>) -> (Nodes<P, R, K>, Locked<'_, P, R, K>) {
        loop {
            let nodes = self.nodes(filters);
            let book = self.book.hold();
            if nodes.are_current() {
                return (nodes, book);
            }
        }
    }
}

/// How many of the senders' lives are known.
fn watched<K>(filters: &Filters<K>) -> usize {
    let is_held = |sender: &&SenderId| sender.is_held();
    filters.senders().iter().filter(is_held).count()
}
