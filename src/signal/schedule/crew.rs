//! Calls that run together inside one task.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{FuturesUnordered, Stream};

use super::call::Call;
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

    pub(crate) fn add(&mut self, place: usize, call: Call<P, R, K>) {
        self.calls.push(Seat { place, call });
    }

    /// The next outcome, in the order in which calls finish; `None` when all have.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Placed<R>>> {
        Pin::new(&mut self.calls).poll_next(cx)
    }
}
