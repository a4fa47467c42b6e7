//! A tokio runtime.

use std::fmt;

use ::tokio::runtime::Handle;

use super::{BoxFuture, Spawner};

/// Spawns onto one tokio runtime, from any thread.
///
/// # Examples
/// ```
/// use fanfare::{Signal, Tokio};
///
/// let runtime = tokio::runtime::Runtime::new()?;
/// let spawner = runtime.block_on(async { Tokio::current() }).expect("inside a runtime");
/// let signal = Signal::builder(0u32).spawner(spawner).build(); // sends from anywhere run there
/// # let _ = signal;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[cfg_attr(docsrs, doc(cfg(feature = "tokio")))]
pub struct Tokio(Handle);

impl Tokio {
    /// The runtime this thread is in, or `None` outside of one.
    #[must_use]
    pub fn current() -> Option<Self> {
        Handle::try_current().ok().map(Self)
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.0
    }
}

impl Spawner for Tokio {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        // A runtime that was shut down drops the task, which reports it as aborted.
        self.0.spawn(task);
    }
}

impl fmt::Debug for Tokio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tokio").field(&self.0.id()).finish()
    }
}
