//! Ending connections that nothing can reach any more.

use std::hash::Hash;

use super::Registry;
use crate::signal::filter::Filters;
use crate::sync::Arc;

impl<P, R, K> Registry<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Looks at some of the senders whose life is known; what listens to a dead one alone is disconnected.
    pub(super) fn sweep(&self, count: usize) {
        let mut dead = Vec::new();
        let mut book = self.book.hold();
        for _ in 0..count.min(book.held.len()) {
            // One that is gone has no node any more: nobody listens to it.
            let Some(watch) = book.held.pop_front().and_then(|watch| watch.upgrade()) else {
                continue;
            };
            if watch.is_alive() {
                book.held.push_back(Arc::downgrade(&watch));
            } else {
                dead.extend(watch.sender().cloned());
            }
        }
        drop(book);
        for sender in dead {
            let members = self.settled(|| {
                let mut members = Vec::new();
                let found = self.senders.find(&sender.address());
                let node = found.as_ref().and_then(|found| found.as_ref());
                if let Some(node) = node.filter(|node| !node.extra.is_alive()) {
                    node.members.add_to(&mut members);
                }
                members
            });
            for slot in members.seen {
                let sender = Filters::of_senders(std::iter::once(sender.clone()));
                self.release(&slot, &sender, true);
            }
        }
    }
}
