//! Calls of the other side that are being done.

use std::collections::HashMap;
use std::mem;

use futures_util::future::AbortHandle;

use crate::net::wire::Id;
use crate::sync::Lock;

/// Each call that is being done. Their ids come from the network: the hasher is keyed, so that nobody can choose some that collide.
pub(super) struct Serving {
    state: Lock<State>,
    max: usize,
}

#[derive(Default)]
struct State {
    calls: HashMap<u64, Running>,
    /// Those that can be cancelled. Where two have the same id, the first.
    by_id: HashMap<Id, u64>,
    last: u64,
}

/// A call that is being done.
pub(super) struct Running {
    /// To be replied to with this, if a reply is wanted.
    pub(super) id: Option<Id>,
    abort: AbortHandle,
}

impl Serving {
    pub(super) fn new(max: usize) -> Self {
        Self {
            state: Lock::new(State::default()),
            max,
        }
    }

    /// Its number, if there are not as many as may be.
    pub(super) fn begin(&self, id: Option<Id>, abort: AbortHandle) -> Result<u64, Option<Id>> {
        let mut state = self.state.hold();
        if state.calls.len() >= self.max {
            return Err(id);
        }
        state.last += 1;
        let number = state.last;
        if let Some(id) = id.clone().filter(|id| *id != Id::Null) {
            state.by_id.entry(id).or_insert(number);
        }
        state.calls.insert(number, Running { id, abort });
        Ok(number)
    }

    /// It is done, or given up by who asks: he alone gets it, and replies.
    pub(super) fn end(&self, number: u64) -> Option<Running> {
        let mut state = self.state.hold();
        let running = state.calls.remove(&number)?;
        if let Some(id) = &running.id {
            if state.by_id.get(id) == Some(&number) {
                state.by_id.remove(id);
            }
        }
        Some(running)
    }

    /// Nobody waits for it any more.
    pub(super) fn cancel(&self, id: &Id) {
        let number = self.state.hold().by_id.get(id).copied();
        if let Some(running) = number.and_then(|number| self.end(number)) {
            running.abort();
        }
    }

    pub(super) fn cancel_all(&self) {
        let state = mem::take(&mut *self.state.hold());
        for running in state.calls.into_values() {
            running.abort();
        }
    }

    pub(super) fn count(&self) -> usize {
        self.state.hold().calls.len()
    }
}

impl Running {
    /// Its future is dropped, by the task that has it.
    pub(super) fn abort(&self) {
        self.abort.abort();
    }
}
