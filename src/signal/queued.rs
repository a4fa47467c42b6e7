//! What waits, by who waits for it.

use std::hash::Hash;

use super::handle::Signal;
use super::reach::Reach;
use super::send::SendBuilder;

impl<P, R, K> Signal<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Clone + Send + Sync + 'static,
{
    /// A send under a key that stands for others, which the signal's tally knows: for who listens to one of them.
    #[inline]
    pub(crate) fn send_wide(&self, key: K) -> SendBuilder<'_, P, R, K> {
        let mut send = self.send();
        send.add_key(key);
        send.reach = Reach::Wide;
        send
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
