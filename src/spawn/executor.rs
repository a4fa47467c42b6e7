//! An executor that its owner drives.

use std::fmt;
use std::future::Future;

use async_executor::Executor as Tasks;

use super::{BoxFuture, Spawner};
use crate::sync::Arc;

/// An executor without threads: tasks run where its owner runs it, and only then.
///
/// Clones are one executor. It fits a program's own event loop, a GUI's main thread, and tests. Dropping the last clone
/// drops the tasks that are left, which are then reported as aborted.
///
/// # Examples
/// ```
/// use fanfare::{Executor, Signal};
///
/// let executor = Executor::new();
/// let signal = Signal::builder(2u32).reply::<u32>().spawner(executor.clone()).build();
/// signal.connect(|ev| async move { **ev * 21 }).now();
///
/// let report = futures_lite::future::block_on(executor.run(async {
///     signal.send().await.join().await
/// }));
/// assert_eq!(report.replies(), [42]);
/// ```
#[derive(Clone, Default)]
pub struct Executor(Arc<Tasks<'static>>);

impl Executor {
    /// An executor with no tasks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs `future` on this task and the executor's tasks beside it, until `future` is done.
    ///
    /// Several threads may do so at once; they share the work.
    pub async fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.run(future).await
    }

    /// Waits until a task can go on, and runs it one step.
    pub async fn tick(&self) {
        self.0.tick().await;
    }

    /// Runs one task one step, if one can go on; tells whether there was one.
    pub fn try_tick(&self) -> bool {
        self.0.try_tick()
    }

    /// Whether every task has finished.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Spawner for Executor {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.0.spawn(task).detach();
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor")
            .field("empty", &self.0.is_empty())
            .finish()
    }
}
