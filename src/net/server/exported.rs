//! Signals that peers may import, their types forgotten.

use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::to_peer::ToPeer;
use crate::net::transcode::lend;
use crate::net::wire::{Code, Name, RemoteError};
use crate::signal::{ConnectBuilder, Connection, Event, Overflow, SenderId, Signal, WeakSignal};
use crate::sync::{Arc, AtomicU64, Ordering};

/// How many events wait for their turn to wait for room in the queue of a link, where that is what is wanted.
const MAILBOX: usize = 64;

/// What a peer wants to import.
pub(super) struct Wanted {
    pub(super) signal: Name,
    /// What its events are to be marked with.
    pub(super) import: u64,
    pub(super) keys: Option<Vec<Value>>,
    pub(super) senders: Option<Vec<Name>>,
}

/// What a connection is narrowed to, if anything was said.
struct Filters<K> {
    keys: Option<Vec<K>>,
    senders: Option<Vec<SenderId>>,
}

/// Ends what has begun.
pub(super) type Ending = Box<dyn FnOnce() + Send + Sync>;

/// A signal that peers may import.
pub(super) trait Exported<V>: Send + Sync {
    /// Has the peer get, from now on, what it wants.
    fn connect(&self, wanted: &Wanted, to: ToPeer<V>) -> Result<Ending, RemoteError>;

    /// Whether the signal is there.
    fn is_alive(&self) -> bool;
}

/// A signal under the name that it is exported by.
pub(super) struct ExportOf<P, R, K> {
    pub(super) signal: WeakSignal<P, R, K>,
    pub(super) does: Arc<Does<R>>,
}

/// What an export does with each event.
pub(super) struct Does<R> {
    /// The names that senders have for peers.
    pub(super) names: Vec<(SenderId, Name)>,
    /// What its connections reply.
    pub(super) reply: Box<dyn Fn() -> R + Send + Sync>,
    /// Events that could not be written. Relaxed: a figure.
    pub(super) unsent: Arc<AtomicU64>,
}

impl<P, R, K, V> Exported<V> for ExportOf<P, R, K>
where
    P: Serialize + Send + Sync + 'static,
    R: Send + 'static,
    K: Serialize + DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    fn connect(&self, wanted: &Wanted, to: ToPeer<V>) -> Result<Ending, RemoteError> {
        let Some(signal) = self.signal.upgrade() else {
            return Ok(Box::new(|| ()));
        };
        let filters = self.does.filters_of(wanted)?;
        let connection = self.listen(&signal, to, filters);
        Ok(Box::new(move || {
            connection.disconnect();
        }))
    }

    fn is_alive(&self) -> bool {
        self.signal.upgrade().is_some()
    }
}

fn none(
    signal: &str,
    what: &str,
    which: impl std::fmt::Display,
    why: impl std::fmt::Display,
) -> RemoteError {
    let message = format_args!("the signal `{signal}` has no {what} {which}: {why}");
    RemoteError::failed(Code::UnknownEvent, message)
}

impl<P, R, K> ExportOf<P, R, K>
where
    P: Serialize + Send + Sync + 'static,
    R: Send + 'static,
    K: Serialize + Hash + Eq + Clone + Send + Sync + 'static,
{
    fn listen<V>(
        &self,
        signal: &Signal<P, R, K>,
        to: ToPeer<V>,
        filters: Filters<K>,
    ) -> Connection<K>
    where
        V: DeserializeOwned + Serialize + Send + Sync + 'static,
    {
        let (does, name) = (Arc::clone(&self.does), to.name());
        if to.waits() {
            // Who sends waits for this peer, as for any listener whose queue is full: that is what was asked for.
            let pass = move |(to, does): (ToPeer<V>, Arc<Does<R>>), event: Arc<Event<P, K>>| async move {
                let (keys, senders) = does.filters(&event);
                match lend::<P, V>(&event) {
                    Ok(data) => to.send(&keys, &senders, &data).await,
                    Err(_) => does.note_unsent(),
                }
                (does.reply)()
            };
            let connect = signal.connect_with((to, does), pass);
            let connect = connect.queue(MAILBOX, Overflow::Wait);
            return filters.narrow(connect).name(name).now();
        }
        let pass = move |event: &Event<P, K>| {
            let (keys, senders) = does.filters(event);
            match lend::<P, V>(event) {
                Ok(data) => to.try_send(&keys, &senders, &data),
                Err(_) => does.note_unsent(),
            }
            (does.reply)()
        };
        let connect = signal.connect_sync(pass);
        filters.narrow(connect).name(name).now()
    }
}

impl<K: Hash + Eq + Clone + Send + Sync + 'static> Filters<K> {
    fn narrow<P, R>(self, mut connect: ConnectBuilder<P, R, K>) -> ConnectBuilder<P, R, K>
    where
        P: Send + Sync + 'static,
        R: Send + 'static,
    {
        if let Some(keys) = self.keys {
            connect = connect.keys(keys);
        }
        if let Some(senders) = self.senders {
            connect = connect.senders(senders);
        }
        connect
    }
}

impl<R> Does<R> {
    /// The keys and the senders of an event, as they leave the process: those that can.
    fn filters<P, K: Serialize>(&self, event: &Event<P, K>) -> (Vec<Value>, Vec<Name>) {
        let keys = event.keys().iter();
        let keys = keys.filter_map(|key| serde_json::to_value(key).ok());
        let senders = event.senders().iter().filter_map(|sender| {
            let named = self.names.iter().find(|(own, _)| own == sender);
            named.map(|(_, name)| name.clone())
        });
        (keys.collect(), senders.collect())
    }

    /// What a peer wants, as it is here.
    fn filters_of<K: DeserializeOwned>(&self, wanted: &Wanted) -> Result<Filters<K>, RemoteError> {
        let key =
            |key| K::deserialize(key).map_err(|error| none(&wanted.signal, "key", key, error));
        let sender = |name| {
            let mut names = self.names.iter();
            let named = names.find(|(_, own)| own == name);
            match named {
                Some((sender, _)) => Ok(sender.clone()),
                None => Err(none(&wanted.signal, "sender", name, "it is not known")),
            }
        };
        let (keys, senders) = (wanted.keys.as_ref(), wanted.senders.as_ref());
        Ok(Filters {
            keys: keys
                .map(|keys| keys.iter().map(key).collect())
                .transpose()?,
            senders: senders
                .map(|senders| senders.iter().map(sender).collect())
                .transpose()?,
        })
    }

    fn note_unsent(&self) {
        self.unsent.fetch_add(1, Ordering::Relaxed);
    }
}
