//! Sends whose one key stands for others: those that connections have of them are found in the same look as the connections.
//!
//! Found before it, they would be of another moment: a connection that gets a second key, and then lets go of the first, has
//! one of the two all the time, and would be missed by a send that has looked for keys before and for connections after.

use std::hash::Hash;

use super::walk_alone;
use crate::signal::end::End;
use crate::signal::event::Event;
use crate::signal::reach::Reach;
use crate::signal::registry::Registry;

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
    // Of most keys none stands for them but they themselves, or one.
    let alone = registry.settled(|| {
        if !registry.has_only_filtered() {
            return None;
        }
        registry.widen(event);
        match event.keys() {
            [key] => Some(registry.with_key(key)),
            [key, other] => match registry.with_key(key) {
                None => Some(registry.with_key(other)),
                Some(_) => None,
            },
            _ => None,
        }
    });
    walk_alone(registry, alone, event, Reach::Wide, complete, end);
}
