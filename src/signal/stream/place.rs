//! A place in an inbox, taken before there is anything to put there.

use super::inbox::Inbox;
use super::queue::Pushed;
use crate::sync::Arc;

/// A place in an [`Inbox`]: what it is filled with is taken without waiting. Dropped, it is free again.
#[must_use = "a place that is not filled is given back"]
pub(crate) struct Place<T> {
    inbox: Arc<Inbox<T>>,
    /// Whether it takes room. Where nobody has to wait, it does not.
    is_taken: bool,
}

impl<T> Place<T> {
    pub(super) fn new(inbox: &Arc<Inbox<T>>, is_taken: bool) -> Self {
        Self {
            inbox: Arc::clone(inbox),
            is_taken,
        }
    }

    /// Whether it is a place of what stands at that address.
    pub(crate) fn is_at(&self, address: usize) -> bool {
        Arc::as_ptr(&self.inbox).addr() == address
    }

    /// Puts the item there. `Closed` if the consumer is gone; never `Full`.
    pub(crate) fn fill(mut self, item: T) -> Pushed<T> {
        if std::mem::take(&mut self.is_taken) {
            self.inbox.fill(item)
        } else {
            self.inbox.push(item)
        }
    }
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        if self.is_taken {
            self.inbox.release();
        }
    }
}
