//! News that are told one at a time, in order, by whoever finds them.

use std::collections::VecDeque;
use std::mem;

use crate::sync::{AtomicBool, Lock, Ordering};

/// News that wait to be told. They are told when no lock is held, so who hears of them may do whatever brings more.
pub(crate) struct News<N> {
    state: Lock<State<N>>,
    /// Whether there may be some: most changes bring none. Set after they stand in their place, and taken back under the lock.
    has_any: AtomicBool,
}

struct State<N> {
    waiting: VecDeque<N>,
    /// Whether a thread is telling them. One at a time, so that they are told in order.
    is_told: bool,
}

impl<N> News<N> {
    pub(crate) fn new() -> Self {
        Self {
            state: Lock::new(State {
                waiting: VecDeque::new(),
                is_told: false,
            }),
            has_any: AtomicBool::new(false),
        }
    }

    /// To be told after what waits already.
    pub(crate) fn add(&self, news: N) {
        self.state.hold().waiting.push_back(news);
        self.has_any.store(true, Ordering::Release);
    }

    pub(crate) fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Acquire)
    }

    /// Tells what there is to be told. Where somebody is telling already, that one goes on with it.
    pub(crate) fn tell(&self, teller: impl Fn(N)) {
        let mut state = self.state.hold();
        if mem::replace(&mut state.is_told, true) {
            return;
        }
        loop {
            let Some(news) = state.waiting.pop_front() else {
                state.is_told = false;
                self.has_any.store(false, Ordering::Release);
                return;
            };
            drop(state);
            teller(news);
            state = self.state.hold();
        }
    }
}
