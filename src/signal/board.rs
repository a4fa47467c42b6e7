//! Where calls on an executor leave what they come to.

use std::mem;
use std::num::NonZeroUsize;
use std::task::{Context, Poll, Waker};

use futures_util::task::AtomicWaker;

use super::dispatcher::Open;
use super::failure::Failure;
use super::flight::Aloft;
use super::panic::drop_quietly;
use super::report::{Late, Report};
use crate::sync::{Arc, AtomicBool, Lock, Ordering};

/// What the jobs of one send share with its [`Delivery`](crate::Delivery).
pub(crate) struct Board<R> {
    state: Lock<State<R>>,
    /// Set once, by `abort`, under the lock; read without it by jobs that begin, so that one that is ready at once takes no
    /// lock, and under it by those that leave their wakers.
    is_aborted: AtomicBool,
    /// Set once, by the last job: all outcomes are there.
    is_done: AtomicBool,
    /// Set after it, when the send counts as under way no more: who has seen the report finds nothing under way, and
    /// who has seen nothing under way finds it done.
    has_landed: AtomicBool,
    /// Who waits for the last job.
    waiter: AtomicWaker,
    /// Whether events are to be kept for who is told of failures.
    is_told: bool,
    /// Adds replies to a report, where all are alike: then those need not be stored.
    add: Option<fn(&mut Report<R>, usize)>,
}

/// Written by jobs and by the delivery, under the lock.
struct State<R> {
    late: Late<R>,
    /// Those of jobs that wait.
    wakers: Vec<Option<Waker>>,
    /// Where the send is a round. Put there by the send before it goes.
    round: Option<Box<Whole<R>>>,
}

/// The report of a send that dispatchers are told of.
struct Whole<R> {
    /// Until they have been told: then the report is whole.
    open: Option<Open<R>>,
    report: Report<R>,
}

/// A job's way to the board. The last one to go has the board be done, so nothing else has to be counted.
pub(crate) struct Desk<R>(Arc<Door<R>>);

struct Door<R> {
    board: Arc<Board<R>>,
    /// The send, under way until the last job has gone.
    aloft: Option<Aloft>,
}

/// Where a job's waker is, once it had to wait. One past the number, in half of the memory.
#[derive(Default)]
pub(crate) struct Alarm(Option<NonZeroUsize>);

impl Alarm {
    fn number(&self) -> Option<usize> {
        self.0.map(|number| number.get() - 1)
    }
}

impl<R: 'static> Board<R> {
    /// A board, and the first desk at it.
    pub(crate) fn open(aloft: Aloft, is_told: bool) -> Desk<R> {
        let state = State {
            late: Late::new(),
            wakers: Vec::new(),
            round: None,
        };
        let board = Self {
            state: Lock::new(state),
            is_aborted: AtomicBool::new(false),
            is_done: AtomicBool::new(false),
            has_landed: AtomicBool::new(false),
            waiter: AtomicWaker::new(),
            is_told,
            add: Report::adder(),
        };
        Desk(Arc::new(Door {
            board: Arc::new(board),
            aloft: Some(aloft),
        }))
    }
}

impl<R> Board<R> {
    /// Has every job that is not finished stop and be reported as aborted.
    pub(crate) fn abort(&self) {
        let mut state = self.state.hold();
        self.is_aborted.store(true, Ordering::SeqCst);
        let wakers = mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }

    /// Has this round ended when no job is left, with the outcomes in this report, which leaves a count behind. Whoever asks for
    /// it holds a desk.
    pub(crate) fn end_with(&self, open: Open<R>, report: &mut Report<R>) {
        let count = report.count();
        let whole = Whole {
            open: Some(open),
            report: mem::replace(report, Report::of_kept(count)),
        };
        self.state.hold().round = Some(Box::new(whole));
    }

    /// For the last one to go: tells the dispatchers. Nobody asks for the outcomes yet.
    fn end_round(&self) {
        let mut state = self.state.hold();
        let Some(mut whole) = state.round.take() else {
            return;
        };
        let late = mem::replace(&mut state.late, Late::new());
        drop(state);
        let early = mem::replace(&mut whole.report, Report::new());
        whole.report = early.with_late(late.filled_with(self.add));
        if let Some(open) = whole.open.take() {
            open.end(&whole.report);
        }
        self.state.hold().round = Some(whole);
    }

    /// Completes a report with all outcomes, once no job is left.
    pub(crate) fn poll_outcomes(
        &self,
        early: &mut Report<R>,
        cx: &mut Context<'_>,
    ) -> Poll<Report<R>> {
        if !self.has_landed.load(Ordering::SeqCst) {
            self.waiter.register(cx.waker());
            if !self.has_landed.load(Ordering::SeqCst) {
                return Poll::Pending;
            }
        }
        let mut state = self.state.hold();
        let late = mem::replace(&mut state.late, Late::new());
        let whole = state.round.take();
        drop(state);
        let early = mem::replace(early, Report::new());
        Poll::Ready(match whole {
            Some(whole) => whole.report,
            None => early.with_late(late.filled_with(self.add)),
        })
    }

    pub(crate) fn is_done(&self) -> bool {
        self.is_done.load(Ordering::SeqCst)
    }
}

impl<R> Desk<R> {
    pub(crate) fn board(&self) -> Arc<Board<R>> {
        Arc::clone(&self.0.board)
    }

    pub(super) fn is_aborted(&self) -> bool {
        self.0.board.is_aborted.load(Ordering::SeqCst)
    }

    #[inline]
    pub(super) fn is_told(&self) -> bool {
        self.0.board.is_told
    }

    /// Remembers how to wake a job; false if it shall stop instead.
    pub(super) fn listen(&self, alarm: &mut Alarm, waker: &Waker) -> bool {
        let board = &*self.0.board;
        if let Some(number) = alarm.number() {
            let state = board.state.hold();
            let known = state.wakers.get(number).and_then(Option::as_ref);
            if known.is_some_and(|known| known.will_wake(waker)) {
                return true;
            }
        }
        // Cloned and dropped outside the lock: a waker is its executor's code.
        let waker = waker.clone();
        let mut state = board.state.hold();
        if self.is_aborted() {
            return false;
        }
        let stale = if let Some(number) = alarm.number() {
            state.wakers[number].replace(waker)
        } else {
            state.wakers.push(Some(waker));
            alarm.0 = NonZeroUsize::new(state.wakers.len());
            None
        };
        drop(state);
        drop(stale);
        true
    }

    /// Leaves a job's outcome, and goes.
    pub(super) fn leave(self, alarm: &Alarm, place: usize, outcome: Result<R, Failure>) {
        let board = &*self.0.board;
        let is_told = outcome.is_ok() && board.add.is_some();
        if is_told && alarm.0.is_none() {
            return;
        }
        let mut state = board.state.hold();
        let stale = alarm
            .number()
            .and_then(|number| state.wakers.get_mut(number)?.take());
        if !is_told {
            state.late.push(place, outcome);
        }
        drop(state);
        drop(stale);
    }
}

impl<R> Clone for Desk<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> Drop for Door<R> {
    fn drop(&mut self) {
        self.board.end_round();
        self.board.is_done.store(true, Ordering::SeqCst);
        self.aloft = None;
        self.board.has_landed.store(true, Ordering::SeqCst);
        self.board.waiter.wake();
    }
}

/// Outcomes that nobody collected are dropped with the board: replies are the user's, and may panic on drop.
impl<R> Drop for Board<R> {
    fn drop(&mut self) {
        let state = self.state.get_mut();
        drop_quietly(mem::replace(&mut state.late, Late::new()));
        drop_quietly(state.round.take());
    }
}
