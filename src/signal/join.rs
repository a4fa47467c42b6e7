//! A send inside one task, to its end.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::end::{Collecting, Start};
use super::event::Event;
use super::key::Key;
use super::registry::{Held, Slot};
use super::report::{Late, Report};
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
            let mut collecting = Collecting {
                report: &mut this.report,
                starting: Joining {
                    crew: &mut this.crew,
                    cx,
                },
            };
            let sent = send.conduct(&mut collecting);
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

/// Has async callbacks run in the task that waits for them.
struct Joining<'a, 'c, P, R, K> {
    crew: &'a mut Crew<P, R, K>,
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
        self.crew.start(slot, event, held, place, self.cx)
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
