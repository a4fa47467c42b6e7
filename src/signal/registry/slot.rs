//! One connection, as the registry owns it.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::atomic::{AtomicI32, fence};
use std::task::{Context, Poll};

use event_listener::EventListener;
use smallvec::SmallVec;

use super::Registry;
use super::index::Node;
use super::list::{Edition, Rank, Ranked};
use super::options::{Guarded, Held, Options};
use crate::signal::callback::CallbackId;
use crate::signal::event::Event;
use crate::signal::panic::Panic;
use crate::signal::report::ConnectionId;
use crate::signal::running::Running;
use crate::signal::sender::{Address, SenderId};
use crate::signal::target::Target;
use crate::signal::walk::own_walks;
use crate::sync::{Arc, AtomicU32, Lock, Ordering, Weak};

/// A connection: what it calls, what it asked for, and how it stands. What it calls is at its end, in the same piece of
/// memory.
pub(crate) struct Slot<P, R, K, T: ?Sized = dyn Target<P, R, K>> {
    /// `DISCONNECTED`, `EXHAUSTED` and `GUARDED`, and above them how many guards block the connection. Written by
    /// anyone, without a lock; read by every send.
    state: AtomicU32,
    /// Written under the registry's lock, while the connection is in no list.
    priority: AtomicI32,
    pub(crate) id: ConnectionId,
    pub(crate) is_async: bool,
    /// Calls of an async callback that are under way, those aside that are in their first poll within a send: what is
    /// in the middle of a walk is known from the walk.
    pub(crate) running: Running,
    pub(crate) home: Weak<Registry<P, R, K>>,
    pub(super) record: Lock<Record<P, R, K>>,
    pub(crate) target: T,
}

/// What sends do not look at, or only for connections with options. Written under the registry's lock first.
pub(super) struct Record<P, R, K> {
    /// Replaced as a whole when the callback is connected again.
    pub(super) options: Option<Arc<Options<P, K>>>,
    /// How the callback is named, if it can be.
    pub(super) name: Option<Box<CallbackId>>,
    pub(super) unfiltered: bool,
    /// The nodes are held weakly, for they hold their members.
    pub(super) keys: SmallVec<[Weak<KeyNode<P, R, K>>; 1]>,
    pub(super) senders: SmallVec<[Weak<SenderNode<P, R, K>>; 1]>,
    /// Copies of lists it has left that were being walked at that moment.
    walked: Vec<Weak<Edition<Slot<P, R, K>>>>,
}

pub(crate) type SenderNode<P, R, K> = Node<Address, Slot<P, R, K>, SenderId>;
pub(crate) type KeyNode<P, R, K> = Node<K, Slot<P, R, K>, ()>;

/// Somebody disconnected it, or what it depends on died: nothing of it that has not started may start.
pub(crate) const DISCONNECTED: u32 = 1;
/// Its last call was granted: no further one may be, but that one may start.
pub(crate) const EXHAUSTED: u32 = 2;
/// It has options to look at before a call.
const GUARDED: u32 = 4;
const BLOCK: u32 = 8;

/// Whether a send may call a connection.
pub(crate) enum Admission {
    Granted(Option<Held>),
    /// Not now, or not this event.
    Refused,
    /// Never again: something it depends on has died.
    Gone,
    /// Its predicate panicked.
    Failed(Panic),
}

impl<P, R, K, T: ?Sized> Ranked for Slot<P, R, K, T> {
    #[inline]
    fn rank(&self) -> Rank {
        Rank::new(self.priority.load(Ordering::Relaxed), self.id.0)
    }
}

impl<P, R, K, T> Slot<P, R, K, T>
where
    T: Target<P, R, K>,
{
    pub(super) fn new(target: T, home: Weak<Registry<P, R, K>>) -> Self {
        let record = Record {
            options: None,
            name: None,
            unfiltered: false,
            keys: SmallVec::new(),
            senders: SmallVec::new(),
            walked: Vec::new(),
        };
        Self {
            state: AtomicU32::new(0),
            priority: AtomicI32::new(0),
            id: ConnectionId(0),
            is_async: target.is_async(),
            running: Running::new(),
            home,
            record: Lock::new(record),
            target,
        }
    }
}

impl<P, R, K> Slot<P, R, K> {
    pub(crate) fn name(&self) -> Option<Arc<str>> {
        self.record.hold().options.as_ref()?.name.clone()
    }

    pub(super) fn options(&self) -> Option<Arc<Options<P, K>>> {
        self.record.hold().options.clone()
    }

