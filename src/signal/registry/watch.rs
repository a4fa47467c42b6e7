//! Senders whose life is known.

use crate::signal::sender::SenderId;
use crate::sync::{AtomicBool, OnceLock, Ordering};

/// What is known of a sender that somebody listens to.
#[derive(Default)]
pub(crate) struct Watch {
    /// The first id that held its object, if one did.
    id: OnceLock<SenderId>,
    /// Whether the registry looks after it. Written and read under the registry's lock.
    is_kept: AtomicBool,
}

impl Watch {
    /// Learns of the object, if the id holds it.
    pub(super) fn learn(&self, sender: SenderId) {
        if sender.is_held() {
            let _ = self.id.set(sender);
        }
    }

    pub(super) fn sender(&self) -> Option<&SenderId> {
        self.id.get()
    }

    /// True of one whose life is not known.
    pub(super) fn is_alive(&self) -> bool {
        self.id.get().is_none_or(SenderId::is_alive)
    }

    /// Whether the registry should begin to look after it. For whoever holds the registry's lock.
    pub(super) fn keep(&self) -> bool {
        self.id.get().is_some() && !self.is_kept.swap(true, Ordering::Relaxed)
    }
}
