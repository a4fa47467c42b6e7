//! Connections in a row, where a send has to know all of them before it calls anybody.

use std::hash::Hash;
use std::ops::ControlFlow;

use super::post::{Manner, arrange};
use super::{Once, Post, Walking, channel, look_several, turns};
use crate::signal::end::End;
use crate::signal::event::Event;
use crate::signal::matching::merge;
use crate::signal::reach::Reach;
use crate::signal::registry::{Published, Registry, Settled, Slot, Version};
use crate::signal::visit::{Carried, Shared};
use crate::sync::Arc;

/// Where everything has to be known before anybody is called: there are groups, or, on channels, somebody has a priority or a
/// callback is on several.
#[inline(never)]
pub(super) fn walk_row<P, R, K>(
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
    let Found {
        slots,
        version,
        walking,
    } = match reach {
        Reach::All => find_all(registry),
        Reach::Channel => channel::find(registry, event),
        Reach::InTurn => turns::find(registry, event),
        Reach::Matching | Reach::Wide | Reach::One => find(registry, event, reach),
    };
    if slots.is_empty() {
        return;
    }
    complete(event);
    let mut event = Carried::new(event);
    let mut once = (reach == Reach::Channel).then(Once::default);
    let mut manner = Manner {
        once: once.as_mut(),
        is_apart: false,
    };
    let mut call = |post: Post<P, R, K>| post.call(&mut event, &mut manner, end);
    let _ = if version.has_groups() {
        arrange(slots).into_iter().try_for_each(&mut call)
    } else {
        slots.into_iter().map(Post::one).try_for_each(&mut call)
    };
    drop(walking);
}

type Slots<P, R, K> = Vec<Arc<Slot<P, R, K>>>;

/// The connections that a send reaches, in order, each once.
pub(super) struct Found<P, R, K> {
    pub(super) slots: Slots<P, R, K>,
    pub(super) version: Version,
    /// The lists they were found in.
    pub(super) walking: Walking<P, R, K>,
}

fn find<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    reach: Reach,
) -> Found<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    loop {
        let Settled { seen, version } = look_several(registry, event, reach);
        let row = merge(seen.lists.iter().map(Published::pieces));
        if registry.is_at(version) {
            return Found {
                slots: row.into_iter().cloned().collect(),
                version,
                walking: seen,
            };
        }
    }
}

fn find_all<P, R, K>(registry: &Registry<P, R, K>) -> Found<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let all = registry.settled(|| registry.everything());
    let mut walking = Walking::new();
    walking.begin(all.seen);
    let pieces = walking.lists.iter().flat_map(Published::pieces);
    Found {
        slots: pieces.flatten().cloned().collect(),
        version: all.version,
        walking,
    }
}

/// Whom a send reaches, in order, for one that does not call them yet; and when that was so.
pub(in crate::signal) fn gather<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    reach: Reach,
) -> (Vec<Post<P, R, K>>, Version)
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    let (slots, version) = match reach {
        Reach::All => {
            registry.verify_all();
            let all = registry.settled(|| registry.members());
            (all.seen, all.version)
        }
        Reach::Channel => channel::find(registry, event).apart(),
        Reach::InTurn => turns::find(registry, event).apart(),
        Reach::Matching | Reach::Wide | Reach::One => find(registry, event, reach).apart(),
    };
    let posts = if version.has_groups() {
        arrange(slots)
    } else {
        slots.into_iter().map(Post::one).collect()
    };
    (posts, version)
}

/// Whom a send by these filters would find, in order, for who asks about them. Costs what they cost, and no other.
pub(in crate::signal) fn reached<P, R, K>(
    registry: &Registry<P, R, K>,
    event: &mut Event<P, K>,
    reach: Reach,
) -> Vec<Arc<Slot<P, R, K>>>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    match reach {
        Reach::InTurn => turns::find(registry, event).apart().0,
        reach => find(registry, event, reach).apart().0,
    }
}

impl<P, R, K> Found<P, R, K> {
    /// Without the lists.
    fn apart(self) -> (Slots<P, R, K>, Version) {
        (self.slots, self.version)
    }
}

/// Walks connections that were found before, with what was booked of them.
pub(in crate::signal) fn walk_booked<P, R, K>(
    row: Vec<Post<P, R, K>>,
    event: &Arc<Event<P, K>>,
    once: &mut Option<Once>,
    end: &mut impl End<P, R, K>,
) -> ControlFlow<()>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    // No list leads here.
    let mut manner = Manner {
        once: once.as_mut(),
        is_apart: true,
    };
    for post in row {
        post.call(&mut Shared(event), &mut manner, end)?;
    }
    ControlFlow::Continue(())
}
