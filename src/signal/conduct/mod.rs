//! Leads one send from connection to connection.
//!
//! The way of a send takes no lock and touches no reference count that another send touches. It borrows the lists that
//! matter as they stand, which costs two locked instructions on memory of this thread's own, reads each connection's
//! state, and calls. What it has to know of the signal it borrows in the same way; only an event that async callbacks
//! share is counted, and that count is this send's alone.
//!
//! Two things make a send take a lock for a moment: it is the first after a change, and publishes the list anew; or it
//! meets a change that is under way, and waits for it to be over.

mod channel;
mod once;
mod post;
mod row;
mod turns;
mod wide;

use std::hash::Hash;

use smallvec::SmallVec;

use crate::signal::end::End;
use crate::signal::event::Event;
use crate::signal::matching::merge;
use crate::signal::reach::Reach;
use crate::signal::registry::{Lists, Published, Registry, Settled};
use crate::signal::visit::{Asked, Carried, NOBODY, walk};
use crate::signal::walk::Walk;
pub(super) use once::{Once, count_once};
pub(super) use post::Post;
use row::walk_row;
pub(super) use row::{gather, reached, walk_booked};

/// Walks the connections that match, in order: runs sync callbacks, and passes async ones on.
///
/// The event is completed only if there is somebody to be called.
pub(super) fn conduct<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    reach: Reach,
    complete: impl FnOnce(&mut Event<P, K>),
    end: &mut impl End<P, R, K>,
) where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    match reach {
        Reach::Matching | Reach::One => {}
        Reach::Wide => return wide::conduct(registry, event, complete, end),
        Reach::InTurn => return turns::conduct(registry, event, complete, end),
        Reach::All => return walk_all(registry, event, complete, end),
        Reach::Channel => return channel::conduct(registry, event, complete, end),
    }
    match (event.keys(), event.senders()) {
        ([], []) => {
            let look = || (!registry.has_only_filtered()).then(|| registry.unfiltered());
            let Settled { seen, version } = registry.settled(look);
            if version.has_groups() {
                drop(seen);
                return walk_row(registry, event, reach, complete, end);
            }
            if let Some(list) = seen {
                walk_one::<NOBODY, _, _, _>(&list, event, complete, end);
            }
        }
        ([key], []) => {
            let alone = look_alone(registry, || registry.with_key(key));
            walk_alone(registry, alone, event, reach, complete, end);
        }
        ([], [sender]) => {
            let alone = look_alone(registry, || registry.with_sender(sender));
            walk_alone(registry, alone, event, reach, complete, end);
        }
        _ => walk_several(registry, event, reach, complete, end),
    }
}

/// Everybody.
fn walk_all<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    complete: impl FnOnce(&mut Event<P, K>),
    end: &mut impl End<P, R, K>,
) where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    // The one way to reach a connection that listens to nothing but dead senders.
    registry.verify_all();
    // One list, too, may lack somebody for the length of a change: who is given another priority leaves it and comes back.
    let all = registry.settled(|| registry.everything());
    if all.version.has_groups() {
        drop(all);
        return walk_row(registry, event, Reach::All, complete, end);
    }
    walk_one::<NOBODY, _, _, _>(&all.seen, event, complete, end);
}

/// One list, if it is all there is to look at; `None` if there are unfiltered connections, too.
#[inline]
fn look_alone<P, R, K>(
    registry: &Registry<P, R, K>,
    look: impl Fn() -> Option<Published<P, R, K>>,
) -> Settled<Alone<P, R, K>> {
    let look = || registry.has_only_filtered().then(&look);
    registry.settled(look)
}

/// `None`: there are others to look at.
type Alone<P, R, K> = Option<Option<Published<P, R, K>>>;

#[inline]
fn walk_alone<P, R, K>(
    registry: &Registry<P, R, K>,
    alone: Settled<Alone<P, R, K>>,
    event: &mut Event<P, K>,
    reach: Reach,
    complete: impl FnOnce(&mut Event<P, K>),
    end: &mut impl End<P, R, K>,
) where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    if alone.version.has_groups() {
        drop(alone);
        return walk_row(registry, event, reach, complete, end);
    }
    match alone.seen {
        Some(Some(list)) => walk_one::<NOBODY, _, _, _>(&list, event, complete, end),
        Some(None) => {}
        None => walk_several(registry, event, reach, complete, end),
    }
}

/// Several lists, merged into one row.
#[inline(never)]
fn walk_several<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    reach: Reach,
    complete: impl FnOnce(&mut Event<P, K>),
    end: &mut impl End<P, R, K>,
) where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    loop {
        let Settled { mut seen, version } = look_several(registry, event, reach);
        if version.has_groups() {
            drop(seen);
            return walk_row(registry, event, reach, complete, end);
        }
        if let [list] = &seen.lists[..] {
            // Noted there.
            seen.walks.clear();
            return walk_one::<NOBODY, _, _, _>(list, event, complete, end);
        }
        // Merged before anything is called, since a callback may change what stands where; and by ranks that do not change
        // meanwhile.
        let row = merge(seen.lists.iter().map(Published::pieces));
        if !registry.is_at(version) {
            continue;
        }
        if row.is_empty() {
            return;
        }
        complete(event);
        let _ = walk::<NOBODY, _, _, _>(row.into_iter(), &mut Carried::new(event), end);
        return;
    }
}

fn look_several<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    reach: Reach,
) -> Settled<Walking<P, R, K>>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    registry.settled(|| {
        if reach == Reach::Wide {
            registry.widen(event);
        }
        let mut walking = Walking::new();
        if !registry.has_only_filtered() {
            walking.begin(registry.unfiltered());
        }
        let with_keys = event.keys().iter().map(|key| registry.with_key(key));
        with_keys.flatten().for_each(|list| walking.begin(list));
        let with_senders = event.senders().iter();
        with_senders
            .filter_map(|sender| registry.with_sender(sender))
            .for_each(|list| walking.begin(list));
        walking
    })
}

/// The lists of a send, noted as walked for as long as they are held. Let go of one after the other: what one of them was the
/// last to hold may wait, when it is dropped, for what stands in the others.
struct Walking<P, R, K> {
    lists: Lists<P, R, K>,
    walks: SmallVec<[Walk; 4]>,
}

impl<P, R, K> Walking<P, R, K> {
    fn new() -> Self {
        Self {
            lists: Lists::new(),
            walks: SmallVec::new(),
        }
    }

    fn begin(&mut self, list: Published<P, R, K>) {
        self.walks.push(Walk::begin(list.address()));
        self.lists.push(list);
    }
}

impl<P, R, K> Drop for Walking<P, R, K> {
    fn drop(&mut self) {
        while let Some(list) = self.lists.pop() {
            drop(list);
            self.walks.pop();
        }
    }
}

/// One list, the usual case, is sorted and unique as it is.
fn walk_one<const ASKS: Asked, P, R, K>(
    list: &Published<P, R, K>,
    event: &mut Event<P, K>,
    complete: impl FnOnce(&mut Event<P, K>),
    end: &mut impl End<P, R, K>,
) where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let mut pieces = list.pieces();
    let Some(mut piece) = pieces.next() else {
        return;
    };
    let _walk = Walk::begin(list.address());
    complete(event);
    let mut event = Carried::new(event);
    while walk::<ASKS, _, _, _>(piece.iter(), &mut event, end).is_continue() {
        match pieces.next() {
            Some(next) => piece = next,
            None => return,
        }
    }
}
