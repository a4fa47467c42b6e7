//! Who is told which keys connections have.

use std::hash::Hash;

use smallvec::{SmallVec, smallvec};

use super::Registry;
use crate::signal::event::Event;
use crate::signal::filter::Keys;
use crate::sync::Arc;

/// Knows the keys that connections have, however connections come and go.
///
/// Told under the registry's lock, so that it knows of changes in their order: it runs nothing of the user's there, and
/// reaches for no signal. What is to be done about them waits for `settle`.
pub(crate) trait Tally<K>: Send + Sync {
    /// A connection has come to a key, which has so many now.
    fn came(&self, key: &K, connections: usize);

    /// A connection has left a key, which has so many now.
    fn went(&self, key: &K, connections: usize);

    /// There may have been changes. No lock is held.
    fn settle(&self);

    /// Adds the keys that connections have and the first key stands for.
    ///
    /// Asked by sends, at any time. It tells what it was told of before at the least: who has to know that there was nothing else
    /// compares the registry's version.
    fn widen(&self, _keys: &mut Keys<K>) {}

    /// The keys that a key falls under, in the order in which those are called who listen to them.
    ///
    /// Asked by sends, at any time. Always the same of one key.
    fn turns<'k>(&self, key: &'k K) -> Turns<'k, K> {
        smallvec![key]
    }
}

/// Keys in the order of their turn.
pub(crate) type Turns<'k, K> = SmallVec<[&'k K; 4]>;

/// Where there is somebody to be told.
pub(crate) type SomeTally<K> = Option<Arc<dyn Tally<K>>>;

impl<P, R, K> Registry<P, R, K> {
    /// Has an event name the keys that its first key stands for now, and none that it stood for before.
    #[inline]
    pub(crate) fn widen(&self, event: &mut Event<P, K>) {
        if let (Some(tally), Some(keys)) = (&self.tally, event.filters.keys_mut()) {
            keys.truncate(1);
            tally.widen(keys);
        }
    }
}

impl<P, R, K> Registry<P, R, K> {
    /// The keys that an event's keys fall under, in turn.
    #[inline]
    pub(crate) fn turns<'k>(&self, event: &'k Event<P, K>) -> Turns<'k, K> {
        match (&self.tally, event.keys()) {
            (Some(tally), [key]) => tally.turns(key),
            (_, keys) => keys.iter().collect(),
        }
    }
}

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    /// After each change of filters, where no lock is held.
    #[inline]
    pub(super) fn settle(&self) {
        if let Some(tally) = &self.tally {
            tally.settle();
        }
    }
}
