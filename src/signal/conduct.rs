//! Leads one send from connection to connection.
//!
//! The way of a send takes no lock and touches no reference count that another send touches. It borrows the lists that
//! matter as they stand, reads each connection's state, and calls. What it has to know of the signal it borrows in the
//! same way; only an event that async callbacks share is counted, once.

use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::event::Event;
use super::filter::Filters;
use super::matching::merge;
use super::panic::capture;
use super::registry::{Admission, Held, Lists, Published, Registry, Slot};
use super::report::Failure;
use super::schedule::failure;
use super::walk::Walk;
use crate::sync::Arc;

/// What becomes of a send's callbacks, told in match order. `Break` breaks the send off.
///
/// Three small methods, not one with an enum: replies go by in registers.
pub(super) trait End<P, R, K> {
    fn replied(&mut self, reply: R) -> ControlFlow<()>;
    fn failed(&mut self, failure: Failure) -> ControlFlow<()>;
    /// An async callback was granted a call.
    fn granted(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
    ) -> ControlFlow<()>;
}

/// Walks the connections that match, in order: runs sync callbacks, and passes async ones on.
///
/// `event` is asked for only if there is somebody to be called.
pub(super) fn conduct<P, R, K: Hash + Eq>(
    registry: &Registry<P, R, K>,
    filters: Filters<K>,
    to_all: bool,
    event: impl FnOnce(Filters<K>) -> Event<P, K>,
    end: &mut impl End<P, R, K>,
) {
    if registry.is_silent() {
        return;
    }
    if to_all {
        // The one way to reach a connection that listens to nothing but dead senders.
        registry.verify_all();
        return walk_one(&registry.everything(), || event(filters), end);
    }
    if filters.keys.is_empty() && filters.senders.is_empty() {
        if !registry.has_only_filtered() {
            walk_one(&registry.unfiltered(), || event(filters), end);
        }
        return;
    }
    loop {
        let version = registry.version();
        let mut lists = Lists::new();
        registry.filtered(&filters.keys, &filters.senders, &mut lists);
        if !registry.has_only_filtered() {
            lists.push(registry.unfiltered());
        }
        if lists.len() < 2 {
            if version % 2 == 0 && version == registry.version() {
                return lists
                    .first()
                    .map_or((), |list| walk_one(list, || event(filters), end));
            }
        } else {
            // Merged before anything is called, since a callback may change what stands where.
            let merged: SmallVec<[_; 32]> = merge(lists.iter().map(|list| list.chunks())).collect();
            if version % 2 == 0 && version == registry.version() {
                let _walks: SmallVec<[Walk; 8]> = lists
                    .iter()
                    .map(|list| Walk::begin(&raw const **list))
                    .collect();
                let mut carried = Carried::Own(event(filters));
                let _ = merged
                    .into_iter()
                    .try_for_each(|slot| visit(slot, &mut carried, end));
                return;
            }
        }
        // The lists were not of one moment.
        registry.wait_for_change();
    }
}

/// One list, the usual case, is sorted and unique as it is.
fn walk_one<P, R, K: Hash + Eq>(
    list: &Published<Slot<P, R, K>>,
    event: impl FnOnce() -> Event<P, K>,
    end: &mut impl End<P, R, K>,
) {
    if list.chunks().is_empty() {
        return;
    }
    let _walk = Walk::begin(&raw const **list);
    let mut event = Carried::Own(event());
    for chunk in list.chunks() {
        for slot in chunk.iter() {
            if visit(slot, &mut event, end).is_break() {
                return;
            }
        }
    }
}

#[inline(always)]
fn visit<P, R, K: Hash + Eq>(
    slot: &Arc<Slot<P, R, K>>,
    event: &mut Carried<P, K>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()> {
    if !slot.is_plain() {
        return visit_guarded(slot, event, end);
    }
    if slot.is_async {
        grant(slot, event, None, end)
    } else {
        call(slot, event.get(), end)
    }
}

/// Apart from `visit`, so that what is held for the length of a call costs those nothing that hold nothing.
#[inline(never)]
fn visit_guarded<P, R, K: Hash + Eq>(
    slot: &Arc<Slot<P, R, K>>,
    event: &mut Carried<P, K>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()> {
    match slot.admit(event.get()) {
        Admission::Granted(held) if slot.is_async => grant(slot, event, held, end),
        Admission::Granted(_held) => call(slot, event.get(), end),
        Admission::Refused => ControlFlow::Continue(()),
        Admission::Gone => gone(slot),
        Admission::Failed(panic) => end.failed(failure(slot, panic)),
    }
}

#[inline(always)]
fn call<P, R, K: Hash + Eq>(
    slot: &Slot<P, R, K>,
    event: &Event<P, K>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()> {
    match capture(|| slot.target.call(event)) {
        Ok(Some(reply)) => end.replied(reply),
        Ok(None) => gone(slot),
        Err(panic) => end.failed(failure(slot, panic)),
    }
}

#[inline]
fn grant<P, R, K: Hash + Eq>(
    slot: &Arc<Slot<P, R, K>>,
    event: &mut Carried<P, K>,
    held: Option<Held>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()> {
    end.granted(slot, event.share(), held)
}

/// What a connection depends on has died.
#[cold]
fn gone<P, R, K: Hash + Eq>(slot: &Slot<P, R, K>) -> ControlFlow<()> {
    slot.disconnect();
    ControlFlow::Continue(())
}

/// The event on the stack, until the first async callback needs it shared.
enum Carried<P, K> {
    Own(Event<P, K>),
    Shared(Arc<Event<P, K>>),
    /// Only inside `share`.
    Moving,
}

impl<P, K> Carried<P, K> {
    #[inline]
    fn get(&self) -> &Event<P, K> {
        match self {
            Self::Own(event) => event,
            Self::Shared(event) => event,
            Self::Moving => unreachable!("share() puts an event back"),
        }
    }

    #[inline]
    fn share(&mut self) -> Arc<Event<P, K>> {
        // Apart from the first time, which moves all of it.
        match self {
            Self::Shared(event) => Arc::clone(event),
            _ => self.share_first(),
        }
    }

    #[cold]
    fn share_first(&mut self) -> Arc<Event<P, K>> {
        let event = match mem::replace(self, Self::Moving) {
            Self::Own(event) => Arc::new(event.kept()),
            Self::Shared(event) => event,
            Self::Moving => unreachable!("share() puts an event back"),
        };
        *self = Self::Shared(Arc::clone(&event));
        event
    }
}
