//! A handle that does not keep its hub alive.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::handle::{Hub, Shared};
use crate::sync::{Arc, Weak};

/// A handle of a hub that does not keep it alive, for listeners that use their hub. Made by [`Hub::downgrade`].
pub struct WeakHub<M> {
    shared: Weak<Shared<M>>,
}

impl<M> WeakHub<M> {
    pub(super) fn new(shared: &Arc<Shared<M>>) -> Self {
        Self {
            shared: Arc::downgrade(shared),
        }
    }

    /// The hub, if it is still there.
    #[must_use]
    pub fn upgrade(&self) -> Option<Hub<M>> {
        let shared = self.shared.upgrade()?;
        Some(Hub { shared })
    }
}

impl<M> Clone for WeakHub<M> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<M> fmt::Debug for WeakHub<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakHub")
            .field("is_alive", &(self.shared.strong_count() > 0))
            .finish()
    }
}

impl<M> UnwindSafe for WeakHub<M> {}
impl<M> RefUnwindSafe for WeakHub<M> {}
