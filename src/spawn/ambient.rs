//! The spawner of a signal that was given none.

use super::{BoxFuture, Spawner};
use crate::sync::Arc;

/// Looks around at each send: tokio inside a tokio runtime, else smol, else [`Inline`](super::Inline).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ambient;

impl Spawner for Ambient {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        #[cfg(feature = "tokio")]
        if let Some(tokio) = super::Tokio::current() {
            return tokio.spawn(task);
        }
        #[cfg(feature = "smol")]
        super::Smol.spawn(task);
        #[cfg(not(feature = "smol"))]
        super::Inline.spawn(task);
    }
}

/// What [`Ambient`] finds now, for who spawns later and maybe elsewhere.
pub(crate) fn here() -> Arc<dyn Spawner> {
    #[cfg(feature = "tokio")]
    if let Some(tokio) = super::Tokio::current() {
        return Arc::new(tokio);
    }
    Arc::new(Ambient)
}
