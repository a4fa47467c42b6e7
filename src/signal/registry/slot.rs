//! One connection, as the registry owns it.

use std::any::Any;
use std::hash::Hash;
use std::mem::needs_drop;
use std::ops::Deref;
use std::task::Context;

use super::Registry;
use super::head::{ASYNC, COUNTED, EXHAUSTED, Head};
use super::options::Held;
use super::port::Port;
use super::rank::{Rank, Ranked};
use crate::signal::board::Desk;
use crate::signal::bound::BoundTarget;
use crate::signal::event::Event;
use crate::signal::failure::{Cause, Failure};
use crate::signal::inspect::ConnectionKind;
use crate::signal::panic::Quiet;
use crate::signal::running::Running;
use crate::signal::sender::{Life, SenderId};
use crate::signal::stream::StreamTarget;
use crate::signal::target::{Kind, Missed, Target, Unready};
use crate::signal::trace;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Weak};

/// A connection, the type of what it calls forgotten. It derefs to what all connections have.
pub(crate) type Slot<P, R, K> = dyn Connected<P, R, K>;

pub(crate) trait Connected<P, R, K>: Target<P, R, K> {
    fn head(&self) -> &Head<P, R, K>;
    fn head_mut(&mut self) -> &mut Head<P, R, K>;
    fn port(self: Arc<Self>) -> Port<K>;
    fn calls(&self) -> Option<&Running>;

    /// Ends the connection, whose callback has lost its object. As `disconnect`, for who knows nothing of keys.
    fn lose_object(&self);

    /// Calls a sync callback, if there is nothing to be asked first.
    ///
    /// What a send does a thousand times: the state and the callable are looked at in one call, in one piece of memory.
    fn visit(&self, event: &Event<P, K>) -> Visit<R>;

    /// As `visit`, for a send that has not asked whether the parent lives.
    fn visit_if_alive(&self, event: &Event<P, K>) -> Visit<R>;
}

/// What came of a visit.
pub(crate) enum Visit<R> {
    Replied(R),
    /// There is nothing to be asked, but its callback is async: it is to be started.
    Start,
    /// Look closer.
    Odd,
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

/// A connection and what it calls, in one piece of memory.
#[repr(C)]
pub(super) struct Standing<P, R, K, T, C> {
    pub(super) head: Head<P, R, K>,
    pub(super) calls: C,
    target: T,
}

/// Which calls of a callback are under way.
pub(super) trait Calls: Send + Sync + 'static {
    fn running(&self) -> Option<&Running>;
}

/// Of an async one: all, those aside that are in their first poll within a send.
impl Calls for Running {
    fn running(&self) -> Option<&Running> {
        Some(self)
    }
}

/// Of a sync one: none has to be counted. What is in the middle of a walk is known from the walk.
impl Calls for () {
    fn running(&self) -> Option<&Running> {
        None
    }
}

/// A target whose drop cannot panic.
struct Plain<T>(T);

impl<T> Deref for Plain<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A connection that is in no list yet.
pub(super) fn slot<P, R, K, T>(target: T, home: Weak<Registry<P, R, K>>) -> Arc<Slot<P, R, K>>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
    T: Target<P, R, K> + 'static,
{
    standing_for(target, home, const { needs_drop::<T>() })
}

/// One that goes with a parent. To let go of the parent, which is held weakly, runs none of the user's code.
pub(super) fn bound_slot<P, R, K, T>(
    target: T,
    parent: Life,
    home: Weak<Registry<P, R, K>>,
) -> Arc<Slot<P, R, K>>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
    T: Target<P, R, K> + 'static,
{
    let target = BoundTarget { target, parent };
    standing_for(target, home, const { needs_drop::<T>() })
}

fn standing_for<P, R, K, T>(
    target: T,
    home: Weak<Registry<P, R, K>>,
    may_panic: bool,
) -> Arc<Slot<P, R, K>>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
    T: Target<P, R, K> + 'static,
{
    let kind = target.kind();
    let head = Head::new(home, kind);
    if kind == Kind::Async {
        standing(head, Running::new(), Quiet::new(target))
    } else if may_panic {
        standing(head, (), Quiet::new(target))
    } else {
        standing(head, (), Plain(target))
    }
}

fn standing<P, R, K, T, C>(head: Head<P, R, K>, calls: C, target: T) -> Arc<Slot<P, R, K>>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
    T: Deref<Target: Target<P, R, K>> + Send + Sync + 'static,
    C: Calls,
{
    Arc::new(Standing {
        head,
        calls,
        target,
    })
}

