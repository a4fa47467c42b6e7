//! A send inside one task, to its end.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::conduct::End;
use super::event::Event;
use super::key::Key;
use super::registry::{Held, Slot};
use super::report::{Failure, Late, Report};
use super::schedule::{Crew, Handed};
use super::send::SendBuilder;
use crate::sync::Arc;

/// Runs a send's callbacks in the task that polls it. Made by [`SendBuilder::join`].
#[must_use = "nothing is sent until it is awaited"]
pub struct JoinFuture<'a, P, R = (), K = Key> {
    send: Option<SendBuilder<'a, P, R, K>>,
    report: Report<R>,
    crew: Crew<P, R, K>,
    late: Late<R>,
}

/// Nothing in it is ever pinned: callbacks' futures are boxed.
impl<P, R, K> Unpin for JoinFuture<'_, P, R, K> {}

impl<'a, P, R, K> JoinFuture<'a, P, R, K> {
    pub(super) fn new(send: SendBuilder<'a, P, R, K>) -> Self {
        Self {
            send: Some(send),
            report: Report::new(),
            crew: Crew::new(),
            late: Late::new(),
        }
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
        let this = &mut *self;
        if let Some(send) = &mut this.send {
            let mut joining = Joining {
                report: &mut this.report,
                crew: &mut this.crew,
                cx,
            };
            let sent = send.conduct(&mut joining);
            this.send = None;
            if let Err(panic) = sent {
                return Poll::Ready(Report::of_unsent(panic));
            }
        }
        let late = &mut this.late;
        let finished = |place, outcome| {
            late.push(place, outcome);
            ControlFlow::Continue(())
        };
        this.crew.poll(cx, finished).map(|()| {
            let late = mem::replace(&mut this.late, Late::new());
            mem::replace(&mut this.report, Report::new()).with_late(late)
        })
    }
}

/// The end of a send whose callbacks all run in one task.
struct Joining<'a, 'c, P, R, K> {
    report: &'a mut Report<R>,
    crew: &'a mut Crew<P, R, K>,
    cx: &'a mut Context<'c>,
}

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static> End<P, R, K>
    for Joining<'_, '_, P, R, K>
{
    #[inline]
    fn replied(&mut self, reply: R) -> ControlFlow<()> {
        self.report.push(Ok(reply));
        ControlFlow::Continue(())
    }

    #[inline]
    fn counts(&self) -> bool {
        Report::<R>::counts()
    }

    #[inline]
    fn counted(&mut self, replies: usize) {
        self.report.add(replies);
    }

    fn failed(&mut self, failure: Failure) -> ControlFlow<()> {
        self.report.push(Err(failure));
        ControlFlow::Continue(())
    }

    fn granted(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
    ) -> ControlFlow<()> {
        let place = self.report.count();
        match self.crew.start(slot, event, held, place, self.cx) {
            Handed::Over => self.report.keep_place(),
            Handed::Replied(reply) => self.report.push(Ok(reply)),
            Handed::Failed(failure) => self.report.push(Err(failure)),
            Handed::Refused => {}
        }
        ControlFlow::Continue(())
    }
}

impl<P, R, K> fmt::Debug for JoinFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinFuture")
            .field("sent", &self.send.is_none())
            .field("finished", &(self.report.finished() + self.late.count()))
            .finish_non_exhaustive()
    }
}
