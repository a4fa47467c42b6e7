//! What a forwarding connection calls: another signal's send.

use std::hash::Hash;

use crate::signal::event::Event;
use crate::signal::failure::Cause;
use crate::signal::panic::drop_quietly;
use crate::signal::send::SendBuilder;
use crate::signal::target::{Kind, Missed, Target};
use crate::signal::weak::WeakSignal;

/// Sends what `change` makes of an event, if anything, by a signal that it does not keep alive.
pub(super) struct ForwardTarget<F, G, Q, R, K> {
    pub(super) change: F,
    /// What the connection replies.
    pub(super) reply: G,
    pub(super) to: WeakSignal<Q, R, K>,
}

impl<P, Q, R, R2, K, F, G> Target<P, R, K> for ForwardTarget<F, G, Q, R2, K>
where
    F: Fn(&Event<P, K>) -> Option<Q> + Send + Sync,
    G: Fn() -> R + Send + Sync,
    Q: Send + Sync + 'static,
    R2: Send + 'static,
    K: Hash + Eq + Clone + Send + Sync + 'static,
{
    fn kind(&self) -> Kind {
        Kind::Sync
    }

    /// Only an attempt can tell why it failed.
    fn call(&self, _event: &Event<P, K>) -> Option<R> {
        None
    }

    fn attempt(&self, event: &Event<P, K>) -> Result<R, Missed> {
        let to = self.to.upgrade().ok_or(Missed::Gone)?;
        let Some(payload) = (self.change)(event) else {
            return Ok((self.reply)());
        };
        let mut next = Event::<Q, K>::new(to.id());
        next.follow(event);
        next.set(payload);
        match SendBuilder::of(&to, next).now() {
            // The replies in it are the user's.
            Ok(delivery) => drop_quietly(delivery),
            Err(unsent) => {
                let is_closed = unsent.is_closed();
                drop_quietly(unsent);
                return Err(Missed::Failed(if is_closed {
                    Cause::Closed
                } else {
                    Cause::Overflow
                }));
            }
        }
        Ok((self.reply)())
    }

    fn is_alive(&self) -> bool {
        self.to.is_alive()
    }
}
