//! No executor at all.

use super::{BoxFuture, Spawner};

/// Runs each task to its end before the send goes on, blocking the thread that sends.
///
/// For programs without an executor and for tests that want one fixed order. A callback that waits for something only
/// this thread can do waits forever: where that can happen, end the send in `.join()`, which needs no spawner, or
/// bring an [`Executor`](super::Executor).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inline;

impl Spawner for Inline {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        // Allows nesting: a callback run this way may send to a signal that runs inline again.
        futures_lite::future::block_on(task);
    }
}
