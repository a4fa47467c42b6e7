//! What channels are made of: one signal carries all channels of one name.
//!
//! A receiver of the unbound channel is a connection without filters, one of a bound channel has the parent as its sender.
//! Each is of one channel alone: the same callback on two channels is two connections, of which a send calls one.

use super::callback::{CallbackId, Name};
use super::connect::ConnectBuilder;
use super::disconnect::DisconnectBuilder;
use super::filter::{Kept, OnChannel};
use super::handle::Signal;
use super::key::Key;
use super::panic::capture;
use super::reach::Reach;
use super::registry::Slot;
use super::send::SendBuilder;
use super::sender::SenderId;
use super::stream::{NextBuilder, SubscribeBuilder};
use super::target::Target;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// The channels of one name: that of each parent, and the unbound one.
pub(crate) type Channels<P, R> = Signal<P, R, Key>;

/// Which of them: that of this parent, or the unbound one.
type Parent<'a> = Option<&'a SenderId>;

impl<P, R> Channels<P, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
{
    /// A receiver of a channel, in the making.
    pub(crate) fn receive<O>(
        &self,
        parent: Parent<'_>,
        callback: Option<CallbackId>,
        target: impl Target<P, R, Key> + 'static,
        object: O,
    ) -> ConnectBuilder<P, R, Key, OnChannel<O>> {
        let registry = &self.shared.registry;
        let slot = registry.slot_of(parent.map(SenderId::life), target);
        let name = callback.map(|callback| Name::on_channel(callback, parent));
        ConnectBuilder::new(registry, slot, name, object).on_channel(parent, self.keep())
    }

    pub(crate) fn receive_no_longer(
        &self,
        parent: Parent<'_>,
        callback: Option<CallbackId>,
    ) -> DisconnectBuilder<P, R, Key, OnChannel> {
        let name = callback.map(|callback| Name::on_channel(callback, parent));
        DisconnectBuilder::new(&self.shared.registry, name)
    }

    pub(crate) fn subscribe_on(
        &self,
        parent: Parent<'_>,
    ) -> SubscribeBuilder<P, R, Key, OnChannel> {
        self.subscribe().on_channel(parent, self.keep())
    }

    pub(crate) fn next_on(&self, parent: Parent<'_>) -> NextBuilder<P, R, Key, OnChannel> {
        self.next().on_channel(parent, self.keep())
    }

    /// For who is about to listen: what nobody holds or listens to may be forgotten.
    fn keep(&self) -> Kept {
        Arc::clone(&self.shared) as Kept
    }

    /// A send to a channel, in the making.
    #[inline]
    pub(crate) fn send_on(&self, parent: Parent<'_>, payload: P) -> SendBuilder<'_, P, R, Key> {
        let mut send = self.send().with(payload);
        if let Some(parent) = parent {
            send.event.filters.add_sender(parent.clone());
        }
        send.reach = Reach::Channel;
        send
    }

    /// What tells whether there is a receiver that can still be called, and ends those that cannot, as far as it has to look.
    /// It is no handle.
    pub(crate) fn look_for_receivers(&self) -> impl FnOnce() -> bool + use<P, R> {
        let registry = Arc::clone(&self.shared.registry);
        move || {
            if registry.len() == 0 {
                return false;
            }
            let all = registry.settled(|| registry.everything()).seen;
            all.pieces().flatten().any(|slot| registry.verify(slot))
        }
    }

    /// Whether there are no receivers, nothing is under way, and nobody is told of failures.
    pub(crate) fn is_deserted(&self) -> bool {
        let registry = &self.shared.registry;
        let home = &registry.surroundings;
        registry.len() == 0 && home.flight.count() == 0 && !home.has_witness()
    }

    /// Has a task run where async receivers do.
    pub(crate) fn hand_over(&self, task: BoxFuture<'static, ()>) {
        let home = &self.shared.registry.surroundings;
        drop(capture(|| home.spawner().spawn(task)));
    }

    /// How many receivers a channel has. Those that cannot be called any more are removed first.
    pub(crate) fn count_on(&self, parent: Parent<'_>) -> usize {
        let registry = &self.shared.registry;
        registry.verify_all();
        let is_on = |slot: &&Arc<Slot<P, R, Key>>| slot.is_on_channel(parent);
        registry.members().iter().filter(is_on).count()
    }
}

impl<P, R, K> Signal<P, R, K> {
    /// Whether this is its only handle.
    pub(crate) fn is_held_once(&self) -> bool {
        Arc::strong_count(&self.shared) == 1
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}
