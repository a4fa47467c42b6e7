//! The same work on several threads at once.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// How long `threads` threads need that each do `work(iterations)`, from the first start to the last end.
///
/// Making the threads is left out of it. The work is a loop, so that it is compiled together with what it repeats.
pub fn side_by_side(threads: usize, iterations: u64, work: impl Fn(u64) + Sync) -> Duration {
    let barrier = Barrier::new(threads);
    let one = || {
        barrier.wait();
        let start = Instant::now();
        work(iterations);
        (start, Instant::now())
    };
    let spans: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        running
            .into_iter()
            .map(|thread| thread.join().expect("the work does not panic"))
            .collect()
    });
    let start = spans.iter().map(|span| span.0).min();
    let end = spans.iter().map(|span| span.1).max();
    start
        .zip(end)
        .map_or(Duration::ZERO, |(start, end)| end - start)
}
