//! A call on its way to a dispatcher further in.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::receiver::Callable;
use super::{Outcome, Receiver, Round};
use crate::signal::failure::{Cause, ConnectionId};
use crate::signal::inspect::ConnectionKind;
use crate::signal::panic::{capture, drop_quietly};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock};

/// What a dispatcher calls where another one is further in. That one is asked when the future is first polled, so that where
/// the call is made is where all of it happens.
pub(super) struct Nested {
    round: Arc<Round>,
    number: usize,
    /// Until it is called.
    receiver: Option<Receiver>,
    /// The lock is never taken: it is there for futures that are not `Sync`.
    running: Lock<Option<BoxFuture<'static, Outcome>>>,
}

impl Nested {
    pub(super) fn new(round: &Arc<Round>, number: usize, receiver: Receiver) -> Self {
        Self {
            round: Arc::clone(round),
            number,
            receiver: Some(receiver),
            running: Lock::new(None),
        }
    }

    fn receiver(&self) -> &Receiver {
        match &self.receiver {
            Some(receiver) => receiver,
            None => unreachable!("who has called it has it no more"),
        }
    }
}

impl Callable for Nested {
    fn connection(&self) -> ConnectionId {
        self.receiver().connection()
    }

    fn name(&self) -> Option<&str> {
        self.receiver().name()
    }

    fn kind(&self) -> ConnectionKind {
        self.receiver().kind()
    }

    fn call(self: Box<Self>) -> BoxFuture<'static, Outcome> {
        Box::into_pin(self)
    }
}

/// A panic of the inner dispatcher is an outcome for the outer one.
impl Future for Nested {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let this = &mut *self;
        let running = this.running.get_mut();
        if let Some(receiver) = this.receiver.take() {
            match capture(|| this.round.ask(this.number, receiver)) {
                Ok(future) => *running = Some(future),
                Err(panic) => return Poll::Ready(Outcome::stopped(Cause::Panicked(panic))),
            }
        }
        let future = running.as_mut().expect("polled after it was ready");
        let polled = match capture(|| future.as_mut().poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(outcome)) => Ok(outcome),
            Err(panic) => Err(panic),
        };
        // Its drop is the dispatcher's code as well.
        let finished = running.take();
        let dropped = capture(|| drop(finished));
        let panic = match (polled, dropped) {
            (Ok(outcome), Ok(())) => return Poll::Ready(outcome),
            (Ok(outcome), Err(panic)) => {
                drop_quietly(outcome);
                panic
            }
            (Err(panic), _) => panic,
        };
        Poll::Ready(Outcome::stopped(Cause::Panicked(panic)))
    }
}
