//! A send inside one task, for less than all replies.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::dispatcher::{Open, Round};
use super::end::End;
use super::event::Event;
use super::failure::Failure;
use super::flight::Aloft;
use super::flow::Deadline;
use super::passage::{Passage, Waiting};
use super::registry::{Held, Slot};
use super::report::{Late, Report};
use super::schedule::{Crew, Handed};
use super::send::SendBuilder;
use super::surroundings::Surroundings;
use crate::sync::Arc;
pub(crate) use ask::{Silence, Unanswered};

mod ask;

/// What becomes of replies as they come.
pub trait Folder<R>: sealed::Sealed {
    /// What is left in the end.
    type Output;

    #[doc(hidden)]
    fn add(&mut self, reply: R) -> ControlFlow<Self::Output>;

    /// A call was given the event: its outcome comes later, or never.
    #[doc(hidden)]
    fn given(&mut self) {}

    #[doc(hidden)]
    fn failed(&mut self, _failure: &Failure) {}

    #[doc(hidden)]
    fn end(&mut self) -> Self::Output;
}

/// Takes the first reply. See [`SendBuilder::first`].
#[derive(Debug)]
pub struct First;

impl<R> Folder<R> for First {
    type Output = Option<R>;

    fn add(&mut self, reply: R) -> ControlFlow<Option<R>> {
        ControlFlow::Break(Some(reply))
    }

    fn end(&mut self) -> Option<R> {
        None
    }
}

/// Folds all replies. See [`SendBuilder::fold`].
pub struct Fold<A, F> {
    so_far: Option<A>,
    fold: F,
}

impl<A, F> Fold<A, F> {
    pub(super) fn new(init: A, fold: F) -> Self {
        Self {
            so_far: Some(init),
            fold,
        }
    }
}

/// Why `so_far` can be taken: it is put back at once, and a fold that panicked is polled no more.
const TAKEN: &str = "polled after it finished";

impl<A, R, F: FnMut(A, R) -> A> Folder<R> for Fold<A, F> {
    type Output = A;

    fn add(&mut self, reply: R) -> ControlFlow<A> {
        let so_far = self.so_far.take().expect(TAKEN);
        self.so_far = Some((self.fold)(so_far, reply));
        ControlFlow::Continue(())
    }

    fn end(&mut self) -> A {
        self.so_far.take().expect(TAKEN)
    }
}

/// Folds replies until told to stop. See [`SendBuilder::try_fold`].
pub struct TryFold<A, F>(Fold<A, F>);

impl<A, F> TryFold<A, F> {
    pub(super) fn new(init: A, fold: F) -> Self {
        Self(Fold::new(init, fold))
    }
}

impl<A, B, R, F: FnMut(A, R) -> ControlFlow<B, A>> Folder<R> for TryFold<A, F> {
    type Output = ControlFlow<B, A>;

    fn add(&mut self, reply: R) -> ControlFlow<ControlFlow<B, A>> {
        let so_far = self.0.so_far.take().expect(TAKEN);
        match (self.0.fold)(so_far, reply) {
            ControlFlow::Continue(so_far) => {
                self.0.so_far = Some(so_far);
                ControlFlow::Continue(())
            }
            done => ControlFlow::Break(done),
        }
    }

    fn end(&mut self) -> ControlFlow<B, A> {
        ControlFlow::Continue(self.0.so_far.take().expect(TAKEN))
    }
}

impl<A: fmt::Debug, F> fmt::Debug for Fold<A, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fold")
            .field("so_far", &self.so_far)
            .finish_non_exhaustive()
    }
}

impl<A: fmt::Debug, F> fmt::Debug for TryFold<A, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryFold")
            .field("so_far", &self.0.so_far)
            .finish_non_exhaustive()
    }
}

