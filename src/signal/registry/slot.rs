//! One connection, as the registry owns it.

use std::any::Any;
use std::hash::Hash;

use smallvec::SmallVec;

use super::Registry;
use super::index::Node;
use super::list::Rank;
use crate::signal::callback::{Callback, Object};
use crate::signal::event::Event;
use crate::signal::panic::{Panic, Quiet, capture, drop_quietly};
use crate::signal::report::ConnectionId;
use crate::signal::running::Running;
use crate::signal::sender::{Address, SenderId};
use crate::sync::{Arc, AtomicU32, AtomicUsize, Lock, Ordering, Weak};

/// A connection: a callback, what it asked for, and how it stands.
pub(crate) struct Slot<P, R, K> {
    pub(crate) id: ConnectionId,
    pub(crate) callback: Callback<P, R, K>,
    pub(crate) running: Running,
    pub(crate) home: Weak<Registry<P, R, K>>,
    /// `DISCONNECTED`, `EXHAUSTED` and `GUARDED`, and above them how many guards block the connection. Written by
    /// anyone, without a lock; read by every send.
    state: AtomicU32,
    /// Replaced as a whole when the callback is connected again.
    options: Lock<Arc<Options<P, K>>>,
    /// Which lists it is in. Written by the registry, under its own lock first.
    pub(super) membership: Lock<Membership<P, R, K>>,
}

/// Somebody disconnected it, or what it depends on died: nothing of it that has not started may start.
pub(crate) const DISCONNECTED: u32 = 1;
/// Its last call was granted: no further one may be, but that one may start.
pub(crate) const EXHAUSTED: u32 = 2;
/// It has options to look at before a call.
const GUARDED: u32 = 4;
const BLOCK: u32 = 8;

pub(crate) type SenderNode<P, R, K> = Node<Address, Slot<P, R, K>, SenderId>;
pub(crate) type KeyNode<P, R, K> = Node<K, Slot<P, R, K>, ()>;

/// The nodes are held weakly, for they hold their members.
pub(super) struct Membership<P, R, K> {
    pub(super) rank: Rank,
    pub(super) unfiltered: bool,
    pub(super) keys: SmallVec<[Weak<KeyNode<P, R, K>>; 1]>,
    pub(super) senders: SmallVec<[Weak<SenderNode<P, R, K>>; 1]>,
}

impl<P, R, K> Membership<P, R, K> {
    pub(super) fn is_empty(&self) -> bool {
        !self.unfiltered && self.keys.is_empty() && self.senders.is_empty()
    }

    /// Whether all it listens to is senders that have died.
    fn is_orphaned(&self) -> bool {
        let alive =
            |node: Arc<SenderNode<P, R, K>>| node.extra.get().is_none_or(SenderId::is_alive);
        !self.is_empty()
            && !self.unfiltered
            && self.keys.is_empty()
            && !self.senders.iter().filter_map(Weak::upgrade).any(alive)
    }

    pub(super) fn dead_senders(&self) -> Vec<Arc<SenderNode<P, R, K>>> {
        let dead = |node: &Arc<SenderNode<P, R, K>>| {
            node.extra.get().is_some_and(|sender| !sender.is_alive())
        };
        self.senders
            .iter()
            .filter_map(Weak::upgrade)
            .filter(dead)
            .collect()
    }
}

pub(crate) type Predicate<P, K> = Box<dyn Fn(&Event<P, K>) -> bool + Send + Sync>;

/// What a connect may say beside its filters. Options of a later connect of the same callback replace these.
pub(crate) struct Options<P, K> {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) priority: i32,
    /// All must hold.
    pub(crate) when: Vec<Quiet<Predicate<P, K>>>,
    /// How many calls are left. Counted down by sends, without a lock.
    pub(crate) times: Option<AtomicUsize>,
    /// All must live; each is kept alive for the length of a call.
    pub(crate) track: Vec<Object>,
    /// What a strong method keeps alive.
    pub(crate) keep: Option<Quiet<Arc<dyn Any + Send + Sync>>>,
}

impl<P, K> Options<P, K> {
    pub(crate) fn new() -> Self {
        Self {
            name: None,
            priority: 0,
            when: Vec::new(),
            times: None,
            track: Vec::new(),
            keep: None,
        }
    }

    pub(super) fn is_born_spent(&self) -> bool {
        self.times
            .as_ref()
            .is_some_and(|times| times.load(Ordering::Relaxed) == 0)
    }

    fn guards(&self) -> u32 {
        let plain = self.when.is_empty() && self.times.is_none() && self.track.is_empty();
        if plain { 0 } else { GUARDED }
    }
}

/// Tracked objects, kept alive for the length of a call.
#[derive(Default)]
pub(crate) struct Held(SmallVec<[Arc<dyn Any + Send + Sync>; 1]>);

