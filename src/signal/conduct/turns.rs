//! Sends whose key falls under several, in an order of their own: who listens to the first of these is called first.

use std::hash::Hash;

use super::row::{Found, walk_row};
use super::{Walking, walk_one};
use crate::signal::end::End;
use crate::signal::event::Event;
use crate::signal::matching::{are_apart, in_turn};
use crate::signal::reach::Reach;
use crate::signal::registry::{Published, Registry, Settled};
use crate::signal::visit::{Carried, NOBODY, walk};

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
    loop {
        let Settled { mut seen, version } = registry.settled(|| look_once(registry, event));
        if version.has_groups() {
            drop(seen);
            return walk_row(registry, event, Reach::InTurn, complete, end);
        }
        // One list, the usual case, is in order as it is.
        if let [list] = &seen.lists[..] {
            // Noted there.
            seen.walks.clear();
            return walk_one::<NOBODY, _, _, _>(list, event, complete, end);
        }
        let lists = seen.lists.iter().map(Published::pieces);
        let row = (!are_apart(lists.clone())).then(|| in_turn(lists.clone()));
        // By ranks that do not change meanwhile.
        if !registry.is_at(version) {
            continue;
        }
        if seen.lists.is_empty() {
            return;
        }
        complete(event);
        let mut event = Carried::new(event);
        let _ = match row {
            Some(row) => walk::<NOBODY, _, _, _>(row.into_iter(), &mut event, end),
            None => lists
                .flatten()
                .try_for_each(|piece| walk::<NOBODY, _, _, _>(piece.iter(), &mut event, end)),
        };
        return;
    }
}

/// The connections that the send reaches, in order.
pub(super) fn find<P, R, K>(registry: &Registry<P, R, K>, event: &Event<P, K>) -> Found<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    loop {
        let Settled { seen, version } = registry.settled(|| look_once(registry, event));
        let row = in_turn(seen.lists.iter().map(Published::pieces));
        if registry.is_at(version) {
            return Found {
                slots: row.into_iter().cloned().collect(),
                version,
                walking: seen,
            };
        }
    }
}

/// The lists that are to be walked, in turn. For a look that is to be settled.
fn look_once<P, R, K>(registry: &Registry<P, R, K>, event: &Event<P, K>) -> Walking<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let mut walking = Walking::new();
    if !registry.has_only_filtered() {
        walking.begin(registry.unfiltered());
    }
    let turns = registry.turns(event).into_iter();
    turns
        .filter_map(|key| registry.with_key(key))
        .for_each(|list| walking.begin(list));
    walking
}
