//! A send that asks: it ends with the first reply, or tells why there is none and gives back what nobody was given.

use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::{FoldFuture, Folder, Passage};
use crate::signal::failure::{Cause, Failure};
use crate::signal::flow::Deadline;
use crate::signal::send::SendBuilder;
use crate::sync::Arc;

/// Runs a send's callbacks in the task that polls it, until one replies.
#[must_use = "nothing is asked until it is awaited"]
pub(crate) struct Ask<'a, P, R, K> {
    fold: FoldFuture<'a, P, R, K, Asked>,
    /// By when there has to be a reply, from when it has begun.
    deadline: Option<Deadline>,
}

/// What has come of the calls that did not reply.
pub(super) struct Asked {
    failures: Vec<Failure>,
    /// Whether anybody was given the event.
    is_given: bool,
}

/// There is no reply.
pub(crate) struct Unanswered<P> {
    /// If nobody was given it.
    pub(crate) payload: Option<P>,
    pub(crate) why: Silence,
    pub(crate) failures: Vec<Failure>,
}

/// Why there is no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// Nobody is there who could, or wants to.
    Nobody,
    /// The time of the send was up.
    TimedOut,
    /// Everybody who was asked has failed.
    Failed,
    /// The signal is closed.
    Closed,
}

impl<R> Folder<R> for Asked {
    type Output = Option<R>;

    fn add(&mut self, reply: R) -> ControlFlow<Option<R>> {
        ControlFlow::Break(Some(reply))
    }

    fn given(&mut self) {
        self.is_given = true;
    }

    /// One whose connection has ended before it began was given nothing. One that was stopped later was given it before.
    fn failed(&mut self, failure: &Failure) {
        self.is_given |= !matches!(failure.cause(), Cause::Aborted);
        self.failures.push(failure.clone());
    }

    fn end(&mut self) -> Option<R> {
        None
    }
}

impl<'a, P, R, K> SendBuilder<'a, P, R, K> {
    /// As [`first`](Self::first), for who wants to know why there is no reply. It looks whom it reaches before it begins.
    pub(crate) fn ask(self) -> Ask<'a, P, R, K> {
        let asked = Asked {
            failures: Vec::new(),
            is_given: false,
        };
        Ask {
            fold: FoldFuture::new(self, asked),
            deadline: None,
        }
    }
}

impl<P, R, K> Future for Ask<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Result<R, Unanswered<P>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { fold, deadline } = &mut *self;
        // Held on to as long as nobody may have been given it.
        let mut event = None;
        let mut reply = None;
        if let Some(send) = &mut fold.send {
            let begun = ready!(send.poll_passage(&mut fold.waiting, cx));
            let waiting = fold.waiting.take();
            *deadline = waiting.and_then(|waiting| waiting.into_deadline());
            let Some(mut send) = fold.send.take() else {
                unreachable!("it was there")
            };
            let (row, aloft) = match begun {
                Ok(Passage { row, aloft, .. }) => (row, aloft),
                Err(cause) => return Poll::Ready(Err(Unanswered::of_unsent(&mut send, &cause))),
            };
            if row.is_empty() {
                return Poll::Ready(Err(Unanswered::of_nobody(send.event.take())));
            }
            let home = send.surroundings();
            let mut folding = fold.begin(home, (Some(aloft), deadline.clone()), cx);
            event = Some(send.conduct_booked(row, &mut folding));
            reply = folding.broken;
        }
        if fold.folder.is_given {
            event = None;
        }
        match ready!(fold.poll_rest(reply, cx)) {
            Some(reply) => Poll::Ready(Ok(reply)),
            None if fold.folder.is_given => {
                let failures = mem::take(&mut fold.folder.failures);
                Poll::Ready(Err(Unanswered::of_failures(failures, deadline.as_ref())))
            }
            None => {
                // Everybody has let it pass, or ended before: nobody has it any more, dispatchers aside.
                let event = event.and_then(Arc::into_inner);
                Poll::Ready(Err(Unanswered::of_nobody(
                    event.and_then(|mut event| event.take()),
                )))
            }
        }
    }
}

impl<P> Unanswered<P> {
    fn of_nobody(payload: Option<P>) -> Self {
        Self {
            payload,
            why: Silence::Nobody,
            failures: Vec::new(),
        }
    }

    fn of_unsent<R, K>(send: &mut SendBuilder<'_, P, R, K>, cause: &Cause) -> Self {
        let why = match cause {
            Cause::TimedOut => Silence::TimedOut,
            _ => Silence::Closed,
        };
        Self {
            payload: send.event.take(),
            why,
            failures: Vec::new(),
        }
    }

    fn of_failures(failures: Vec<Failure>, deadline: Option<&Deadline>) -> Self {
        let is_late = |failure: &Failure| matches!(failure.cause(), Cause::TimedOut);
        // Connections may have limits of their own, which are shorter.
        let time_is_up = deadline.is_some_and(Deadline::has_passed) && failures.iter().any(is_late);
        let why = if time_is_up {
            Silence::TimedOut
        } else {
            Silence::Failed
        };
        Self {
            payload: None,
            why,
            failures,
        }
    }
}
