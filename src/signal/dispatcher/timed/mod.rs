//! How long sends and their calls take.

mod table;
mod times;

pub use times::Times;

use std::fmt;
use std::time::Instant;

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::{Context, Dispatcher, Outcome, Receiver, Results};
use crate::signal::failure::Cause;
use crate::signal::panic::capture;
use crate::spawn::{AmbientTimer, BoxFuture, Timer};
use crate::sync::{Arc, Lock};

/// A dispatcher that measures sends and calls, for each [identifier](Context::identifier) apart. Clones are one: give one to
/// as many signals as are to be measured, keep another, and read it. It prints as a table.
///
/// Several dispatchers are measured as far as they are further in: the first one of a signal measures what the others take as
/// well, the last one the callbacks alone.
///
/// An identifier that was measured once is remembered until [`clear`](Self::clear).
///
/// # Examples
/// ```
/// use fanfare::Signal;
/// use fanfare::dispatcher::Timed;
///
/// let timed = Timed::new();
/// let orders = Signal::builder(0u32).name("orders").dispatcher(timed.clone()).build();
/// orders.connect_sync(|order| assert!(**order < 100)).now();
/// for order in [5, 50, 500] {
///     let _ = orders.send().with(order).now();
/// }
///
/// let times = timed.times("orders").expect("it has been measured");
/// assert_eq!((times.sends, times.calls, times.failures), (3, 3, 1));
/// println!("{timed}");
/// ```
#[derive(Clone)]
pub struct Timed(Arc<Inner>);

struct Inner {
    timer: Arc<dyn Timer>,
    state: Lock<State>,
}

/// Written by whoever begins or ends a send, or ends a call, for a few instructions each; times are taken before.
struct State {
    times: HashMap<String, Times>,
    /// When each send began that has not ended, by its number. Of a signal that was given this dispatcher more than once, as
    /// often: the last one to begin is the first to end.
    sends: HashMap<u64, SmallVec<[Instant; 1]>>,
}

impl Timed {
    /// Goes by the timer that signals without one of their own go by: tokio's inside of tokio, else the system's.
    #[must_use]
    pub fn new() -> Self {
        Self::with_timer(AmbientTimer::shared())
    }

    /// Goes by this timer.
    #[must_use]
    pub fn with_timer(timer: impl Timer) -> Self {
        let state = State {
            times: HashMap::new(),
            sends: HashMap::new(),
        };
        Self(Arc::new(Inner {
            timer: Arc::new(timer),
            state: Lock::new(state),
        }))
    }

    /// What was measured of sends with this identifier; `None` if none of them has ended, nor any call.
    #[must_use]
    pub fn times(&self, identifier: &str) -> Option<Times> {
        self.0.state.hold().times.get(identifier).copied()
    }

    /// What was measured, by identifier, in the order of the alphabet.
    #[must_use]
    pub fn all(&self) -> Vec<(String, Times)> {
        let state = self.0.state.hold();
        let all = state
            .times
            .iter()
            .map(|(name, times)| (name.clone(), *times));
        let mut all: Vec<_> = all.collect();
        drop(state);
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    /// Forgets what was measured. What is under way is measured to its end.
    pub fn clear(&self) {
        let forgotten = std::mem::take(&mut self.0.state.hold().times);
        drop(forgotten);
    }

    fn record(&self, cx: &Context, record: impl FnOnce(&mut Times)) {
        let mut state = self.0.state.hold();
        record(state.times.entry_ref(cx.identifier()).or_default());
    }
}

impl Default for Timed {
    fn default() -> Self {
        Self::new()
    }
}

impl Dispatcher for Timed {
    fn before(&self, cx: &Context) {
        let began = self.0.timer.now();
        let mut state = self.0.state.hold();
        let sends = state.sends.entry(cx.send_number()).or_default();
        sends.push(began);
    }

    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let (timed, cx) = (self.clone(), cx.clone());
        Box::pin(async move {
            let call = Call {
                began: Some(timed.0.timer.now()),
                timed,
                cx,
            };
            let outcome = receiver.call().await;
            call.end(&outcome);
            outcome
        })
    }

    fn after(&self, cx: &Context, _: &Results<'_>) {
        let now = self.0.timer.now();
        let mut state = self.0.state.hold();
        let Some(sends) = state.sends.get_mut(&cx.send_number()) else {
            return;
        };
        let began = sends.pop();
        if sends.is_empty() {
            state.sends.remove(&cx.send_number());
        }
        drop(state);
        if let Some(began) = began {
            self.record(cx, |times| {
                times.add_send(now.saturating_duration_since(began));
            });
        }
    }
}

/// A call that is under way. One that is dropped was stopped, and is a failure.
struct Call {
    timed: Timed,
    cx: Context,
    /// Until it has ended.
    began: Option<Instant>,
}

impl Call {
    fn end(mut self, outcome: &Outcome) {
        self.record(outcome.cause());
    }

    fn record(&mut self, cause: Option<&Cause>) {
        let Some(began) = self.began.take() else {
            return;
        };
        let elapsed = self.timed.0.timer.now().saturating_duration_since(began);
        self.timed.record(&self.cx, |times| match cause {
            Some(Cause::Skipped) => times.add_skipped(),
            cause => times.add_call(elapsed, cause.is_some()),
        });
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // The timer is the user's, and this may be while another panic unwinds.
        drop(capture(|| self.record(Some(&Cause::Aborted))));
    }
}

impl fmt::Debug for Timed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (identifiers, sends_under_way) = {
            let state = self.0.state.hold();
            (state.times.len(), state.sends.len())
        };
        f.debug_struct("Timed")
            .field("identifiers", &identifiers)
            .field("sends_under_way", &sends_under_way)
            .finish_non_exhaustive()
    }
}
