//! One connection, as the registry owns it.

use std::future::Future;
use std::hash::Hash;
use std::mem::needs_drop;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicI32, fence};
use std::task::{Context, Poll};

use event_listener::EventListener;

use super::Registry;
use super::list::{Rank, Ranked};
use super::options::{Guarded, Held, Options};
use super::record::Record;
use crate::signal::event::Event;
use crate::signal::panic::{Panic, Quiet};
use crate::signal::report::ConnectionId;
use crate::signal::running::{Running, released};
use crate::signal::target::Target;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, AtomicU32, Lock, Ordering, Weak};

/// A connection, the type of what it calls forgotten. It derefs to what all connections have.
pub(crate) type Slot<P, R, K> = dyn Connected<P, R, K>;

pub(crate) trait Connected<P, R, K>: Target<P, R, K> {
    fn head(&self) -> &Head<P, R, K>;
    fn head_mut(&mut self) -> &mut Head<P, R, K>;

    /// Calls a sync callback, if there is nothing to be asked first. `None`: look closer.
    ///
    /// What a send does a thousand times: the state and the callable are looked at in one call, in one piece of memory.
    fn visit(&self, event: &Event<P, K>) -> Option<R>;
}

impl<P, R, K> Deref for dyn Connected<P, R, K> {
    type Target = Head<P, R, K>;

    fn deref(&self) -> &Head<P, R, K> {
        self.head()
    }
}

impl<P, R, K> Ranked for Slot<P, R, K> {
    fn rank(&self) -> Rank {
        self.head().rank()
    }
}

/// How a connection stands, and where it is filed.
pub(crate) struct Head<P, R, K> {
    /// The bits below, and above them how many guards block the connection. Written by anyone, without a lock; read by
    /// every send.
    state: AtomicU32,
    /// Written under the registry's lock, while the connection is in no list.
    priority: AtomicI32,
    /// Written before the connection is shared.
    pub(crate) id: ConnectionId,
    /// Calls of an async callback that are under way, those aside that are in their first poll within a send: what is
    /// in the middle of a walk is known from the walk.
    pub(crate) running: Running,
    pub(crate) home: Weak<Registry<P, R, K>>,
    pub(super) record: Lock<Record<P, R, K>>,
}

/// A connection and what it calls, in one piece of memory.
struct Standing<P, R, K, T> {
    head: Head<P, R, K>,
    target: T,
}

/// A target that holds nothing whose drop could panic.
struct Plain<T>(T);

impl<T> Deref for Plain<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Somebody disconnected it, or what it depends on died: nothing of it that has not started may start.
pub(crate) const DISCONNECTED: u32 = 1;
/// Its last call was granted: no further one may be, but that one may start.
pub(crate) const EXHAUSTED: u32 = 2;
/// It has options to look at before a call.
const GUARDED: u32 = 4;
/// Its callback is to be started, and not called. Set from the beginning.
const ASYNC: u32 = 8;
const BLOCK: u32 = 16;

/// Whether a send may call a connection.
pub(crate) enum Admission {
    Call(Option<Held>),
    /// As `Call`, if it is async.
    Start(Option<Held>),
    /// Not now, or not this event.
    Refused,
    /// Never again: something it depends on has died.
    Gone,
    /// Its predicate panicked.
    Failed(Panic),
}

/// A connection that is in no list yet.
pub(super) fn slot<P, R, K, T>(target: T, home: Weak<Registry<P, R, K>>) -> Arc<Slot<P, R, K>>
where
    P: 'static,
    R: 'static,
    K: Send + Sync + 'static,
    T: Target<P, R, K> + 'static,
{
    let state = if target.is_async() { ASYNC } else { 0 };
    let head = Head {
        state: AtomicU32::new(state),
        priority: AtomicI32::new(0),
        id: ConnectionId(0),
        running: Running::new(),
        home,
        record: Lock::new(Record::Nowhere),
    };
    if const { needs_drop::<T>() } {
        let target = Quiet::new(target);
        Arc::new(Standing { head, target })
    } else {
        let target = Plain(target);
        Arc::new(Standing { head, target })
    }
}

