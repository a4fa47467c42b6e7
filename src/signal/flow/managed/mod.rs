//! One call of a connection that says how it is called, or of a send that has a deadline.

mod attempt;

use std::mem;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use event_listener::EventListener;

use super::lane::{Leaving, Turn};
use super::{Deadline, Flow, Refusal, Sleep};
use crate::signal::dispatcher::Round;
use crate::signal::event::Event;
use crate::signal::failure::{Cause, Failure};
use crate::signal::panic::{capture, drop_quietly};
use crate::signal::registry::{Held, Slot};
use crate::signal::running::{frame_at, is_inside};
use crate::signal::surroundings::Surroundings;
use crate::signal::trace::{self, LaterSpan};
use crate::sync::Arc;
use attempt::{Attempt, Making};

/// A call on its way: it waits for its turn, makes its attempts, and leaves. Polled by whoever runs it.
pub(crate) struct Managed<P, R, K> {
    slot: Arc<Slot<P, R, K>>,
    home: Arc<Surroundings<P, R, K>>,
    flow: Option<Arc<Flow>>,
    /// Until it has ended.
    event: Option<Arc<Event<P, K>>>,
    held: Option<Held>,
    turn: Option<Turn>,
    deadline: Option<Sleep>,
    /// Told when the connection ends; made where the call has to know.
    closing: Option<EventListener>,
    failed_attempts: u32,
    began: Option<Instant>,
    /// Where dispatchers make its attempts.
    round: Option<Arc<Round>>,
    /// Whether it was counted when it was handed over.
    is_counted: bool,
    /// Whether it counts as running.
    is_running: bool,
    stage: Stage<R>,
    /// Whether nobody is to be told if it fails.
    is_dismissed: bool,
    span: LaterSpan,
    /// Dropped with the call, and not before its outcome is told: lets the next one run.
    leaving: Option<Leaving>,
}

enum Stage<R> {
    /// It waits for its turn.
    Queued,
    /// The next attempt can begin.
    Due,
    Runs {
        future: Making<R>,
        timeout: Option<Sleep>,
    },
    /// It waits for the next attempt.
    Rests(Sleep),
    Over,
}

impl<P, R, K> Managed<P, R, K> {
    /// A call that was granted, at the end of its lane. `Err`: there is no room for it.
    pub(crate) fn new(
        slot: &Arc<Slot<P, R, K>>,
        home: &Arc<Surroundings<P, R, K>>,
        event: Arc<Event<P, K>>,
        mut held: Option<Held>,
        (deadline, round): (Option<&Deadline>, Option<&Arc<Round>>),
    ) -> Result<Self, Failure> {
        let flow = held.as_ref().and_then(|held| held.flow.clone());
        let lane = flow.as_ref().and_then(|flow| flow.lane.as_ref());
        let mut turn = None;
        if let (Some(lane), Some(held)) = (lane, &mut held) {
            match lane.enter(held.order, held.promise.take()) {
                Ok(entered) => turn = Some(entered),
                Err(why) => {
                    if let Some(flow) = &flow {
                        flow.record(flow.clock(), true);
                    }
                    let failure = slot.failure(why.into());
                    home.tell(&failure, || Some(event));
                    return Err(failure);
                }
            }
        }
        let is_counted = slot.is_counted();
        if let (true, Some(running)) = (is_counted, slot.calls()) {
            running.hand_over();
        }
        Ok(Self {
            slot: Arc::clone(slot),
            home: Arc::clone(home),
            stage: if turn.is_some() {
                Stage::Queued
            } else {
                Stage::Due
            },
            flow,
            event: Some(event),
            held,
            turn,
            deadline: deadline.map(Deadline::sleep),
            closing: None,
            failed_attempts: 0,
            began: None,
            round: round.cloned(),
            is_counted,
            is_running: false,
            is_dismissed: false,
            span: trace::here(),
            leaving: None,
        })
    }

    /// Whether its turn has come.
    pub(crate) fn has_turn(&mut self) -> bool {
        self.turn.as_mut().is_none_or(Turn::runs)
    }

    pub(super) fn has_deadline(&self) -> bool {
        self.deadline.is_some()
    }

    pub(super) fn turn(&self) -> Option<&Turn> {
        self.turn.as_ref()
    }

    /// Whether it would wait for a call that this very thread is in the middle of.
    pub(crate) fn waits_for_itself(&mut self) -> bool {
        let is_inside = |flow: &Arc<Flow>| is_inside(flow.address());
        !self.has_turn() && self.flow.as_ref().is_some_and(is_inside)
    }

