//! One call a send for a callback that the send meets on several channels, and whether there was a call.

use std::ops::ControlFlow;

use hashbrown::HashSet;

use crate::signal::callback::CallbackId;
use crate::signal::dispatcher::Round;
use crate::signal::end::End;
use crate::signal::event::Event;
use crate::signal::failure::Failure;
use crate::signal::registry::{Held, Slot};
use crate::sync::Arc;

/// Which callbacks a send has called. A connection that lets the event pass by, since its predicate says so or it is
/// blocked, leaves the call to the next one of its callback.
#[derive(Default)]
pub(crate) struct Once {
    called: HashSet<CallbackId>,
}

impl Once {
    /// The callback of a connection; `Err` if it has been called.
    pub(super) fn look<P, R, K>(
        &self,
        slot: &Arc<Slot<P, R, K>>,
    ) -> Result<Option<CallbackId>, ()> {
        let callback = slot.callback();
        let is_called = callback.is_some_and(|callback| self.called.contains(&callback));
        if is_called { Err(()) } else { Ok(callback) }
    }

    pub(super) fn note(&mut self, callback: Option<CallbackId>) {
        self.called.extend(callback);
    }
}

/// How many of these connections, which let their event come, a send calls.
pub(crate) fn count_once<'a, P: 'a, R: 'a, K: 'a>(
    slots: impl Iterator<Item = &'a Arc<Slot<P, R, K>>>,
) -> usize {
    let mut known = HashSet::new();
    let is_first = |slot: &&Arc<Slot<P, R, K>>| {
        let callback = slot.callback();
        callback.is_none_or(|callback| known.insert(callback))
    };
    slots.filter(is_first).count()
}

/// Notes what became of an event.
pub(super) struct Noting<'e, E> {
    end: &'e mut E,
    /// Whether there was a call.
    pub(super) called: bool,
    /// Whether somebody has it, by a call or otherwise.
    pub(super) taken: bool,
}

impl<'e, E> Noting<'e, E> {
    pub(super) fn new(end: &'e mut E) -> Self {
        Self {
            end,
            called: false,
            taken: false,
        }
    }

    fn note_call(&mut self) {
        self.called = true;
        self.taken = true;
    }
}

impl<P, R, K, E: End<P, R, K>> End<P, R, K> for Noting<'_, E> {
    fn replied(&mut self, reply: R) -> ControlFlow<()> {
        self.note_call();
        self.end.replied(reply)
    }

    fn failed(&mut self, failure: Failure) -> ControlFlow<()> {
        self.note_call();
        self.end.failed(failure)
    }

    fn granted(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
    ) -> ControlFlow<(), bool> {
        let granted = self.end.granted(slot, event, held);
        // One that has lost its parent, or its object, is refused: it was not called.
        if !matches!(granted, ControlFlow::Continue(false)) {
            self.note_call();
        }
        granted
    }

    fn took(&mut self) {
        self.taken = true;
        self.end.took();
    }

    fn opened(&mut self, round: Arc<Round>) {
        self.end.opened(round);
    }

    fn counts(&self) -> bool {
        self.end.counts()
    }

    fn counted(&mut self, replies: usize) {
        self.note_call();
        self.end.counted(replies);
    }
}
