//! Calls that run together inside one task.

use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;
use std::task::{Context, Poll, Waker};

use super::bell::{Bell, Hall};
use super::call::{Call, Kept};
use super::handover::Handed;
use crate::signal::dispatcher::Round;
use crate::signal::event::Event;
use crate::signal::failure::{Cause, Failure};
use crate::signal::flow::{Deadline, Managed};
use crate::signal::registry::{Held, Slot};
use crate::signal::surroundings::Surroundings;
use crate::signal::target::Unready;
use crate::sync::{Arc, Lock};

/// The calls of one send that have not finished, each with its place in the report. Dropping the crew cancels them.
///
/// A few that have to wait are polled whenever the crew is, which costs nothing more. Where there are more than a few,
/// all wait in groups, each with a waker of its own, and a wake-up polls the groups that were woken. So a call is polled
/// for nothing as often as its neighbours are woken, and a thousand calls that finish one by one take a few thousand
/// polls, not a million.
pub(crate) struct Crew<P, R, K> {
    /// The lock is never taken: it is what lets futures that are not `Sync` be part of one that is, since nobody reaches
    /// them without being alone with the crew.
    rows: Lock<Rows<P, R, K>>,
}

struct Rows<P, R, K> {
    /// How many calls wait.
    waiting: usize,
    /// All of them, as long as they are few.
    few: Vec<Seat<P, R, K>>,
    /// Whether the few have just been polled within the send.
    is_fresh: bool,
    groups: Vec<Group<P, R, K>>,
    hall: Option<Arc<Hall>>,
    /// The groups that are being polled; kept for its memory.
    rung: Vec<usize>,
    /// Where a callback says why it gave no reply: `Gone` between two.
    unready: Unready<R>,
    /// Whether events are to be kept for who is told of failures.
    is_told: bool,
    terms: Option<Box<Terms>>,
    /// Whether there is anything to it.
    is_odd: bool,
}

/// What few sends go by.
#[derive(Default)]
struct Terms {
    deadline: Option<Deadline>,
    /// Where calls go through dispatchers.
    round: Option<Arc<Round>>,
}

struct Group<P, R, K> {
    seats: Vec<Seat<P, R, K>>,
    bell: Arc<Bell>,
    waker: Waker,
}

struct Seat<P, R, K> {
    place: usize,
    call: Work<P, R, K>,
}

enum Work<P, R, K> {
    Plain(Call<P, R, K>),
    Managed(Box<Managed<P, R, K>>),
}

impl<P, R, K> Work<P, R, K> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Failure>> {
        match self {
            Self::Plain(call) => call.poll(cx),
            Self::Managed(call) => call.poll(cx),
        }
    }
}

/// How many calls are polled together: more make it cheaper to wait, fewer make it cheaper to be woken.
const SEATS: usize = 12;

impl<P, R, K> Crew<P, R, K> {
    pub(crate) fn new() -> Self {
        let rows = Rows {
            waiting: 0,
            few: Vec::new(),
            is_fresh: false,
            groups: Vec::new(),
            hall: None,
            rung: Vec::new(),
            unready: Unready::Gone,
            is_odd: false,
            is_told: false,
            terms: None,
        };
        Self {
            rows: Lock::new(rows),
        }
    }

    /// Before the first call: whether failures are told, and by when all calls have to be done.
    #[inline]
    pub(crate) fn begin(&mut self, is_told: bool, deadline: Option<Deadline>) {
        let rows = self.rows.get_mut();
        rows.is_told = is_told;
        rows.is_odd = is_told || deadline.is_some();
        rows.terms = deadline.map(|deadline| {
            Box::new(Terms {
                deadline: Some(deadline),
                round: None,
            })
        });
    }

    /// Has calls go through the dispatchers of this round.
    pub(crate) fn go_through(&mut self, round: &Arc<Round>) {
        let rows = self.rows.get_mut();
        rows.terms.get_or_insert_default().round = Some(Arc::clone(round));
        rows.is_odd = true;
    }