impl<P, R, K, T, C> Connected<P, R, K> for Standing<P, R, K, T, C>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
    T: Deref<Target: Target<P, R, K>> + Send + Sync + 'static,
    C: Calls,
{
    fn head(&self) -> &Head<P, R, K> {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head<P, R, K> {
        &mut self.head
    }

    fn calls(&self) -> Option<&Running> {
        self.calls.running()
    }

    fn lose_object(&self) {
        self.head.disconnect();
    }

    fn port(self: Arc<Self>) -> Port<K> {
        let port: Weak<Self> = Arc::downgrade(&self);
        port
    }

    #[inline]
    fn visit(&self, event: &Event<P, K>) -> Visit<R> {
        match self.head.state() & !COUNTED {
            0 => self.call(event).map_or(Visit::Odd, Visit::Replied),
            ASYNC => Visit::Start,
            _ => Visit::Odd,
        }
    }

    #[inline]
    fn visit_if_alive(&self, event: &Event<P, K>) -> Visit<R> {
        if self.target.is_alive() {
            self.visit(event)
        } else {
            Visit::Odd
        }
    }
}

impl<P, R, K, T, C> Target<P, R, K> for Standing<P, R, K, T, C>
where
    K: Send + Sync,
    T: Deref<Target: Target<P, R, K>> + Send + Sync,
    C: Calls,
{
    fn kind(&self) -> Kind {
        self.target.kind()
    }

    #[inline]
    fn call(&self, event: &Event<P, K>) -> Option<R> {
        let head = &self.head;
        trace::called(head.id, || head.name(), ConnectionKind::SyncCallback);
        self.target.call(event)
    }

    fn attempt(&self, event: &Event<P, K>) -> Result<R, Missed> {
        let head = &self.head;
        trace::called(head.id, || head.name(), ConnectionKind::SyncCallback);
        self.target.attempt(event)
    }

    fn begin(
        &self,
        event: Arc<Event<P, K>>,
        cx: &mut Context<'_>,
        unready: &mut Unready<R>,
    ) -> Option<R> {
        let head = &self.head;
        trace::called(head.id, || head.name(), ConnectionKind::AsyncCallback);
        self.target.begin(event, cx, unready)
    }

    fn job(
        &self,
        slot: Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Box<Held>>,
        desk: Desk<R>,
        place: usize,
    ) -> BoxFuture<'static, ()> {
        self.target.job(slot, event, held, desk, place)
    }

    fn start(&self, event: Arc<Event<P, K>>, future: &mut dyn Any) {
        let head = &self.head;
        trace::called(head.id, || head.name(), ConnectionKind::AsyncCallback);
        self.target.start(event, future);
    }

    fn is_alive(&self) -> bool {
        self.target.is_alive()
    }

    fn stream(&self) -> Option<&StreamTarget<P, K>> {
        self.target.stream()
    }
}

impl<P, R, K> dyn Connected<P, R, K> {
    /// The calls of an async callback that are under way.
    pub(crate) fn running(&self) -> &Running {
        match self.calls() {
            Some(running) => running,
            None => unreachable!("sync callbacks are called, and not started"),
        }
    }

    /// A failure of it, told to whom it may concern.
    #[cold]
    pub(crate) fn fail(
        &self,
        cause: Cause,
        event: impl FnOnce() -> Option<Arc<Event<P, K>>>,
    ) -> Failure {
        let failure = self.failure(cause);
        self.tell(&failure, event);
        failure
    }

    /// Tells of a failure of it.
    #[cold]
    pub(crate) fn tell(&self, failure: &Failure, event: impl FnOnce() -> Option<Arc<Event<P, K>>>) {
        if let Some(home) = self.home.upgrade() {
            home.surroundings.tell(failure, event);
        }
    }

    /// Whether the objects it depends on are there: that of a weak method, and what it tracks.
    pub(super) fn is_supported(&self) -> bool {
        self.is_alive() && self.options().is_none_or(|options| options.is_supported())
    }

    /// Whether calls of it may be under way: some are, or the last one was granted just now.
    pub(super) fn may_have_calls(&self) -> bool {
        let is_last = self.head().state() & EXHAUSTED != 0;
        if let Some(running) = self.calls() {
            return is_last || running.count() > 0 || running.handed() > 0;
        }
        // Sync ones that have to wait for their turn.
        let options = self.options();
        let flow = options.as_ref().and_then(|options| options.flow.as_ref());
        let lane = flow.and_then(|flow| flow.lane.as_ref());
        lane.is_some_and(|lane| is_last || lane.running() + lane.waiting() > 0)
    }

    /// Whether it is a receiver of the channel of this parent, or of the unbound one.
    pub(crate) fn is_on_channel(&self, parent: Option<&SenderId>) -> bool {
        let record = self.record.hold();
        match parent {
            None => record.is_unfiltered(),
            Some(parent) => record.has_sender(parent.address()),
        }
    }

    /// Whether all it listens to is senders that have died.
    pub(super) fn is_orphaned(&self) -> bool {
        self.record.hold().is_orphaned()
    }
}
