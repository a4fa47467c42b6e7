//! What waits, by who waits for it.

use std::hash::Hash;

use super::handle::Signal;
use super::send::SendBuilder;

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Clone + Send + Sync + 'static,
{
    /// A send to who listens to the keys that it will be given, and nobody else.
    #[inline]
    pub(crate) fn send_by_keys(&self) -> SendBuilder<'_, P, R, K> {
        self.send()
    }

    /// Ends those that have lost what they depend on: they do not listen, whether a send has found that out or not.
    pub(crate) fn verify_all(&self) {
        self.shared.registry.verify_all();
    }

    /// The keys of each connection, and how many events wait for it: in its stream, or for their turn to be called.
    pub(crate) fn queued_by_keys(&self) -> Vec<(Vec<K>, usize)> {
        self.verify_all();
        let members = self.shared.registry.members();
        let each = members.iter().map(|slot| (slot.keys(), slot.queued()));
        each.collect()
    }
}
