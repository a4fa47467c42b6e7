//! One call of one callback, in the sender's task.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::signal::async_target::Started;
use crate::signal::event::Event;
use crate::signal::failure::{Cause, Failure};
use crate::signal::panic::{capture, drop_quietly};
use crate::signal::registry::{Held, Slot};
use crate::signal::trace::{self, LaterSpan};
use crate::sync::Arc;

/// A call of an async callback that had to wait. It counts as running until it is finished or dropped.
pub(crate) struct Call<P, R, K> {
    slot: Arc<Slot<P, R, K>>,
    /// `None` once it has ended.
    future: Option<Started<R>>,
    /// What few calls take along, in one box: calls wait by the hundred.
    kept: Option<Box<Kept<P, K>>>,
    span: LaterSpan,
}

pub(super) struct Kept<P, K> {
    pub(super) held: Option<Held>,
    /// Where failures are told.
    pub(super) event: Option<Arc<Event<P, K>>>,
}

impl<P, R, K> Call<P, R, K> {
    /// For a call that was begun in the middle of a walk, which has kept it known as running until now.
    #[inline]
    pub(super) fn new(
        slot: Arc<Slot<P, R, K>>,
        future: Started<R>,
        kept: Option<Kept<P, K>>,
    ) -> Self {
        slot.running().enter();
        Self {
            slot,
            future: Some(future),
            kept: kept.map(Box::new),
            span: trace::here(),
        }
    }

    /// Cancels it, and tells nobody.
    pub(crate) fn dismiss(&mut self) {
        let Some(future) = self.future.take() else {
            return;
        };
        let frame = self.slot.running().frame();
        drop_quietly(future);
        self.let_go();
        drop(frame);
        self.slot.running().leave();
    }

    /// Polls it. Once it is ready it has ended: who has seen its outcome finds nothing running.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Failure>> {
        let frame = self.slot.running().frame();
        let Some(running) = &mut self.future else {
            unreachable!("a call is polled until it is ready")
        };
        let polled = match capture(|| self.span.within(|| Pin::new(running).poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(reply)) => Ok(reply),
            Err(panic) => Err(panic),
        };
        // The future's drop is user code as well: its panic is the callback's.
        let finished = self.future.take();
        let dropped = capture(|| drop(finished));
        self.let_go();
        drop(frame);
        self.slot.running().leave();
        Poll::Ready(match (polled, dropped) {
            (Ok(reply), Ok(())) => Ok(reply),
            (Ok(reply), Err(panic)) => {
                drop_quietly(reply);
                Err(self.fail(Cause::Panicked(panic)))
            }
            (Err(panic), _) => Err(self.fail(Cause::Panicked(panic))),
        })
    }

    /// Of what was held for it.
    fn let_go(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.held = None;
        }
    }

    fn fail(&mut self, cause: Cause) -> Failure {
        let event = self.kept.take().and_then(|kept| kept.event);
        self.slot.fail(cause, || event)
    }
}

/// Cancels a call that has not finished. What was held for it goes while it still counts, and inside it: its drop, too,
/// may wait for the connection.
impl<P, R, K> Drop for Call<P, R, K> {
    fn drop(&mut self) {
        if self.future.is_some() {
            self.dismiss();
            drop(self.fail(Cause::Aborted));
        }
    }
}