    /// Gives the old options back, to be dropped where no lock is held.
    pub(super) fn replace_options(
        &self,
        options: Option<Arc<Options<P, K>>>,
    ) -> Option<Arc<Options<P, K>>> {
        let is_guarded = options.as_ref().is_some_and(|options| options.is_guarded());
        let old = std::mem::replace(&mut self.record.hold().options, options);
        if is_guarded {
            self.state.fetch_or(GUARDED, Ordering::SeqCst);
        } else {
            self.state.fetch_and(!GUARDED, Ordering::SeqCst);
        }
        old
    }

    /// For whoever holds the registry's lock and has taken the connection out of every list.
    pub(super) fn set_priority(&self, priority: i32) {
        self.priority.store(priority, Ordering::Relaxed);
    }

    /// Sets `DISCONNECTED` or `EXHAUSTED`; tells whether the connection stood until now.
    pub(super) fn end(&self, how: u32) -> bool {
        self.state.fetch_or(how, Ordering::SeqCst) & (DISCONNECTED | EXHAUSTED) == 0
    }

    /// Whether nobody has ended it yet. What it depends on may have died all the same.
    pub(crate) fn stands(&self) -> bool {
        self.state.load(Ordering::SeqCst) & (DISCONNECTED | EXHAUSTED) == 0
    }

    /// Whether it stands and has nothing to be asked.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.state.load(Ordering::SeqCst) == 0
    }

    /// Whether a call that was granted may still start.
    #[inline]
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
        self.target.is_alive()
            && self.options().is_none_or(|options| options.is_supported())
            && !self.record.hold().is_orphaned()
    }

    /// If others walk a copy of a list with this in: how many of that copy's walks are this thread's.
    fn walked_by_others(&self) -> Option<usize> {
        let record = self.record.hold();
        record.walked.iter().find_map(|copy| {
            let own = own_walks(copy.as_ptr());
            (copy.strong_count() > own).then_some(own)
        })
    }
}

impl<P, R, K> Record<P, R, K> {
    /// Remembers where it may still be walked, having left a list.
    pub(super) fn left(&mut self, walked: Vec<Weak<Edition<Slot<P, R, K>>>>) {
        if !walked.is_empty() {
            self.walked.retain(|copy| copy.strong_count() > 0);
            self.walked.extend(walked);
        }
    }

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

impl<P, R, K: Hash + Eq> Slot<P, R, K> {
    /// Asks whether this event may be delivered, and takes one of the calls that `.times(n)` left.
    pub(crate) fn admit(&self, event: &Event<P, K>) -> Admission {
        match self.state.load(Ordering::SeqCst) {
            0 => return Admission::Granted(None),
            GUARDED => {}
            _ => return Admission::Refused,
        }
        // A clone, so that the predicate runs without the lock.
        let Some(options) = self.options() else {
            return Admission::Granted(None);
        };
        if !self.target.is_alive() {
            return Admission::Gone;
        }
        match options.admit(event) {
            Guarded::Granted(held) => Admission::Granted(Some(held)),
            Guarded::Last(held) => {
                if self.end(EXHAUSTED) {
                    self.leave_home();
                }
                Admission::Granted(Some(held))
            }
            Guarded::Refused => Admission::Refused,
            Guarded::Gone => Admission::Gone,
            Guarded::Failed(panic) => Admission::Failed(panic),
        }
    }

    /// Ready once an ended connection is not being called any more, by anyone but this very thread.
    pub(crate) fn poll_rest(
        &self,
        listener: &mut Option<EventListener>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        // First the walks: a call that has to wait counts itself before the walk that started it ends.
        while let Some(own) = self.walked_by_others() {
            let home = self.home.upgrade();
            let Some(home) = home.filter(|_| own == 0) else {
                // In the middle of a walk of its own, this thread would not be told of the end of another's.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            };
            let Some(mut listening) = listener.take() else {
                *listener = Some(home.released().listen());
                continue;
            };
            if Pin::new(&mut listening).poll(cx).is_pending() {
                *listener = Some(listening);
                return Poll::Pending;
            }
        }
        *listener = None;
        // The count of a copy is read without order; what its last walk did must be seen all the same.
        fence(Ordering::SeqCst);
        self.running.poll_idle(listener, cx)
    }

    /// Ends the connection and takes it out of its signal; tells whether it stood until now.
    pub(crate) fn disconnect(&self) -> bool {
        self.end(DISCONNECTED) && self.leave_home()
    }

    /// Takes it out of its signal, if it has not been taken out yet. Whether there is a signal left to leave.
    pub(crate) fn leave_home(&self) -> bool {
        self.home.upgrade().map(|home| home.remove(self)).is_some()
    }
}
