//! Leads one send from connection to connection.

use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;

use super::callback::Run;
use super::event::Event;
use super::matching::each_once;
use super::registry::{Admission, Registry};
use super::report::Failure;
use super::schedule::{Granted, call_sync, failure};
use crate::sync::Arc;

/// What a send meets on its way, in match order.
pub(super) enum Step<P, R, K> {
    Outcome(Result<R, Failure>),
    Async(Granted<P, R, K>),
}

/// Walks the connections that match, in order: runs sync callbacks, and passes async ones on.
///
/// The lists are borrowed as they stood at the beginning; no lock is held while anything of the user's runs.
pub(super) fn conduct<P, R, K: Hash + Eq>(
    registry: &Registry<P, R, K>,
    event: Event<P, K>,
    to_all: bool,
    mut step: impl FnMut(Step<P, R, K>) -> ControlFlow<()>,
) {
    let lists = if to_all {
        registry.everything()
    } else {
        registry.snapshot(event.keys(), event.senders())
    };
    let mut event = Carried::Own(event);
    for slot in each_once(&lists, |list| {
        list.as_ref().map_or(&[][..], |list| list.as_slice())
    }) {
        let held = match slot.admit(event.get()) {
            Admission::Granted(held) => held,
            Admission::Refused => continue,
            Admission::Gone => {
                slot.disconnect();
                continue;
            }
            Admission::Failed(panic) => {
                if step(Step::Outcome(Err(failure(slot, panic)))).is_break() {
                    return;
                }
                continue;
            }
        };
        let next = match slot.callback.run() {
            Run::Sync(callback) => call_sync(slot, callback, event.get(), held).map(Step::Outcome),
            Run::Async(_) if slot.callback.is_alive() => {
                let (slot, event) = (Arc::clone(slot), event.share());
                Some(Step::Async(Granted { slot, event, held }))
            }
            Run::Async(_) => {
                slot.disconnect();
                None
            }
        };
        if next.is_some_and(|next| step(next).is_break()) {
            return;
        }
    }
}

/// The event on the stack, until the first async callback needs it shared.
enum Carried<P, K> {
    Own(Event<P, K>),
    Shared(Arc<Event<P, K>>),
    /// Only inside `share`.
    Moving,
}

impl<P, K> Carried<P, K> {
    fn get(&self) -> &Event<P, K> {
        match self {
            Self::Own(event) => event,
            Self::Shared(event) => event,
            Self::Moving => unreachable!("share() puts an event back"),
        }
    }

    fn share(&mut self) -> Arc<Event<P, K>> {
        let event = match mem::replace(self, Self::Moving) {
            Self::Own(event) => Arc::new(event),
            Self::Shared(event) => event,
            Self::Moving => unreachable!("share() puts an event back"),
        };
        *self = Self::Shared(Arc::clone(&event));
        event
    }
}