/// Runs a send's callbacks in the task that polls it, and folds their replies. Made by [`SendBuilder::first`],
/// [`fold`](SendBuilder::fold) and [`try_fold`](SendBuilder::try_fold).
///
/// # Cancel safety
/// As [`SendBuilder::join`]; what was folded so far is lost.
#[must_use = "nothing is sent until it is awaited"]
pub struct FoldFuture<'a, P, R, K, S> {
    send: Option<SendBuilder<'a, P, R, K>>,
    /// Made if it has to look before it begins.
    waiting: Option<Box<Waiting>>,
    work: Work<P, R, K>,
    folder: S,
}

/// What is under way. Apart from what the future borrows, as in a join.
struct Work<P, R, K> {
    crew: Crew<P, R, K>,
    /// The send, from when it has to be counted until this is dropped.
    aloft: Option<Aloft>,
    /// Where it goes through dispatchers, until they are told that it has ended.
    tally: Option<Box<Tally>>,
}

/// What has come of calls whose replies are taken as they come.
struct Tally {
    open: Open<()>,
    report: Report<()>,
    late: Late<()>,
}

impl Tally {
    fn new(round: Arc<Round>) -> Box<Self> {
        Box::new(Self {
            open: Open::of_taken(round),
            report: Report::new(),
            late: Late::new(),
        })
    }

    fn note_late<R>(&mut self, place: usize, outcome: &Result<R, Failure>) {
        let outcome = outcome.as_ref().map(|_| ()).map_err(Failure::clone);
        self.late.push(place, outcome);
    }
}

impl<P, R, K> Work<P, R, K> {
    /// Cancels what is left, and ends the send.
    fn finish(&mut self) {
        if let Some(tally) = self.tally.take() {
            let Tally {
                open,
                report,
                mut late,
            } = *tally;
            let aborted = |place, failure| late.push(place, Err(failure));
            self.crew.abort(aborted);
            open.end(&report.with_late(late));
        }
        self.crew = Crew::new();
        self.aloft = None;
    }
}

/// Dropped half way: dispatchers are told of that as well.
impl<P, R, K> Drop for Work<P, R, K> {
    fn drop(&mut self) {
        if self.tally.is_some() {
            self.finish();
        }
    }
}

/// Nothing in it is ever pinned: callbacks' futures are boxed.
impl<P, R, K, S> Unpin for FoldFuture<'_, P, R, K, S> {}

impl<'a, P, R, K, S> FoldFuture<'a, P, R, K, S> {
    pub(super) fn new(send: SendBuilder<'a, P, R, K>, folder: S) -> Self {
        Self {
            send: Some(send),
            waiting: None,
            work: Work {
                crew: Crew::new(),
                aloft: None,
                tally: None,
            },
            folder,
        }
    }
}

