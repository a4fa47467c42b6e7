//! A handle that does not keep its client.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::handle::{ClientRouter, Handle};
use crate::sync::{Arc, Weak};

/// A handle that does not keep its client, for listeners and handlers that use it. Made by [`ClientRouter::downgrade`].
pub struct WeakClientRouter<V> {
    shared: Weak<Handle<V>>,
}

impl<V> WeakClientRouter<V> {
    /// The client, if somebody keeps it.
    #[must_use]
    pub fn upgrade(&self) -> Option<ClientRouter<V>> {
        let shared = self.shared.upgrade()?;
        Some(ClientRouter { shared })
    }
}

impl<V> Clone for WeakClientRouter<V> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<V> fmt::Debug for WeakClientRouter<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakClientRouter")
            .field("is_alive", &(self.shared.strong_count() > 0))
            .finish()
    }
}

impl<V> WeakClientRouter<V> {
    pub(super) fn new(shared: &Arc<Handle<V>>) -> Self {
        Self {
            shared: Arc::downgrade(shared),
        }
    }
}

// As the router.
impl<V> UnwindSafe for WeakClientRouter<V> {}
impl<V> RefUnwindSafe for WeakClientRouter<V> {}