    /// Cancels the calls of a round, and tells what they have come to.
    pub(crate) fn abort(&mut self, mut aborted: impl FnMut(usize, Failure)) {
        for Seat { place, call } in self.rows.get_mut().seats() {
            // One that has ended is here if nobody could take what it came to.
            if let Work::Managed(call) = call {
                if !call.is_over() {
                    aborted(*place, call.stop(Cause::Aborted));
                }
            }
        }
    }

    /// Nobody is to be told of the calls that are left, when they are cancelled.
    pub(crate) fn dismiss(&mut self) {
        for seat in self.rows.get_mut().seats() {
            match &mut seat.call {
                Work::Plain(call) => call.dismiss(),
                Work::Managed(call) => call.dismiss(),
            }
        }
    }

    /// Starts a call and polls it once. What is not finished by then stays, to be polled with the others.
    #[inline]
    pub(crate) fn start(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
        (home, cx): (&Arc<Surroundings<P, R, K>>, &mut Context<'_>),
    ) -> Handed<R>
    where
        P: 'static,
        R: 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        let rows = self.rows.get_mut();
        if held.is_some() || rows.is_odd {
            return rows.start_odd(slot, event, held, place, (home, cx));
        }
        rows.start_plain(slot, event, None, place, cx)
    }

    /// Polls those that were woken, once each, and tells what finished. Ready when none is left, or when told to stop.
    ///
    /// What is woken meanwhile has the task polled again: a call that always wakes itself keeps nobody waiting.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        mut finished: impl FnMut(usize, Result<R, Failure>) -> ControlFlow<()>,
    ) -> Poll<()> {
        let rows = self.rows.get_mut();
        if rows.waiting == 0 {
            return Poll::Ready(());
        }
        let waiting = &mut rows.waiting;
        let mut finished = |place, outcome| {
            *waiting -= 1;
            finished(place, outcome)
        };
        // Those polled within the send were polled with this waker.
        if !mem::take(&mut rows.is_fresh) && poll_seats(&mut rows.few, cx, &mut finished).is_break()
        {
            return Poll::Ready(());
        }
        if let Some(hall) = &rows.hall {
            hall.attend(cx.waker(), &mut rows.rung);
            for number in rows.rung.drain(..) {
                let Group { seats, bell, waker } = &mut rows.groups[number];
                bell.reset();
                let cx = &mut Context::from_waker(waker);
                if poll_seats(seats, cx, &mut finished).is_break() {
                    return Poll::Ready(());
                }
            }
        }
        if rows.waiting == 0 {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl<P, R, K> Rows<P, R, K> {
    fn seats(&mut self) -> impl Iterator<Item = &mut Seat<P, R, K>> {
        let groups = self.groups.iter_mut().flat_map(|group| &mut group.seats);
        self.few.iter_mut().chain(groups)
    }

    fn has_deadline(&self) -> bool {
        let terms = self.terms.as_ref();
        terms.is_some_and(|terms| terms.deadline.is_some())
    }

    /// As `start`, for calls that options have a say in, and where failures are told.
    #[inline(never)]
    fn start_odd(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
        (home, cx): (&Arc<Surroundings<P, R, K>>, &mut Context<'_>),
    ) -> Handed<R>
    where
        P: 'static,
        R: 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        if self.has_deadline() || held.as_ref().is_some_and(Held::is_managed) {
            return self.start_managed(slot, event, held, place, (home, cx));
        }
        let mut kept = Some(Kept {
            event: self.is_told.then(|| Arc::clone(&event)),
            held,
        });
        self.start_plain(slot, event, Some(&mut kept), place, cx)
    }

    #[inline(always)]
    fn start_plain(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        kept: Option<&mut Option<Kept<P, K>>>,
        place: usize,
        cx: &mut Context<'_>,
    ) -> Handed<R>
    where
        P: 'static,
        R: 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        let unready = &mut self.unready;
        let (reply, seats) = if self.groups.is_empty() && self.few.len() < SEATS {
            (slot.begin(event, cx, unready), &mut self.few)
        } else {
            let group = open_group(&mut self.groups, &mut self.few, &mut self.hall, cx.waker());
            let cx = &mut Context::from_waker(&group.waker);
            (slot.begin(event, cx, unready), &mut group.seats)
        };
        if let Some(reply) = reply {
            return Handed::Replied(reply);
        }
        match mem::replace(unready, Unready::Gone) {
            Unready::Waits(future) => {
                let kept = kept.and_then(Option::take);
                let call = Work::Plain(Call::new(Arc::clone(slot), future, kept));
                seats.push(Seat { place, call });
                self.waiting += 1;
                self.is_fresh = true;
                Handed::Over
            }
            Unready::Gone => {
                slot.disconnect();
                Handed::Refused
            }
            Unready::Failed(panic) => {
                let event = kept.and_then(|kept| kept.as_mut()?.event.take());
                Handed::Failed(slot.fail(Cause::Panicked(panic), || event))
            }
        }
    }

    fn start_managed(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
        (home, cx): (&Arc<Surroundings<P, R, K>>, &mut Context<'_>),
    ) -> Handed<R> {
        let terms = self.terms.as_deref();
        let deadline = terms.and_then(|terms| terms.deadline.as_ref());
        let round = terms.and_then(|terms| terms.round.as_ref());
        let mut call = match Managed::new(slot, home, event, held, (deadline, round)) {
            Ok(call) => Box::new(call),
            Err(failure) => return Handed::Failed(failure),
        };
        if call.waits_for_itself() {
            return Handed::Failed(call.stop(Cause::Reentered));
        }
        let (polled, seats) = if self.groups.is_empty() && self.few.len() < SEATS {
            (call.poll(cx), &mut self.few)
        } else {
            let group = open_group(&mut self.groups, &mut self.few, &mut self.hall, cx.waker());
            let cx = &mut Context::from_waker(&group.waker);
            (call.poll(cx), &mut group.seats)
        };
        match polled {
            Poll::Ready(Ok(reply)) => Handed::Replied(reply),
            Poll::Ready(Err(failure)) => Handed::Failed(failure),
            Poll::Pending => {
                let call = Work::Managed(call);
                seats.push(Seat { place, call });
                self.waiting += 1;
                self.is_fresh = true;
                Handed::Over
            }
        }
    }
}

impl<P, R, K> Drop for Rows<P, R, K> {
    fn drop(&mut self) {
        if let Some(hall) = &self.hall {
            hall.close();
        }
    }
}

impl<P, R, K> Group<P, R, K> {
    fn new(seats: Vec<Seat<P, R, K>>, bell: Arc<Bell>) -> Self {
        let waker = Waker::from(Arc::clone(&bell));
        Self { seats, bell, waker }
    }
}

/// The last group, if it has a seat left, or a new one. The first takes the few in.
fn open_group<'a, P, R, K>(
    groups: &'a mut Vec<Group<P, R, K>>,
    few: &mut Vec<Seat<P, R, K>>,
    hall: &mut Option<Arc<Hall>>,
    task: &Waker,
) -> &'a mut Group<P, R, K> {
    let is_full = |group: &Group<P, R, K>| group.seats.len() == SEATS;
    if groups.last().is_none_or(is_full) {
        let hall = hall.get_or_insert_with(|| Hall::new(task));
        if groups.is_empty() {
            // They have a waker of their own from now on, so they have to be polled with it.
            groups.push(Group::new(mem::take(few), Bell::rung(hall, 0)));
        }
        let bell = Bell::new(hall, groups.len());
        groups.push(Group::new(Vec::with_capacity(SEATS), bell));
    }
    match groups.last_mut() {
        Some(group) => group,
        None => unreachable!("one was added"),
    }
}

/// Polls each once, in order.
fn poll_seats<P, R, K>(
    seats: &mut Vec<Seat<P, R, K>>,
    cx: &mut Context<'_>,
    finished: &mut impl FnMut(usize, Result<R, Failure>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let mut flow = ControlFlow::Continue(());
    seats.retain_mut(|Seat { place, call }| {
        if flow.is_break() {
            return true;
        }
        match call.poll(cx) {
            Poll::Pending => true,
            Poll::Ready(outcome) => {
                flow = finished(*place, outcome);
                false
            }
        }
    });
    flow
}
