//! Calls that run together inside one task.

use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;
use std::task::{Context, Poll, Waker};

use super::bell::{Bell, Hall};
use super::call::{Call, failure};
use super::handover::Handed;
use crate::signal::event::Event;
use crate::signal::registry::{Held, Slot};
use crate::signal::report::Failure;
use crate::signal::target::Unready;
use crate::sync::{Arc, Lock};

/// The calls of one send that have not finished, each with its place in the report. Dropping the crew cancels them.
///
/// The first few that have to wait are polled whenever the crew is, and cost nothing more. Those beyond wait in groups,
/// each with a waker of its own: a wake-up polls the groups that were woken. So a call is polled for nothing as often as
/// its neighbours are woken, and a thousand calls that finish one by one take a few thousand polls, not a million.
pub(crate) struct Crew<P, R, K> {
    /// The lock is never taken: it is what lets futures that are not `Sync` be part of one that is, since nobody reaches
    /// them without being alone with the crew.
    rows: Lock<Rows<P, R, K>>,
}

struct Rows<P, R, K> {
    /// How many calls wait.
    waiting: usize,
    front: Vec<Seat<P, R, K>>,
    /// Whether those in front have been polled by whoever polls the crew.
    is_fresh: bool,
    groups: Vec<Group<P, R, K>>,
    hall: Option<Arc<Hall>>,
    /// The groups that are being polled; kept for its memory.
    rung: Vec<usize>,
}

struct Group<P, R, K> {
    seats: Vec<Seat<P, R, K>>,
    bell: Arc<Bell>,
    waker: Waker,
}

struct Seat<P, R, K> {
    place: usize,
    call: Call<P, R, K>,
}

/// How many calls are polled together.
const SEATS: usize = 16;

impl<P, R, K> Crew<P, R, K> {
    pub(crate) fn new() -> Self {
        let rows = Rows {
            waiting: 0,
            front: Vec::new(),
            is_fresh: false,
            groups: Vec::new(),
            hall: None,
            rung: Vec::new(),
        };
        Self {
            rows: Lock::new(rows),
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
        cx: &mut Context<'_>,
    ) -> Handed<R>
    where
        P: 'static,
        R: 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        let rows = self.rows.get_mut();
        let mut unready = Unready::Gone;
        let (reply, seats) = if rows.front.len() < SEATS {
            let reply = slot.begin(event, cx, &mut unready);
            (reply, &mut rows.front)
        } else {
            let group = rows.open_group(cx.waker());
            let cx = &mut Context::from_waker(&group.waker);
            let reply = slot.begin(event, cx, &mut unready);
            (reply, &mut group.seats)
        };
        if let Some(reply) = reply {
            return Handed::Replied(reply);
        }
        match unready {
            Unready::Waits(future) => {
                let call = Call::new(Arc::clone(slot), future, held);
                seats.push(Seat { place, call });
                rows.waiting += 1;
                rows.is_fresh = true;
                Handed::Over
            }
            Unready::Gone => {
                slot.disconnect();
                Handed::Refused
            }
            Unready::Failed(panic) => Handed::Failed(failure(slot, panic)),
        }
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
        // Within the send they have been polled a moment ago, and that with this waker.
        if !mem::take(&mut rows.is_fresh)
            && poll_seats(&mut rows.front, cx, &mut finished).is_break()
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
    /// The last group, if it has a seat left, or a new one.
    fn open_group(&mut self, task: &Waker) -> &mut Group<P, R, K> {
        let is_full = |group: &Group<P, R, K>| group.seats.len() == SEATS;
        if self.groups.last().is_none_or(is_full) {
            let hall = self.hall.get_or_insert_with(|| Hall::new(task));
            let bell = Bell::new(hall, self.groups.len());
            self.groups.push(Group {
                seats: Vec::new(),
                waker: Waker::from(Arc::clone(&bell)),
                bell,
            });
        }
        match self.groups.last_mut() {
            Some(group) => group,
            None => unreachable!("one was added"),
        }
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
