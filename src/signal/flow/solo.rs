//! A call that belongs to no send.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Managed;
use crate::signal::dispatcher::{Open, Round};
use crate::signal::event::Event;
use crate::signal::failure::{Cause, Failure};
use crate::signal::panic::drop_quietly;
use crate::signal::registry::{Held, Slot};
use crate::signal::report::Report;
use crate::signal::surroundings::Surroundings;
use crate::sync::Arc;

/// A call that was put off, and is made now: where there are dispatchers, a round of its own.
pub(crate) struct Solo<P, R, K> {
    call: Managed<P, R, K>,
    /// Until the call has ended.
    open: Option<Open<R>>,
}

impl<P, R, K> Solo<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Send + Sync + 'static,
{
    /// `None`: there is no room for it.
    pub(crate) fn begin(
        slot: &Arc<Slot<P, R, K>>,
        home: &Arc<Surroundings<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Held,
    ) -> Option<Self> {
        let round = Round::begin(home, &event, false, || 1);
        let mut open = round.clone().map(Open::new);
        let terms = (None, round.as_ref());
        match Managed::new(slot, home, event, Some(held), terms) {
            Ok(call) => Some(Self { call, open }),
            Err(failure) => {
                end(&mut open, Err(failure));
                None
            }
        }
    }
}

fn end<R>(open: &mut Option<Open<R>>, outcome: Result<R, Failure>) {
    let mut report = Report::new();
    report.push(outcome);
    if let Some(open) = open.take() {
        open.end(&report);
    }
    drop_quietly(report);
}

/// Nothing in it is ever pinned: the callback's future is boxed.
impl<P, R, K> Unpin for Solo<P, R, K> {}

impl<P, R, K> Future for Solo<P, R, K> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let outcome = ready!(self.call.poll(cx));
        end(&mut self.open, outcome);
        Poll::Ready(())
    }
}

/// Its task was dropped half way.
impl<P, R, K> Drop for Solo<P, R, K> {
    fn drop(&mut self) {
        if !self.call.is_over() {
            let failure = self.call.stop(Cause::Aborted);
            end(&mut self.open, Err(failure));
        }
    }
}
