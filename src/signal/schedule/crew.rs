//! Calls that run together inside one task.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{FuturesUnordered, Stream};

use super::call::{Call, Start, start_here};
use super::handover::Handed;
use crate::signal::event::Event;
use crate::signal::registry::{Held, Slot};
use crate::signal::report::Failure;
use crate::sync::{Arc, Lock};

/// The calls of one send that have not finished, each with its place in the report. Dropping the crew cancels them.
///
/// Each wake-up polls only the calls that were woken, so a thousand calls that finish one by one take a thousand polls.
pub(crate) struct Crew<P, R, K> {
    /// Made for the first call that has to wait. The lock is never taken: it is what lets futures that are not `Sync`
    /// be part of one that is, since nobody reaches them without being alone with the crew.
    calls: Lock<Option<FuturesUnordered<Seat<P, R, K>>>>,
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
            calls: Lock::new(None),
        }
    }

    /// Starts a call and polls it once. What is not finished by then stays, to be polled with the others.
    pub(crate) fn start(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
        cx: &mut Context<'_>,
    ) -> Handed<R>
    where
        P: 'static,
        R: 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        match start_here(slot, event, held, cx) {
            Start::Waits(call) => {
                self.calls
                    .get_mut()
                    .get_or_insert_default()
                    .push(Seat { place, call });
                Handed::Over
            }
            Start::Finished(outcome) => Handed::Finished(outcome),
            Start::Refused => Handed::Refused,
        }
    }

    /// The next outcome, in the order in which calls finish; `None` when all have.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Placed<R>>> {
        match self.calls.get_mut() {
            Some(calls) => Pin::new(calls).poll_next(cx),
            None => Poll::Ready(None),
        }
    }
}
