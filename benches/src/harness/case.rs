//! One candidate.

use std::time::{Duration, Instant};

use futures_lite::future::block_on;

/// Something that can be done over and over, and timed.
pub struct Case<'a> {
    name: String,
    /// Does it so many times, and tells how long that took.
    run: Box<dyn FnMut(u64) -> Duration + 'a>,
    /// How many things one time does; the cost is that of one of them.
    per: f64,
}

impl<'a> Case<'a> {
    /// A candidate that does its own timing, and can leave setting up and tearing down out of it.
    pub fn timed(name: &str, run: impl FnMut(u64) -> Duration + 'a) -> Self {
        Self {
            name: name.to_owned(),
            run: Box::new(run),
            per: 1.0,
        }
    }

    /// The usual candidate: an operation, in a loop that is compiled together with it.
    pub fn new(name: &str, mut operation: impl FnMut() + 'a) -> Self {
        Self::timed(name, move |iterations| {
            let start = Instant::now();
            for _ in 0..iterations {
                operation();
            }
            start.elapsed()
        })
    }

    /// An async operation, in a loop inside of one task.
    pub fn of_async(name: &str, mut operation: impl AsyncFnMut() + 'a) -> Self {
        Self::timed(name, move |iterations| {
            block_on(async {
                let start = Instant::now();
                for _ in 0..iterations {
                    operation().await;
                }
                start.elapsed()
            })
        })
    }

    /// One operation does `count` things, and the cost wanted is that of one.
    #[must_use]
    pub fn per(mut self, count: usize) -> Self {
        self.per = count as f64;
        self
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// How many iterations fill a round, with what is not timed of them. It warms the candidate up, too.
    pub(super) fn calibrate(&mut self, round: Duration) -> u64 {
        let mut iterations = 1;
        loop {
            let mut taken = self.wall(iterations);
            if taken >= round * 4 && iterations == 1 {
                return 1;
            }
            if taken * 2 >= round {
                // Something else may have run in between: whoever is slow has to be slow twice.
                taken = taken.min(self.wall(iterations));
            }
            let missing = round.as_secs_f64() / taken.as_secs_f64().max(1e-9);
            if taken * 2 >= round {
                return ((iterations as f64 * missing) as u64).max(1);
            }
            iterations = (iterations as f64 * missing.clamp(2.0, 8.0)) as u64;
        }
    }

    fn wall(&mut self, iterations: u64) -> Duration {
        let start = Instant::now();
        (self.run)(iterations);
        start.elapsed()
    }

    /// Nanoseconds one thing takes.
    pub(super) fn cost(&mut self, iterations: u64) -> f64 {
        (self.run)(iterations).as_nanos() as f64 / iterations as f64 / self.per
    }
}
