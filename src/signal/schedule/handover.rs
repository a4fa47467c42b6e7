//! Handing async calls over to an executor.

use std::hash::Hash;
use std::iter;
use std::task::{Context, Waker};

use smallvec::SmallVec;

use super::Schedule;
use crate::signal::board::{Board, Desk};
use crate::signal::event::Event;
use crate::signal::job::{Job, Ticket};
use crate::signal::panic::{capture, drop_quietly};
use crate::signal::registry::{Held, Slot};
use crate::signal::report::{Cause, Failure};
use crate::signal::target::Unready;
use crate::spawn::{BoxFuture, Spawner};
use crate::sync::Arc;

/// The async calls of one send on their way to the spawner.
pub(crate) struct Handover<'a, R> {
    spawner: &'a dyn Spawner,
    schedule: Schedule,
    desk: Option<Desk<R>>,
    /// Desks for the next jobs. Made several at a time: jobs that finish on other threads meanwhile count down what
    /// making one counts up, and a counter that goes back and forth between threads is slow.
    desks: SmallVec<[Desk<R>; DESKS]>,
    made: usize,
}

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

impl<'a, R: Send + 'static> Handover<'a, R> {
    pub(crate) fn new(spawner: &'a dyn Spawner, schedule: Schedule) -> Self {
        Self {
            spawner,
            schedule,
            desk: None,
            desks: SmallVec::new(),
            made: 0,
        }
    }

    pub(crate) fn take<P, K>(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R>
    where
        P: Send + Sync + 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        let mut unready = Unready::Gone;
        match self.schedule {
            Schedule::Spawn if slot.is_alive() => {
                let (own, held, desk) = (Arc::clone(slot), held.map(Box::new), self.new_desk());
                let job = slot.job(own, event, held, desk, place);
                return self.spawn(job);
            }
            Schedule::Spawn => {}
            // The executor polls it again as soon as it has it, so no wake-up can be lost here.
            Schedule::Eager => {
                let cx = &mut Context::from_waker(Waker::noop());
                if let Some(reply) = slot.begin(event, cx, &mut unready) {
                    return Handed::Replied(reply);
                }
            }
        }
        match unready {
            Unready::Waits(future) => {
                let ticket = Ticket::started(Arc::clone(slot), held, self.new_desk(), place);
                self.spawn(Box::pin(Job::going_on(ticket, future)))
            }
            Unready::Gone => {
                slot.disconnect();
                Handed::Refused
            }
            Unready::Failed(panic) => Handed::Failed(slot.failure(Cause::Panicked(panic))),
        }
    }

    /// `None` if nothing was handed over.
    pub(crate) fn into_board(self) -> Option<Arc<Board<R>>> {
        self.desk.map(|desk| desk.board())
    }

    fn spawn(&self, job: BoxFuture<'static, ()>) -> Handed<R> {
        // A spawner that panics has dropped the job, which has reported itself as aborted.
        if let Err(panic) = capture(|| self.spawner.spawn(job)) {
            drop_quietly(panic);
        }
        Handed::Over
    }

    /// This send's own stays open until it has handed all over.
    fn new_desk(&mut self) -> Desk<R> {
        let own = self.desk.get_or_insert_with(Board::open);
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
