//! Ending connections that nothing can reach any more.

use std::hash::Hash;

use super::Registry;
use crate::signal::filter::Filters;
use crate::sync::Arc;

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    /// Looks at some of the senders whose life is known; what listens to a dead one alone is disconnected.
    pub(super) fn sweep(&self, count: usize) {
        let mut dead = Vec::new();
        let mut unused = Vec::new();
        let mut book = self.book.hold();
        for _ in 0..count.min(book.held.len()) {
            let Some(node) = book.held.pop_front().and_then(|node| node.upgrade()) else {
                continue;
            };
            if node.is_retired() {
                unused.push(node);
            } else if node.extra.get().is_some_and(|sender| !sender.is_alive()) {
                dead.push(node);
            } else {
                book.held.push_back(Arc::downgrade(&node));
                unused.push(node);
            }
        }
        drop(book);
        for node in dead {
            for slot in node.list.members() {
                let senders = node.extra.get().cloned();
                let (_, is_unheard) =
                    self.release(&slot, &Filters::of_senders(senders.into_iter()));
                if is_unheard {
                    slot.disconnect();
                }
            }
        }
    }
}
