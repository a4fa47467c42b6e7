//! A send inside one task, to its end.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::conduct::{Once, Post, walk_booked};
use super::dispatcher::{Open, Round};
use super::end::{Collecting, Start};
use super::event::Event;
use super::failure::{Cause, Failure};
use super::flight::Aloft;
use super::key::Key;
use super::panic::drop_quietly;
use super::passage::{Passage, Waiting};
use super::registry::{Held, Slot};
use super::report::{Late, Report};
use super::schedule::{Crew, Handed};
use super::send::SendBuilder;
use super::surroundings::Surroundings;
use crate::sync::Arc;

/// Runs a send's callbacks in the task that polls it. Made by [`SendBuilder::join`].
#[must_use = "nothing is sent until it is awaited"]
pub struct JoinFuture<'a, P, R = (), K = Key> {
    send: Option<SendBuilder<'a, P, R, K>>,
    /// Made if it has to look before it begins.
    waiting: Option<Box<Waiting>>,
    work: Work<P, R, K>,
    groups: Option<Box<Groups<'a, P, R, K>>>,
}

/// What has come of it so far, and what is still to come. Apart from what it borrows: it has something to do when it is
/// dropped, and the signal may go at the same time.
struct Work<P, R, K> {
    report: Report<R>,
    crew: Crew<P, R, K>,
    late: Late<R>,
    /// The send, from when it has to be counted until this is dropped.
    aloft: Option<Aloft>,
    /// Where it goes through dispatchers, until they are told that it has ended.
    open: Option<Box<Open<R>>>,
}

impl<P, R, K> Work<P, R, K> {
    /// Ends the send, all of whose calls have ended.
    fn finish(&mut self) -> Report<R> {
        let late = mem::replace(&mut self.late, Late::new());
        let report = mem::replace(&mut self.report, Report::new()).with_late(late);
        if let Some(open) = self.open.take() {
            open.end(&report);
        }
        // First the send has landed, then it is told.
        self.aloft = None;
        report
    }
}

/// Dropped half way: dispatchers are told of that as well.
impl<P, R, K> Drop for Work<P, R, K> {
    fn drop(&mut self) {
        if self.open.is_some() {
            let late = &mut self.late;
            self.crew
                .abort(|place, failure| late.push(place, Err(failure)));
            drop_quietly(self.finish());
        }
    }
}

/// The connections whose turn has not come, where they come by priority.
struct Groups<'a, P, R, K> {
    home: Option<&'a Arc<Surroundings<P, R, K>>>,
    event: Option<Arc<Event<P, K>>>,
    rest: VecDeque<Post<P, R, K>>,
    once: Option<Once>,
}

/// Nothing in it is ever pinned: callbacks' futures are boxed.
impl<P, R, K> Unpin for JoinFuture<'_, P, R, K> {}

impl<'a, P, R, K> JoinFuture<'a, P, R, K> {
    pub(super) fn new(send: SendBuilder<'a, P, R, K>) -> Self {
        Self {
            send: Some(send),
            waiting: None,
            work: Work {
                report: Report::new(),
                crew: Crew::new(),
                late: Late::new(),
                aloft: None,
                open: None,
            },
            groups: None,
        }
    }

    /// Runs callbacks group by group: those of one priority concurrently, those of a lower one once all before them have
    /// finished, sync ones among them.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Signal;
    ///
    /// let stop = Signal::<()>::default();
    /// stop.connect(|_| async { println!("first the doors close") }).priority(1).await;
    /// stop.connect(|_| async { println!("then the lights go out") }).await;
    /// stop.send().join().by_priority().await;
    /// # });
    /// ```
    pub fn by_priority(mut self) -> Self {
        self.groups = Some(Box::new(Groups {
            home: None,
            event: None,
            rest: VecDeque::new(),
            once: None,
        }));
        self
    }
}

