//! What tests write down, and how they look at a future.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// What happened, in order. Clones are one log.
#[derive(Clone)]
pub(crate) struct Log<T>(Arc<Mutex<Vec<T>>>);

impl<T> Log<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    pub(crate) fn push(&self, entry: T) {
        self.0.lock().expect("nobody panics here").push(entry);
    }

    /// What was written since the last time.
    pub(crate) fn take(&self) -> Vec<T> {
        mem::take(&mut *self.0.lock().expect("nobody panics here"))
    }
}

/// Counts how often it was woken.
pub(crate) struct Woken(AtomicUsize);

impl Woken {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicUsize::new(0)))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Does something when it is woken.
pub(crate) struct OnWake<F>(pub(crate) F);

impl<F: Fn() + Send + Sync + 'static> Wake for OnWake<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// Polls once, to be woken through this.
pub(crate) fn poll_with<F, W>(future: &mut F, wake: &Arc<W>) -> Poll<F::Output>
where
    F: Future + Unpin,
    W: Wake + Send + Sync + 'static,
{
    let waker = Waker::from(Arc::clone(wake));
    Pin::new(future).poll(&mut Context::from_waker(&waker))
}

/// Polls once, to be woken by nobody.
pub(crate) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Does something when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
