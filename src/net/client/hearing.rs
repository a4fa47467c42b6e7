//! Imported signals, their types forgotten.

use std::collections::HashMap;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::net::transcode::take;
use crate::net::wire::{Call, Name};
use crate::signal::{SenderId, Signal, capture};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, AtomicU64, Lock, OnceLock, Ordering};

/// A signal that hears what the server sends.
pub(super) trait Hears<V>: Send + Sync {
    /// The name that it is exported by.
    fn signal(&self) -> &str;

    /// What the server is asked, for the import of this number.
    fn call(&self, number: u64) -> Call<V>;

    /// Sends an event by the signal; gives what has to be waited for where it has no room for it.
    fn hear(&self, keys: Vec<Value>, senders: Vec<Name>, data: V)
    -> Option<BoxFuture<'static, ()>>;

    /// Nothing more comes, for this reason.
    fn end(&self, reason: &str);
}

/// A signal, and what is wanted for it.
pub(super) struct HearingOf<P, R, K> {
    pub(super) signal: Signal<P, R, K>,
    pub(super) wanted: Wanted,
    pub(super) known: Arc<Known>,
}

pub(super) struct Wanted {
    pub(super) signal: Name,
    pub(super) keys: Option<Vec<Value>>,
    pub(super) senders: Option<Vec<Name>>,
}

/// What is known of an import, whatever its types.
#[derive(Default)]
pub(super) struct Known {
    /// What the senders are here that somebody has asked for: others can be nobody's concern, and are as many as the server likes.
    senders: Lock<HashMap<Name, SenderId>>,
    /// Relaxed: a figure.
    unreadable: AtomicU64,
    /// Why it has ended. Written once.
    ended: OnceLock<Box<str>>,
}

impl Known {
    pub(super) fn sender(&self, name: &str) -> SenderId {
        let mut senders = self.senders.hold();
        if let Some(known) = senders.get(name) {
            return known.clone();
        }
        let id = SenderId::unique();
        senders.insert(name.to_owned(), id.clone());
        id
    }

    pub(super) fn name_of(&self, id: &SenderId) -> Option<Name> {
        let senders = self.senders.hold();
        let mut senders = senders.iter();
        let found = senders.find(|(_, known)| *known == id);
        found.map(|(name, _)| name.clone())
    }

    fn known(&self, names: &[Name]) -> Vec<SenderId> {
        if names.is_empty() {
            return Vec::new();
        }
        let senders = self.senders.hold();
        let known = names.iter().filter_map(|name| senders.get(name));
        known.cloned().collect()
    }

    pub(super) fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    pub(super) fn ended(&self) -> Option<&str> {
        self.ended.get().map(|reason| &**reason)
    }
}

impl<P, R, K, V> Hears<V> for HearingOf<P, R, K>
where
    P: DeserializeOwned + Send + Sync + 'static,
    R: Send + 'static,
    K: DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
    V: Serialize + Send + Sync + 'static,
{
    fn signal(&self) -> &str {
        &self.wanted.signal
    }

    fn call(&self, number: u64) -> Call<V> {
        Call::AddImport {
            signal: self.wanted.signal.clone(),
            import: number,
            keys: self.wanted.keys.clone(),
            senders: self.wanted.senders.clone(),
        }
    }

    fn hear(
        &self,
        keys: Vec<Value>,
        senders: Vec<Name>,
        data: V,
    ) -> Option<BoxFuture<'static, ()>> {
        let Ok(payload) = take::<V, P>(data) else {
            self.known.unreadable.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let keys = keys.into_iter();
        let keys: Vec<K> = keys.filter_map(|key| K::deserialize(key).ok()).collect();
        let senders = self.known.known(&senders);
        let send = self.signal.send().keys(keys.iter().cloned());
        let send = send.senders(senders.iter().cloned()).with(payload);
        // What fails of its listeners is the signal's to tell.
        let unsent = capture(|| send.now()).ok()?.err()?;
        if unsent.is_closed() {
            return None;
        }
        let (signal, payload) = (self.signal.clone(), unsent.into_payload()?);
        Some(Box::pin(async move {
            let send = signal.send().keys(keys).senders(senders).with(payload);
            drop(send.await);
        }))
    }

    fn end(&self, reason: &str) {
        let _ = self.known.ended.set(reason.into());
    }
}