impl<P, R, K> JoinFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Begins, if it has not: calls everybody, or finds out who is to be called. `Err`: it reaches nobody, and its payload is there.
    fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        let Some(send) = &mut self.send else {
            return Poll::Ready(Ok(()));
        };
        let (begun, deadline) = ready!(send.poll_leave(&mut self.waiting, cx));
        let home = send.surroundings();
        let passage = match begun {
            Ok(passage) => passage,
            Err(cause) => return Poll::Ready(Err(cause)),
        };
        self.work.crew.begin(home.has_witness(), deadline);
        let row = passage.map(|Passage { row, aloft, .. }| {
            self.work.aloft = Some(aloft);
            row
        });
        if let Some(groups) = &mut self.groups {
            let (row, event) = match row {
                Some(row) => {
                    let event = send.keep_event();
                    if let Some(round) = send.begin_round(&row, &event) {
                        self.work.crew.go_through(&round);
                        self.work.open = Some(Box::new(Open::new(round)));
                    }
                    (row, event)
                }
                None => send.gather(),
            };
            groups.rest = row.into();
            groups.once = send.once();
            groups.event = Some(event);
            groups.home = Some(home);
        } else {
            let mut collecting = self.work.collecting(home, cx);
            send.conduct(row, &mut collecting);
        }
        self.send = None;
        if self.work.aloft.is_none() && self.groups.is_some() {
            self.work.aloft = Some(home.flight.take_off());
        }
        Poll::Ready(Ok(()))
    }

    /// Calls the next group; false if there is none.
    fn begin_group(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(groups) = &mut self.groups else {
            return false;
        };
        let (Some(home), Some(event)) = (groups.home, &groups.event) else {
            return false;
        };
        let Some(priority) = groups.rest.front().map(Post::priority) else {
            return false;
        };
        let others = groups
            .rest
            .iter()
            .position(|post| post.priority() != priority);
        let size = others.unwrap_or(groups.rest.len());
        let group: Vec<_> = groups.rest.drain(..size).collect();
        let mut collecting = self.work.collecting(home, cx);
        let _ = walk_booked(group, event, &mut groups.once, &mut collecting);
        true
    }
}

impl<P, R, K> JoinFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// As `poll`, for who wants back what was not sent: an `Err` is told to nobody, and the payload can be taken.
    #[inline]
    pub(crate) fn poll_joined(&mut self, cx: &mut Context<'_>) -> Poll<Result<Report<R>, Cause>> {
        self.poll_each(cx, |_| ())
    }

    /// The same, showing each reply when it comes. Not for one that goes [by priority](Self::by_priority), some of whose replies are not
    /// shown.
    #[inline]
    pub(crate) fn poll_each(
        &mut self,
        cx: &mut Context<'_>,
        mut show: impl FnMut(&mut R),
    ) -> Poll<Result<Report<R>, Cause>> {
        let begins = self.send.is_some();
        if let Err(cause) = ready!(self.poll_begin(cx)) {
            return Poll::Ready(Err(cause));
        }
        if begins {
            self.work
                .report
                .replies_mut()
                .iter_mut()
                .for_each(&mut show);
        }
        loop {
            let late = &mut self.work.late;
            let finished = |place, mut outcome: Result<R, Failure>| {
                outcome.iter_mut().for_each(&mut show);
                late.push(place, outcome);
                ControlFlow::Continue(())
            };
            ready!(self.work.crew.poll(cx, finished));
            if !self.begin_group(cx) {
                break;
            }
        }
        self.groups = None;
        Poll::Ready(Ok(self.work.finish()))
    }

    /// The payload of one that was not sent.
    pub(crate) fn take_unsent(&mut self) -> Option<P> {
        self.send.take()?.event.take()
    }
}

impl<P, R, K> Future for JoinFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Report<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Report<R>> {
        let cause = match ready!(self.poll_joined(cx)) {
            Ok(report) => return Poll::Ready(report),
            Err(cause) => cause,
        };
        let send = self.send.take().expect("it was not sent");
        Poll::Ready(Report::of_unsent(send.surroundings().fail_send(cause)))
    }
}

impl<P, R, K> Work<P, R, K> {
    #[inline(always)]
    fn collecting<'a, 'c>(
        &'a mut self,
        home: &'a Arc<Surroundings<P, R, K>>,
        cx: &'a mut Context<'c>,
    ) -> Collecting<'a, R, Joining<'a, 'c, P, R, K>> {
        Collecting {
            report: &mut self.report,
            starting: Joining {
                home,
                crew: &mut self.crew,
                aloft: &mut self.aloft,
                open: &mut self.open,
                cx,
            },
        }
    }
}

/// Has async callbacks run in the task that waits for them.
struct Joining<'a, 'c, P, R, K> {
    home: &'a Arc<Surroundings<P, R, K>>,
    crew: &'a mut Crew<P, R, K>,
    aloft: &'a mut Option<Aloft>,
    open: &'a mut Option<Box<Open<R>>>,
    cx: &'a mut Context<'c>,
}

impl<P, R, K> Start<P, R, K> for Joining<'_, '_, P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    #[inline(always)]
    fn start(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R> {
        let around = (self.home, &mut *self.cx);
        let handed = self.crew.start(slot, event, held, place, around);
        if matches!(handed, Handed::Over) && self.aloft.is_none() {
            // Before the walk has ended: who waits for the signal to be idle looks at the walks first.
            *self.aloft = Some(self.home.flight.take_off());
        }
        handed
    }

    fn opened(&mut self, round: Arc<Round>) {
        self.crew.go_through(&round);
        *self.open = Some(Box::new(Open::new(round)));
    }
}

impl<P, R, K> fmt::Debug for JoinFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinFuture")
            .field("sent", &self.send.is_none())
            .field(
                "finished",
                &(self.work.report.finished() + self.work.late.count()),
            )
            .finish_non_exhaustive()
    }
}
