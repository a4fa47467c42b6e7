//! Sends under a key that stands for others, who listens to such a key, and what waits for those.

use std::hash::Hash;
use std::iter;

use super::conduct::reached;
use super::filter::Filters;
use super::handle::Signal;
use super::reach::Reach;
use super::registry::{Published, Slot};
use super::send::SendBuilder;
use crate::sync::Arc;

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

    /// A send under a key that falls under others, which the signal's tally knows: for who listens to one of them, in turn.
    #[inline]
    pub(crate) fn send_in_turn(&self, key: K) -> SendBuilder<'_, P, R, K> {
        let mut send = self.send();
        send.add_key(key);
        send.reach = Reach::InTurn;
        send
    }

    /// Whether anybody listens to a key that this one stands for. Costs what those cost who do.
    pub(crate) fn is_heard(&self, key: K) -> bool {
        self.hear(self.send_wide(key)).next().is_some()
    }

    /// Whether anybody listens to a key that this one falls under. Costs what those cost who do.
    pub(crate) fn is_heard_in_turn(&self, key: K) -> bool {
        self.hear(self.send_in_turn(key)).next().is_some()
    }

    /// Takes everybody off this very key; who is left with none is disconnected. Tells how many that were.
    pub(crate) fn take_off(&self, key: &K) -> usize {
        let registry = &self.shared.registry;
        let listed = registry.settled(|| registry.with_key(key)).seen;
        let listed = listed.iter().flat_map(Published::pieces).flatten();
        let slots: Vec<_> = listed.cloned().collect();
        let filters = Filters::of_keys(iter::once(key.clone()));
        let taken = slots
            .iter()
            .map(|slot| registry.release(slot, &filters, true));
        taken.filter(|taken| *taken).count()
    }

    /// Whether anybody listens to a key for which this holds. Goes past the connections until it finds one.
    pub(crate) fn is_any_heard(&self, is_meant: impl Fn(&K) -> bool) -> bool {
        let registry = &self.shared.registry;
        let mut members = registry.members().into_iter();
        members.any(|slot| slot.keys().iter().any(&is_meant) && registry.verify(&slot))
    }

    /// How many events wait for each connection that listens to a key which this one stands for. Costs what those cost.
    pub(crate) fn queued_for(&self, key: K) -> impl Iterator<Item = usize> {
        self.hear(self.send_wide(key)).map(|slot| slot.queued())
    }

    /// The keys of each connection, and how many events wait for it: in its stream, or for their turn to be called.
    pub(crate) fn queued_by_keys(&self) -> Vec<(Vec<K>, usize)> {
        let registry = &self.shared.registry;
        let members = registry.members().into_iter();
        let standing = members.filter(|slot| registry.verify(slot));
        standing.map(|slot| (slot.keys(), slot.queued())).collect()
    }

    /// Whom a send would reach. One that has lost what it depends on would not be, whether a send has found that out or not: it
    /// ends.
    fn hear(&self, mut send: SendBuilder<'_, P, R, K>) -> impl Iterator<Item = Arc<Slot<P, R, K>>> {
        let registry = &self.shared.registry;
        let reached = reached(registry, &mut send.event, send.reach);
        reached.into_iter().filter(|slot| registry.verify(slot))
    }
}
