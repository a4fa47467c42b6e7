//! The signals that a server exports, by name.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::core::Core;
use super::export::ExportError;
use super::exported::Exported;
use crate::sync::Arc;

/// The signals that a server exports. Their names are this side's own.
pub(super) struct Exports<V> {
    by_name: HashMap<String, Numbered<V>>,
    last: u64,
}

/// With a number that no other export of the server has had.
pub(super) type Numbered<V> = (u64, Arc<dyn Exported<V>>);

impl<V> Exports<V> {
    pub(super) fn new() -> Self {
        Self {
            by_name: HashMap::new(),
            last: 0,
        }
    }

    /// Has it known by this name, unless another is.
    fn add(&mut self, name: &str, exported: Arc<dyn Exported<V>>) -> Result<u64, ExportError> {
        if let Some((_, there)) = self.by_name.get(name) {
            if there.is_alive() {
                return Err(ExportError::NameTaken(name.into()));
            }
        }
        self.last += 1;
        self.by_name.insert(name.to_owned(), (self.last, exported));
        Ok(self.last)
    }

    /// Gives it, to be dropped outside of the lock.
    fn remove(&mut self, name: &str, number: u64) -> Option<Numbered<V>> {
        let (there, _) = self.by_name.get(name)?;
        if *there == number {
            return self.by_name.remove(name);
        }
        None
    }

    fn get(&self, name: &str) -> Option<Numbered<V>> {
        let (number, exported) = self.by_name.get(name)?;
        Some((*number, Arc::clone(exported)))
    }
}

impl<V> Core<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Exports a signal: who has asked for it before gets it from now on.
    pub(super) fn export(
        &self,
        name: &str,
        exported: &Arc<dyn Exported<V>>,
    ) -> Result<u64, ExportError> {
        if self.is_closed() {
            return Err(ExportError::Closed);
        }
        let number = self.exports.hold().add(name, Arc::clone(exported))?;
        for (peer, link) in self.peers() {
            peer.exported(&link, name, &(number, Arc::clone(exported)));
        }
        Ok(number)
    }

    /// Exports it no more.
    pub(super) fn end_export(&self, name: &str, number: u64) {
        let removed = self.exports.hold().remove(name, number);
        if removed.is_some() {
            for (peer, _) in self.peers() {
                peer.export_ended(name, number);
            }
        }
    }

    pub(super) fn exported(&self, name: &str) -> Option<Numbered<V>> {
        self.exports.hold().get(name)
    }
}
