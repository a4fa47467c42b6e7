//! Sole owner of a signal's connections.
//!
//! Three kinds of lists hold them: all of them, the unfiltered ones, and one list for each key and each sender, found
//! through an index. Lists are read without a lock ([`List`]); every change happens under the one lock of the book.
//!
//! **One consistent look.** A send that reads several lists could see a connection that moves between two of them twice
//! or not at all. So each change makes `version` odd while it lasts, and a send that read more than one list reads again
//! if `version` was odd or has moved.
//!
//! **No user code under a lock.** Keys are hashed and compared before the lock is taken ([`Index`]); what a change
//! replaces or removes is collected in [`Leavings`](leavings::Leavings) and dropped after it is released.

mod change;
mod filing;
mod index;
mod leavings;
mod list;
mod membership;
mod options;
mod slot;
mod sweep;

use std::hash::Hash;

use event_listener::Event;
use smallvec::SmallVec;

use change::Book;
use index::Index;
use list::List;
pub(crate) use list::{Published, Rank, Ranked};
pub(crate) use options::{Held, Options};
pub(crate) use slot::{Admission, Slot};

use super::callback::CallbackId;
use super::filter::Filters;
use super::sender::{Address, SenderId};
use super::target::Target;
use crate::sync::{Arc, AtomicU64, Lock, Ordering};

pub(crate) struct Registry<P, R, K> {
    book: Lock<Book<P, R, K>>,
    /// Odd while a change is under way. Written under the lock on `book`.
    version: AtomicU64,
    all: List<Slot<P, R, K>>,
    unfiltered: List<Slot<P, R, K>>,
    keys: Index<K, Slot<P, R, K>, ()>,
    senders: Index<Address, Slot<P, R, K>, SenderId>,
    released: Arc<Event>,
}

/// What to connect.
pub(crate) struct Request<P, R, K> {
    /// Made, but in no list yet.
    pub(crate) slot: Arc<Slot<P, R, K>>,
    /// How the callback can be named again, to merge with this connection or to disconnect it.
    pub(crate) name: Option<CallbackId>,
    pub(crate) options: Options<P, K>,
    pub(crate) filters: Filters<K>,
}

/// The lists a send has to look at, empty ones left out.
pub(crate) type Lists<P, R, K> = SmallVec<[Published<Slot<P, R, K>>; 4]>;

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    pub(crate) fn new() -> Self {
        Self {
            book: Lock::new(Book::new()),
            version: AtomicU64::new(0),
            all: List::new(),
            unfiltered: List::new(),
            keys: Index::new(),
            senders: Index::new(),
            released: Arc::new(Event::new()),
        }
    }

    /// A connection that is to be made.
    pub(crate) fn slot(
        self: &Arc<Self>,
        target: impl Target<P, R, K> + 'static,
    ) -> Arc<Slot<P, R, K>> {
        Arc::new(Slot::new(target, Arc::downgrade(self)))
    }

    /// Odd while a change is under way. See the head of this room.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    /// Waits for the change that is under way.
    pub(crate) fn wait_for_change(&self) {
        drop(self.book.hold());
    }

    /// All connections.
    pub(crate) fn everything(&self) -> Published<Slot<P, R, K>> {
        self.all.read(&self.released)
    }

    /// The connections without filters.
    pub(crate) fn unfiltered(&self) -> Published<Slot<P, R, K>> {
        self.unfiltered.read(&self.released)
    }

    /// The connections with at least one of these keys and senders; one may stand in several of the lists.
    pub(crate) fn filtered(&self, keys: &[K], senders: &[SenderId], lists: &mut Lists<P, R, K>) {
        let read = |list: &List<_>| list.read(&self.released);
        lists.extend(
            keys.iter()
                .filter_map(|key| self.keys.find(key, |node| read(&node.list))),
        );
        // An id outlives its object; nobody listens to the dead.
        let living = senders.iter().filter(|sender| sender.is_alive());
        let found = |sender: &SenderId| {
            self.senders
                .find(&sender.address(), |node| read(&node.list))
        };
        lists.extend(living.filter_map(found));
    }

    /// What is told when a copy of a list is let go of.
    pub(crate) fn released(&self) -> &Arc<Event> {
        &self.released
    }

    /// Whether nobody is connected at all.
    #[inline]
    pub(crate) fn is_silent(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether nobody is connected without filters.
    #[inline]
    pub(crate) fn has_only_filtered(&self) -> bool {
        self.unfiltered.is_empty()
    }

    /// Ends what has lost something it depends on. Looks at every connection.
    pub(crate) fn verify_all(&self) {
        for slot in self.all.members() {
            self.verify(&slot);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}
