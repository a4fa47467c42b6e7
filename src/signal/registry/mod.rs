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
mod slot;
mod sweep;

use std::hash::Hash;

use smallvec::SmallVec;

use change::Book;
use index::Index;
pub(crate) use list::Entry;
#[cfg(test)]
pub(crate) use list::Rank;
use list::{List, Published};
pub(crate) use slot::{Admission, Held, Options, Slot};

use super::callback::Callback;
use super::filter::Filters;
use super::sender::{Address, SenderId};
use crate::sync::{Arc, AtomicU64, Lock, Ordering};

pub(crate) struct Registry<P, R, K> {
    book: Lock<Book<P, R, K>>,
    /// Odd while a change is under way. Written under the lock on `book`.
    version: AtomicU64,
    all: List<Slot<P, R, K>>,
    unfiltered: List<Slot<P, R, K>>,
    keys: Index<K, Slot<P, R, K>, ()>,
    senders: Index<Address, Slot<P, R, K>, SenderId>,
}

/// What to connect.
pub(crate) struct Request<P, R, K> {
    pub(crate) callback: Callback<P, R, K>,
    /// Whether the callback can be named again, to merge with this connection or to disconnect it.
    pub(crate) is_named: bool,
    pub(crate) options: Options<P, K>,
    pub(crate) filters: Filters<K>,
}

/// The lists a send has to look at, as they stood together at one moment.
pub(crate) type Snapshot<P, R, K> = SmallVec<[Published<Slot<P, R, K>>; 4]>;

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    pub(crate) fn new() -> Self {
        Self {
            book: Lock::new(Book::new()),
            version: AtomicU64::new(0),
            all: List::new(),
            unfiltered: List::new(),
            keys: Index::new(),
            senders: Index::new(),
        }
    }

    /// The connections a send without filters of theirs would miss none of.
    pub(crate) fn everything(&self) -> Snapshot<P, R, K> {
        SmallVec::from_iter([self.all.read()])
    }

    /// The connections that a send with these keys and senders reaches; one may stand in several of the lists.
    pub(crate) fn snapshot(&self, keys: &[K], senders: &[SenderId]) -> Snapshot<P, R, K> {
        loop {
            let before = self.version.load(Ordering::SeqCst);
            let mut lists = Snapshot::new();
            lists.push(self.unfiltered.read());
            lists.extend(
                keys.iter()
                    .filter_map(|key| self.keys.find(key, |node| node.list.read())),
            );
            let found = |sender: &SenderId| {
                self.senders
                    .find(&sender.address(), |node| node.list.read())
            };
            lists.extend(senders.iter().filter_map(found));

            let one_look = keys.is_empty() && senders.is_empty();
            if one_look || (before % 2 == 0 && before == self.version.load(Ordering::SeqCst)) {
                return lists;
            }
            // Waits for the change that is under way.
            drop(self.book.hold());
        }
    }

    pub(crate) fn slots(&self) -> Vec<Arc<Slot<P, R, K>>> {
        self.all.members()
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }
}
