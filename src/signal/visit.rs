//! Goes from connection to connection of one row, and calls.

use std::hash::Hash;
use std::ops::ControlFlow;

use super::end::End;
use super::event::Event;
use super::panic::{Panic, capture};
use super::registry::{Admission, Head, Slot, Visit};
use super::report::Cause;
use crate::sync::Arc;

/// Sync callbacks without options go by in the inner loop: a call, a count, the next.
#[inline]
pub(super) fn walk<'a, P, R, K>(
    mut slots: impl Iterator<Item = &'a Arc<Slot<P, R, K>>>,
    event: &mut Carried<'_, P, K>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let counts = end.counts();
    loop {
        let shown = event.get();
        let mut replies = 0;
        let stop = loop {
            let Some(slot) = slots.next() else {
                break None;
            };
            match capture(|| slot.visit(shown)) {
                Ok(Visit::Replied(reply)) if counts => {
                    drop(reply);
                    replies += 1;
                }
                Ok(Visit::Replied(reply)) => end.replied(reply)?,
                Ok(Visit::Start) => break Some((slot, Stop::Start)),
                Ok(Visit::Odd) => break Some((slot, Stop::Odd)),
                Err(panic) => break Some((slot, Stop::Failed(panic))),
            }
        };
        if replies > 0 {
            end.counted(replies);
        }
        match stop {
            Some((slot, Stop::Start)) => end.granted(slot, event.share(), None)?,
            Some((slot, Stop::Odd)) => look_closer(slot, event, end)?,
            Some((slot, Stop::Failed(panic))) => {
                end.failed(slot.failure(Cause::Panicked(panic)))?;
            }
            None => return ControlFlow::Continue(()),
        }
    }
}

/// What the inner loop leaves to the outer one.
enum Stop {
    Start,
    Odd,
    Failed(Panic),
}

/// Apart, so that what is held for the length of a call costs those nothing that hold nothing.
#[inline(never)]
fn look_closer<P, R, K>(
    slot: &Arc<Slot<P, R, K>>,
    event: &mut Carried<'_, P, K>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    match slot.admit(event.get()) {
        Admission::Start(held) => end.granted(slot, event.share(), held),
        Admission::Call(_held) => match capture(|| slot.call(event.get())) {
            Ok(Some(reply)) => end.replied(reply),
            Ok(None) => gone(slot),
            Err(panic) => end.failed(slot.failure(Cause::Panicked(panic))),
        },
        Admission::Refused => ControlFlow::Continue(()),
        Admission::Gone => gone(slot),
        Admission::Failed(panic) => end.failed(slot.failure(Cause::Panicked(panic))),
    }
}

/// What a connection depends on has died.
#[cold]
fn gone<P, R, K>(slot: &Head<P, R, K>) -> ControlFlow<()>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    slot.disconnect();
    ControlFlow::Continue(())
}

/// The event in the sender's hand, until the first async callback needs it shared.
pub(super) struct Carried<'a, P, K> {
    own: &'a mut Event<P, K>,
    shared: Option<Arc<Event<P, K>>>,
}

impl<'a, P, K> Carried<'a, P, K> {
    #[inline]
    pub(super) fn new(own: &'a mut Event<P, K>) -> Self {
        Self { own, shared: None }
    }

    #[inline]
    fn get(&self) -> &Event<P, K> {
        self.shared.as_deref().unwrap_or(self.own)
    }

    #[inline]
    fn share(&mut self) -> Arc<Event<P, K>> {
        // Apart from the first time, which moves all of it.
        match &self.shared {
            Some(event) => Arc::clone(event),
            None => self.share_first(),
        }
    }

    #[cold]
    fn share_first(&mut self) -> Arc<Event<P, K>> {
        let event = Arc::new(self.own.keep());
        self.shared = Some(Arc::clone(&event));
        event
    }
}
