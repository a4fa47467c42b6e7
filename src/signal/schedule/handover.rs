//! Handing async calls over to an executor.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::Schedule;
use super::board::{Board, Job};
use super::call::{Granted, Start};
use crate::signal::panic::{capture, drop_quietly};
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

    pub(crate) fn take<P, K>(&mut self, granted: Granted<P, R, K>, place: usize) -> Handed<R>
    where
        P: Send + Sync + 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        match self.schedule {
            Schedule::Spawn => {
                let job = Job::granted(granted, self.board(), place);
                self.spawn(job)
            }
            Schedule::Eager => self.poll_first(granted, place),
        }
    }

    /// `None` if nothing was handed over.
    pub(crate) fn into_board(self) -> Option<Arc<Board<R>>> {
        self.board
    }

    fn poll_first<P, K>(&mut self, granted: Granted<P, R, K>, place: usize) -> Handed<R>
    where
        P: Send + Sync + 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        let slot = Arc::clone(&granted.slot);
        let mut call = match granted.start() {
            Start::Started(call) => call,
            Start::Refused => return Handed::Refused,
            Start::Failed(failure) => return Handed::Finished(Err(failure)),
        };
        // The executor polls it again as soon as it has it, so no wake-up can be lost here.
        match Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Handed::Finished(outcome),
            Poll::Pending => {
                let job = Job::started(&slot, call, self.board(), place);
                self.spawn(job)
            }
        }
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
