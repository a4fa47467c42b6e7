//! Calls that run together inside one task.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{FuturesUnordered, Stream};

use super::call::{Call, Granted, Start};
use super::handover::Handed;
use crate::signal::report::Failure;

/// The calls of one send that have not finished, each with its place in the report. Dropping the crew cancels them.
///
/// Each wake-up polls only the calls that were woken, so a thousand calls that finish one by one take a thousand polls.
pub(crate) struct Crew<P, R, K> {
    calls: FuturesUnordered<Seat<P, R, K>>,
}

/// An outcome and its place among the callbacks of the send.
pub(crate) type Placed<R> = (usize, Result<R, Failure>);

struct Seat<P, R, K> {
    place: usize,
    call: Call<P, R, K>,
}

impl<P, R, K> Future for Seat<P, R, K> {
    type Output = Placed<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let place = self.place;
        Pin::new(&mut self.call)
            .poll(cx)
            .map(|outcome| (place, outcome))
    }
}

impl<P, R, K> Crew<P, R, K> {
    pub(crate) fn new() -> Self {
        Self {
            calls: FuturesUnordered::new(),
        }
    }

    /// Starts a call and polls it once. What is not finished by then stays, to be polled with the others.
    pub(crate) fn start(
        &mut self,
        granted: Granted<P, R, K>,
        place: usize,
        cx: &mut Context<'_>,
    ) -> Handed<R>
    where
        K: Hash + Eq,
    {
        let mut call = match granted.start() {
            Start::Started(call) => call,
            Start::Refused => return Handed::Refused,
            Start::Failed(failure) => return Handed::Finished(Err(failure)),
        };
        match Pin::new(&mut call).poll(cx) {
            Poll::Ready(outcome) => Handed::Finished(outcome),
            Poll::Pending => {
                self.calls.push(Seat { place, call });
                Handed::Over
            }
        }
    }

    /// The next outcome, in the order in which calls finish; `None` when all have.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Placed<R>>> {
        Pin::new(&mut self.calls).poll_next(cx)
    }
}
