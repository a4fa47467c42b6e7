//! A receiver of a bound channel: it goes with the channel's parent.

use std::any::Any;
use std::task::Context;

use super::board::Desk;
use super::event::Event;
use super::registry::{Held, Slot};
use super::sender::Life;
use super::stream::StreamTarget;
use super::target::{Kind, Missed, Target, Unready};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// What is called as long as a parent lives.
pub(super) struct BoundTarget<T> {
    pub(super) target: T,
    pub(super) parent: Life,
}

impl<P, R, K, T: Target<P, R, K>> Target<P, R, K> for BoundTarget<T> {
    fn kind(&self) -> Kind {
        self.target.kind()
    }

    /// Whoever visits has asked.
    #[inline]
    fn call(&self, event: &Event<P, K>) -> Option<R> {
        self.target.call(event)
    }

    fn attempt(&self, event: &Event<P, K>) -> Result<R, Missed> {
        if self.parent.goes_on() {
            self.target.attempt(event)
        } else {
            Err(Missed::Gone)
        }
    }

    fn begin(
        &self,
        event: Arc<Event<P, K>>,
        cx: &mut Context<'_>,
        unready: &mut Unready<R>,
    ) -> Option<R> {
        if self.parent.goes_on() {
            return self.target.begin(event, cx, unready);
        }
        // As it is left between two calls: gone.
        None
    }

    fn job(
        &self,
        slot: Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Box<Held>>,
        desk: Desk<R>,
        place: usize,
    ) -> BoxFuture<'static, ()> {
        self.target.job(slot, event, held, desk, place)
    }

    fn start(&self, event: Arc<Event<P, K>>, future: &mut dyn Any) {
        // What is not started counts as gone.
        if self.parent.goes_on() {
            self.target.start(event, future);
        }
    }

    fn is_alive(&self) -> bool {
        self.parent.goes_on() && self.target.is_alive()
    }

    fn stream(&self) -> Option<&StreamTarget<P, K>> {
        self.target.stream()
    }
}
