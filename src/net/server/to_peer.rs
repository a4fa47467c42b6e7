//! The way to one who imports a signal.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::exported::Wanted;
use super::peer::Peer;
use crate::net::limits::WhenFull;
use crate::net::link::Link;
use crate::net::wire::{ImportedOf, Name};
use crate::sync::Arc;

/// Writes events of a signal to a peer that has imported it.
pub(super) struct ToPeer<V> {
    pub(super) peer: Arc<Peer<V>>,
    pub(super) link: Arc<Link<V>>,
    pub(super) wanted: Arc<Wanted>,
}

impl<V> Clone for ToPeer<V> {
    fn clone(&self) -> Self {
        Self {
            peer: Arc::clone(&self.peer),
            link: Arc::clone(&self.link),
            wanted: Arc::clone(&self.wanted),
        }
    }
}

impl<V> ToPeer<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// For failures and logs.
    pub(super) fn name(&self) -> String {
        self.peer.shown()
    }

    /// Whether who sends is to wait where there is no room.
    pub(super) fn waits(&self) -> bool {
        self.peer.limits.full_queue_policy() == WhenFull::Block
    }

    fn event<'a>(
        &self,
        keys: &'a [Value],
        senders: &'a [Name],
        data: &'a V,
    ) -> Option<ImportedOf<'a, V>> {
        self.peer
            .may_hear(&self.wanted.signal, keys)
            .then_some(ImportedOf {
                import: self.wanted.import,
                keys,
                senders,
                data,
            })
    }

    pub(super) fn try_send(&self, keys: &[Value], senders: &[Name], data: &V) {
        if let Some(event) = self.event(keys, senders, data) {
            self.peer.note(&self.link.try_send_event(event));
        }
    }

    pub(super) async fn send(&self, keys: &[Value], senders: &[Name], data: &V) {
        if let Some(event) = self.event(keys, senders, data) {
            self.peer.note(&self.link.send_event(event).await);
        }
    }
}
