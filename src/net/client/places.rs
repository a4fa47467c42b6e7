//! What a client listens to and imports, and what of it the server has.

use std::collections::HashMap;
use std::mem;

use super::unheard::ListenError;
use crate::net::promise::Promise;
use crate::router::Route;
use crate::sync::{Arc, AtomicBool, Ordering};

/// What there is to be heard.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// Messages of the server's router.
    Route(Route),
    /// Events of a signal.
    Import {
        /// The import's.
        number: u64,
        /// What the signal is as a sender of messages: what errors show.
        shown: Route,
    },
}

impl Source {
    /// What errors show.
    pub(super) fn shown(&self) -> &Route {
        match self {
            Self::Route(route) | Self::Import { shown: route, .. } => route,
        }
    }
}

/// One who wants to listen, and waits until the server has it, or will not.
pub(super) struct Waiting {
    pub(super) promise: Promise<Result<(), ListenError>>,
    /// Whether the place is not held for him any more. Under the lock of the places.
    is_released: AtomicBool,
}

pub(super) type Heard = Arc<Waiting>;

/// What somebody here listens to or is about to, and for each whether the server has a listener of it. By keyed hashers: what
/// is listened to comes from this side, and what comes by it from the other.
#[derive(Default)]
pub(super) struct Places {
    places: HashMap<Source, Place>,
    by_id: HashMap<u64, Source>,
    /// Which have to be looked at, in the order in which they have changed: the server hears of them in that order.
    changed: Vec<Source>,
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
    fn note(&mut self, source: &Source, changed: &mut Vec<Source>) {
        if !mem::replace(&mut self.is_changed, true) {
            changed.push(source.clone());
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
    Add(Source),
    Remove(u64),
}

impl Places {
    fn place(&mut self, source: &Source) -> &mut Place {
        let place = self.places.entry(source.clone()).or_insert(Place {
            listeners: 0,
            holds: 0,
            remote: Remote::No,
            waiting: Vec::new(),
            is_changed: false,
        });
        place.note(source, &mut self.changed);
        place
    }

    /// So many listen to this now.
    pub(super) fn note(&mut self, source: &Source, listeners: usize) {
        self.place(source).listeners = listeners;
    }

    /// Somebody wants to listen, and waits until the server has it.
    pub(super) fn hold(&mut self, source: &Source) -> Heard {
        let heard = Heard::new(Waiting {
            promise: Promise::new(),
            is_released: AtomicBool::new(false),
        });
        let place = self.place(source);
        place.holds += 1;
        place.waiting.push(Arc::clone(&heard));
        heard
    }

    /// He listens now, or does not want to any more.
    pub(super) fn release(&mut self, source: &Source, heard: &Heard) {
        if heard.is_released.swap(true, Ordering::Relaxed) {
            return;
        }
        let place = self.place(source);
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
            .filter_map(|source| self.change(source, told))
            .collect()
    }

    fn change(&mut self, source: Source, told: &mut Vec<Heard>) -> Option<Change> {
        let place = self.places.get_mut(&source)?;
        place.is_changed = false;
        let is_wanted = place.listeners + place.holds > 0;
        match (is_wanted, &place.remote) {
            (true, Remote::No) => {
                place.remote = Remote::Adding;
                self.adding += 1;
                Some(Change::Add(source))
            }
            (true, Remote::Yes(_)) => {
                told.append(&mut place.waiting);
                None
            }
            // Looked at again when there is a reply.
            (_, Remote::Adding) => None,
            (false, Remote::No) => {
                self.places.remove(&source);
                None
            }
            (false, Remote::Yes(id)) => {
                let id = *id;
                self.by_id.remove(&id);
                self.places.remove(&source);
                Some(Change::Remove(id))
            }
        }
    }

    /// The server has it, under this number; gives why it has ended since, if it has.
    pub(super) fn added(&mut self, source: &Source, id: u64) -> Option<String> {
        self.replied();
        let ended = self.ended_early.remove(&id);
        if self.adding == 0 {
            self.ended_early.clear();
        }
        let place = self.place(source);
        if ended.is_some() {
            place.remote = Remote::No;
        } else {
            place.remote = Remote::Yes(id);
            self.by_id.insert(id, source.clone());
        }
        ended
    }

    /// The server has not taken it, and will not: who waits is to be told.
    pub(super) fn refused(&mut self, source: &Source) -> Vec<Heard> {
        self.replied();
        let place = self.place(source);
        place.remote = Remote::No;
        let waiting = mem::take(&mut place.waiting);
        for heard in &waiting {
            heard.is_released.store(true, Ordering::Relaxed);
            place.holds -= 1;
        }
        waiting
    }

    /// The server has not said, and is to be asked again: now, or with the next connection.
    pub(super) fn unknown(&mut self, source: &Source, again: bool) {
        self.replied();
        if again {
            self.place(source).remote = Remote::No;
        } else if let Some(place) = self.places.get_mut(source) {
            place.remote = Remote::No;
        }
    }

    fn replied(&mut self) {
        self.adding = self.adding.saturating_sub(1);
    }

    /// The server has ended a listener; gives what it listened to.
    pub(super) fn ended(&mut self, id: u64, reason: &str) -> Option<Source> {
        if let Some(source) = self.by_id.remove(&id) {
            if let Some(place) = self.places.get_mut(&source) {
                place.remote = Remote::No;
            }
            return Some(source);
        }
        if self.adding > 0 {
            self.ended_early.insert(id, reason.to_owned());
        }
        None
    }

    /// What a listener of the server's listens to.
    pub(super) fn source_of(&self, id: u64) -> Option<&Source> {
        self.by_id.get(&id)
    }

    pub(super) fn is_there(&self, source: &Source) -> bool {
        let place = self.places.get(source);
        place.is_some_and(|place| matches!(place.remote, Remote::Yes(_)))
    }

    /// The connection is lost: the server has none of them.
    pub(super) fn lost(&mut self) {
        self.by_id.clear();
        self.ended_early.clear();
        self.adding = 0;
        for (source, place) in &mut self.places {
            place.remote = Remote::No;
            place.note(source, &mut self.changed);
        }
    }

    /// Nobody is to wait any more.
    pub(super) fn take_waiting(&mut self) -> Vec<(Source, Heard)> {
        let all = self.places.iter_mut();
        all.flat_map(|(source, place)| {
            let waiting = mem::take(&mut place.waiting).into_iter();
            waiting.map(|heard| (source.clone(), heard))
        })
        .collect()
    }
}
