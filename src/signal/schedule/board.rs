//! Calls that run on an executor, and where they leave their outcomes.

use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::task::AtomicWaker;

use super::call::{Call, Granted, Start, failure};
use super::crew::Placed;
use crate::signal::panic::{capture, drop_quietly};
use crate::signal::registry::Slot;
use crate::signal::report::{Cause, Failure};
use crate::sync::{Arc, Lock};

/// What the jobs of one send share with its [`Delivery`](crate::Delivery).
pub(crate) struct Board<R> {
    state: Lock<State<R>>,
    /// Who waits for the last job.
    waiter: AtomicWaker,
}

/// Written by jobs and by the delivery, under the lock.
struct State<R> {
    outcomes: Vec<Placed<R>>,
    /// Jobs that have left no outcome yet.
    left: usize,
    aborted: bool,
    /// A waker for each job: that of its last poll, until it finishes.
    wakers: Vec<Option<Waker>>,
}

impl<R> Board<R> {
    pub(crate) fn new() -> Arc<Self> {
        let state = State {
            outcomes: Vec::new(),
            left: 0,
            aborted: false,
            wakers: Vec::new(),
        };
        Arc::new(Self {
            state: Lock::new(state),
            waiter: AtomicWaker::new(),
        })
    }

    /// Has every job that is not finished stop and be reported as aborted.
    pub(crate) fn abort(&self) {
        let mut state = self.state.hold();
        state.aborted = true;
        let wakers = mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    /// All outcomes by place, once no job is left.
    pub(crate) fn poll_outcomes(&self, cx: &mut Context<'_>) -> Poll<Vec<Placed<R>>> {
        self.waiter.register(cx.waker());
        let mut state = self.state.hold();
        if state.left > 0 {
            return Poll::Pending;
        }
        let mut outcomes = mem::take(&mut state.outcomes);
        drop(state);
        outcomes.sort_unstable_by_key(|(place, _)| *place);
        Poll::Ready(outcomes)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state.hold().left == 0
    }

    fn enter(&self) -> usize {
        let mut state = self.state.hold();
        state.left += 1;
        state.wakers.push(None);
        state.wakers.len() - 1
    }

    /// Remembers how to wake a job; false if it shall stop instead.
    fn listen(&self, number: usize, waker: &Waker) -> bool {
        // Cloned and dropped outside the lock: a waker is its executor's code.
        let waker = waker.clone();
        let mut state = self.state.hold();
        if state.aborted {
            return false;
        }
        let stale = state.wakers[number].replace(waker);
        drop(state);
        drop(stale);
        true
    }

    fn finish(&self, number: usize, outcome: Placed<R>) {
        let mut state = self.state.hold();
        let stale = state.wakers.get_mut(number).and_then(Option::take);
        state.outcomes.push(outcome);
        state.left -= 1;
        let last = state.left == 0;
        drop(state);
        drop(stale);
        if last {
            self.waiter.wake();
        }
    }
}

/// One call as a task for an executor. Whatever becomes of the task, the board gets an outcome: a job that is dropped
/// before it has finished leaves "aborted".
pub(crate) struct Job<P, R, K> {
    stage: Stage<P, R, K>,
    slot: Arc<Slot<P, R, K>>,
    board: Arc<Board<R>>,
    number: usize,
    place: usize,
}

enum Stage<P, R, K> {
    Granted(Granted<P, R, K>),
    Started(Call<P, R, K>),
    Finished,
}

impl<P, R, K> Job<P, R, K> {
    /// A call that starts on the executor.
    pub(crate) fn granted(granted: Granted<P, R, K>, board: &Arc<Board<R>>, place: usize) -> Self {
        Self::new(
            Arc::clone(&granted.slot),
            Stage::Granted(granted),
            board,
            place,
        )
    }

    /// A call that goes on there.
    pub(crate) fn started(
        slot: &Arc<Slot<P, R, K>>,
        call: Call<P, R, K>,
        board: &Arc<Board<R>>,
        place: usize,
    ) -> Self {
        Self::new(Arc::clone(slot), Stage::Started(call), board, place)
    }

    fn new(
        slot: Arc<Slot<P, R, K>>,
        stage: Stage<P, R, K>,
        board: &Arc<Board<R>>,
        place: usize,
    ) -> Self {
        Self {
            stage,
            slot,
            number: board.enter(),
            board: Arc::clone(board),
            place,
        }
    }

    fn aborted(&self) -> Failure {
        Failure::new(self.slot.id, self.slot.name(), Cause::Aborted)
    }

    fn finish(&mut self, outcome: Result<R, Failure>) {
        // First the call ends, then it is reported: who has seen the report finds nothing running.
        let stage = mem::replace(&mut self.stage, Stage::Finished);
        drop_quietly(stage);
        self.board.finish(self.number, (self.place, outcome));
    }
}

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static> Job<P, R, K> {
    fn poll_call(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Failure>> {
        if let Stage::Granted(_) = &self.stage {
            let Stage::Granted(granted) = mem::replace(&mut self.stage, Stage::Finished) else {
                unreachable!()
            };
            match granted.start() {
                Start::Waits(call) => self.stage = Stage::Started(call),
                Start::Finished(outcome) => return Poll::Ready(outcome),
                Start::Refused => return Poll::Ready(Err(self.aborted())),
            }
        }
        match &mut self.stage {
            Stage::Started(call) => Pin::new(call).poll(cx),
            _ => unreachable!("a job is polled until it finishes"),
        }
    }
}

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static> Future for Job<P, R, K> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if matches!(this.stage, Stage::Finished) {
            return Poll::Ready(());
        }
        // Registered before the call is polled: an abort during the poll wakes the task for another one.
        let outcome = if this.board.listen(this.number, cx.waker()) {
            // Nothing of a callback's gets through to here; the payload's drop may.
            match capture(|| this.poll_call(cx)) {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(outcome)) => outcome,
                Err(panic) => Err(failure(&this.slot, panic)),
            }
        } else {
            Err(this.aborted())
        };
        this.finish(outcome);
        Poll::Ready(())
    }
}

impl<P, R, K> Drop for Job<P, R, K> {
    fn drop(&mut self) {
        let aborted = match &self.stage {
            Stage::Finished => return,
            _ => self.aborted(),
        };
        self.finish(Err(aborted));
    }
}

/// Outcomes that nobody collected are dropped with the board: replies are the user's, and may panic on drop.
impl<R> Drop for Board<R> {
    fn drop(&mut self) {
        drop_quietly(mem::take(&mut self.state.hold().outcomes));
    }
}
