//! What a client listens to, and what of it the server has.

use std::collections::HashMap;
use std::mem;

use super::unheard::ListenError;
use crate::net::promise::Promise;
use crate::router::Route;
use crate::sync::{Arc, AtomicBool, Ordering};

/// One who wants to listen, and waits until the server has it, or will not.
pub(super) struct Waiting {
    pub(super) promise: Promise<Result<(), ListenError>>,
    /// Whether the place is not held for him any more. Under the lock of the places.
    is_released: AtomicBool,
}

pub(super) type Heard = Arc<Waiting>;

/// The routes that somebody here listens to or is about to, and for each whether the server has a listener of it. By keyed hashers: what
/// is listened to comes from this side, and what comes by it from the other.
#[derive(Default)]
pub(super) struct Places {
    places: HashMap<Route, Place>,
    by_id: HashMap<u64, Route>,
    /// Which have to be looked at, in the order in which they have changed: the server hears of them in that order.
    changed: Vec<Route>,
    /// Listeners that have ended before it was known that they are there. Only while some are on their way.
    ended_early: HashMap<u64, String>,
    adding: usize,
}

struct Place {
    /// How many listen here.
    listeners: usize,
    /// How many wait until the server has it, or are just about to listen.
    holds: usize,
    remote: Remote,
    waiting: Vec<Heard>,
    /// Whether it is among those that have changed.
    is_changed: bool,
}

impl Place {
    fn note(&mut self, route: &Route, changed: &mut Vec<Route>) {
        if !mem::replace(&mut self.is_changed, true) {
            changed.push(route.clone());
        }
    }
}

enum Remote {
    No,
    /// The server was asked.
    Adding,
    Yes(u64),
}

/// What the server is to be told.
pub(super) enum Change {
    Add(Route),
    Remove(u64),
}

impl Places {
    fn place(&mut self, route: &Route) -> &mut Place {
        let place = self.places.entry(route.clone()).or_insert(Place {
            listeners: 0,
            holds: 0,
            remote: Remote::No,
            waiting: Vec::new(),
            is_changed: false,
        });
        place.note(route, &mut self.changed);
        place
    }

    /// So many listen to this route now.
    pub(super) fn note(&mut self, route: &Route, listeners: usize) {
        self.place(route).listeners = listeners;
    }

    /// Somebody wants to listen, and waits until the server has it.
    pub(super) fn hold(&mut self, route: &Route) -> Heard {
        let heard = Heard::new(Waiting {
            promise: Promise::new(),
            is_released: AtomicBool::new(false),
        });
        let place = self.place(route);
        place.holds += 1;
        place.waiting.push(Arc::clone(&heard));
        heard
    }

    /// He listens now, or does not want to any more.
    pub(super) fn release(&mut self, route: &Route, heard: &Heard) {
        if heard.is_released.swap(true, Ordering::Relaxed) {
            return;
        }
        let place = self.place(route);
        place.holds -= 1;
        place.waiting.retain(|other| !Arc::ptr_eq(other, heard));
    }

    pub(super) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Whether the server has been asked and has not replied.
    pub(super) fn is_adding(&self) -> bool {
        self.adding > 0
    }

    /// What the server is to be told of what has changed.
    pub(super) fn changes(&mut self, told: &mut Vec<Heard>) -> Vec<Change> {
        let changed = mem::take(&mut self.changed);
        changed
            .into_iter()
            .filter_map(|route| self.change(route, told))
            .collect()
    }

    fn change(&mut self, route: Route, told: &mut Vec<Heard>) -> Option<Change> {
        let place = self.places.get_mut(&route)?;
        place.is_changed = false;
        let is_wanted = place.listeners + place.holds > 0;
        match (is_wanted, &place.remote) {
            (true, Remote::No) => {
                place.remote = Remote::Adding;
                self.adding += 1;
                Some(Change::Add(route))
            }
            (true, Remote::Yes(_)) => {
                told.append(&mut place.waiting);
                None
            }
            // Looked at again when there is a reply.
            (_, Remote::Adding) => None,
            (false, Remote::No) => {
                self.places.remove(&route);
                None
            }
            (false, Remote::Yes(id)) => {
                let id = *id;
                self.by_id.remove(&id);
                self.places.remove(&route);
                Some(Change::Remove(id))
            }
        }
    }

    /// The server has it, under this number; gives why it has ended since, if it has.
    pub(super) fn added(&mut self, route: &Route, id: u64) -> Option<String> {
        self.replied();
        let ended = self.ended_early.remove(&id);
        if self.adding == 0 {
            self.ended_early.clear();
        }
        let place = self.place(route);
        if ended.is_some() {
            place.remote = Remote::No;
        } else {
            place.remote = Remote::Yes(id);
            self.by_id.insert(id, route.clone());
        }
        ended
    }

    /// The server has not taken it, and will not: who waits is to be told.
    pub(super) fn refused(&mut self, route: &Route) -> Vec<Heard> {
        self.replied();
        let place = self.place(route);
        place.remote = Remote::No;
        let waiting = mem::take(&mut place.waiting);
        for heard in &waiting {
            heard.is_released.store(true, Ordering::Relaxed);
            place.holds -= 1;
        }
        waiting
    }

    /// The server has not said, and is to be asked again: now, or with the next connection.
    pub(super) fn unknown(&mut self, route: &Route, again: bool) {
        self.replied();
        if again {
            self.place(route).remote = Remote::No;
        } else if let Some(place) = self.places.get_mut(route) {
            place.remote = Remote::No;
        }
    }

    fn replied(&mut self) {
        self.adding = self.adding.saturating_sub(1);
    }

    /// The server has ended a listener; gives what it listened to.
    pub(super) fn ended(&mut self, id: u64, reason: &str) -> Option<Route> {
        if let Some(route) = self.by_id.remove(&id) {
            if let Some(place) = self.places.get_mut(&route) {
                place.remote = Remote::No;
            }
            return Some(route);
        }
        if self.adding > 0 {
            self.ended_early.insert(id, reason.to_owned());
        }
        None
    }

    /// What a listener of the server's listens to.
    pub(super) fn route_of(&self, id: u64) -> Option<&Route> {
        self.by_id.get(&id)
    }

    pub(super) fn is_there(&self, route: &Route) -> bool {
        let place = self.places.get(route);
        place.is_some_and(|place| matches!(place.remote, Remote::Yes(_)))
    }

    /// The connection is lost: the server has none of them.
    pub(super) fn lost(&mut self) {
        self.by_id.clear();
        self.ended_early.clear();
        self.adding = 0;
        for (route, place) in &mut self.places {
            place.remote = Remote::No;
            place.note(route, &mut self.changed);
        }
    }

    /// Nobody is to wait any more.
    pub(super) fn take_waiting(&mut self) -> Vec<(Route, Heard)> {
        let all = self.places.iter_mut();
        all.flat_map(|(route, place)| {
            let waiting = mem::take(&mut place.waiting).into_iter();
            waiting.map(|heard| (route.clone(), heard))
        })
        .collect()
    }
}
