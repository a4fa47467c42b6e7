//! Who is told which keys connections have.

use std::hash::Hash;

use super::Registry;
use crate::sync::Arc;

/// Is told of the keys that connections have, however connections come and go.
///
/// Told under the registry's lock, so that it knows of changes in their order: it runs nothing of the user's there, and
/// reaches for no signal. What is to be done about them waits for `settle`.
pub(crate) trait Tally<K>: Send + Sync {
    /// A connection has come to a key, which has so many now.
    fn came(&self, key: &K, connections: usize);

    /// A connection has left a key, which has so many now.
    fn went(&self, key: &K, connections: usize);

    /// There may have been changes. No lock is held.
    fn settle(&self);
}

/// Where there is somebody to be told.
pub(crate) type SomeTally<K> = Option<Arc<dyn Tally<K>>>;

impl<P, R, K: Hash + Eq> Registry<P, R, K> {
    /// After each change of filters, where no lock is held.
    #[inline]
    pub(super) fn settle(&self) {
        if let Some(tally) = &self.tally {
            tally.settle();
        }
    }
}
