//! Work that a task of its own does, and who waits for what it comes to.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

use super::{Outcome, Receiver};
use crate::signal::panic::{Panic, capture, drop_quietly};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock, Weak};

/// What work comes to that has panicked, or was dropped before it had finished.
pub(crate) type Lost<T> = Box<dyn Fn(Option<Panic>) -> T + Send + Sync>;

/// The task that does the work, to be run by whoever is to do it, and what it comes to, to be waited for here.
///
/// Whatever becomes of the task, it comes to something: `lost` says what, where the work did not finish. The task neither panics nor
/// has anything in it that panics when it is dropped. It keeps `until` until what it came to has been told, or has been dropped
/// because nobody waits for it.
pub(crate) fn elsewhere<T, G>(
    work: BoxFuture<'static, T>,
    lost: Lost<T>,
    until: G,
) -> (BoxFuture<'static, ()>, Waiting<T>)
where
    T: Send + 'static,
    G: Send + Unpin + 'static,
{
    let link = Arc::new(Link {
        state: Lock::new(State::Runs),
        near: AtomicWaker::new(),
        far: AtomicWaker::new(),
        lost,
    });
    let far = Far {
        work: Some(work),
        link: Arc::clone(&link),
        until: Some(until),
    };
    (Box::pin(far), Waiting(link))
}

/// The same, for a call that is made elsewhere.
pub(super) fn call_elsewhere(receiver: Receiver) -> (BoxFuture<'static, ()>, Waiting<Outcome>) {
    let lost = |panic: Option<Panic>| panic.map_or_else(Outcome::aborted, Outcome::panicked);
    elsewhere(receiver.call(), Box::new(lost), ())
}

/// What the two have in common. Whoever writes the state wakes the other side after that, and without the lock; who waits
/// leaves its waker before it looks.
struct Link<T> {
    state: Lock<State<T>>,
    /// Of who waits.
    near: AtomicWaker,
    /// Of the task.
    far: AtomicWaker,
    lost: Lost<T>,
}

enum State<T> {
    Runs,
    /// It goes on, and nobody waits any more. Written by who did.
    Detached,
    /// Nobody waits any more, and it is to end. Written by who did.
    Cancelled,
    /// Written by the task.
    Over(T),
    /// The task, which nobody is going to run. Written by who was to.
    Abandoned(Box<dyn Send>),
}

impl<T> Link<T> {
    fn is_cancelled(&self) -> bool {
        matches!(*self.state.hold(), State::Cancelled)
    }

    /// The task has ended. If nobody waits for that, what it came to is dropped here.
    fn leave(&self, ending: T) {
        let mut state = self.state.hold();
        let unheard = match *state {
            State::Runs => {
                *state = State::Over(ending);
                None
            }
            State::Detached | State::Cancelled | State::Over(_) | State::Abandoned(_) => {
                Some(ending)
            }
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
            State::Detached | State::Cancelled | State::Over(_) | State::Abandoned(_) => Some(task),
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
pub(super) struct Leftover<T>(Weak<Link<T>>);

impl<T> Leftover<T> {
    pub(super) fn abandon(&self, task: impl Send + 'static) {
        if let Some(link) = self.0.upgrade() {
            link.abandon(Box::new(task));
        }
    }
}

impl<T> Clone for Leftover<T> {
    fn clone(&self) -> Self {
        Self(Weak::clone(&self.0))
    }
}

/// Waits for work that a task of its own does. Dropped before that, it cancels the work, where it runs.
#[must_use = "dropped, it cancels the work"]
pub(crate) struct Waiting<T>(Arc<Link<T>>);

impl<T> Waiting<T> {
    pub(super) fn leftover(&self) -> Leftover<T> {
        Leftover(Arc::downgrade(&self.0))
    }

    /// Has the work go on, with nobody waiting for it.
    pub(crate) fn detach(self) {
        let mut state = self.0.state.hold();
        if let State::Runs = *state {
            *state = State::Detached;
        }
    }
}

impl<T> Future for Waiting<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
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
            State::Over(ending) => Poll::Ready(ending),
            State::Abandoned(task) => {
                drop(task);
                Poll::Ready((link.lost)(None))
            }
            State::Runs | State::Detached | State::Cancelled => {
                unreachable!("polled after it was ready")
            }
        }
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        let mut state = self.0.state.hold();
        if let State::Detached = *state {
            return;
        }
        let before = mem::replace(&mut *state, State::Cancelled);
        drop(state);
        match before {
            State::Runs => wake(&self.0.far),
            State::Detached | State::Cancelled => {}
            State::Over(ending) => drop_quietly(ending),
            State::Abandoned(task) => drop(task),
        }
    }
}

/// The task.
struct Far<T, G> {
    /// Until it has ended.
    work: Option<BoxFuture<'static, T>>,
    link: Arc<Link<T>>,
    until: Option<G>,
}

impl<T, G> Far<T, G> {
    /// First the work ends, then it is told. There is nothing left to be woken.
    fn end(&mut self, ending: T) {
        self.stop();
        self.link.leave(ending);
        self.until = None;
    }

    fn stop(&mut self) {
        drop_quietly(self.work.take());
        drop_quietly(self.link.far.take());
    }
}

impl<T, G: Unpin> Future for Far<T, G> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.link.far.register(cx.waker());
        let is_cancelled = self.link.is_cancelled();
        let Some(work) = &mut self.work else {
            return Poll::Ready(());
        };
        if is_cancelled {
            self.stop();
            self.until = None;
            return Poll::Ready(());
        }
        let ending = match capture(|| work.as_mut().poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(ending)) => ending,
            Err(panic) => (self.link.lost)(Some(panic)),
        };
        self.end(ending);
        Poll::Ready(())
    }
}

impl<T, G> Drop for Far<T, G> {
    fn drop(&mut self) {
        if self.work.is_none() {
            return;
        }
        if self.link.is_cancelled() {
            self.stop();
        } else {
            let ending = (self.link.lost)(None);
            self.end(ending);
        }
    }
}
