//! A handle that does not keep its signal alive.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::handle::{Shared, Signal};
use super::key::Key;
use crate::sync::{Arc, Weak};

/// A handle of a signal that does not keep it alive. Made by [`Signal::downgrade`].
pub struct WeakSignal<P, R = (), K = Key> {
    shared: Weak<Shared<P, R, K>>,
}

impl<P, R, K> WeakSignal<P, R, K> {
    pub(super) fn new(shared: &Arc<Shared<P, R, K>>) -> Self {
        Self {
            shared: Arc::downgrade(shared),
        }
    }

    pub(super) fn is_alive(&self) -> bool {
        self.shared.strong_count() > 0
    }

    /// The signal, if it is still there.
    #[must_use]
    pub fn upgrade(&self) -> Option<Signal<P, R, K>> {
        Some(Signal {
            shared: self.shared.upgrade()?,
        })
    }
}

impl<P, R, K> Clone for WeakSignal<P, R, K> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<P, R, K> fmt::Debug for WeakSignal<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSignal")
            .field("is_alive", &self.is_alive())
            .finish()
    }
}

impl<P, R, K> UnwindSafe for WeakSignal<P, R, K> {}
impl<P, R, K> RefUnwindSafe for WeakSignal<P, R, K> {}
