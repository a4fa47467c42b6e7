//! A clock that a test moves on.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use event_listener::Event as Bell;

use crate::spawn::{BoxFuture, Timer};
use crate::sync::{Arc, Lock};

/// A [`Timer`] whose time stands still until it is told to go on. Clones are one clock.
///
/// What sleeps is woken by [`advance`](Self::advance), and by nothing else. It is woken on the thread that advances the
/// clock; whoever drives the task has then to run it, by [`SeededExecutor::run_until_stalled`] say.
///
/// [`SeededExecutor::run_until_stalled`]: super::SeededExecutor::run_until_stalled
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use fanfare::Timer;
/// use fanfare::testing::ManualClock;
///
/// let clock = ManualClock::new();
/// let sleep = clock.sleep(Duration::from_secs(3600));
/// assert_eq!(clock.sleepers(), 1);
/// assert_eq!(clock.advance_to_next(), Some(Duration::from_secs(3600)));
/// futures_lite::future::block_on(sleep); // is over
/// assert_eq!(clock.elapsed(), Duration::from_secs(3600));
/// ```
#[derive(Clone)]
pub struct ManualClock(Arc<Inner>);

struct Inner {
    start: Instant,
    state: Lock<State>,
    /// Rung, outside of the lock, after each sleep that has begun.
    begun: Bell,
}

struct State {
    elapsed: Duration,
    /// By deadline, since the start of the clock, and of equal ones in the order of their calls.
    sleepers: BTreeMap<Place, Option<Waker>>,
    last: u64,
}

type Place = (Duration, u64);

/// As far as the clock goes, some thousand years, so that every time it shows is one that `Instant` has.
const END: Duration = Duration::from_secs(1 << 36);

impl ManualClock {
    /// A clock that stands at the time of this call.
    #[must_use]
    pub fn new() -> Self {
        let state = State {
            elapsed: Duration::ZERO,
            sleepers: BTreeMap::new(),
            last: 0,
        };
        Self(Arc::new(Inner {
            start: Instant::now(),
            state: Lock::new(state),
            begun: Bell::new(),
        }))
    }

    /// What time it is: when the clock was made, and [`elapsed`](Self::elapsed).
    #[must_use]
    pub fn now(&self) -> Instant {
        let start = self.0.start;
        start.checked_add(self.elapsed()).unwrap_or(start)
    }

    /// How far it has been moved on in all.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.state.hold().elapsed
    }

    /// Moves the clock on, and wakes those whose time has come, in the order of their deadlines.
    ///
    /// Time leaps: whoever wakes up finds it as late as it has become for all of them. To have each find its own time, run
    /// what was woken between the leaps of [`advance_to_next`](Self::advance_to_next). The clock stops after some thousand
    /// years; what sleeps longer sleeps for ever.
    pub fn advance(&self, duration: Duration) {
        {
            let mut state = self.0.state.hold();
            state.elapsed = state.elapsed.saturating_add(duration).min(END);
        }
        self.wake_due();
    }

    /// Moves the clock on to the next deadline and wakes who has it; tells how far that was. `None` if nobody sleeps whose
    /// deadline can be reached, and then nothing has changed.
    pub fn advance_to_next(&self) -> Option<Duration> {
        let leap = {
            let mut state = self.0.state.hold();
            let (deadline, _) = *state.sleepers.keys().next()?;
            if deadline > END {
                return None;
            }
            // Another thread may be about to wake one whose deadline has passed already.
            let leap = deadline.saturating_sub(state.elapsed);
            state.elapsed += leap;
            leap
        };
        self.wake_due();
        Some(leap)
    }

    /// How many sleeps have begun that are neither over nor dropped. A sleep begins when it is asked for, polled or not.
    #[must_use]
    pub fn sleepers(&self) -> usize {
        self.0.state.hold().sleepers.len()
    }

    /// Waits until at least that many sleep: that the code under test has come to where it waits for time to pass.
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn wait_for_sleepers(&self, count: usize) {
        loop {
            let begun = self.0.begun.listen();
            if self.sleepers() >= count {
                return;
            }
            begun.await;
        }
    }

    /// One at a time, each outside of the lock: what a waker does is not ours, and if one panics the others can be woken by
    /// the next advance.
    fn wake_due(&self) {
        loop {
            let waker = {
                let mut state = self.0.state.hold();
                let elapsed = state.elapsed;
                match state.sleepers.first_entry() {
                    Some(first) if first.key().0 <= elapsed => first.remove(),
                    _ => return,
                }
            };
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

impl Timer for ManualClock {
    fn now(&self) -> Instant {
        self.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let place = {
            let mut state = self.0.state.hold();
            state.last += 1;
            let place = (state.elapsed.saturating_add(duration), state.last);
            if !duration.is_zero() {
                state.sleepers.insert(place, None);
            }
            place
        };
        self.0.begun.notify(usize::MAX);
        let clock = Arc::clone(&self.0);
        Box::pin(Sleep { clock, place })
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManualClock")
            .field("elapsed", &self.elapsed())
            .field("sleepers", &self.sleepers())
            .finish()
    }
}

/// One sleep. It alone puts wakers into its entry, which goes when its time has come, or with it.
struct Sleep {
    clock: Arc<Inner>,
    place: Place,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Cloned before the lock is taken, and what it replaces is dropped after: both are code of whoever waits.
        let mut waker = Some(cx.waker().clone());
        let mut state = self.clock.state.hold();
        if state.elapsed >= self.place.0 {
            return Poll::Ready(());
        }
        if let Some(entry) = state.sleepers.get_mut(&self.place) {
            mem::swap(entry, &mut waker);
        }
        drop(state);
        drop(waker);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let left = self.clock.state.hold().sleepers.remove(&self.place);
        drop(left);
    }
}
