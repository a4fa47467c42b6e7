//! What a connection's handle reaches, whatever the payload and the reply are.

use std::any::Any;
use std::hash::Hash;
use std::ops::Deref;
use std::task::{Context, Poll, ready};

use event_listener::EventListener;

use super::Registry;
use super::slot::{Calls, Slot, Standing};
use crate::signal::filter::Filters;
use crate::signal::stats::CallCounts;
use crate::signal::target::Target;
use crate::sync::{Arc, Weak};

/// A connection, held weakly.
pub(crate) type Port<K> = Weak<dyn Handle<K>>;

/// A connection whatever its payload and reply are. One that has ended answers `false` and `None`.
pub(crate) trait Handle<K>: Send + Sync {
    fn name(self: Arc<Self>) -> Option<Arc<str>>;
    /// The connection itself, an `Arc<Slot<..>>`, for who knows its types.
    fn slot(self: Arc<Self>) -> Box<dyn Any>;
    fn stats(self: Arc<Self>) -> Option<CallCounts>;
    fn queued(&self) -> usize;
    fn is_connected(self: Arc<Self>) -> bool;
    fn disconnect(self: Arc<Self>) -> bool;
    /// Ready once no call is running; to be asked after `disconnect`.
    fn poll_rest(&self, listener: &mut Option<EventListener>, cx: &mut Context<'_>) -> Poll<()>;
    fn block(&self);
    fn unblock(&self);
    /// How many keys it did not listen to before.
    fn add(self: Arc<Self>, filters: Filters<K>) -> Option<usize>;
    fn remove(self: Arc<Self>, filters: Filters<K>) -> bool;
}

impl<P, R, K, T, C> Handle<K> for Standing<P, R, K, T, C>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
    T: Deref<Target: Target<P, R, K>> + Send + Sync + 'static,
    C: Calls,
{
    fn name(self: Arc<Self>) -> Option<Arc<str>> {
        standing(self)?.0.name()
    }

    fn slot(self: Arc<Self>) -> Box<dyn Any> {
        let slot: Arc<Slot<P, R, K>> = self;
        Box::new(slot)
    }

    fn stats(self: Arc<Self>) -> Option<CallCounts> {
        let options = self.head.options()?;
        let stats = options.flow.as_ref()?.stats.as_ref()?;
        Some(stats.counts())
    }

    fn queued(&self) -> usize {
        let slot: &Slot<P, R, K> = self;
        slot.queued()
    }

    fn is_connected(self: Arc<Self>) -> bool {
        standing(self).is_some()
    }

    fn disconnect(self: Arc<Self>) -> bool {
        let slot: Arc<Slot<P, R, K>> = self;
        let stood = standing(Arc::clone(&slot)).is_some();
        slot.disconnect() && stood
    }

    fn poll_rest(&self, listener: &mut Option<EventListener>, cx: &mut Context<'_>) -> Poll<()> {
        if listener.is_none() {
            // Whoever ended it may not have come to taking it out of its lists yet.
            self.head.leave_home();
        }
        // First the walks: a call that has to wait counts itself before the walk that started it ends.
        ready!(self.head.poll_unwalked(listener, cx));
        let running = self.calls.running();
        running.map_or(Poll::Ready(()), |running| running.poll_idle(listener, cx))
    }

    fn block(&self) {
        self.head.block();
        // Sends pass it by from now on, those too that wait for it.
        let slot: &Slot<P, R, K> = self;
        slot.wake_senders();
    }

    fn unblock(&self) {
        self.head.unblock();
        let slot: &Slot<P, R, K> = self;
        slot.tell_group();
    }

    fn add(self: Arc<Self>, filters: Filters<K>) -> Option<usize> {
        let (slot, home) = standing(self).filter(|(_, home)| !home.has_channels)?;
        home.add(&slot, filters)
    }

    fn remove(self: Arc<Self>, filters: Filters<K>) -> bool {
        standing(self)
            .is_some_and(|(slot, home)| !home.has_channels && home.release(&slot, &filters, false))
    }
}

/// A connection and its signal.
type Connection<P, R, K> = (Arc<Slot<P, R, K>>, Arc<Registry<P, R, K>>);

/// The connection and its signal, if that is there and nothing that the connection depends on has died.
fn standing<P, R, K>(slot: Arc<Slot<P, R, K>>) -> Option<Connection<P, R, K>>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let home = slot.home.upgrade()?;
    home.verify(&slot).then_some((slot, home))
}
