//! One connection, as the registry owns it.

use std::any::Any;
use std::future::poll_fn;
use std::hash::Hash;
use std::mem::needs_drop;
use std::ops::Deref;
use std::task::Context;

use super::Registry;
use super::booking::Booking;
use super::head::{ASYNC, COUNTED, EXHAUSTED, GUARDED, HOLDS_UP, Head, STREAM};
use super::options::{Considered, Held, Options, Spent};
use super::port::Port;
use super::rank::{Rank, Ranked};
use crate::signal::board::Desk;
use crate::signal::event::Event;
use crate::signal::failure::{Cause, Failure};
use crate::signal::flow::Managed;
use crate::signal::panic::{Panic, Quiet, drop_quietly};
use crate::signal::running::Running;
use crate::signal::stream::{Seat, StreamTarget};
use crate::signal::target::{Kind, Target, Unready};
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

/// A target that holds nothing whose drop could panic.
struct Plain<T>(T);

impl<T> Deref for Plain<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Whether a send may call a connection.
pub(crate) enum Admission<P, K> {
    Call(Option<Held>),
    /// As `Call`, if it is async.
    Start(Option<Held>),
    /// Its stream takes the event, on a seat that may have been taken before.
    Take(Option<Seat<P, K>>),
    /// Later, if nothing else comes.
    Defer(Held),
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
    K: Hash + Eq + Send + Sync + 'static,
    T: Target<P, R, K> + 'static,
{
    let kind = target.kind();
    let head = Head::new(home, kind);
    if kind == Kind::Async {
        standing(head, Running::new(), Quiet::new(target))
    } else if const { needs_drop::<T>() } {
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
            0 => self.target.call(event).map_or(Visit::Odd, Visit::Replied),
            ASYNC => Visit::Start,
            _ => Visit::Odd,
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

    fn call(&self, event: &Event<P, K>) -> Option<R> {
        self.target.call(event)
    }

    fn begin(
        &self,
        event: Arc<Event<P, K>>,
        cx: &mut Context<'_>,
        unready: &mut Unready<R>,
    ) -> Option<R> {
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
        let has_calls = |running: &Running| running.count() > 0 || running.handed() > 0;
        let is_last = self.head().state() & EXHAUSTED != 0;
        self.calls()
            .is_some_and(|running| is_last || has_calls(running))
    }

    /// How many calls run, and how many have yet to begin.
    pub(crate) fn calls_under_way(&self) -> (usize, usize) {
        let options = self.options();
        let flow = options.as_ref().and_then(|options| options.flow.as_ref());
        let lane = flow.and_then(|flow| flow.lane.as_ref());
        let debounce = options
            .as_ref()
            .and_then(|options| options.debounce.as_ref());
        let put_off = usize::from(debounce.is_some_and(|debounce| debounce.is_waiting()));
        let (in_lane, queued) = lane.map_or((0, 0), |lane| (lane.running(), lane.waiting()));
        let Some(running) = self.calls() else {
            return (in_lane, queued + put_off);
        };
        let running_now = running.count();
        // Calls that are queued may be counted as handed over as well.
        let waiting = running.handed().saturating_sub(running_now).max(queued);
        (running_now, waiting + put_off)
    }

    /// Whether all it listens to is senders that have died.
    pub(super) fn is_orphaned(&self) -> bool {
        self.record.hold().is_orphaned()
    }
}

impl<P, R, K> dyn Connected<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Asks whether this event may be delivered, and takes one of the calls that `.times(n)` left. What was booked before
    /// is not asked for again.
    pub(crate) fn admit(
        &self,
        event: &Event<P, K>,
        booking: Option<Booking<P, K>>,
    ) -> Admission<P, K> {
        // It did not match when the send booked, and has no seat for it: what has changed since comes too late.
        let comes_too_late = booking
            .as_ref()
            .is_some_and(|booking| booking.seat.is_none())
            && self.stream().is_some_and(StreamTarget::is_waited_for);
        match self.head().state() & !(ASYNC | STREAM | HOLDS_UP | COUNTED) {
            0 if comes_too_late => Admission::Refused,
            0 => self.grant(None, booking.and_then(|booking| booking.seat)),
            GUARDED => self.ask(event, booking.unwrap_or_default(), comes_too_late),
            _ => Admission::Refused,
        }
    }

    fn grant(&self, held: Option<Held>, seat: Option<Seat<P, K>>) -> Admission<P, K> {
        match self.kind() {
            Kind::Sync => Admission::Call(held),
            Kind::Async => Admission::Start(held),
            Kind::Stream if !self.is_alive() => Admission::Gone,
            Kind::Stream => Admission::Take(seat),
        }
    }

    fn ask(
        &self,
        event: &Event<P, K>,
        booking: Booking<P, K>,
        comes_too_late: bool,
    ) -> Admission<P, K> {
        // A clone, so that the predicate runs without the lock.
        let Some(options) = self.options() else {
            return self.grant(None, booking.seat);
        };
        if !self.is_alive() {
            return Admission::Gone;
        }
        let held = match booking.held {
            Some(held) => held,
            None => match options.consider(event) {
                Considered::Granted(held) => held,
                Considered::Refused => return Admission::Refused,
                Considered::Gone => return Admission::Gone,
                Considered::Failed(panic) => return Admission::Failed(panic),
            },
        };
        if comes_too_late || !options.lets_pass() {
            return Admission::Refused;
        }
        if options.debounce.is_some() {
            return Admission::Defer(held.without_objects());
        }
        if self.spend(&options) {
            self.grant(Some(held), booking.seat)
        } else {
            Admission::Refused
        }
    }

    /// Takes one of the calls that `.times(n)` left; with the last one the connection ends.
    fn spend(&self, options: &Arc<Options<P, K>>) -> bool {
        match options.spend() {
            Spent::Granted => true,
            Spent::Last => {
                if self.exhaust(options) {
                    self.leave_home();
                }
                true
            }
            Spent::Refused => false,
        }
    }

    /// Asks again for a call that was put off.
    pub(crate) fn grant_again(&self, mut held: Held) -> Option<Held> {
        let options = self.options()?;
        let is_granted =
            self.stands() && self.is_alive() && options.hold(&mut held) && self.spend(&options);
        is_granted.then_some(held)
    }

    /// Puts an event off, in the place of the one that was put off before.
    pub(crate) fn defer(self: &Arc<Self>, event: Arc<Event<P, K>>, held: Held)
    where
        P: Send + Sync,
        R: Send,
    {
        let (Some(options), Some(home)) = (self.options(), self.home.upgrade()) else {
            return;
        };
        let home = Arc::clone(&home.surroundings);
        let Some(debounce) = &options.debounce else {
            return;
        };
        let (timer, spawner) = (home.timer(), home.lasting_spawner());
        let weak: Weak<Slot<P, R, K>> = Arc::downgrade(self);
        let aloft = home.flight.take_off();
        let begin = move || {
            let slot = weak.upgrade()?;
            let held = slot.grant_again(held)?;
            let mut call = Managed::new(&slot, &home, event, Some(held), None).ok()?;
            let run: BoxFuture<'static, ()> = Box::pin(async move {
                drop_quietly(poll_fn(|cx| call.poll(cx)).await);
                drop(aloft);
            });
            Some(run)
        };
        debounce.offer(Box::new(begin), timer, &*spawner);
    }

    /// Whether its calls are to be cancelled when it ends.
    pub(super) fn cancels(&self) -> bool {
        self.options()
            .is_some_and(|options| options.flow.as_ref().is_some_and(|flow| flow.cancels()))
    }
}
