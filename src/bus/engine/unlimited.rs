//! The usual engine.

use super::{Engine, Job};
use crate::signal::{Event, Signal, SignalBuilder, capture};
use crate::spawn::{Ambient, Spawner};
use crate::sync::{Arc, Lock};

/// Runs each message at once, those of one key one after the other.
pub(in crate::bus) struct Unlimited {
    spawner: Option<Arc<dyn Spawner>>,
    of_keys: Signal<Sealed>,
}

/// A job on its way through a signal: taken by the one callback that gets it.
pub(super) struct Sealed(Lock<Option<Job>>);

impl Sealed {
    pub(super) fn new(job: Job) -> Self {
        Self(Lock::new(Some(job)))
    }

    /// Runs it.
    pub(super) async fn open(event: Arc<Event<Self>>) {
        let job = event.0.hold().take();
        drop(event);
        if let Some(job) = job {
            job.run().await;
        }
    }

    /// The hash of its key stands for the key: it is what orders it.
    pub(super) fn key(&self) -> Option<crate::signal::Key> {
        self.0.hold().as_ref()?.key().cloned()
    }

    /// Sends it. A signal without limits takes everything.
    pub(super) fn send_on(self, signal: &Signal<Self>, key: &'static str) {
        drop(signal.send().key(key).with(self).now());
    }
}

/// A signal of jobs, with one connection that runs those of one key in order.
pub(super) fn signal_of_jobs(spawner: Option<&Arc<dyn Spawner>>) -> Signal<Sealed> {
    let mut builder: SignalBuilder<Sealed> = SignalBuilder::without_defaults();
    if let Some(spawner) = spawner {
        builder = builder.spawner(Arc::clone(spawner));
    }
    let signal = builder.build();
    let connect = signal.connect(Sealed::open).key(KEYED);
    drop(connect.ordered_by(|job| job.key()).now());
    signal
}

/// The keys of a signal of jobs.
pub(super) const KEYED: &str = "keyed";

impl Unlimited {
    pub(in crate::bus) fn new(spawner: Option<&Arc<dyn Spawner>>) -> Self {
        Self {
            spawner: spawner.cloned(),
            of_keys: signal_of_jobs(spawner),
        }
    }
}

impl Engine for Unlimited {
    fn submit(&self, job: Job) {
        if job.key().is_some() {
            return Sealed::new(job).send_on(&self.of_keys, KEYED);
        }
        let spawner = self.spawner.as_deref().unwrap_or(&Ambient);
        // If it panics, it drops the job, and that is heard.
        drop(capture(|| spawner.spawn(job.run())));
    }

    fn runs_in_place(&self) -> bool {
        true
    }
}
