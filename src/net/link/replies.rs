//! Calls of this side whose replies have not come.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use hashbrown::HashMap;

use super::error::RequestError;
use crate::sync::{Arc, AtomicU64, Lock, next_number};

/// A reply, or why there is none.
pub(super) type Outcome = Result<Vec<u8>, RequestError>;

/// Each call that waits, by its number. The numbers are this side's own.
pub(super) struct Replies {
    waiting: Lock<HashMap<u64, Arc<Slot>>>,
    last: AtomicU64,
}

/// Where the reply is left. Written once, by who has taken the slot out of the map.
struct Slot {
    state: Lock<State>,
    /// How many events were sent before the call.
    events: u64,
}

enum State {
    Waiting(Option<Waker>),
    Done(Outcome),
    Taken,
}

impl Replies {
    pub(super) fn new() -> Self {
        Self {
            waiting: Lock::new(HashMap::new()),
            last: AtomicU64::new(0),
        }
    }

    /// A number that no other call of this link has.
    pub(super) fn number(&self) -> u64 {
        next_number(&self.last)
    }

    /// Will wait for the reply to this call, which is sent after so many events.
    pub(super) fn expect(&self, id: u64, events: u64) -> Reply {
        let slot = Arc::new(Slot {
            state: Lock::new(State::Waiting(None)),
            events,
        });
        self.waiting.hold().insert(id, Arc::clone(&slot));
        Reply(slot)
    }

    /// The reply has come, or will not. Before whoever waits for it goes on, `events` is told after how many events the call was sent.
    pub(super) fn settle(&self, id: u64, outcome: Outcome, events: impl FnOnce(u64)) {
        let slot = self.waiting.hold().remove(&id);
        if let Some(slot) = slot {
            events(slot.events);
            slot.settle(outcome);
        }
    }

    /// Nobody waits any more; tells whether it was still waited for.
    pub(super) fn forget(&self, id: u64) -> bool {
        let slot = self.waiting.hold().remove(&id);
        slot.is_some()
    }

    /// None will come. Those who begin to wait later find that out by themselves.
    pub(super) fn fail_all(&self, error: &RequestError) {
        let all = mem::take(&mut *self.waiting.hold());
        for slot in all.into_values() {
            slot.settle(Err(error.clone()));
        }
    }

    pub(super) fn count(&self) -> usize {
        self.waiting.hold().len()
    }
}

impl Slot {
    fn settle(&self, outcome: Outcome) {
        let before = mem::replace(&mut *self.state.hold(), State::Done(outcome));
        // Outside of the lock: it may be anybody's.
        if let State::Waiting(Some(waker)) = before {
            waker.wake();
        }
    }
}

/// The reply to come.
pub(super) struct Reply(Arc<Slot>);

impl Future for Reply {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let mut waker = Some(cx.waker().clone());
        let mut state = self.0.state.hold();
        if let State::Waiting(waiting) = &mut *state {
            mem::swap(waiting, &mut waker);
            drop(state);
            // That of before, outside of the lock.
            drop(waker);
            return Poll::Pending;
        }
        match mem::replace(&mut *state, State::Taken) {
            State::Done(outcome) => Poll::Ready(outcome),
            // Polled again after it was ready.
            _ => Poll::Pending,
        }
    }
}
