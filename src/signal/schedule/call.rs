//! One call of one callback.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::signal::event::Event;
use crate::signal::panic::{Panic, capture, drop_quietly};
use crate::signal::registry::{Head, Held, Slot};
use crate::signal::report::{Cause, Failure};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A call of an async callback that was granted and has not started.
pub(crate) struct Granted<P, R, K> {
    pub(crate) slot: Arc<Slot<P, R, K>>,
    pub(crate) event: Arc<Event<P, K>>,
    pub(crate) held: Option<Held>,
}

/// What starting a call comes to.
pub(crate) enum Start<P, R, K> {
    Waits(Call<P, R, K>),
    Finished(Result<R, Failure>),
    /// The connection was ended after the grant, or the object of a weak method has died.
    Refused,
}

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static> Granted<P, R, K> {
    /// Calls the callback on an executor, for its future.
    pub(crate) fn start(self) -> Start<P, R, K> {
        let Self { slot, event, held } = self;
        // Counted before it looks: who ends the connection looks at the count after having ended it.
        let entered = Entered::new(slot);
        let slot = &entered.slot;
        if !slot.may_start() {
            return Start::Refused;
        }
        let _frame = slot.running.frame();
        match begin(slot, event) {
            Begun::Future(future) => Start::Waits(Call {
                future: Some(future),
                held,
                entered,
            }),
            Begun::Refused => Start::Refused,
            Begun::Failed(failure) => Start::Finished(Err(failure)),
        }
    }
}

/// Calls an async callback within a send, and polls it once.
///
/// It is not counted as running meanwhile: it happens in the middle of a walk, and whoever waits for the connection waits
/// for the walk. If it is not finished then, it is counted, before the walk ends.
pub(crate) fn start_here<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static>(
    slot: &Arc<Slot<P, R, K>>,
    event: Arc<Event<P, K>>,
    held: Option<Held>,
    cx: &mut Context<'_>,
) -> Start<P, R, K> {
    let mut future = match begin(slot, event) {
        Begun::Future(future) => Some(future),
        Begun::Refused => return Start::Refused,
        Begun::Failed(failure) => return Start::Finished(Err(failure)),
    };
    match poll_once(slot, &mut future, cx) {
        Poll::Ready(outcome) => Start::Finished(outcome),
        Poll::Pending => Start::Waits(Call {
            future,
            held,
            entered: Entered::new(Arc::clone(slot)),
        }),
    }
}

enum Begun<R> {
    Future(BoxFuture<'static, R>),
    Refused,
    Failed(Failure),
}

fn begin<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static>(
    slot: &Arc<Slot<P, R, K>>,
    event: Arc<Event<P, K>>,
) -> Begun<R> {
    match capture(|| slot.start(event)) {
        Ok(Some(future)) => Begun::Future(future),
        Ok(None) => {
            slot.disconnect();
            Begun::Refused
        }
        Err(panic) => Begun::Failed(failure(slot, panic)),
    }
}

/// Polls; drops the future if that was the last time.
fn poll_once<P, R, K>(
    slot: &Head<P, R, K>,
    future: &mut Option<BoxFuture<'static, R>>,
    cx: &mut Context<'_>,
) -> Poll<Result<R, Failure>> {
    let running = future.as_mut().expect("polled after it finished");
    let outcome = match capture(|| running.as_mut().poll(cx)) {
        Ok(Poll::Pending) => return Poll::Pending,
        Ok(Poll::Ready(reply)) => Ok(reply),
        Err(panic) => Err(panic),
    };
    // The future's drop is user code as well: its panic is the callback's.
    let finished = future.take();
    let dropped = capture(|| drop(finished));
    Poll::Ready(match (outcome, dropped) {
        (Ok(reply), Ok(())) => Ok(reply),
        (Ok(reply), Err(panic)) => {
            drop_quietly(reply);
            Err(failure(slot, panic))
        }
        (Err(panic), _) => Err(failure(slot, panic)),
    })
}

/// A call of an async callback that has started and had to wait. It counts as running until it is finished or dropped.
pub(crate) struct Call<P, R, K> {
    /// `None` once it has finished. Before `entered`, so that it is dropped while the call still counts.
    future: Option<BoxFuture<'static, R>>,
    held: Option<Held>,
    entered: Entered<P, R, K>,
}

impl<P, R, K> Future for Call<P, R, K> {
    type Output = Result<R, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let slot = &this.entered.slot;
        let _frame = slot.running.frame();
        poll_once(slot, &mut this.future, cx)
    }
}

/// Cancels a call that has not finished. What was held for it goes while it still counts, and inside it: its drop, too,
/// may wait for the connection.
impl<P, R, K> Drop for Call<P, R, K> {
    fn drop(&mut self) {
        let _frame = self.entered.slot.running.frame();
        if let Some(future) = self.future.take() {
            drop_quietly(future);
        }
        drop(self.held.take());
    }
}

/// Counts a call as running for as long as it lives.
struct Entered<P, R, K> {
    slot: Arc<Slot<P, R, K>>,
}

impl<P, R, K> Entered<P, R, K> {
    fn new(slot: Arc<Slot<P, R, K>>) -> Self {
        slot.running.enter();
        Self { slot }
    }
}

impl<P, R, K> Drop for Entered<P, R, K> {
    fn drop(&mut self) {
        self.slot.running.leave();
    }
}

#[cold]
pub(crate) fn failure<P, R, K>(slot: &Head<P, R, K>, panic: Panic) -> Failure {
    Failure::new(slot.id, slot.name(), Cause::Panicked(panic))
}
