//! smol's global executor.

use super::{BoxFuture, Spawner};

/// Spawns onto smol's global executor, which has threads of its own (`SMOL_THREADS`, one by default).
///
/// It needs no `main` of smol's: any thread, and any other runtime's task, can spawn there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(docsrs, doc(cfg(feature = "smol")))]
pub struct Smol;

impl Spawner for Smol {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        ::smol::spawn(task).detach();
    }
}
