//! A call that is replied to.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use futures_lite::future::or;

use super::core::{Core, unless_it_panics};
use super::due::{Place, What};
use super::error::{RequestError, Unsendable};
use super::replies::Reply;
use super::waiting::{Class, Entry};
use crate::net::wire::{Call, CallOf, Id, Response, Said};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Ordering};

/// A request in the making, made by `.await`. See [`Link::request`](super::Link::request).
#[must_use = "nothing is asked until the builder is awaited"]
pub struct LinkRequest<V> {
    core: Arc<Core<V>>,
    call: Call<V>,
    timeout: Duration,
}

impl<V> LinkRequest<V> {
    pub(super) fn new(core: Arc<Core<V>>, call: Call<V>) -> Self {
        Self {
            timeout: core.limits.request_timeout,
            core,
            call,
        }
    }

    /// Waits no longer than this, for room and for the reply, and tells the other side how long that is.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = time;
        self
    }
}

/// Asks, and waits for the reply.
pub(super) async fn ask<V: Send + Sync + 'static>(
    core: &Arc<Core<V>>,
    call: Said<'_, V>,
    timeout: Duration,
) -> Result<Response<V>, RequestError> {
    if core.is_plain() && !call.is_hello() && !call.is_original() {
        return Err(RequestError::NotSent(Unsendable::NotUnderstood(
            call.method(),
        )));
    }
    let number = core.replies.number();
    let frame = core.frame_of(&CallOf {
        id: Some(&Id::Number(number)),
        call,
        // Plain peers would not know what it means.
        deadline: (!core.is_plain()).then_some(timeout),
    });
    let frame = frame.map_err(RequestError::NotSent)?;
    if call.is_hello() {
        core.hello.store(number, Ordering::Relaxed);
    }
    let (waiting, reply) = Waiting::begin(Arc::clone(core), number, timeout);
    let entry = Entry {
        frame,
        class: Class::Call,
        id: Some(number),
    };
    let outcome = waiting.send_and_wait(entry, reply).await;
    let frame = outcome.map_err(|error| match error {
        RequestError::TimedOut(_) => {
            waiting.cancel();
            RequestError::TimedOut(timeout)
        }
        error => error,
    })?;
    let read = unless_it_panics(|| {
        core.format()
            .response(&frame, core.limits.depth, call.expects())
    });
    read.map_err(RequestError::Unreadable)
}

impl<V: Send + Sync + 'static> IntoFuture for LinkRequest<V> {
    type Output = Result<Response<V>, RequestError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self {
                core,
                call,
                timeout,
            } = self;
            ask(&core, Said::Call(&call), timeout).await
        })
    }
}

/// A call that waits for its reply. Dropped before, it tells the other side that nobody waits any more.
struct Waiting<V> {
    core: Arc<Core<V>>,
    number: u64,
    due: Option<Place>,
}

impl<V> Waiting<V> {
    fn begin(core: Arc<Core<V>>, number: u64, timeout: Duration) -> (Self, Reply) {
        let reply = core.replies.expect(number, core.queue.accepted());
        let when = core.now().checked_add(timeout);
        let due = when.map(|when| core.due.add(when, What::Request(number)));
        (Self { core, number, due }, reply)
    }

    async fn send_and_wait(&self, entry: Entry, reply: Reply) -> Result<Vec<u8>, RequestError> {
        let core = &self.core;
        // Held until there is a reply, or nobody waits for one.
        let mut place = None;
        let full = match core.window.get() {
            Some(window) => {
                place = window.try_acquire_arc();
                match place {
                    Some(_) => core.push(entry).map_err(RequestError::NotSent)?,
                    None => Some(entry),
                }
            }
            None => core.push(entry).map_err(RequestError::NotSent)?,
        };
        let Some(entry) = full else {
            return reply.await;
        };
        // It waits for its place, and for room, as long as its time is not up and the link has not ended: both settle the reply.
        let sent = async {
            if let (Some(window), None) = (core.window.get(), &place) {
                place = Some(window.acquire_arc().await);
            }
            match core.push_waiting(entry).await {
                Ok(()) => std::future::pending().await,
                Err(problem) => Err(RequestError::NotSent(problem)),
            }
        };
        or(reply, sent).await
    }
}

impl<V> Waiting<V> {
    /// Nobody waits any more: it is taken back, or the other side is told, if it is a call that can be told of.
    fn cancel(&self) {
        let Self { core, number, .. } = self;
        if !core.queue.withdraw(*number) {
            core.queue.answered(*number);
            let id = Id::Number(*number);
            core.tell(&Call::Cancel { id });
        }
    }
}

impl<V> Drop for Waiting<V> {
    fn drop(&mut self) {
        if let Some(place) = self.due {
            self.core.due.remove(place);
        }
        if self.core.replies.forget(self.number) {
            self.cancel();
        }
    }
}

impl<V> fmt::Debug for LinkRequest<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkRequest")
            .field("method", &self.call.method())
            .field("timeout", &self.timeout)
            .finish()
    }
}
