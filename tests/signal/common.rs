//! What tests wait for, and where they write down what happened.

use std::convert::Infallible;
use std::fmt::Debug;
use std::future::{Future, ready};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use fanfare::spawn::BoxFuture;
use fanfare::{AsSender, Cause, Event, Failure, Report};
use smol::channel::{Receiver, Sender, bounded};

/// How a panic begins that is part of a test.
pub(crate) const ON_PURPOSE: &str = "on purpose";

/// Closed until somebody opens it, then open for ever. Clones are one gate.
#[derive(Clone)]
pub(crate) struct Gate {
    sender: Sender<Infallible>,
    receiver: Receiver<Infallible>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = bounded(1);
        Self { sender, receiver }
    }

    pub(crate) fn open(&self) {
        self.sender.close();
    }

    pub(crate) fn is_open(&self) -> bool {
        self.sender.is_closed()
    }

    pub(crate) async fn wait(&self) {
        let _ = self.receiver.recv().await;
    }

    /// For sync callbacks on a thread of their own.
    pub(crate) fn wait_blocking(&self) {
        let _ = self.receiver.recv_blocking();
    }
}

/// What happened, in order. Clones are one log.
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

    pub(crate) fn len(&self) -> usize {
        self.0.lock().expect("nobody panics here").len()
    }
}

impl<T: Clone + Send + Sync + 'static> Log<T> {
    /// A sync callback that writes this down.
    pub(crate) fn writes<P, K>(
        &self,
        entry: T,
    ) -> impl Fn(&Event<P, K>) + Send + Sync + 'static + use<T, P, K> {
        let log = self.clone();
        move |_| log.push(entry.clone())
    }

    /// An async callback that writes this down.
    pub(crate) fn writes_async<P, K>(
        &self,
        entry: T,
    ) -> impl Fn(Arc<Event<P, K>>) -> BoxFuture<'static, ()> + Send + Sync + 'static + use<T, P, K>
    {
        let log = self.clone();
        move |_| {
            log.push(entry.clone());
            Box::pin(ready(()))
        }
    }
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Does something when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Opens the gate when it is dropped.
pub(crate) fn opens(gate: &Gate) -> OnDrop<impl FnMut() + Send + Sync + 'static + use<>> {
    let gate = gate.clone();
    OnDrop(move || gate.open())
}

/// A sender with a value that is of no account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person(pub(crate) u8);

impl AsSender for Person {}

/// Polls once, to be woken by nobody.
pub(crate) fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What a callback did: its reply, "aborted", or what it panicked with.
pub(crate) fn told<R: Debug>(report: &Report<R>) -> Vec<String> {
    let word = |outcome: Result<&R, &Failure>| match outcome.map_err(Failure::cause) {
        Ok(reply) => format!("{reply:?}"),
        Err(Cause::Panicked(panic)) => panic.message().to_owned(),
        Err(Cause::Aborted) => "aborted".to_owned(),
        Err(other) => format!("{other:?}"),
    };
    report.iter().map(word).collect()
}
