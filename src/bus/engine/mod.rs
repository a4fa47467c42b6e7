//! When and where messages are handled.

mod job;
mod unlimited;
mod workers;

pub use job::Job;
pub(super) use unlimited::Unlimited;
pub(super) use workers::Workers;

/// Runs messages: it says when, where, and in which order. The usual one runs each at once, except that those with equal keys run one
/// after the other.
///
/// It may run a job later, and drop one; who keeps one keeps its sender waiting, also when a stop is out of time. A message whose job is dropped is told as aborted: to who waits for it, or by
/// [`failures`](crate::Bus::failures).
///
/// # Examples
/// Everything one after the other, on a thread:
/// ```
/// # futures_lite::future::block_on(async {
/// use std::sync::mpsc::{Sender, channel};
/// use std::thread;
/// use fanfare::Bus;
/// use fanfare::bus::{Command, Engine, Job};
///
/// struct OneThread(Sender<Job>);
///
/// impl Engine for OneThread {
///     fn submit(&self, job: Job) {
///         let _ = self.0.send(job);
///     }
/// }
///
/// let (sender, jobs) = channel::<Job>();
/// thread::spawn(|| jobs.into_iter().for_each(|job| futures_lite::future::block_on(job.run())));
///
/// struct Add(u32, u32);
/// impl Command for Add { type Reply = u32; }
///
/// let bus = Bus::builder()
///     .commands(|commands| commands.engine(OneThread(sender)))
///     .command(async |add: Add| add.0 + add.1)
///     .start().await?;
/// assert_eq!(bus.execute(Add(2, 3)).await?, 5);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub trait Engine: Send + Sync + 'static {
    /// Takes a message over, to be run. It must not wait, and it is not called at all for messages that may
    /// [run in place](Self::runs_in_place).
    fn submit(&self, job: Job);

    /// Whether a command or query without a key, that somebody waits for, may run in the task that waits: at once, without any executor.
    /// So it is not ordered with others. The usual answer is no; the usual engine says yes.
    fn runs_in_place(&self) -> bool {
        false
    }
}