    /// Polls it. Once it is ready it has ended: who has seen its outcome finds nothing running.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Failure>> {
        loop {
            let attempt = match &mut self.stage {
                Stage::Queued => {
                    let Some(turn) = &mut self.turn else {
                        unreachable!("who is queued has a turn")
                    };
                    match turn.poll(cx) {
                        Poll::Pending => return self.poll_deadline(cx),
                        Poll::Ready(Ok(())) => self.stage = Stage::Due,
                        Poll::Ready(Err(why)) => {
                            return Poll::Ready(self.end(Err(why.into())));
                        }
                    }
                    continue;
                }
                Stage::Due => self.begin(cx),
                Stage::Runs { .. } => match self.poll_attempt(cx) {
                    Poll::Ready(attempt) => attempt,
                    Poll::Pending if self.is_stopped(cx) => Attempt::Failed(Cause::Aborted),
                    Poll::Pending => return self.poll_deadline(cx),
                },
                Stage::Rests(sleep) => {
                    if sleep.poll(cx).is_ready() {
                        self.stage = Stage::Due;
                    } else if self.is_stopped(cx) {
                        return Poll::Ready(self.end(Err(Cause::Aborted)));
                    } else {
                        return self.poll_deadline(cx);
                    }
                    continue;
                }
                Stage::Over => unreachable!("a call is polled until it is ready"),
            };
            let outcome = match attempt {
                Attempt::Waits(future) => {
                    let flow = self.flow.as_ref();
                    let timeout = flow.and_then(|flow| {
                        let time = flow.timeout?;
                        Some(Sleep::new(&flow.timer, time))
                    });
                    self.stage = Stage::Runs { future, timeout };
                    // Its timers have not been asked yet.
                    match self.poll_timeout(cx) {
                        Poll::Pending if !self.is_stopped(cx) => return self.poll_deadline(cx),
                        Poll::Pending => Err(Cause::Aborted),
                        Poll::Ready(()) => Err(Cause::TimedOut),
                    }
                }
                Attempt::Replied(reply) => Ok(reply),
                Attempt::Failed(cause) => Err(cause),
            };
            // The future's drop is the callback's code as well: its panic is the callback's.
            let outcome = match (outcome, self.stop_attempt()) {
                (Ok(reply), Err(panic)) => {
                    drop_quietly(reply);
                    Err(Cause::Panicked(panic))
                }
                (outcome, _) => outcome,
            };
            match self.pause_before_next(&outcome) {
                Some(pause) => {
                    if let Ok(reply) = outcome {
                        drop_quietly(reply);
                    }
                    let timer = self.flow.as_ref().map(|flow| &flow.timer);
                    self.stage = match timer {
                        Some(timer) if !pause.is_zero() => Stage::Rests(Sleep::new(timer, pause)),
                        _ => Stage::Due,
                    };
                }
                None => return Poll::Ready(self.end(outcome)),
            }
        }
    }

    /// Ends it, wherever it stands.
    pub(crate) fn stop(&mut self, cause: Cause) -> Failure {
        match self.end(Err(cause)) {
            Err(failure) => failure,
            Ok(_) => unreachable!("an end by a cause is a failure"),
        }
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    pub(crate) fn dismiss(&mut self) {
        self.is_dismissed = true;
    }

    /// Lets the next one run, now that the outcome has been told.
    pub(crate) fn let_next(&mut self) {
        self.leaving = None;
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Failure>> {
        let Some(deadline) = &mut self.deadline else {
            return Poll::Pending;
        };
        deadline.poll(cx).map(|()| self.end(Err(Cause::TimedOut)))
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn pause_before_next(&mut self, outcome: &Result<R, Cause>) -> Option<Duration> {
        let retry = self.flow.as_ref()?.retry.as_ref()?;
        let has_failed = match outcome {
            Ok(reply) => self.error_in(reply).is_some(),
            // No room in its own queue ends a call before its first attempt: this is none in what it forwards to.
            Err(cause) => matches!(
                cause,
                Cause::Panicked(_) | Cause::TimedOut | Cause::Overflow | Cause::Failed(_)
            ),
        };
        if !has_failed {
            return None;
        }
        let failed_attempts = self.failed_attempts.saturating_add(1);
        let pause = retry.delay(failed_attempts);
        self.failed_attempts = failed_attempts;
        pause
    }

    fn error_in(&self, reply: &R) -> Option<Arc<str>> {
        let error_of = self.home.error_of?;
        // Its text is made by code of the user's.
        capture(|| error_of(reply)).unwrap_or_else(|panic| Some(panic.message().into()))
    }

    fn end(&mut self, outcome: Result<R, Cause>) -> Result<R, Failure> {
        drop(self.stop_attempt());
        self.stage = Stage::Over;
        // It still has its turn: who is told of its failure must not wait for that.
        let frame = self.flow.as_ref().map(|flow| frame_at(flow.address()));
        let failure = match &outcome {
            Ok(reply) => self
                .error_in(reply)
                .map(|error| self.slot.failure(Cause::Failed(error))),
            Err(cause) => Some(self.slot.failure(cause.clone())),
        };
        let is_skipped = matches!(outcome, Err(Cause::Skipped));
        if let Some(flow) = self.flow.as_ref().filter(|_| !is_skipped) {
            flow.record(self.began.or_else(|| flow.clock()), failure.is_some());
        }
        let event = self.event.take();
        let is_quiet = self.is_dismissed || is_skipped;
        if let Some(failure) = failure.as_ref().filter(|_| !is_quiet) {
            self.home.tell(failure, || event.clone());
        }
        drop_quietly(event);
        drop(self.held.take());
        self.deadline = None;
        self.closing = None;
        // Its place is free before its outcome is told; who comes next is called after that.
        self.leaving = self.turn.take().map(Turn::leave);
        drop(frame);
        if let (true, Some(running)) = (mem::take(&mut self.is_counted), self.slot.calls()) {
            running.take_back();
        }
        outcome.map_err(|cause| failure.unwrap_or_else(|| self.slot.failure(cause)))
    }
}

/// Cancels a call that has not ended.
impl<P, R, K> Drop for Managed<P, R, K> {
    fn drop(&mut self) {
        if !self.is_over() {
            drop(self.stop(Cause::Aborted));
        }
    }
}

impl From<Refusal> for Cause {
    fn from(why: Refusal) -> Self {
        match why {
            Refusal::Overflow => Self::Overflow,
            Refusal::Stopped => Self::Aborted,
        }
    }
}
