//! One call of one callback.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::signal::callback::Run;
use crate::signal::event::Event;
use crate::signal::panic::{Panic, capture, drop_quietly};
use crate::signal::registry::{Held, Slot};
use crate::signal::report::{Cause, Failure};
use crate::signal::running::Running;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A call of an async callback that was granted and has not started.
pub(crate) struct Granted<P, R, K> {
    pub(crate) slot: Arc<Slot<P, R, K>>,
    pub(crate) event: Arc<Event<P, K>>,
    pub(crate) held: Held,
}

/// What starting a call comes to.
pub(crate) enum Start<P, R, K> {
    Started(Call<P, R, K>),
    /// The connection was ended after the grant, or the object of a weak method has died.
    Refused,
    Failed(Failure),
}

impl<P, R, K: Hash + Eq> Granted<P, R, K> {
    /// Calls the callback for its future.
    pub(crate) fn start(self) -> Start<P, R, K> {
        let Self { slot, event, held } = self;
        let entered = Entered::new(slot);
        let slot = &entered.slot;
        if !slot.may_start() {
            return Start::Refused;
        }
        let Run::Async(callback) = slot.callback.run() else {
            unreachable!("sync callbacks are not granted calls: they are called");
        };
        let _frame = slot.running.frame();
        match capture(|| callback(event)) {
            Ok(Some(future)) => Start::Started(Call {
                future: Some(future),
                entered,
                _held: held,
            }),
            Ok(None) => {
                slot.disconnect();
                Start::Refused
            }
            Err(panic) => Start::Failed(failure(slot, panic)),
        }
    }
}

/// A call of an async callback that has started. It counts as running until it is dropped or finished.
pub(crate) struct Call<P, R, K> {
    /// `None` once it has finished. Before `entered`, so that it is dropped while the call still counts.
    future: Option<BoxFuture<'static, R>>,
    _held: Held,
    entered: Entered<P, R, K>,
}

impl<P, R, K> Future for Call<P, R, K> {
    type Output = Result<R, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let future = this.future.as_mut().expect("polled after it finished");
        let slot = &this.entered.slot;
        let frame = slot.running.frame();
        let outcome = match capture(|| future.as_mut().poll(cx)) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(reply)) => Ok(reply),
            Err(panic) => Err(panic),
        };
        // The future's drop is user code as well: its panic is the callback's.
        let future = this.future.take();
        let dropped = capture(|| drop(future));
        drop(frame);
        Poll::Ready(match (outcome, dropped) {
            (Ok(reply), Ok(())) => Ok(reply),
            (Ok(reply), Err(panic)) => {
                drop_quietly(reply);
                Err(failure(slot, panic))
            }
            (Err(panic), _) => Err(failure(slot, panic)),
        })
    }
}

/// Cancels a call that has not finished.
impl<P, R, K> Drop for Call<P, R, K> {
    fn drop(&mut self) {
        if let Some(future) = self.future.take() {
            let _frame = self.entered.slot.running.frame();
            drop_quietly(future);
        }
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

/// Calls a sync callback; `None` if its connection was ended meanwhile, or its object has died.
pub(crate) fn call_sync<P, R, K: Hash + Eq>(
    slot: &Slot<P, R, K>,
    callback: &dyn Fn(&Event<P, K>) -> Option<R>,
    event: &Event<P, K>,
    held: Held,
) -> Option<Result<R, Failure>> {
    struct Inside<'a>(&'a Running);
    impl Drop for Inside<'_> {
        fn drop(&mut self) {
            self.0.leave();
        }
    }

    slot.running.enter();
    let _inside = Inside(&slot.running);
    if !slot.may_start() {
        return None;
    }
    let _frame = slot.running.frame();
    let outcome = capture(|| callback(event));
    drop(held);
    match outcome {
        Ok(Some(reply)) => Some(Ok(reply)),
        Ok(None) => {
            slot.disconnect();
            None
        }
        Err(panic) => Some(Err(failure(slot, panic))),
    }
}

pub(crate) fn failure<P, R, K>(slot: &Slot<P, R, K>, panic: Panic) -> Failure {
    Failure::new(slot.id, slot.name(), Cause::Panicked(panic))
}
