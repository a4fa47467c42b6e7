//! Sole owner of a signal's connections.
//!
//! Lists hold them: the unfiltered ones, those with a certain key or sender, found through an index, and those that listen
//! to nothing. Lists are read without a lock ([`List`], [`Index`]); every change happens under the one lock of the book.
//!
//! **One consistent look.** A send that reads several lists could see a connection that moves between two of them twice
//! or not at all. So each change makes `version` odd while it lasts, and a send that read more than one list reads again
//! if `version` was odd or has moved.
//!
//! **No user code under a lock.** Keys are hashed and compared before the lock is taken ([`filing`]); what a change
//! replaces or removes is collected in [`Leavings`](leavings::Leavings) and dropped after it is released.

mod admission;
mod bucket;
mod change;
mod edition;
mod filing;
mod group;
mod head;
mod index;
mod kind;
mod leavings;
mod list;
mod look;
mod membership;
mod node;
mod options;
mod port;
mod rank;
mod record;
mod rest;
mod shown;
mod slot;
mod status;
mod sweep;
mod tally;
mod twins;
mod version;
mod watch;

use std::hash::Hash;

pub(crate) use admission::{Admission, Booking, Offer};
use change::Book;
pub(crate) use edition::Pieces;
pub(crate) use group::{Claim, Member, Membership, Order};
pub(crate) use head::{Apart, Head};
use index::Index;
use list::List;
pub(crate) use look::{Lists, Published, Settled};
pub(crate) use options::{Held, Options};
pub(crate) use port::{Handle, Port};
pub(crate) use rank::{Rank, Ranked};
pub(crate) use rest::UnderWay;
pub(crate) use slot::{Slot, Visit};
pub(crate) use tally::{SomeTally, Tally, Turns};
pub(crate) use version::Version;

use super::callback::Name;
use super::filter::Filters;
use super::sender::{Address, Life};
use super::surroundings::Surroundings;
use super::target::Target;
use crate::sync::{Arc, AtomicU64, AtomicUsize, Lock, OnceLock, Weak};
use watch::Watch;

pub(crate) struct Registry<P, R, K> {
    pub(crate) surroundings: Arc<Surroundings<P, R, K>>,
    /// Whether connections are receivers of channels, each of one and nothing else.
    has_channels: bool,
    /// Is told of keys.
    tally: SomeTally<K>,
    book: Lock<Book<P, R, K>>,
    /// Odd while a change is under way; tells of groups, too. Written under the lock on `book`.
    version: AtomicU64,
    /// What a send has to know before it begins: the bits below, and above them how many connections there are. Written
    /// under the lock on `book`.
    status: AtomicUsize,
    unfiltered: List<Slot<P, R, K>>,
    keys: Index<K, Slot<P, R, K>, ()>,
    senders: Index<Address, Slot<P, R, K>, Arc<Watch>>,
    /// Those that listen to nothing, and stand.
    loose: List<Slot<P, R, K>>,
    /// Made for the first send to all, and kept from then on.
    all: OnceLock<List<Slot<P, R, K>>>,
}

/// What to connect.
pub(crate) struct Request<P, R, K> {
    /// Made, but in no list yet.
    pub(crate) slot: Arc<Slot<P, R, K>>,
    /// How the callback can be named again, to merge with this connection or to disconnect it.
    pub(crate) name: Option<Name>,
    pub(crate) options: Options<P, K>,
    pub(crate) filters: Filters<K>,
}

impl<P, R, K> Registry<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    pub(crate) fn new(
        surroundings: Surroundings<P, R, K>,
        has_channels: bool,
        tally: SomeTally<K>,
    ) -> Self {
        let mut book = Book::new(has_channels);
        // With dispatchers a send has to know before it begins whom it reaches.
        let is_limited = surroundings.flight.limit().is_some() || surroundings.dispatch.is_some();
        book.holding_up = usize::from(is_limited);
        let status = if is_limited { status::HOLDS_UP } else { 0 };
        Self {
            surroundings: Arc::new(surroundings),
            has_channels,
            tally,
            book: Lock::new(book),
            version: AtomicU64::new(0),
            status: AtomicUsize::new(status),
            unfiltered: List::new(),
            keys: Index::new(),
            senders: Index::new(),
            loose: List::new(),
            all: OnceLock::new(),
        }
    }

    /// A connection that is to be made.
    pub(crate) fn slot(
        self: &Arc<Self>,
        target: impl Target<P, R, K> + 'static,
    ) -> Arc<Slot<P, R, K>> {
        slot::slot(target, Arc::downgrade(self))
    }

    /// One that is to be made, and goes with this parent, if there is one.
    pub(crate) fn slot_of(
        self: &Arc<Self>,
        parent: Option<Life>,
        target: impl Target<P, R, K> + 'static,
    ) -> Arc<Slot<P, R, K>> {
        match parent {
            None => self.slot(target),
            Some(parent) => slot::bound_slot(target, parent, Arc::downgrade(self)),
        }
    }

    /// One that never will be, because its signal has gone.
    pub(crate) fn homeless_slot(target: impl Target<P, R, K> + 'static) -> Arc<Slot<P, R, K>> {
        slot::slot(target, Weak::new())
    }
}
