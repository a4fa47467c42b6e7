//! Handing async calls over to an executor.

use std::hash::Hash;
use std::task::{Context, Waker};

use super::Schedule;
use super::board::{Board, Job};
use super::call::{Granted, Start, start_here};
use crate::signal::event::Event;
use crate::signal::panic::{capture, drop_quietly};
use crate::signal::registry::{Held, Slot};
use crate::signal::report::Failure;
use crate::spawn::Spawner;
use crate::sync::Arc;

/// The async calls of one send on their way to the spawner.
pub(crate) struct Handover<'a, R> {
    spawner: &'a dyn Spawner,
    schedule: Schedule,
    board: Option<Arc<Board<R>>>,
}

/// What became of one of them.
pub(crate) enum Handed<R> {
    Over,
    /// It was done at its first poll.
    Finished(Result<R, Failure>),
    /// It may not start.
    Refused,
}

impl<'a, R: Send + 'static> Handover<'a, R> {
    pub(crate) fn new(spawner: &'a dyn Spawner, schedule: Schedule) -> Self {
        Self {
            spawner,
            schedule,
            board: None,
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
        let job = match self.schedule {
            Schedule::Spawn => {
                let granted = Granted {
                    slot: Arc::clone(slot),
                    event,
                    held,
                };
                Job::granted(granted, self.board(), place)
            }
            // The executor polls it again as soon as it has it, so no wake-up can be lost here.
            Schedule::Eager => {
                match start_here(slot, event, held, &mut Context::from_waker(Waker::noop())) {
                    Start::Waits(call) => Job::started(slot, call, self.board(), place),
                    Start::Finished(outcome) => return Handed::Finished(outcome),
                    Start::Refused => return Handed::Refused,
                }
            }
        };
        self.spawn(job)
    }

    /// `None` if nothing was handed over.
    pub(crate) fn into_board(self) -> Option<Arc<Board<R>>> {
        self.board
    }

    fn spawn<P, K>(&self, job: Job<P, R, K>) -> Handed<R>
    where
        P: Send + Sync + 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        // A spawner that panics has dropped the job, which has reported itself as aborted.
        if let Err(panic) = capture(|| self.spawner.spawn(Box::pin(job))) {
            drop_quietly(panic);
        }
        Handed::Over
    }

    fn board(&mut self) -> &Arc<Board<R>> {
        self.board.get_or_insert_with(Board::new)
    }
}
