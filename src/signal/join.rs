//! A send inside one task, to its end.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::conduct::Step;
use super::key::Key;
use super::report::{Failure, Report};
use super::schedule::{Crew, Handed};
use super::send::SendBuilder;

/// Runs a send's callbacks in the task that polls it. Made by [`SendBuilder::join`].
#[must_use = "nothing is sent until it is awaited"]
pub struct JoinFuture<'a, P, R = (), K = Key> {
    send: Option<SendBuilder<'a, P, R, K>>,
    report: Report<R>,
    crew: Crew<P, R, K>,
    late: Vec<(usize, Result<R, Failure>)>,
}

/// Nothing in it is ever pinned: callbacks' futures are boxed.
impl<P, R, K> Unpin for JoinFuture<'_, P, R, K> {}

impl<'a, P, R, K> JoinFuture<'a, P, R, K> {
    pub(super) fn new(send: SendBuilder<'a, P, R, K>) -> Self {
        Self {
            send: Some(send),
            report: Report::new(),
            crew: Crew::new(),
            late: Vec::new(),
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
        if let Some(send) = this.send.take() {
            let mut count = 0;
            let sent = send.conduct(|step| {
                let outcome = match step {
                    Step::Outcome(outcome) => Handed::Finished(outcome),
                    Step::Async(granted) => this.crew.start(granted, count, cx),
                };
                match outcome {
                    Handed::Over => {}
                    Handed::Finished(outcome) => this.report.push(outcome),
                    Handed::Refused => return ControlFlow::Continue(()),
                }
                count += 1;
                ControlFlow::Continue(())
            });
            if let Err(panic) = sent {
                return Poll::Ready(Report::of_unsent(panic));
            }
        }
        while let Poll::Ready(next) = this.crew.poll_next(cx) {
            match next {
                Some(outcome) => this.late.push(outcome),
                None => {
                    let mut late = mem::take(&mut this.late);
                    late.sort_unstable_by_key(|(place, _)| *place);
                    return Poll::Ready(
                        mem::replace(&mut this.report, Report::new()).with_late(late),
                    );
                }
            }
        }
        Poll::Pending
    }
}

impl<P, R, K> fmt::Debug for JoinFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinFuture")
            .field("sent", &self.send.is_none())
            .field("finished", &(self.report.count() + self.late.len()))
            .finish_non_exhaustive()
    }
}
