//! A call that is made by a task of its own, and who waits for what it comes to.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

use super::{Outcome, Receiver};
use crate::signal::panic::{capture, drop_quietly};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock, Weak};

/// The task that makes the call, to be run by whoever is to make it, and what it comes to, to be waited for here.
///
/// Whatever becomes of the task, there is an outcome: one that is dropped before it has finished leaves "aborted". It neither
/// panics nor has anything in it that panics when it is dropped.
pub(super) fn elsewhere(receiver: Receiver) -> (BoxFuture<'static, ()>, Waiting) {
    let link = Arc::new(Link {
        state: Lock::new(State::Runs),
        near: AtomicWaker::new(),
        far: AtomicWaker::new(),
    });
    let far = Far {
        call: Some(receiver.call()),
        link: Arc::clone(&link),
    };
    (Box::pin(far), Waiting(link))
}

/// What the two have in common. Whoever writes the state wakes the other side after that, and without the lock; who waits
/// leaves its waker before it looks.
struct Link {
    state: Lock<State>,
    /// Of who waits.
    near: AtomicWaker,
    /// Of the task.
    far: AtomicWaker,
}

enum State {
    Runs,
    /// Nobody waits any more. Written by who did.
    Cancelled,
    /// Written by the task.
    Over(Outcome),
    /// The task, which nobody is going to run. Written by who was to.
    Abandoned(Box<dyn Send>),
}

impl Link {
    fn is_cancelled(&self) -> bool {
        matches!(*self.state.hold(), State::Cancelled)
    }

    /// The task has ended. If nobody waits for that, the outcome is dropped here.
    fn leave(&self, outcome: Outcome) {
        let mut state = self.state.hold();
        let unheard = match *state {
            State::Runs => {
                *state = State::Over(outcome);
                None
            }
            State::Cancelled | State::Over(_) | State::Abandoned(_) => Some(outcome),
        };
        drop(state);
        drop_quietly(unheard);
        wake(&self.near);
    }

    /// The task is not going to be run any more.
    fn abandon(&self, task: Box<dyn Send>) {
        let mut state = self.state.hold();
        let unwanted = match *state {
            State::Runs => {
                *state = State::Abandoned(task);
                None
            }
            State::Cancelled | State::Over(_) | State::Abandoned(_) => Some(task),
        };
        drop(state);
        drop(unwanted);
        wake(&self.near);
    }
}

/// Wakers are whoever's, and this may be a drop.
fn wake(waker: &AtomicWaker) {
    drop(capture(|| waker.wake()));
}

/// Takes the task where nobody is going to run it.
///
/// To drop it on the spot would not do where it has just been woken: wakers are called under locks of whoever calls them, and
/// what the callback waits for is dropped with it, and may want that very lock. So it is left to who waits, if anybody does.
#[derive(Clone)]
pub(super) struct Leftover(Weak<Link>);

impl Leftover {
    pub(super) fn abandon(&self, task: impl Send + 'static) {
        if let Some(link) = self.0.upgrade() {
            link.abandon(Box::new(task));
        }
    }
}

/// Waits for a call that a task of its own makes. Dropped before that, it cancels the call, where it runs.
#[must_use = "dropped, it cancels the call"]
pub(super) struct Waiting(Arc<Link>);

impl Waiting {
    pub(super) fn leftover(&self) -> Leftover {
        Leftover(Arc::downgrade(&self.0))
    }
}

impl Future for Waiting {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let link = &self.0;
        link.near.register(cx.waker());
        let mut state = link.state.hold();
        if let State::Runs = *state {
            return Poll::Pending;
        }
        // There is nothing left to cancel.
        let before = mem::replace(&mut *state, State::Cancelled);
        drop(state);
        match before {
            State::Over(outcome) => Poll::Ready(outcome),
            State::Abandoned(task) => {
                drop(task);
                Poll::Ready(Outcome::aborted())
            }
            State::Runs | State::Cancelled => unreachable!("polled after it was ready"),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let before = mem::replace(&mut *self.0.state.hold(), State::Cancelled);
        match before {
            State::Runs => wake(&self.0.far),
            State::Cancelled => {}
            State::Over(outcome) => drop_quietly(outcome),
            State::Abandoned(task) => drop(task),
        }
    }
}

/// The task.
struct Far {
    /// Until it has ended.
    call: Option<BoxFuture<'static, Outcome>>,
    link: Arc<Link>,
}

impl Far {
    /// First the call ends, then it is told. There is nothing left to be woken.
    fn end(&mut self, outcome: Outcome) {
        drop_quietly(self.call.take());
        drop_quietly(self.link.far.take());
        self.link.leave(outcome);
    }
}

impl Future for Far {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.link.far.register(cx.waker());
        let is_cancelled = self.link.is_cancelled();
        let Some(call) = &mut self.call else {
            return Poll::Ready(());
        };
        let outcome = if is_cancelled {
            Outcome::aborted()
        } else {
            match capture(|| call.as_mut().poll(cx)) {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(outcome)) => outcome,
                Err(panic) => Outcome::panicked(panic),
            }
        };
        self.end(outcome);
        Poll::Ready(())
    }
}

impl Drop for Far {
    fn drop(&mut self) {
        if self.call.is_some() {
            self.end(Outcome::aborted());
        }
    }
}
