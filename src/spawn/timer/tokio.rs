//! The timers of a tokio runtime.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use ::tokio::runtime::{Handle, Id};
use ::tokio::time;

use super::Timer;
use super::ambient::elsewhere;
use crate::spawn::{BoxFuture, Tokio};

/// The timers of this runtime, which fire while it is driven; tokio's paused time holds for them, too.
///
/// A runtime built without `enable_time`, or one that has been shut down, has no timers: then smol's fire instead, or a
/// [`ThreadTimer`](super::ThreadTimer)'s without that feature. Tokio tells of it by a panic alone. That panic is caught,
/// but the panic hook prints it, on each thread where it is met first.
#[cfg_attr(docsrs, doc(cfg(feature = "tokio")))]
impl Timer for Tokio {
    fn now(&self) -> Instant {
        let _inside = self.handle().enter();
        time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let runtime = self.handle().id();
        if is_without_timers(runtime) {
            return elsewhere(duration);
        }
        let started = Instant::now();
        let Some(sleep) = unless_it_panics(runtime, || time_of(self.handle(), duration)) else {
            return elsewhere(duration);
        };
        Box::pin(async move {
            let mut sleep = pin!(sleep);
            // False: the runtime has been shut down meanwhile.
            let is_over = poll_fn(|cx| {
                let polled = unless_it_panics(runtime, || sleep.as_mut().poll(cx));
                polled.map_or(Poll::Ready(false), |polled| polled.map(|()| true))
            });
            if !is_over.await {
                elsewhere(duration.saturating_sub(started.elapsed())).await;
            }
        })
    }
}

fn time_of(handle: &Handle, duration: Duration) -> time::Sleep {
    let _inside = handle.enter();
    time::sleep(duration)
}

thread_local! {
    /// The last runtime that was met on this thread and had no timers, so that the panic hook is not called each time.
    static WITHOUT: Cell<Option<Id>> = const { Cell::new(None) };
}

fn is_without_timers(runtime: Id) -> bool {
    WITHOUT.with(|without| without.get() == Some(runtime))
}

/// There is no other way to ask a runtime whether it has timers.
fn unless_it_panics<T>(runtime: Id, call: impl FnOnce() -> T) -> Option<T> {
    let called = catch_unwind(AssertUnwindSafe(call)).ok();
    if called.is_none() {
        WITHOUT.with(|without| without.set(Some(runtime)));
    }
    called
}