impl<P, R, K, T> Connected<P, R, K> for Standing<P, R, K, T>
where
    K: Send + Sync,
    T: Deref<Target: Target<P, R, K>> + Send + Sync,
{
    fn head(&self) -> &Head<P, R, K> {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head<P, R, K> {
        &mut self.head
    }

    #[inline]
    fn visit(&self, event: &Event<P, K>) -> Option<R> {
        if self.head.state.load(Ordering::SeqCst) == 0 {
            self.target.call(event)
        } else {
            None
        }
    }
}

impl<P, R, K, T> Target<P, R, K> for Standing<P, R, K, T>
where
    K: Send + Sync,
    T: Deref<Target: Target<P, R, K>> + Send + Sync,
{
    fn is_async(&self) -> bool {
        self.target.is_async()
    }

    fn call(&self, event: &Event<P, K>) -> Option<R> {
        self.target.call(event)
    }

    fn start(&self, event: Arc<Event<P, K>>) -> Option<BoxFuture<'static, R>> {
        self.target.start(event)
    }

    fn is_alive(&self) -> bool {
        self.target.is_alive()
    }
}

impl<P, R, K> Head<P, R, K> {
    /// For whoever is alone with a connection that is not shared yet.
    pub(super) fn number(&mut self, id: ConnectionId, priority: i32) {
        self.id = id;
        *self.priority.get_mut() = priority;
    }

    pub(super) fn rank(&self) -> Rank {
        Rank::new(self.priority.load(Ordering::Relaxed), self.id.0)
    }

    pub(crate) fn name(&self) -> Option<Arc<str>> {
        self.record.hold().options()?.name.clone()
    }

    fn options(&self) -> Option<Arc<Options<P, K>>> {
        self.record.hold().options().cloned()
    }

    /// Gives the old options back, to be dropped where no lock is held.
    pub(super) fn replace_options(
        &self,
        options: Option<Arc<Options<P, K>>>,
    ) -> Option<Arc<Options<P, K>>> {
        let is_guarded = options.as_ref().is_some_and(|options| options.is_guarded());
        let old = self.record.hold().replace_options(options);
        if is_guarded {
            self.state.fetch_or(GUARDED, Ordering::SeqCst);
        } else if old.is_some() {
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

    /// Ready once an ended connection is not being called any more, by anyone but this very thread.
    pub(crate) fn poll_rest(
        &self,
        listener: &mut Option<EventListener>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        // First the walks: a call that has to wait counts itself before the walk that started it ends.
        while let Some(own) = self.record.hold().walked_by_others() {
            if own > 0 {
                // In the middle of a walk of its own, this thread would not be told of the end of another's.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let Some(mut listening) = listener.take() else {
                *listener = Some(released().listen());
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
}

impl<P, R, K> Head<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Ends the connection and takes it out of its signal; tells whether it stood until now.
    pub(crate) fn disconnect(&self) -> bool {
        self.end(DISCONNECTED) && self.leave_home()
    }

    /// Takes it out of its signal, if it has not been taken out yet. Whether there is a signal left to leave.
    pub(crate) fn leave_home(&self) -> bool {
        self.home.upgrade().map(|home| home.remove(self)).is_some()
    }
}

impl<P, R, K> dyn Connected<P, R, K> {
    /// Whether everything it depends on is there: the object of a weak method, what it tracks, and a sender, where
    /// senders are all it listens to.
    pub(super) fn is_supported(&self) -> bool {
        self.is_alive()
            && self.options().is_none_or(|options| options.is_supported())
            && !self.record.hold().is_orphaned()
    }
}

impl<P, R, K> dyn Connected<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Asks whether this event may be delivered, and takes one of the calls that `.times(n)` left.
    #[inline]
    pub(crate) fn admit(&self, event: &Event<P, K>) -> Admission {
        let head = self.head();
        let state = head.state.load(Ordering::SeqCst);
        let grant = if state & ASYNC == 0 {
            Admission::Call
        } else {
            Admission::Start
        };
        match state & !ASYNC {
            0 => grant(None),
            GUARDED => self.ask(event, grant),
            _ => Admission::Refused,
        }
    }

    fn ask(&self, event: &Event<P, K>, grant: fn(Option<Held>) -> Admission) -> Admission {
        // A clone, so that the predicate runs without the lock.
        let Some(options) = self.options() else {
            return grant(None);
        };
        if !self.is_alive() {
            return Admission::Gone;
        }
        match options.admit(event) {
            Guarded::Granted(held) => grant(Some(held)),
            Guarded::Last(held) => {
                if self.end(EXHAUSTED) {
                    self.leave_home();
                }
                grant(Some(held))
            }
            Guarded::Refused => Admission::Refused,
            Guarded::Gone => Admission::Gone,
            Guarded::Failed(panic) => Admission::Failed(panic),
        }
    }
}
