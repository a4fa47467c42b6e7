//! From a key or a sender to the connections that asked for it.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use hashbrown::DefaultHashBuilder;
use papaya::{HashMap, ResizeMode};

use super::list::{List, Ranked};
use crate::sync::{Arc, AtomicBool, OnceLock, Ordering};

/// One key or sender, and who asked for it.
pub(crate) struct Node<T, S: ?Sized, X> {
    value: Arc<T>,
    pub(crate) list: List<S>,
    /// Set once, under the registry's lock, when the list has become empty: the node is about to leave the index and
    /// takes no more members. Read under the same lock.
    retired: AtomicBool,
    /// What goes with the value and came with the first member that had it.
    pub(crate) extra: OnceLock<X>,
    /// Whether somebody looks after `extra`. Written and read under the registry's lock.
    pub(crate) watched: AtomicBool,
}

impl<T, S: Ranked + ?Sized, X> Node<T, S, X> {
    fn new(value: Arc<T>) -> Arc<Self> {
        Arc::new(Self {
            value,
            list: List::new(),
            retired: AtomicBool::new(false),
            extra: OnceLock::new(),
            watched: AtomicBool::new(false),
        })
    }

    /// For whoever holds the registry's lock, which orders it; the same goes for [`retire`](Self::retire).
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }

    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Relaxed);
    }
}

/// A concurrent map from `T` to its node.
///
/// Hashing, comparing and dropping a `T` is user code. None of it runs under a lock of this crate: sends look up,
/// connects and disconnects insert and remove without one. Nodes join and leave lists under the registry's lock, where
/// only the node is at hand.
pub(crate) struct Index<T, S: ?Sized, X>(HashMap<Interned<T, S, X>, (), DefaultHashBuilder>);

impl<T: Hash + Eq, S: Ranked + ?Sized, X> Index<T, S, X> {
    pub(crate) fn new() -> Self {
        Self(
            HashMap::builder()
                .hasher(DefaultHashBuilder::default())
                // The incremental mode leaves lookups several times slower after many inserts.
                .resize_mode(ResizeMode::Blocking)
                .build(),
        )
    }

    /// Looks at the node of a value, if there is one.
    pub(crate) fn find<Y>(
        &self,
        value: &T,
        look: impl FnOnce(&Arc<Node<T, S, X>>) -> Y,
    ) -> Option<Y> {
        self.0
            .pin()
            .get_key_value(value)
            .map(|(interned, ())| look(&interned.0))
    }

    /// The node of a value, made if there is none.
    pub(crate) fn intern(&self, value: T) -> Arc<Node<T, S, X>> {
        self.find(&value, Arc::clone)
            .unwrap_or_else(|| self.intern_shared(&Arc::new(value)))
    }

    /// A new node in the place of one that has retired.
    pub(crate) fn replace(&self, retired: &Arc<Node<T, S, X>>) -> Arc<Node<T, S, X>> {
        self.remove(retired);
        self.intern_shared(&retired.value)
    }

    /// Removes this very node; another one of the same value stays.
    pub(crate) fn remove(&self, node: &Arc<Node<T, S, X>>) {
        let _ = self
            .0
            .pin()
            .remove_if(&*node.value, |interned, ()| Arc::ptr_eq(&interned.0, node));
    }

    fn intern_shared(&self, value: &Arc<T>) -> Arc<Node<T, S, X>> {
        let pinned = self.0.pin();
        loop {
            pinned.get_or_insert_with(Interned(Node::new(Arc::clone(value))), || ());
            // Another thread's node may have won, and may have left again since.
            if let Some((interned, ())) = pinned.get_key_value(&**value) {
                return Arc::clone(&interned.0);
            }
        }
    }
}

/// A node that hashes and compares as its value.
struct Interned<T, S: ?Sized, X>(Arc<Node<T, S, X>>);

impl<T: Hash, S: ?Sized, X> Hash for Interned<T, S, X> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.value.hash(state);
    }
}

impl<T: Eq, S: ?Sized, X> PartialEq for Interned<T, S, X> {
    fn eq(&self, other: &Self) -> bool {
        self.0.value == other.0.value
    }
}

impl<T: Eq, S: ?Sized, X> Eq for Interned<T, S, X> {}

impl<T, S: ?Sized, X> Borrow<T> for Interned<T, S, X> {
    fn borrow(&self) -> &T {
        &self.0.value
    }
}
