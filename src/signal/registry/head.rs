//! What all connections have, whatever they call.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::atomic::{AtomicI32, fence};
use std::task::{Context, Poll};

use event_listener::EventListener;

use super::Registry;
use super::edition::Walked;
use super::options::Options;
use super::rank::Rank;
use super::record::Record;
use crate::signal::callback::CallbackId;
use crate::signal::failure::{Cause, ConnectionId, Failure};
use crate::signal::running::released;
use crate::signal::target::Kind;
use crate::signal::walk::Walk;
use crate::sync::{Arc, AtomicU32, Lock, Ordering, Weak};

/// How a connection stands, and where it is filed.
///
/// In this order: what sends read comes last, beside what is called.
#[repr(C)]
pub(crate) struct Head<P, R, K> {
    pub(super) record: Lock<Record<P, R, K>>,
    pub(crate) home: Weak<Registry<P, R, K>>,
    /// Written before the connection is shared.
    pub(crate) id: ConnectionId,
    /// Written under the registry's lock, while the connection is in no list.
    priority: AtomicI32,
    /// The bits below, and above them how many guards block the connection. Written by anyone, without a lock; read by
    /// every send.
    state: AtomicU32,
}

/// Somebody disconnected it, or what it depends on died: nothing of it that has not started may start.
pub(super) const DISCONNECTED: u32 = 1;
/// Its last call was granted: no further one may be, but that one may start.
pub(super) const EXHAUSTED: u32 = 2;
/// It has options to look at before a call.
pub(super) const GUARDED: u32 = 4;
/// Its callback is to be started, and not called. Set from the beginning.
pub(super) const ASYNC: u32 = 8;
/// It has no callback: events are put into its stream. Set from the beginning.
pub(super) const STREAM: u32 = 16;
/// A send may have to wait for it. Written under the registry's lock.
pub(super) const HOLDS_UP: u32 = 32;
/// Its calls on executors are counted from the moment they are handed over. Written under the registry's lock.
pub(super) const COUNTED: u32 = 64;
const BLOCK: u32 = 128;

impl<P, R, K> Head<P, R, K> {
    pub(super) fn new(home: Weak<Registry<P, R, K>>, kind: Kind) -> Self {
        let state = match kind {
            Kind::Sync => 0,
            Kind::Async => ASYNC,
            Kind::Stream => STREAM,
        };
        Self {
            record: Lock::new(Record::Nowhere),
            home,
            id: ConnectionId(0),
            priority: AtomicI32::new(0),
            state: AtomicU32::new(state),
        }
    }

    #[inline]
    pub(super) fn state(&self) -> u32 {
        self.state.load(Ordering::SeqCst)
    }

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

    /// Why a call of it came to no reply.
    #[cold]
    pub(crate) fn failure(&self, cause: Cause) -> Failure {
        Failure::new(self.id, self.name(), cause)
    }

    /// What it calls, if that can be named and the connection stands.
    pub(crate) fn callback(&self) -> Option<CallbackId> {
        self.record.hold().name().map(|name| name.callback)
    }

    pub(super) fn options(&self) -> Option<Arc<Options<P, K>>> {
        self.record.hold().options().cloned()
    }

    /// Gives a connection that stands other options, and the old ones back, to be dropped where no lock is held. False if
    /// it has ended, by the last call that the old ones left, say: that is found out under the same lock.
    pub(super) fn replace_options(&self, options: &mut Option<Arc<Options<P, K>>>) -> bool {
        let mut record = self.record.hold();
        if !self.stands() {
            return false;
        }
        let newer = options.as_mut().and_then(Arc::get_mut);
        if let (Some(newer), Some(older)) = (newer, record.options()) {
            newer.succeed(older);
        }
        let is = |what: fn(&Options<P, K>) -> bool| options.as_ref().is_some_and(|o| what(o));
        let (is_guarded, is_counted) = (is(Options::is_guarded), is(Options::has_calls_counted));
        let replaces = record.options().is_some();
        *options = record.replace_options(options.take());
        if is_guarded || is_counted || replaces {
            self.mark(GUARDED, is_guarded);
            self.mark(COUNTED, is_counted);
        }
        true
    }

