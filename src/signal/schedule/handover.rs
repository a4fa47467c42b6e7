//! Handing async calls over to an executor.

use std::hash::Hash;
use std::iter;
use std::task::{Context, Poll, Waker};

use smallvec::SmallVec;

use super::Schedule;
use crate::signal::board::{Board, Desk};
use crate::signal::dispatcher::{Open, Round};
use crate::signal::event::Event;
use crate::signal::failure::{Cause, Failure};
use crate::signal::flight::Aloft;
use crate::signal::flow::{Deadline, Managed, ManagedJob};
use crate::signal::job::{Job, Ticket};
use crate::signal::panic::{capture, drop_quietly};
use crate::signal::registry::{Held, Slot};
use crate::signal::report::Report;
use crate::signal::surroundings::Surroundings;
use crate::signal::target::{Kind, Unready};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// The async calls of one send on their way to the spawner.
pub(crate) struct Handover<'a, P, R, K> {
    home: &'a Arc<Surroundings<P, R, K>>,
    schedule: Schedule,
    deadline: Option<Deadline>,
    /// Where calls go through dispatchers.
    round: Option<Arc<Round>>,
    /// Whether calls have a deadline, or are to keep their events.
    is_odd: bool,
    /// The send, until the first desk takes it.
    aloft: Option<Aloft>,
    desk: Option<Desk<R>>,
    /// Desks for the next jobs. Made several at a time: jobs that finish on other threads meanwhile count down what
    /// making one counts up, and a counter that goes back and forth between threads is slow.
    desks: SmallVec<[Desk<R>; DESKS]>,
    made: usize,
}

/// What a call that goes on takes along: its event, where failures are told, and what is held for it.
type Kept<P, K> = (Option<Arc<Event<P, K>>>, Option<Held>);

/// As many desks as are made at a time, at most.
const DESKS: usize = 32;

/// What became of one of them.
pub(crate) enum Handed<R> {
    Over,
    /// It was done at its first poll.
    Replied(R),
    Failed(Failure),
    /// It may not start.
    Refused,
}

impl<'a, P, R, K> Handover<'a, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// `aloft` is the send, if it counts as under way already.
    pub(crate) fn new(
        home: &'a Arc<Surroundings<P, R, K>>,
        schedule: Schedule,
        (deadline, round): (Option<Deadline>, Option<Arc<Round>>),
        aloft: Option<Aloft>,
    ) -> Self {
        Self {
            home,
            schedule,
            is_odd: deadline.is_some() || home.has_witness(),
            deadline,
            round,
            aloft,
            desk: None,
            desks: SmallVec::new(),
            made: 0,
        }
    }

    pub(crate) fn take(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R> {
        if held.is_some() || self.is_odd {
            return self.take_odd(slot, event, held, place);
        }
        match self.schedule {
            Schedule::Spawn => self.spawn_new(slot, event, None, place),
            // The executor polls it again as soon as it has it, so no wake-up can be lost here.
            Schedule::Eager => {
                let mut unready = Unready::Gone;
                let cx = &mut Context::from_waker(Waker::noop());
                if let Some(reply) = slot.begin(event, cx, &mut unready) {
                    return Handed::Replied(reply);
                }
                self.go_on(slot, unready, (None, None), place)
            }
        }
    }

    /// As `take`, for calls that options have a say in, and where failures are told.
    #[inline(never)]
    fn take_odd(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R> {
        if self.deadline.is_some() || held.as_ref().is_some_and(Held::is_managed) {
            return self.take_managed(slot, event, held, place);
        }
        if self.schedule == Schedule::Spawn {
            return self.spawn_new(slot, event, held, place);
        }
        let kept = self.home.has_witness().then(|| Arc::clone(&event));
        let mut unready = Unready::Gone;
        let cx = &mut Context::from_waker(Waker::noop());
        match slot.begin(event, cx, &mut unready) {
            Some(reply) => Handed::Replied(reply),
            None => self.go_on(slot, unready, (kept, held), place),
        }
    }

    #[inline]
    fn spawn_new(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R> {
        if !slot.is_alive() {
            slot.disconnect();
            return Handed::Refused;
        }
        let (own, held, desk) = (Arc::clone(slot), held.map(Box::new), self.new_desk());
        let job = slot.job(own, event, held, desk, place);
        self.spawn(job)
    }

    /// A call that has begun, and gave no reply.
    fn go_on(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        unready: Unready<R>,
        (kept, held): Kept<P, K>,
        place: usize,
    ) -> Handed<R> {
        match unready {
            Unready::Waits(future) => {
                let desk = self.new_desk();
                let ticket = Ticket::started(Arc::clone(slot), kept, held, desk, place);
                self.spawn(Box::pin(Job::going_on(ticket, future)))
            }
            Unready::Gone => {
                slot.disconnect();
                Handed::Refused
            }
            Unready::Failed(panic) => Handed::Failed(slot.fail(Cause::Panicked(panic), || kept)),
        }
    }

    fn take_managed(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R> {
        let terms = (self.deadline.as_ref(), self.round.as_ref());
        let mut call = match Managed::new(slot, self.home, event, held, terms) {
            Ok(call) => call,
            Err(failure) => return Handed::Failed(failure),
        };
        let has_turn = call.has_turn();
        if has_turn && (slot.kind() == Kind::Sync || self.schedule == Schedule::Eager) {
            // The executor polls it again as soon as it has it, so no wake-up can be lost here.
            match call.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(reply)) => return Handed::Replied(reply),
                Poll::Ready(Err(failure)) => return Handed::Failed(failure),
                Poll::Pending => {}
            }
        }
        let job = ManagedJob::new(call, self.new_desk(), place);
        if has_turn {
            self.spawn(Box::pin(job))
        } else {
            job.park(self.home.lasting_spawner());
            Handed::Over
        }
    }

    /// `None` if nothing was handed over. The report is what has come of the rest: a round is ended with it, or takes it along to
    /// the board.
    pub(crate) fn into_board(mut self, report: &mut Report<R>) -> Option<Arc<Board<R>>> {
        let board = self.desk.as_ref().map(Desk::board);
        if let Some(open) = self.round.take().map(Open::new) {
            match &board {
                Some(board) => board.end_with(open, report),
                None => open.end(report),
            }
        }
        // If the jobs have all gone by now, the board is done as soon as this has.
        board
    }

    fn spawn(&self, job: BoxFuture<'static, ()>) -> Handed<R> {
        // A spawner that panics has dropped the job, which has reported itself as aborted.
        if let Err(panic) = capture(|| self.home.spawner().spawn(job)) {
            drop_quietly(panic);
        }
        Handed::Over
    }

    /// This send's own stays open until it has handed all over.
    fn new_desk(&mut self) -> Desk<R> {
        let (home, aloft) = (self.home, &mut self.aloft);
        let own = self.desk.get_or_insert_with(|| {
            let aloft = aloft.take().unwrap_or_else(|| home.flight.take_off());
            Board::open(aloft, home.has_witness())
        });
        if let Some(desk) = self.desks.pop() {
            return desk;
        }
        // As many as there have been: most of them will be needed.
        let more = self.made.min(DESKS);
        self.made += more + 1;
        self.desks.extend(iter::repeat_n(&*own, more).cloned());
        own.clone()
    }
}
