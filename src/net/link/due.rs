//! What has to happen at some time.

use std::collections::BTreeMap;
use std::time::Instant;

use event_listener::{Event, EventListener};

use crate::sync::Lock;

/// What happens when the time has come, unless it was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A request of this side has had no reply.
    Request(u64),
    /// A call of the other side is not done, and nobody waits any more.
    Serving(u64),
    /// A call to a plain peer has had no reply, and others wait for it.
    Unanswered(u64),
    /// The first message has begun to come, and not ended.
    FirstMessage,
    /// The other side has not said hello.
    Hello,
    /// It has been told everything there is to say.
    LastWords,
}

/// When, and which of those at the same time.
pub(super) type Place = (Instant, u64);

/// All that is due for one link, which one task looks after: a timer for each would cost more than the call it is for.
pub(super) struct Due {
    state: Lock<State>,
    /// Rung outside of the lock, when that task has to look again.
    sooner: Event,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<Place, What>,
    last: u64,
    /// When that task will look next by itself. It alone writes this.
    until: Option<Instant>,
}

impl Due {
    pub(super) fn new() -> Self {
        Self {
            state: Lock::new(State::default()),
            sooner: Event::new(),
        }
    }

    /// This is to happen then.
    pub(super) fn add(&self, when: Instant, what: What) -> Place {
        let (place, is_sooner) = {
            let mut state = self.state.hold();
            state.last += 1;
            let place = (when, state.last);
            state.entries.insert(place, what);
            (place, state.until.is_none_or(|until| when < until))
        };
        if is_sooner {
            self.poke();
        }
        place
    }

    /// It is not to happen any more.
    pub(super) fn remove(&self, place: Place) {
        self.state.hold().entries.remove(&place);
    }

    /// Has that task look again.
    pub(super) fn poke(&self) {
        self.sooner.notify(usize::MAX);
    }

    /// To be awaited after another look.
    pub(super) fn sooner(&self) -> EventListener {
        self.sooner.listen()
    }

    /// Something whose time has come, taken out.
    pub(super) fn take(&self, now: Instant) -> Option<What> {
        let mut state = self.state.hold();
        let first = state.entries.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// When to look next: then, or when the first of these is due. That is written down.
    pub(super) fn until(&self, otherwise: Option<Instant>) -> Option<Instant> {
        let mut state = self.state.hold();
        let first = state.entries.first_key_value().map(|((when, _), _)| *when);
        state.until = match (first, otherwise) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        state.until
    }
}
