//! Callbacks that run on another executor.

use std::fmt;

use super::elsewhere::call_elsewhere;
use super::{Context, Dispatcher, Outcome, Receiver};
use crate::signal::panic::capture;
use crate::spawn::{BoxFuture, Spawner};
use crate::sync::Arc;

/// A dispatcher that has each callback called by a task of its own on one spawner, sync ones as well, and waits for what it
/// comes to. Clones use the same spawner.
///
/// This is about the callbacks. Who waits for them is polled where the signal has it polled: in the task of the send with
/// `.join()`, on the signal's own spawner otherwise. Of several dispatchers, those further in go along to the spawner.
///
/// A send that waits for its callbacks waits for that spawner to run them: who blocks the thread that was to drive it waits for
/// ever.
///
/// A task that the spawner drops, or a spawner that panics, makes that call [`Cause::Aborted`](crate::Cause::Aborted). A call
/// that is stopped, by an abort or a time limit say, is cancelled on the spawner, the next time that it runs the task. A sync
/// callback that runs there by then cannot be stopped, and goes on.
///
/// # Examples
/// Callbacks that take long and do not wait, on threads where they hold nobody up:
/// ```
/// use std::thread;
/// use fanfare::{BoxFuture, Signal};
/// use fanfare::dispatcher::OnExecutor;
///
/// let threads = OnExecutor::new(|task: BoxFuture<'static, ()>| {
///     thread::spawn(|| futures_lite::future::block_on(task));
/// });
/// let signal = Signal::builder(20u64).reply::<u64>().dispatcher(threads).build();
/// signal.connect_sync(|n| (1..=**n).product::<u64>()).now();
/// let report = futures_lite::future::block_on(signal.send().join());
/// assert_eq!(report.replies(), [2_432_902_008_176_640_000]);
/// ```
#[derive(Clone)]
pub struct OnExecutor {
    spawner: Arc<dyn Spawner>,
}

impl OnExecutor {
    /// Callbacks run on this spawner.
    #[must_use]
    pub fn new(spawner: impl Spawner) -> Self {
        Self {
            spawner: Arc::new(spawner),
        }
    }
}

impl Dispatcher for OnExecutor {
    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let (task, waiting) = call_elsewhere(receiver);
        // If it panics, it drops the task, and that is heard.
        drop(capture(|| self.spawner.spawn(task)));
        Box::pin(waiting)
    }
}

impl fmt::Debug for OnExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnExecutor").finish_non_exhaustive()
    }
}
