//! Waiting until so many things have happened, on whatever thread.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use futures::task::AtomicWaker;

/// The cheapest way there is to wait for all of N callbacks from outside of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Latch(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    left: AtomicUsize,
    waker: AtomicWaker,
}

impl Latch {
    /// Before the things can happen.
    pub(super) fn arm(&self, count: usize) {
        self.0.left.store(count, Ordering::Release);
    }

    /// One has happened.
    pub(super) fn count_down(&self) {
        if self.0.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.waker.wake();
        }
    }

    pub(super) async fn wait(&self) {
        poll_fn(|cx| {
            if self.0.left.load(Ordering::Acquire) == 0 {
                return Poll::Ready(());
            }
            self.0.waker.register(cx.waker());
            if self.0.left.load(Ordering::Acquire) == 0 {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}
