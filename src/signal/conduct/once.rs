//! One call a send for a callback that the send meets on several channels.

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
    /// Has a connection called, unless its callback has been.
    pub(super) fn call<'e, P, R, K, E: End<P, R, K>>(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        end: &'e mut E,
        call: impl FnOnce(&mut Noting<'e, E>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let callback = slot.callback();
        if callback.is_some_and(|callback| self.called.contains(&callback)) {
            return ControlFlow::Continue(());
        }
        let mut noting = Noting { end, called: false };
        let flow = call(&mut noting);
        if noting.called {
            self.called.extend(callback);
        }
        flow
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

/// Notes whether there was a call.
pub(super) struct Noting<'e, E> {
    end: &'e mut E,
    called: bool,
}

impl<P, R, K, E: End<P, R, K>> End<P, R, K> for Noting<'_, E> {
    fn replied(&mut self, reply: R) -> ControlFlow<()> {
        self.called = true;
        self.end.replied(reply)
    }

    fn failed(&mut self, failure: Failure) -> ControlFlow<()> {
        self.called = true;
        self.end.failed(failure)
    }

    fn granted(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
    ) -> ControlFlow<()> {
        // One that has lost its parent, or its object, is refused: it was not called.
        self.called = slot.is_alive();
        self.end.granted(slot, event, held)
    }

    fn opened(&mut self, round: Arc<Round>) {
        self.end.opened(round);
    }

    fn counts(&self) -> bool {
        self.end.counts()
    }

    fn counted(&mut self, replies: usize) {
        self.called = true;
        self.end.counted(replies);
    }
}
