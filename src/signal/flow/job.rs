//! A managed call on an executor.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::lane::Parked;
use super::{Managed, Refusal};
use crate::signal::board::{Alarm, Desk};
use crate::signal::failure::{Cause, Failure};
use crate::signal::panic::capture;
use crate::spawn::Spawner;
use crate::sync::Arc;

/// A managed call as a task for an executor. Whatever becomes of the task, the board gets an outcome.
pub(crate) struct ManagedJob<P, R, K> {
    call: Managed<P, R, K>,
    /// Where the outcome goes; `None` once it has.
    desk: Option<Desk<R>>,
    place: usize,
    alarm: Alarm,
}

impl<P, R, K> ManagedJob<P, R, K> {
    pub(crate) fn new(call: Managed<P, R, K>, desk: Desk<R>, place: usize) -> Self {
        Self {
            call,
            desk: Some(desk),
            place,
            alarm: Alarm::default(),
        }
    }

    fn finish_with(&mut self, cause: Cause) {
        let failure = self.call.stop(cause);
        self.finish(Err(failure));
    }

    fn finish(&mut self, outcome: Result<R, Failure>) {
        if let Some(desk) = self.desk.take() {
            desk.leave(&self.alarm, self.place, outcome);
        }
        self.call.let_next();
    }
}

impl<P, R, K> ManagedJob<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Leaves it in its lane until its turn comes; then it goes to the spawner.
    pub(crate) fn park(mut self, spawner: Arc<dyn Spawner>) {
        let needs_task = self.call.has_deadline() && !self.call.waits_for_itself();
        let turn = self.call.turn().filter(|_| !needs_task);
        let Some((parking, stopper)) = turn.map(|turn| (turn.parking(), turn.stopper())) else {
            // Its time passes while it waits.
            return spawn(&*spawner, self);
        };
        let desk = self.desk.as_ref();
        if desk.is_some_and(|desk| !desk.listen(&mut self.alarm, &stopper)) {
            return self.finish_with(Cause::Aborted);
        }
        parking.park(Box::new(ParkedJob { job: self, spawner }));
    }
}

/// Hands a job over. A spawner that panics has dropped it, which has reported it as aborted.
fn spawn<P, R, K>(spawner: &dyn Spawner, job: ManagedJob<P, R, K>)
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    drop(capture(|| spawner.spawn(Box::pin(job))));
}

struct ParkedJob<P, R, K> {
    job: ManagedJob<P, R, K>,
    spawner: Arc<dyn Spawner>,
}

impl<P, R, K> Parked for ParkedJob<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    fn go(self: Box<Self>) {
        spawn(&*self.spawner, self.job);
    }

    fn refuse(mut self: Box<Self>, why: Refusal) {
        self.job.finish_with(why.into());
    }
}

/// Nothing in it is ever pinned: the callback's future is boxed.
impl<P, R, K> Unpin for ManagedJob<P, R, K> {}

impl<P, R, K> Future for ManagedJob<P, R, K> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let Some(desk) = &this.desk else {
            return Poll::Ready(());
        };
        if desk.is_aborted() {
            this.finish_with(Cause::Aborted);
            return Poll::Ready(());
        }
        match this.call.poll(cx) {
            Poll::Ready(outcome) => this.finish(outcome),
            // An abort before this has had nobody to wake.
            Poll::Pending if desk.listen(&mut this.alarm, cx.waker()) => return Poll::Pending,
            Poll::Pending => this.finish_with(Cause::Aborted),
        }
        Poll::Ready(())
    }
}

impl<P, R, K> Drop for ManagedJob<P, R, K> {
    fn drop(&mut self) {
        if self.desk.is_some() {
            self.finish_with(Cause::Aborted);
        }
    }
}
