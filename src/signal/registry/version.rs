//! What changes are told by: a number that moves with each of them.

use std::sync::atomic::fence;

use super::Registry;
use super::change::Book;
use crate::sync::{AtomicU64, Ordering};

/// A change is under way.
const CHANGING: u64 = 1;
/// There are groups, of each of which a send calls one.
const GROUPS: u64 = 2;
const STEP: u64 = 4;

/// The registry's version, as it was when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version(u64);

impl Version {
    #[inline]
    pub(super) fn is_settled(self) -> bool {
        self.0 & CHANGING == 0
    }

    /// Whether some of the connections share their work. It stands here since every send looks here anyway, and sees it
    /// together with the lists.
    #[inline]
    pub(crate) fn has_groups(self) -> bool {
        self.0 & GROUPS != 0
    }
}

/// Makes the version odd for as long as the change lasts; taken under the lock on the book, which makes it the only one
/// to write.
///
/// Who reads something of this change sees, after that, the odd version or a later one: the fences make sure of it.
pub(super) struct Change<'a>(&'a AtomicU64);

impl<'a> Change<'a> {
    pub(super) fn begin(version: &'a AtomicU64) -> Self {
        version.store(
            version.load(Ordering::Relaxed) | CHANGING,
            Ordering::Relaxed,
        );
        fence(Ordering::Release);
        Self(version)
    }

    /// Has sends know whether there are groups.
    pub(super) fn tell_of_groups<P, R, K>(&self, book: &Book<P, R, K>) {
        let groups = if book.groups.is_some() { GROUPS } else { 0 };
        let version = self.0.load(Ordering::Relaxed);
        self.0
            .store((version & !GROUPS) | groups, Ordering::Relaxed);
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        let version = self.0.load(Ordering::Relaxed);
        self.0
            .store((version & !CHANGING) + STEP, Ordering::Release);
    }
}

impl<P, R, K> Registry<P, R, K> {
    #[inline]
    pub(super) fn version(&self) -> Version {
        Version(self.version.load(Ordering::Acquire))
    }

    /// Whether nothing has changed since.
    #[inline]
    pub(crate) fn is_at(&self, version: Version) -> bool {
        // What was read before this must have been read before.
        fence(Ordering::Acquire);
        version == self.version()
    }
}
