//! So many at a time.

use super::unlimited::{KEYED, Sealed, signal_of_jobs};
use super::{Engine, Job};
use crate::signal::Signal;
use crate::spawn::Spawner;
use crate::sync::Arc;

/// Workers with a queue each, of which the least loaded gets a message; and for each key a queue of its own.
pub(in crate::bus) struct Workers {
    jobs: Signal<Sealed>,
}

const KEYLESS: &str = "keyless";

impl Workers {
    pub(in crate::bus) fn new(count: usize, spawner: Option<&Arc<dyn Spawner>>) -> Self {
        let jobs = signal_of_jobs(spawner);
        for _ in 0..count.max(1) {
            #[expect(
                clippy::redundant_closure,
                reason = "a named function is one connection"
            )]
            let worker = jobs.connect(|event| Sealed::open(event)).key(KEYLESS);
            drop(worker.group("workers").sequential().now());
        }
        Self { jobs }
    }
}

impl Engine for Workers {
    fn submit(&self, job: Job) {
        let queue = if job.key().is_some() { KEYED } else { KEYLESS };
        Sealed::new(job).send_on(&self.jobs, queue);
    }
}