    fn mark(&self, bit: u32, is_set: bool) {
        if is_set {
            self.state.fetch_or(bit, Ordering::SeqCst);
        } else {
            self.state.fetch_and(!bit, Ordering::SeqCst);
        }
    }

    /// Has sends know that they may have to wait for it; tells whether that is news. For whoever holds the registry's lock.
    pub(super) fn set_holds_up(&self, holds_up: bool) -> bool {
        let is_news = (self.state() & HOLDS_UP != 0) != holds_up;
        if is_news {
            self.mark(HOLDS_UP, holds_up);
        }
        is_news
    }

    #[inline]
    pub(crate) fn holds_up(&self) -> bool {
        self.state() & HOLDS_UP != 0
    }

    /// Whether its calls are counted from the moment they are handed over.
    #[inline]
    pub(crate) fn is_counted(&self) -> bool {
        self.state() & COUNTED != 0
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.state() >= BLOCK
    }

    /// Has who waits for the connection wait for this thread, as if it walked a list with it in, until that is dropped.
    /// For calls that no list leads to.
    pub(crate) fn apart(&self) -> Apart {
        let mark: Arc<Mark> = Arc::new(Mark);
        let weak: Weak<Mark> = Arc::downgrade(&mark);
        self.record.hold().left([weak as Weak<dyn Walked>]);
        let walk = Walk::begin(Arc::as_ptr(&mark).cast());
        Apart {
            _mark: mark,
            _walk: walk,
        }
    }

    /// Ends it with the last call that these options left, unless others have taken their place; tells whether it stood
    /// until now.
    pub(super) fn exhaust(&self, options: &Arc<Options<P, K>>) -> bool {
        let record = self.record.hold();
        let are_current = record
            .options()
            .is_some_and(|now| Arc::ptr_eq(now, options));
        are_current && self.end(EXHAUSTED)
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

    /// Ready once an ended connection is not being walked any more, by anyone but this very thread.
    pub(super) fn poll_unwalked(
        &self,
        listener: &mut Option<EventListener>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let walked = || self.record.hold().walked_by_others();
        while let Some(own) = walked() {
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
        Poll::Ready(())
    }
}

/// A walk that no list leads on. In this order: who waits is told by the mark's end, and may look at once.
pub(crate) struct Apart {
    _mark: Arc<Mark>,
    _walk: Walk,
}

struct Mark;

impl Walked for Mark {}

impl Drop for Mark {
    fn drop(&mut self) {
        released().notify(usize::MAX);
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
        let before = self.state.fetch_or(DISCONNECTED, Ordering::SeqCst);
        // One whose last call was granted has ended, but that call may have to be stopped.
        if before & DISCONNECTED == 0 {
            self.stop_calls();
        }
        before & (DISCONNECTED | EXHAUSTED) == 0 && self.leave_home()
    }

    /// Has calls that wait go by the newest options. Where no lock is held, since calls may begin.
    pub(super) fn apply_rules(&self) {
        let options = self.options();
        if let Some(flow) = options.as_ref().and_then(|options| options.flow.as_ref()) {
            flow.apply_rules();
        }
    }

    /// Stops what waits for its turn, and what was to be cancelled. For who has set `DISCONNECTED`.
    pub(super) fn stop_calls(&self) {
        if self.state() & GUARDED == 0 {
            return;
        }
        if let Some(options) = self.options() {
            options.close();
        }
    }

    /// Takes it out of its signal, if it has not been taken out yet. Whether there is a signal left to leave.
    pub(crate) fn leave_home(&self) -> bool {
        self.home.upgrade().map(|home| home.remove(self)).is_some()
    }
}
