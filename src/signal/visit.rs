//! Goes from connection to connection of one row, and calls.

use std::hash::Hash;
use std::ops::ControlFlow;

use super::end::End;
use super::event::Event;
use super::failure::Cause;
use super::inspect::ConnectionKind;
use super::panic::{Panic, capture, drop_quietly};
use super::registry::{Admission, Booking, Head, Held, Slot, Visit};
use super::sender::SenderId;
use super::stream::Pushed;
use super::target::Missed;
use super::trace;
use crate::sync::Arc;

/// Whom a walk asks, before each call, whether they live. A number, as the parameter of a constant has to be.
pub(super) type Asked = u8;
/// Nobody: callbacks have no parents.
pub(super) const NOBODY: Asked = 0;
/// The one parent that the send names.
pub(super) const PARENT: Asked = 1;
/// The parent of each callback, if it has one.
pub(super) const EACH: Asked = 2;

/// Sync callbacks without options go by in the inner loop: a call, a count, the next.
#[inline]
pub(super) fn walk<'a, const ASKS: Asked, P, R, K>(
    mut slots: impl Iterator<Item = &'a Arc<Slot<P, R, K>>>,
    event: &mut Carried<'_, P, K>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let counts = end.counts();
    loop {
        let shown = event.get();
        let parent = shown.senders().first().filter(|_| ASKS == PARENT);
        let mut replies = 0;
        let stop = loop {
            let Some(slot) = slots.next() else {
                break None;
            };
            let visit = || {
                if ASKS == EACH {
                    slot.visit_if_alive(shown)
                } else if parent.is_none_or(SenderId::is_alive) {
                    slot.visit(shown)
                } else {
                    Visit::Odd
                }
            };
            match capture(visit) {
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
            Some((slot, Stop::Start)) => {
                end.granted(slot, event.share(), None)?;
            }
            Some((slot, Stop::Odd)) => look_closer(slot, event, None, end)?,
            Some((slot, Stop::Failed(panic))) => {
                let failure = slot.fail(Cause::Panicked(panic), || Some(event.share()));
                end.failed(failure)?;
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
pub(super) fn look_closer<P, R, K>(
    slot: &Arc<Slot<P, R, K>>,
    event: &mut impl Shareable<P, K>,
    booking: Option<Booking<P, K>>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    match slot.admit(event.get(), booking) {
        Admission::Start(held) => {
            end.granted(slot, event.share(), held)?;
        }
        Admission::Call(held) => return call(slot, event, held, end),
        Admission::Take(seat) => {
            if let Some(stream) = slot.stream() {
                trace::called(slot.id, || slot.name(), ConnectionKind::EventStream);
                let taken = stream.accept(event.share(), seat);
                if matches!(taken, Pushed::Full(_)) {
                    // It came after the send had begun, and sends wait for it from now on.
                    drop(slot.fail(Cause::Overflow, || Some(event.share())));
                }
                if !matches!(taken, Pushed::Closed(_)) {
                    end.took();
                }
                drop_quietly(taken);
            }
        }
        Admission::Defer(held) => {
            slot.defer(event.share(), held);
            end.took();
        }
        Admission::Refused => {}
        Admission::Gone => gone(slot),
        Admission::Failed(panic) => {
            return end.failed(slot.fail(Cause::Panicked(panic), || Some(event.share())));
        }
    }
    ControlFlow::Continue(())
}

/// A sync callback that options had a say in.
fn call<P, R, K>(
    slot: &Arc<Slot<P, R, K>>,
    event: &mut impl Shareable<P, K>,
    held: Option<Held>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    if held.as_ref().is_some_and(Held::is_managed) {
        // It may have to wait for its turn, or be called again.
        end.granted(slot, event.share(), held)?;
        return ControlFlow::Continue(());
    }
    let cause = match capture(|| slot.attempt(event.get())) {
        Ok(Ok(reply)) => return end.replied(reply),
        Ok(Err(Missed::Gone)) => {
            gone(slot);
            return ControlFlow::Continue(());
        }
        Ok(Err(Missed::Failed(cause))) => cause,
        Err(panic) => Cause::Panicked(panic),
    };
    end.failed(slot.fail(cause, || Some(event.share())))
}

/// What a connection depends on has died.
#[cold]
fn gone<P, R, K>(slot: &Head<P, R, K>)
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    slot.disconnect();
}

/// An event that sync callbacks borrow and others share.
pub(super) trait Shareable<P, K> {
    fn get(&self) -> &Event<P, K>;
    fn share(&mut self) -> Arc<Event<P, K>>;
}

/// One that is shared already.
pub(super) struct Shared<'a, P, K>(pub(super) &'a Arc<Event<P, K>>);

impl<P, K> Shareable<P, K> for Shared<'_, P, K> {
    fn get(&self) -> &Event<P, K> {
        self.0
    }

    fn share(&mut self) -> Arc<Event<P, K>> {
        Arc::clone(self.0)
    }
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

    #[cold]
    fn share_first(&mut self) -> Arc<Event<P, K>> {
        let event = Arc::new(self.own.keep());
        self.shared = Some(Arc::clone(&event));
        event
    }
}

impl<P, K> Shareable<P, K> for Carried<'_, P, K> {
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
}
