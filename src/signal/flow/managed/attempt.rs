//! One attempt at a managed call: begun, polled, and let go of.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Managed, Stage};
use crate::signal::async_target::Started;
use crate::signal::begun::{Begun, begin, enter};
use crate::signal::dispatcher::Attempted;
use crate::signal::event::Event;
use crate::signal::failure::Cause;
use crate::signal::panic::{Panic, capture};
use crate::signal::registry::Held;
use crate::signal::running::{Frame, Running, frame_at};
use crate::sync::Arc;

/// An attempt that is being made.
pub(super) enum Making<R> {
    Plain(Started<R>),
    /// By dispatchers. They may have it made elsewhere, so it keeps account of itself.
    Dispatched(Attempted),
}

/// What an attempt came to.
pub(super) enum Attempt<R> {
    Replied(R),
    Failed(Cause),
    Waits(Making<R>),
}

impl<P, R, K> Managed<P, R, K> {
    /// Calls the callback. What is async is polled once.
    pub(super) fn begin(&mut self, cx: &mut Context<'_>) -> Attempt<R> {
        let Some(event) = self.event.clone() else {
            unreachable!("it is kept until the call has ended")
        };
        if self.began.is_none() {
            self.began = self.flow.as_ref().and_then(|flow| flow.clock());
        }
        if self.round.is_some() {
            return self.begin_dispatched(event, cx);
        }
        let apart = enter(&*self.slot);
        self.is_running = apart.is_none();
        let frames = self.frames();
        let begun = begin(&*self.slot, event, cx, &self.span);
        drop(frames);
        drop(apart);
        match begun {
            Begun::Replied(reply) => Attempt::Replied(reply),
            Begun::Failed(cause) => Attempt::Failed(cause),
            Begun::Waits(future) => Attempt::Waits(Making::Plain(future)),
        }
    }

    /// Asks the dispatchers, and polls what they make of it once.
    fn begin_dispatched(&mut self, event: Arc<Event<P, K>>, cx: &mut Context<'_>) -> Attempt<R> {
        let (Some(round), Some(dispatch)) = (&self.round, &self.home.dispatch) else {
            unreachable!("a round is of a signal with dispatchers")
        };
        if !self.slot.may_start() {
            return Attempt::Failed(Cause::Aborted);
        }
        let frames = self.frames();
        let kept = self.held.as_ref().map(Held::companions);
        let lane = self.flow.as_ref().map(|flow| flow.address());
        let asked = dispatch.begin(round, &self.slot, event, (kept, lane), &self.span);
        drop(frames);
        match asked {
            Ok(attempted) => {
                self.stage = Stage::Runs {
                    future: Making::Dispatched(attempted),
                    timeout: None,
                };
            }
            Err(panic) => return Attempt::Failed(Cause::Panicked(panic)),
        }
        match self.poll_attempt(cx) {
            Poll::Ready(attempt) => attempt,
            Poll::Pending => match mem::replace(&mut self.stage, Stage::Due) {
                Stage::Runs { future, .. } => Attempt::Waits(future),
                _ => unreachable!("it was put there above"),
            },
        }
    }

    pub(super) fn poll_attempt(&mut self, cx: &mut Context<'_>) -> Poll<Attempt<R>> {
        let frames = self.frames();
        let Stage::Runs { future, .. } = &mut self.stage else {
            unreachable!("asked of an attempt that runs")
        };
        let polled = match future {
            Making::Plain(future) => {
                let polled = capture(|| self.span.within(|| Pin::new(future).poll(cx)));
                polled.map(|polled| polled.map(Ok))
            }
            Making::Dispatched(attempted) => {
                let polled = capture(|| self.span.within(|| attempted.poll(cx)));
                polled.map(|polled| polled.map(|outcome| self.home.typed(outcome)))
            }
        };
        drop(frames);
        match polled {
            Ok(Poll::Ready(Ok(reply))) => Poll::Ready(Attempt::Replied(reply)),
            Ok(Poll::Ready(Err(cause))) => Poll::Ready(Attempt::Failed(cause)),
            Err(panic) => Poll::Ready(Attempt::Failed(Cause::Panicked(panic))),
            Ok(Poll::Pending) => self
                .poll_timeout(cx)
                .map(|()| Attempt::Failed(Cause::TimedOut)),
        }
    }

    pub(super) fn poll_timeout(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.stage {
            Stage::Runs {
                timeout: Some(timeout),
                ..
            } => timeout.poll(cx),
            _ => Poll::Pending,
        }
    }

    /// Whether its connection has ended, and it is to end with it; if not, it is woken when that happens.
    pub(super) fn is_stopped(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(flow) = &self.flow else {
            return false;
        };
        // One that has not started does not start any more; one that dispatchers hold back has not.
        let held_back = match &self.stage {
            Stage::Runs { .. } if flow.cancels => None,
            Stage::Runs {
                future: Making::Dispatched(attempted),
                ..
            } if !attempted.has_started() => Some(attempted),
            Stage::Runs { .. } => return false,
            _ => None,
        };
        // Check, listen, check again, wait.
        loop {
            if flow.is_closed() || !self.slot.may_start() {
                return held_back.is_none_or(Attempted::stop);
            }
            let Some(closing) = &mut self.closing else {
                self.closing = Some(flow.listen());
                continue;
            };
            if Pin::new(closing).poll(cx).is_pending() {
                return false;
            }
            self.closing = None;
        }
    }

    /// Lets go of the attempt that runs, inside the call: its drop may wait for the connection.
    pub(super) fn stop_attempt(&mut self) -> Result<(), Panic> {
        let mut dropped = Ok(());
        if let Stage::Runs { .. } = self.stage {
            let frames = self.frames();
            dropped = match mem::replace(&mut self.stage, Stage::Due) {
                Stage::Runs {
                    future: Making::Dispatched(attempted),
                    ..
                } => attempted.end(&self.home.flight),
                attempt => capture(|| drop(attempt)),
            };
            drop(frames);
        }
        if mem::take(&mut self.is_running) {
            self.slot.running().leave();
        }
        dropped
    }

    /// Makes this thread known to be inside this call. What dispatchers do counts as none that runs: their receiver's call
    /// does.
    fn frames(&self) -> (Option<Frame>, Option<Frame>) {
        let counted = self.slot.calls().filter(|_| self.round.is_none());
        let running = counted.map(Running::frame);
        (
            running,
            self.flow.as_ref().map(|flow| frame_at(flow.address())),
        )
    }
}