impl Drop for Held {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            drop_quietly(std::mem::take(&mut self.0));
        }
    }
}

/// Whether a send may call a connection.
pub(crate) enum Admission {
    Granted(Held),
    /// Not now, or not this event.
    Refused,
    /// Never again: something it depends on has died.
    Gone,
    /// Its predicate panicked.
    Failed(Panic),
}

impl<P, R, K> Slot<P, R, K> {
    pub(super) fn new(
        id: ConnectionId,
        callback: Callback<P, R, K>,
        options: Options<P, K>,
        home: Weak<Registry<P, R, K>>,
    ) -> Self {
        let rank = Rank::new(options.priority, id.0);
        let membership = Membership {
            rank,
            unfiltered: false,
            keys: SmallVec::new(),
            senders: SmallVec::new(),
        };
        Self {
            id,
            callback,
            running: Running::new(),
            home,
            state: AtomicU32::new(options.guards()),
            options: Lock::new(Arc::new(options)),
            membership: Lock::new(membership),
        }
    }

    pub(crate) fn name(&self) -> Option<Arc<str>> {
        self.options.hold().name.clone()
    }

    /// Gives the old options back, to be dropped where no lock is held.
    pub(super) fn replace_options(&self, options: Options<P, K>) -> Arc<Options<P, K>> {
        let guards = options.guards();
        let old = std::mem::replace(&mut *self.options.hold(), Arc::new(options));
        if guards == 0 {
            self.state.fetch_and(!GUARDED, Ordering::SeqCst);
        } else {
            self.state.fetch_or(GUARDED, Ordering::SeqCst);
        }
        old
    }

    /// Sets `DISCONNECTED` or `EXHAUSTED`; tells whether the connection stood until now.
    pub(super) fn end(&self, how: u32) -> bool {
        self.state.fetch_or(how, Ordering::SeqCst) & (DISCONNECTED | EXHAUSTED) == 0
    }

    /// Whether nobody has ended it yet. What it depends on may have died all the same.
    pub(crate) fn stands(&self) -> bool {
        self.state.load(Ordering::SeqCst) & (DISCONNECTED | EXHAUSTED) == 0
    }

    /// Whether a call that was granted may still start.
    pub(crate) fn may_start(&self) -> bool {
        self.state.load(Ordering::SeqCst) & DISCONNECTED == 0
    }

    pub(crate) fn block(&self) {
        self.state.fetch_add(BLOCK, Ordering::SeqCst);
    }

    pub(crate) fn unblock(&self) {
        self.state.fetch_sub(BLOCK, Ordering::SeqCst);
    }

    /// Whether everything it depends on is there: the object of a weak method, what it tracks, and a sender, where
    /// senders are all it listens to.
    pub(super) fn is_supported(&self) -> bool {
        let tracked = Arc::clone(&self.options.hold());
        if !self.callback.is_alive()
            || tracked
                .track
                .iter()
                .any(|object| object.strong_count() == 0)
        {
            return false;
        }
        !self.membership.hold().is_orphaned()
    }
}

impl<P, R, K: Hash + Eq> Slot<P, R, K> {
    /// Asks whether this event may be delivered, and takes one of the calls that `.times(n)` left.
    pub(crate) fn admit(&self, event: &Event<P, K>) -> Admission {
        match self.state.load(Ordering::SeqCst) {
            0 => Admission::Granted(Held::default()),
            GUARDED => self.admit_guarded(event),
            _ => Admission::Refused,
        }
    }

    fn admit_guarded(&self, event: &Event<P, K>) -> Admission {
        // A clone, so that the predicate runs without the lock.
        let options = Arc::clone(&self.options.hold());
        let mut held = Held::default();
        for object in &options.track {
            match object.upgrade() {
                Some(object) => held.0.push(object),
                None => return Admission::Gone,
            }
        }
        for when in &options.when {
            match capture(|| when(event)) {
                Ok(true) => {}
                Ok(false) => return Admission::Refused,
                Err(panic) => return Admission::Failed(panic),
            }
        }
        if let Some(times) = &options.times {
            match times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            }) {
                Ok(1) => self.retire(EXHAUSTED),
                Ok(_) => {}
                Err(_) => return Admission::Refused,
            }
        }
        Admission::Granted(held)
    }

    /// Ends the connection and takes it out of its signal; tells whether it stood until now.
    pub(crate) fn disconnect(&self) -> bool {
        self.end(DISCONNECTED) && self.leave_home()
    }

    fn retire(&self, how: u32) {
        if self.end(how) {
            self.leave_home();
        }
    }

    /// Whether there is a signal left to leave.
    fn leave_home(&self) -> bool {
        self.home.upgrade().map(|home| home.remove(self)).is_some()
    }
}
