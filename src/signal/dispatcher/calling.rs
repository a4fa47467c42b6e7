//! A call of a callback, made by whoever a dispatcher has make it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Outcome;
use super::fate::Fate;
use super::receiver::Callable;
use crate::signal::async_target::Started;
use crate::signal::begun::{Begun, begin, enter};
use crate::signal::event::Event;
use crate::signal::failure::{Cause, ConnectionId};
use crate::signal::inspect::ConnectionKind;
use crate::signal::panic::{capture, drop_quietly};
use crate::signal::registry::{Held, Slot};
use crate::signal::running::{Frame, Running, frame_at};
use crate::signal::target::Kind;
use crate::signal::trace::LaterSpan;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock};

/// One call: what a receiver is made of, and the future of the call itself. It keeps account of itself, wherever it is polled.
pub(crate) struct Calling<P, R, K> {
    slot: Arc<Slot<P, R, K>>,
    name: Option<Arc<str>>,
    /// Until it has ended.
    fate: Option<Arc<Fate>>,
    /// Until it starts.
    event: Option<Arc<Event<P, K>>>,
    /// What is kept alive for the length of the call.
    held: Option<Held>,
    /// Of what calls of the connection wait for each other in.
    lane: Option<usize>,
    /// Whether it counts as running.
    is_running: bool,
    /// An async call that waits. The lock is never taken: it is there for futures that are not `Sync`.
    future: Lock<Option<Started<R>>>,
    span: LaterSpan,
}

impl<P, R, K> Calling<P, R, K> {
    pub(crate) fn new(
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        (held, lane): (Option<Held>, Option<usize>),
        fate: &Arc<Fate>,
        span: &LaterSpan,
    ) -> Self {
        Self {
            // Only those are counted that have a name.
            name: slot.is_counted().then(|| slot.name()).flatten(),
            slot: Arc::clone(slot),
            fate: Some(Arc::clone(fate)),
            event: Some(event),
            held,
            lane,
            is_running: false,
            future: Lock::new(None),
            span: span.clone(),
        }
    }

    /// Calls the callback. What is async is polled once.
    fn begin(&mut self, event: Arc<Event<P, K>>, cx: &mut Context<'_>) -> Poll<Result<R, Cause>> {
        if !self.fate.as_ref().is_some_and(|fate| fate.start()) {
            drop_quietly(event);
            return Poll::Ready(Err(Cause::Aborted));
        }
        let apart = enter(&*self.slot);
        self.is_running = apart.is_none();
        let frames = self.frames();
        let begun = begin(&*self.slot, event, cx, &self.span);
        drop(frames);
        drop(apart);
        match begun {
            Begun::Replied(reply) => Poll::Ready(Ok(reply)),
            Begun::Failed(cause) => Poll::Ready(Err(cause)),
            Begun::Waits(future) => {
                *self.future.get_mut() = Some(future);
                Poll::Pending
            }
        }
    }

    fn go_on(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Cause>> {
        let frames = self.frames();
        let future = self.future.get_mut().as_mut();
        let future = future.expect("polled after it was ready");
        let polled = capture(|| self.span.within(|| Pin::new(future).poll(cx)));
        drop(frames);
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(reply)) => Poll::Ready(Ok(reply)),
            Err(panic) => Poll::Ready(Err(Cause::Panicked(panic))),
        }
    }

    /// Lets go of everything, inside the call: drops may wait for the connection. Tells whether the callback's future went
    /// without a panic, which is the callback's.
    fn end(&mut self) -> Result<(), Cause> {
        let frames = self.frames();
        let future = self.future.get_mut().take();
        let dropped = capture(|| drop(future)).map_err(Cause::Panicked);
        drop(self.held.take());
        drop(frames);
        if std::mem::take(&mut self.is_running) {
            self.slot.running().leave();
        }
        self.fate = None;
        dropped
    }

    /// Makes this thread known to be inside this call, as far as it counts.
    fn frames(&self) -> (Option<Frame>, Option<Frame>) {
        let running = self
            .is_running
            .then(|| self.slot.calls().map(Running::frame));
        (running.flatten(), self.lane.map(frame_at))
    }
}

impl<P, R, K> Callable for Calling<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Send + Sync + 'static,
{
    fn connection(&self) -> ConnectionId {
        self.slot.id
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn kind(&self) -> ConnectionKind {
        match self.slot.kind() {
            Kind::Sync => ConnectionKind::SyncCallback,
            Kind::Async => ConnectionKind::AsyncCallback,
            Kind::Stream => ConnectionKind::EventStream,
        }
    }

    fn call(self: Box<Self>) -> BoxFuture<'static, Outcome> {
        Box::into_pin(self)
    }
}

impl<P, R: Send + 'static, K> Future for Calling<P, R, K> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let polled = match self.event.take() {
            Some(event) => self.begin(event, cx),
            None => self.go_on(cx),
        };
        let Poll::Ready(outcome) = polled else {
            return Poll::Pending;
        };
        Poll::Ready(match (outcome, self.end()) {
            (Ok(reply), Ok(())) => Outcome::replied(reply),
            (Ok(reply), Err(cause)) => {
                drop_quietly(reply);
                Outcome::stopped(cause)
            }
            (Err(cause), _) => Outcome::stopped(cause),
        })
    }
}

/// Nothing in it is ever pinned: the callback's future is boxed.
impl<P, R, K> Unpin for Calling<P, R, K> {}

/// Cancels a call that has not ended.
impl<P, R, K> Drop for Calling<P, R, K> {
    fn drop(&mut self) {
        drop_quietly(self.event.take());
        drop(self.end());
    }
}