impl<P, R, K, S> FoldFuture<'_, P, R, K, S>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
    S: Folder<R>,
{
    /// Begins: gives the end of the send.
    fn begin<'s, 'c>(
        &'s mut self,
        home: &'s Arc<Surroundings<P, R, K>>,
        (aloft, deadline): (Option<Aloft>, Option<Deadline>),
        cx: &'s mut Context<'c>,
    ) -> Folding<'s, 'c, P, R, K, S> {
        self.work.aloft = aloft;
        self.work.crew.begin(home.has_witness(), deadline);
        Folding {
            folder: &mut self.folder,
            home,
            work: &mut self.work,
            cx,
            broken: None,
        }
    }

    /// Goes on with one that has begun.
    fn poll_rest(
        &mut self,
        mut broken: Option<S::Output>,
        cx: &mut Context<'_>,
    ) -> Poll<S::Output> {
        if broken.is_none() {
            let (folder, Work { crew, tally, .. }) = (&mut self.folder, &mut self.work);
            let finished = |place, outcome: Result<R, Failure>| {
                if let Some(tally) = tally {
                    tally.note_late(place, &outcome);
                }
                match outcome {
                    Ok(reply) => broken = folder.add(reply).break_value(),
                    Err(failure) => folder.failed(&failure),
                }
                if broken.is_some() {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            };
            if crew.poll(cx, finished).is_pending() {
                return Poll::Pending;
            }
        }
        // What is left of the crew is cancelled now, not when the future is dropped; as it should be, so nobody is told.
        self.work.crew.dismiss();
        self.work.finish();
        Poll::Ready(broken.unwrap_or_else(|| self.folder.end()))
    }
}

impl<P, R, K, S> Future for FoldFuture<'_, P, R, K, S>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
    S: Folder<R>,
{
    type Output = S::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<S::Output> {
        let this = &mut *self;
        let mut broken = None;
        if let Some(send) = &mut this.send {
            let (begun, deadline) = ready!(send.poll_leave(&mut this.waiting, cx));
            // Taken out first: one whose fold has panicked must not be sent again.
            let Some(mut send) = this.send.take() else {
                unreachable!("it was there")
            };
            let home = send.surroundings();
            match begun {
                Ok(leave) => {
                    let leave = leave.map(|Passage { row, aloft }| (row, aloft));
                    let (row, aloft) = leave.unzip();
                    let mut folding = this.begin(home, (aloft, deadline), cx);
                    send.conduct(row, &mut folding);
                    broken = folding.broken;
                }
                // One that reaches nobody has nothing to fold.
                Err(cause) => drop(home.fail_send(cause)),
            }
        }
        this.poll_rest(broken, cx)
    }
}

/// The end of a send whose replies are folded as they come.
struct Folding<'a, 'c, P, R, K, S: Folder<R>> {
    folder: &'a mut S,
    home: &'a Arc<Surroundings<P, R, K>>,
    work: &'a mut Work<P, R, K>,
    cx: &'a mut Context<'c>,
    broken: Option<S::Output>,
}

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static, S: Folder<R>> End<P, R, K>
    for Folding<'_, '_, P, R, K, S>
{
    fn replied(&mut self, reply: R) -> ControlFlow<()> {
        self.broken = self.folder.add(reply).break_value();
        if self.broken.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn failed(&mut self, failure: Failure) -> ControlFlow<()> {
        self.folder.failed(&failure);
        if let Some(tally) = &mut self.work.tally {
            tally.report.push(Err(failure));
        }
        ControlFlow::Continue(())
    }

    fn granted(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
    ) -> ControlFlow<(), bool> {
        let Work { crew, aloft, tally } = &mut *self.work;
        let place = tally.as_ref().map_or(0, |tally| tally.report.count());
        let flow = match crew.start(slot, event, held, place, (self.home, self.cx)) {
            Handed::Replied(reply) => {
                // Every reply to dispatchers comes this way.
                if let Some(tally) = tally {
                    tally.report.push(Ok(()));
                }
                End::<P, R, K>::replied(self, reply)
            }
            Handed::Over => {
                // Before the walk has ended, as in a join.
                let flight = &self.home.flight;
                aloft.get_or_insert_with(|| flight.take_off());
                self.folder.given();
                if let Some(tally) = tally {
                    tally.report.keep_place();
                }
                ControlFlow::Continue(())
            }
            Handed::Failed(failure) => End::<P, R, K>::failed(self, failure),
            Handed::Refused => return ControlFlow::Continue(false),
        };
        flow.map_continue(|()| true)
    }

    fn took(&mut self) {
        self.folder.given();
    }

    fn opened(&mut self, round: Arc<Round>) {
        self.work.crew.go_through(&round);
        self.work.tally = Some(Tally::new(round));
    }
}

impl<P, R, K, S> fmt::Debug for FoldFuture<'_, P, R, K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoldFuture")
            .field("sent", &self.send.is_none())
            .finish_non_exhaustive()
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::First {}
    impl<A, F> Sealed for super::Fold<A, F> {}
    impl<A, F> Sealed for super::TryFold<A, F> {}
    impl Sealed for super::ask::Asked {}
}
