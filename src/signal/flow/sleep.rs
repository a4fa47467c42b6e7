//! Time that passes for a call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::signal::panic::{capture, drop_quietly};
use crate::spawn::{BoxFuture, CENTURY, Timer};
use crate::sync::{Arc, Lock};

/// A moment by which calls have to be done.
#[derive(Clone)]
pub(crate) struct Deadline {
    at: Instant,
    timer: Arc<dyn Timer>,
}

impl Deadline {
    pub(crate) fn after(timer: &Arc<dyn Timer>, time: Duration) -> Self {
        Self {
            at: timer.now() + time.min(CENTURY),
            timer: Arc::clone(timer),
        }
    }

    pub(crate) fn has_passed(&self) -> bool {
        self.timer.now() >= self.at
    }

    pub(crate) fn sleep(&self) -> Sleep {
        let left = self.at.saturating_duration_since(self.timer.now());
        Sleep::new(&self.timer, left)
    }
}

/// A timer that runs. One that panics is over: nothing waits for it for ever.
///
/// The lock is never taken: it is there for timers that are not `Sync`.
pub(crate) struct Sleep(Lock<Option<BoxFuture<'static, ()>>>);

impl Sleep {
    pub(crate) fn new(timer: &Arc<dyn Timer>, time: Duration) -> Self {
        Self(Lock::new(capture(|| timer.sleep(time.min(CENTURY))).ok()))
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(sleep) = self.0.get_mut() else {
            return Poll::Ready(());
        };
        match capture(|| Pin::new(sleep).poll(cx)) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) | Err(_) => {
                drop_quietly(self.0.get_mut().take());
                Poll::Ready(())
            }
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if self.0.get_mut().is_some() {
            drop_quietly(self.0.get_mut().take());
        }
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Deadline").field(&self.at).finish()
    }
}
