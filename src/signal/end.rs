//! What becomes of a send's callbacks.

use std::ops::ControlFlow;

use super::dispatcher::Round;
use super::event::Event;
use super::failure::Failure;
use super::registry::{Held, Slot};
use super::report::Report;
use super::schedule::Handed;
use crate::sync::Arc;

/// What becomes of a send's callbacks, told in match order. `Break` breaks the send off.
///
/// Small methods, not one with an enum: replies go by in registers.
pub(super) trait End<P, R, K> {
    fn replied(&mut self, reply: R) -> ControlFlow<()>;
    fn failed(&mut self, failure: Failure) -> ControlFlow<()>;
    /// An async callback was granted a call. Tells whether there is one: what it depends on may have died.
    fn granted(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
    ) -> ControlFlow<(), bool>;

    /// The event was taken by somebody who has nothing to tell of it.
    fn took(&mut self) {}

    /// The send has begun, and goes through dispatchers: before anybody is called.
    fn opened(&mut self, round: Arc<Round>);

    /// Whether the number is all there is to know of replies, so that they can be counted and not told one by one.
    fn counts(&self) -> bool {
        false
    }

    /// That many have replied.
    fn counted(&mut self, _replies: usize) {}
}

/// How a send starts an async callback, which has this place in the report.
pub(super) trait Start<P, R, K> {
    fn start(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R>;

    /// As [`End::opened`].
    fn opened(&mut self, round: Arc<Round>);
}

/// The end of a send that collects what its callbacks did.
pub(super) struct Collecting<'a, R, S> {
    pub(super) report: &'a mut Report<R>,
    pub(super) starting: S,
}

impl<P, R, K, S> End<P, R, K> for Collecting<'_, R, S>
where
    R: 'static,
    S: Start<P, R, K>,
{
    #[inline]
    fn replied(&mut self, reply: R) -> ControlFlow<()> {
        self.report.push(Ok(reply));
        ControlFlow::Continue(())
    }

    fn failed(&mut self, failure: Failure) -> ControlFlow<()> {
        self.report.push(Err(failure));
        ControlFlow::Continue(())
    }

    fn granted(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
    ) -> ControlFlow<(), bool> {
        match self.starting.start(slot, event, held, self.report.count()) {
            Handed::Over => self.report.keep_place(),
            Handed::Replied(reply) => self.report.push(Ok(reply)),
            Handed::Failed(failure) => self.report.push(Err(failure)),
            Handed::Refused => return ControlFlow::Continue(false),
        }
        ControlFlow::Continue(true)
    }

    fn opened(&mut self, round: Arc<Round>) {
        self.starting.opened(round);
    }

    #[inline]
    fn counts(&self) -> bool {
        Report::<R>::counts()
    }

    #[inline]
    fn counted(&mut self, replies: usize) {
        self.report.add(replies);
    }
}
