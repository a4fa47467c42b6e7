//! Floor 0: the locks, atomics and reference counts the crate is built on, in one place, so that a model checker's can
//! be put in theirs.
//!
//! [`Lock`] is a mutex without poison. That is sound here because nothing of the user's ever runs under a lock of this
//! crate: no panic can start there.

pub(crate) use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
pub(crate) use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use std::fmt;

/// A mutex that is held for a few instructions at a time, never across user code and never across an `.await`.
#[derive(Default)]
pub(crate) struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Without locking: whoever can change it is alone with it.
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn hold(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock(..)")
    }
}

/// The next of a process-wide row of numbers, starting at 1.
///
/// Relaxed: only uniqueness is asked for, and a read-modify-write gives each caller its own value.
pub(crate) fn next_number(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}
