//! What sends see.

use std::hash::Hash;
use std::{ptr, slice};

use smallvec::SmallVec;

use super::Registry;
use super::edition::{Pieces, PublishedList};
use super::index::Found;
use super::list::List;
use super::node::Members;
use super::rank::Ranked;
use super::slot::Slot;
use super::version::Version;
use super::watch::Watch;
use crate::signal::sender::{Address, SenderId};
use crate::sync::Arc;

/// Connections that are being walked: borrowed, in the usual case without a reference count of their own.
pub(crate) enum Published<P, R, K> {
    List(PublishedList<Slot<P, R, K>>),
    /// The one connection of a key.
    OfKey(Found<K, Slot<P, R, K>, ()>),
    /// The one connection of a sender.
    OfSender(Found<Address, Slot<P, R, K>, Arc<Watch>>),
}

/// What was seen while nothing changed.
pub(crate) struct Settled<T> {
    pub(crate) seen: T,
    pub(crate) version: Version,
}

/// The lists that a send has to look at.
pub(crate) type Lists<P, R, K> = SmallVec<[Published<P, R, K>; 4]>;

impl<P, R, K> Published<P, R, K> {
    /// The connections, in order.
    #[inline]
    pub(crate) fn pieces(&self) -> Pieces<'_, Slot<P, R, K>> {
        let members = match self {
            Self::List(list) => return list.pieces(),
            Self::OfKey(found) => found.as_ref().map(|node| &node.members),
            Self::OfSender(found) => found.as_ref().map(|node| &node.members),
        };
        match members {
            Some(Members::One(one)) => Pieces::new(slice::from_ref(one), &[]),
            _ => Pieces::new(&[], &[]),
        }
    }

    /// Where that is which the connections remember as walked.
    #[inline]
    pub(crate) fn address(&self) -> *const () {
        match self {
            Self::List(list) => ptr::from_ref(&**list).cast(),
            Self::OfKey(found) => found
                .as_ref()
                .map_or(ptr::null(), |node| Arc::as_ptr(node).cast()),
            Self::OfSender(found) => found
                .as_ref()
                .map_or(ptr::null(), |node| Arc::as_ptr(node).cast()),
        }
    }
}

impl<P, R, K> Registry<P, R, K> {
    /// What is seen while nothing changes. See the head of this room.
    #[inline]
    pub(crate) fn settled<T>(&self, mut look: impl FnMut() -> T) -> Settled<T> {
        loop {
            let version = self.version();
            let seen = look();
            if version.is_settled() && self.is_at(version) {
                return Settled { seen, version };
            }
            drop(seen);
            // For the change that is under way to be over.
            drop(self.book.hold());
        }
    }

    /// Whether nobody is connected without filters.
    #[inline]
    pub(crate) fn has_only_filtered(&self) -> bool {
        self.unfiltered.is_empty()
    }
}

impl<P, R, K> Registry<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// All connections.
    #[inline]
    pub(crate) fn everything(&self) -> Published<P, R, K> {
        let all = self.all.get().unwrap_or_else(|| self.make_all());
        Published::List(all.read())
    }

    /// The connections without filters.
    #[inline]
    pub(crate) fn unfiltered(&self) -> Published<P, R, K> {
        Published::List(self.unfiltered.read())
    }

    /// The connections with a key.
    #[inline]
    pub(crate) fn with_key(&self, key: &K) -> Option<Published<P, R, K>> {
        let found = self.keys.find(key)?;
        Some(match &found.as_ref()?.members {
            Members::One(_) => Published::OfKey(found),
            Members::Many(list) => Published::List(list.read()),
        })
    }

    /// The connections with a sender.
    #[inline]
    pub(crate) fn with_sender(&self, sender: &SenderId) -> Option<Published<P, R, K>> {
        let found = self.senders.find(&sender.address())?;
        // An id outlives its object; nobody listens to the dead.
        if !sender.is_alive() {
            return None;
        }
        Some(match &found.as_ref()?.members {
            Members::One(_) => Published::OfSender(found),
            Members::Many(list) => Published::List(list.read()),
        })
    }

    /// Ends what has lost something it depends on. Looks at every connection.
    pub(crate) fn verify_all(&self) {
        for slot in self.members() {
            self.verify(&slot);
        }
    }

    #[cold]
    fn make_all(&self) -> &List<Slot<P, R, K>> {
        let book = self.book.hold();
        let all = self.all.get_or_init(|| List::of(&self.gather()));
        drop(book);
        all
    }
}

impl<P, R, K> Registry<P, R, K> {
    /// All connections, in order.
    pub(crate) fn members(&self) -> Vec<Arc<Slot<P, R, K>>> {
        if let Some(all) = self.all.get() {
            return all.members();
        }
        let book = self.book.hold();
        let members = self.gather();
        drop(book);
        members
    }

    /// All connections, in order, from the lists they are in. For whoever holds the lock.
    fn gather(&self) -> Vec<Arc<Slot<P, R, K>>> {
        let mut gathered = self.unfiltered.members();
        gathered.extend(self.loose.members());
        for node in self.keys.nodes() {
            node.members.add_to(&mut gathered);
        }
        for node in self.senders.nodes() {
            node.members.add_to(&mut gathered);
        }
        gathered.sort_by_key(|slot| slot.rank());
        gathered.dedup_by_key(|slot| slot.rank());
        gathered
    }
}
