//! Running an async loop as a task of some executor.

use std::time::Duration;

use tokio::runtime::Runtime;

/// A future that does an async operation so many times, and gives the time that took.
macro_rules! repeat {
    ($iterations:expr, $operation:expr) => {{
        let iterations = $iterations;
        async move {
            let start = std::time::Instant::now();
            for _ in 0..iterations {
                $operation.await;
            }
            start.elapsed()
        }
    }};
}
pub(super) use repeat;

/// Runs the loop inside a task, where a server would send from.
pub(super) fn in_task(
    runtime: &Runtime,
    timed: impl Future<Output = Duration> + Send + 'static,
) -> Duration {
    runtime
        .block_on(runtime.spawn(timed))
        .expect("the task does not panic")
}
