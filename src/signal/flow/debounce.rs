//! One call once there has been quiet.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use event_listener::Event as Told;

use super::Sleep;
use crate::signal::panic::{capture, drop_quietly};
use crate::spawn::{BoxFuture, CENTURY, Spawner, Timer};
use crate::sync::{Arc, AtomicBool, Lock, Ordering};

/// Keeps the last event until no other has come for a while, and then has the callback called with it, by a task of its
/// own. The task is there as long as an event waits.
pub(crate) struct Debouncer {
    core: Arc<Core>,
    pause: Duration,
    /// Whether newer options of the same connection have taken the core over. Written under the lock on the record.
    is_handed_on: AtomicBool,
}

struct Core {
    /// Written by sends, by the task, and by who ends the connection, under the lock.
    state: Lock<State>,
    closed: Told,
}

struct State {
    /// What is put off, and when it is due.
    pending: Option<(Instant, Pending)>,
    has_task: bool,
    is_closed: bool,
    replaced: u64,
}

/// A call that is put off: begins it, if it may still be made. It holds its connection weakly.
pub(crate) type Pending = Box<dyn FnOnce() -> Option<BoxFuture<'static, ()>> + Send>;

impl Debouncer {
    pub(crate) fn new(pause: Duration) -> Self {
        let state = State {
            pending: None,
            has_task: false,
            is_closed: false,
            replaced: 0,
        };
        let core = Core {
            state: Lock::new(state),
            closed: Told::new(),
        };
        Self {
            core: Arc::new(core),
            pause,
            is_handed_on: AtomicBool::new(false),
        }
    }

    /// Takes over what older options of the same connection have in hand.
    pub(crate) fn succeed(&mut self, older: &Self) {
        self.core = Arc::clone(&older.core);
        older.is_handed_on.store(true, Ordering::Relaxed);
    }

    /// How many events another one took the place of.
    pub(crate) fn replaced(&self) -> u64 {
        self.core.state.hold().replaced
    }

    /// Whether an event waits.
    pub(crate) fn is_waiting(&self) -> bool {
        self.core.state.hold().pending.is_some()
    }

    /// Lets go of what waits, and takes nothing more.
    pub(crate) fn close(&self) {
        let mut state = self.core.state.hold();
        state.is_closed = true;
        let pending = state.pending.take();
        drop(state);
        self.core.closed.notify(usize::MAX);
        drop_quietly(pending);
    }

    /// Puts a call off, in the place of the one that was put off before.
    pub(crate) fn offer(&self, pending: Pending, timer: Arc<dyn Timer>, spawner: &dyn Spawner) {
        let due = timer.now() + self.pause.min(CENTURY);
        let mut state = self.core.state.hold();
        if state.is_closed {
            drop(state);
            return drop_quietly(pending);
        }
        let replaced = state.pending.replace((due, pending));
        state.replaced += u64::from(replaced.is_some());
        let starts = !mem::replace(&mut state.has_task, true);
        drop(state);
        drop_quietly(replaced);
        if starts {
            // Made here: the task may be dropped before it has begun.
            let stay = Stay(Some(Arc::clone(&self.core)));
            let task = run(Arc::clone(&self.core), stay, timer);
            drop(capture(|| spawner.spawn(Box::pin(task))));
        }
    }
}

/// The options of a connection that has gone, or whose signal has.
impl Drop for Debouncer {
    fn drop(&mut self) {
        if !self.is_handed_on.load(Ordering::Relaxed) {
            self.close();
        }
    }
}

/// Ends the task's stay if it is dropped in the middle: the next event begins another one.
struct Stay(Option<Arc<Core>>);

impl Drop for Stay {
    fn drop(&mut self) {
        let Some(core) = self.0.take() else { return };
        let mut state = core.state.hold();
        state.has_task = false;
        let pending = state.pending.take();
        drop(state);
        drop_quietly(pending);
    }
}

impl Core {
    /// How long the task has to wait; `None` if there is nothing left to wait for, and the task ends.
    fn left(&self, now: Instant) -> Option<Duration> {
        let mut state = self.state.hold();
        match &state.pending {
            Some((due, _)) if !state.is_closed => Some(due.saturating_duration_since(now)),
            _ => {
                state.has_task = false;
                None
            }
        }
    }

    fn take_due(&self, now: Instant) -> Option<Pending> {
        let mut state = self.state.hold();
        let (_, pending) = state.pending.take_if(|(due, _)| *due <= now)?;
        Some(pending)
    }
}

async fn run(core: Arc<Core>, mut stay: Stay, timer: Arc<dyn Timer>) {
    loop {
        // Check, listen, check again, wait.
        let mut closed = core.closed.listen();
        let now = timer.now();
        let Some(left) = core.left(now) else {
            stay.0 = None;
            return;
        };
        if !left.is_zero() {
            let mut sleep = Sleep::new(&timer, left);
            poll_fn(|cx| match Pin::new(&mut closed).poll(cx) {
                Poll::Ready(()) => Poll::Ready(()),
                Poll::Pending => sleep.poll(cx),
            })
            .await;
        }
        // What has been slept has passed, whatever the clock says: a timer that panics is over at once.
        let slept = now + left;
        let begun = core.take_due(timer.now().max(slept)).map(capture);
        if let Some(Ok(Some(call))) = begun {
            call.await;
        }
    }
}
