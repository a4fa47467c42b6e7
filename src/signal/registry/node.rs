//! One key or sender, in the index.

use super::edition::Walked;
use super::index::Filed;
use super::list::List;
use super::rank::Ranked;
use crate::signal::running::released;
use crate::sync::{Arc, AtomicBool, Ordering};

/// One key or sender, and who asked for it.
pub(crate) struct Node<T, S: ?Sized, X> {
    pub(super) hash: u32,
    /// Set once, under the registry's lock: the node has left the index. Read under the same lock.
    retired: AtomicBool,
    pub(super) members: Members<S>,
    /// What goes with the value.
    pub(super) extra: X,
    pub(super) value: T,
}

pub(super) enum Members<S: ?Sized> {
    One(Arc<S>),
    /// Two, or fewer: where there have been two, there will be again.
    Many(Box<List<S>>),
}

impl<S: ?Sized + Ranked> Members<S> {
    pub(super) fn list(&self) -> Option<&List<S>> {
        match self {
            Self::One(_) => None,
            Self::Many(list) => Some(list),
        }
    }

    pub(super) fn add_to(&self, all: &mut Vec<Arc<S>>) {
        match self {
            Self::One(one) => all.push(Arc::clone(one)),
            Self::Many(list) => all.extend(list.members()),
        }
    }
}

impl<T, S: ?Sized, X> Node<T, S, X> {
    pub(super) fn new(filed: Filed<T>, members: Members<S>, extra: X) -> Arc<Self> {
        Arc::new(Self {
            hash: filed.hash,
            retired: AtomicBool::new(false),
            members,
            extra,
            value: filed.value,
        })
    }

    /// For whoever holds the registry's lock, which orders it.
    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }

    /// Whether it has not been retired before. For whoever holds the registry's lock, too.
    pub(super) fn retire(&self) -> bool {
        !self.retired.swap(true, Ordering::Relaxed)
    }
}

impl<T: Send + Sync, S: ?Sized + Send + Sync, X: Send + Sync> Walked for Node<T, S, X> {
    fn is_filed(&self) -> bool {
        !self.retired.load(Ordering::Relaxed)
    }
}

impl<T, S: ?Sized, X> Drop for Node<T, S, X> {
    fn drop(&mut self) {
        released().notify(usize::MAX);
    }
}
