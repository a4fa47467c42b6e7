//! Connections that share the work: of those of a group that match, a send calls one.

use std::hash::Hash;

use event_listener::{Event as Told, EventListener};
use hashbrown::HashMap;

use super::options::Options;
use super::slot::{Connected, Slot};
use crate::sync::{Arc, AtomicU64, Ordering};

/// What the members of a group share.
pub(crate) struct Group {
    name: Arc<str>,
    /// How many turns have been given. Relaxed, as those of the members: it is about who is next, and orders nothing else.
    turns: AtomicU64,
    /// Told when there may be room that was not there, though no member has made any: one has come, say.
    news: Told,
}

impl Group {
    /// Told of news: look again after this.
    pub(crate) fn listen(&self) -> EventListener {
        self.news.listen()
    }
}

/// A connection's place in its group. Part of its options.
pub(crate) struct Membership {
    /// The one of that name that the registry knows, from when it is connected.
    group: Arc<Group>,
    /// The number of its last turn, 0 before the first. Written by sends, without a lock.
    turn: AtomicU64,
}

impl Membership {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            group: Arc::new(Group {
                name: name.into(),
                turns: AtomicU64::new(0),
                news: Told::new(),
            }),
            turn: AtomicU64::new(0),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.group.name
    }

    /// Takes over the turn of older options of the same connection.
    pub(super) fn succeed(&mut self, older: &Self) {
        if Arc::ptr_eq(&self.group, &older.group) {
            *self.turn.get_mut() = older.turn.load(Ordering::Relaxed);
        }
    }
}

/// The groups of a signal that have members. Written under the registry's lock.
#[derive(Default)]
pub(super) struct Groups {
    known: HashMap<Arc<str>, Known>,
}

struct Known {
    group: Arc<Group>,
    members: usize,
}

impl Groups {
    pub(super) fn join(&mut self, membership: &mut Membership) {
        let own = &membership.group;
        let known = self.known.entry(Arc::clone(&own.name));
        let known = known.or_insert_with(|| Known {
            group: Arc::clone(own),
            members: 0,
        });
        known.members += 1;
        membership.group = Arc::clone(&known.group);
    }

    pub(super) fn leave(&mut self, membership: &Membership) {
        let name = &membership.group.name;
        if let Some(known) = self.known.get_mut(name) {
            known.members -= 1;
            if known.members == 0 {
                self.known.remove(name);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// A connection of a group.
pub(crate) struct Member<P, R, K> {
    pub(crate) slot: Arc<Slot<P, R, K>>,
    /// Those that made it a member. It may have others by now.
    options: Arc<Options<P, K>>,
}

impl<P, R, K> Member<P, R, K> {
    /// `Err`: it is in no group.
    pub(crate) fn of(slot: Arc<Slot<P, R, K>>) -> Result<Self, Arc<Slot<P, R, K>>> {
        match slot.options() {
            Some(options) if options.membership().is_some() => Ok(Self { slot, options }),
            _ => Err(slot),
        }
    }

    fn membership(&self) -> &Membership {
        match self.options.membership() {
            Some(membership) => membership,
            None => unreachable!("it was looked for"),
        }
    }

    pub(crate) fn group(&self) -> &Arc<Group> {
        &self.membership().group
    }

    /// How much it has to do: calls that run and wait, or events that wait to be received.
    fn load(&self) -> usize {
        match self.slot.stream() {
            Some(stream) => stream.waiting_and_lost().0,
            None => {
                let (running, waiting) = self.slot.calls_under_way();
                running + waiting
            }
        }
    }

    /// Takes its turn, if that is still where it was seen. `Err`: another send was faster, and it is there now.
    fn claim(&self, seen: u64) -> Result<Claim<P, K>, u64> {
        let Membership { group, turn } = self.membership();
        let number = group.turns.fetch_add(1, Ordering::Relaxed) + 1;
        turn.compare_exchange(seen, number, Ordering::Relaxed, Ordering::Relaxed)?;
        Ok(Claim {
            options: Arc::clone(&self.options),
            seen,
            number: Some(number),
        })
    }
}

/// The turn of a member that may be called. Dropped unused, it is given back: who is passed over is next all the same.
pub(crate) struct Claim<P, K> {
    options: Arc<Options<P, K>>,
    /// The number of the turn before.
    seen: u64,
    /// `None` once it is used.
    number: Option<u64>,
}

impl<P, K> Claim<P, K> {
    pub(crate) fn use_up(mut self) {
        self.number = None;
    }
}

impl<P, K> Drop for Claim<P, K> {
    fn drop(&mut self) {
        if let (Some(number), Some(membership)) = (self.number, self.options.membership()) {
            let turn = &membership.turn;
            // Unless it has had another since.
            let _ = turn.compare_exchange(number, self.seen, Ordering::Relaxed, Ordering::Relaxed);
        }
    }
}

/// In which order to ask members: the least busy first, of equals the one whose last turn is longest ago, and of those that
/// had none the first in the row.
pub(crate) struct Order {
    rest: Vec<Candidate>,
}

struct Candidate {
    member: usize,
    load: usize,
    turn: u64,
}

impl Order {
    pub(crate) fn of<P, R, K>(members: &[Member<P, R, K>]) -> Self {
        let candidates = members.iter().enumerate().map(|(member, one)| Candidate {
            member,
            load: one.load(),
            turn: one.membership().turn.load(Ordering::Relaxed),
        });
        Self {
            rest: candidates.collect(),
        }
    }

    /// Does not ask this one.
    pub(crate) fn skip(&mut self, member: usize) {
        self.rest.retain(|candidate| candidate.member != member);
    }

    /// The next one to ask, and its turn.
    pub(crate) fn next<P, R, K>(
        &mut self,
        members: &[Member<P, R, K>],
    ) -> Option<(usize, Claim<P, K>)> {
        loop {
            let candidates = self.rest.iter_mut().enumerate();
            let (at, next) = candidates.min_by_key(|(_, one)| (one.load, one.turn))?;
            match members[next.member].claim(next.turn) {
                Ok(claim) => return Some((self.rest.remove(at).member, claim)),
                Err(newer) => next.turn = newer,
            }
        }
    }
}

impl<P, R, K> dyn Connected<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Has sends that wait for its group look again: it may be free.
    pub(crate) fn tell_group(&self) {
        if let Some(membership) = self.options().as_ref().and_then(|own| own.membership()) {
            membership.group.news.notify(usize::MAX);
        }
    }
}
