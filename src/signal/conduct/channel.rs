//! Sends that go to a channel.
//!
//! The receivers of a bound channel are the connections with its parent as their sender, those of the unbound one are the
//! connections without filters; none is both. A send on a bound channel goes first past the one list and then past the
//! other, so it merges nothing, and asks before each of the first whether the parent still lives. One on the unbound channel goes
//! past everybody, and asks each receiver for its parent when its turn comes.

use std::cmp::Reverse;
use std::hash::Hash;

use super::row::{Found, walk_row};
use super::{Walking, look_alone, walk_one};
use crate::signal::end::End;
use crate::signal::event::Event;
use crate::signal::reach::Reach;
use crate::signal::registry::{Published, Ranked, Registry, Settled};
use crate::signal::visit::{Carried, EACH, NOBODY, PARENT, walk};

#[inline]
pub(super) fn conduct<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    complete: impl FnOnce(&mut Event<P, K>),
    end: &mut impl End<P, R, K>,
) where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    // Whether they are uneven is asked in the same look: what a change puts there it tells of meanwhile.
    let Some(parent) = event.senders().first() else {
        let look = || (registry.is_uneven(false), registry.everything());
        let Settled { seen, version } = registry.settled(look);
        let (is_uneven, all) = seen;
        if is_uneven || version.has_groups() {
            drop(all);
            return walk_row(registry, event, Reach::Channel, complete, end);
        }
        return walk_one::<EACH, _, _, _>(&all, event, complete, end);
    };
    // One list, the usual case, has its order by itself, and no callback twice.
    let alone = look_alone(registry, || registry.with_sender(parent));
    if alone.version.has_groups() {
        drop(alone);
        return walk_row(registry, event, Reach::Channel, complete, end);
    }
    match alone.seen {
        Some(Some(list)) => walk_one::<PARENT, _, _, _>(&list, event, complete, end),
        Some(None) => {}
        None => walk_bound(registry, event, complete, end),
    }
}

/// One list after the other.
#[inline(never)]
fn walk_bound<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    complete: impl FnOnce(&mut Event<P, K>),
    end: &mut impl End<P, R, K>,
) where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let look = || (registry.is_uneven(true), look_once(registry, event));
    let Settled { seen, version } = registry.settled(look);
    let (is_uneven, mut walking) = seen;
    if is_uneven || version.has_groups() {
        drop(walking);
        return walk_row(registry, event, Reach::Channel, complete, end);
    }
    match &walking.lists[..] {
        [] => {}
        [list] => {
            // Noted there. It may be either.
            walking.walks.clear();
            walk_one::<EACH, _, _, _>(list, event, complete, end);
        }
        [bound, others @ ..] => {
            complete(event);
            let mut event = Carried::new(event);
            let mut bound = bound.pieces();
            let walked =
                bound.try_for_each(|piece| walk::<PARENT, _, _, _>(piece.iter(), &mut event, end));
            if walked.is_break() {
                return;
            }
            let mut unbound = others.iter().flat_map(Published::pieces);
            let _ = unbound
                .try_for_each(|piece| walk::<NOBODY, _, _, _>(piece.iter(), &mut event, end));
        }
    }
}

/// The receivers of the channel: by priority, and those of one priority in the order of the lists and of connecting.
pub(super) fn find<P, R, K>(registry: &Registry<P, R, K>, event: &Event<P, K>) -> Found<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    loop {
        let Settled { seen, version } = registry.settled(|| look_once(registry, event));
        let pieces = seen.lists.iter().flat_map(Published::pieces);
        let mut slots: Vec<_> = pieces.flatten().cloned().collect();
        slots.sort_by_key(|slot| Reverse(slot.rank().priority()));
        // By ranks that do not change meanwhile.
        if registry.is_at(version) {
            return Found {
                slots,
                version,
                walking: seen,
            };
        }
    }
}

/// The lists that are to be walked, that of the parent first. For a look that is to be settled.
fn look_once<P, R, K>(registry: &Registry<P, R, K>, event: &Event<P, K>) -> Walking<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let mut walking = Walking::new();
    let Some(parent) = event.senders().first() else {
        walking.begin(registry.everything());
        return walking;
    };
    let bound = registry.with_sender(parent).into_iter();
    bound.for_each(|list| walking.begin(list));
    if !registry.has_only_filtered() {
        walking.begin(registry.unfiltered());
    }
    walking
}
