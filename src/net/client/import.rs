//! Importing a signal.

use std::fmt;
use std::future::IntoFuture;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handle::{ClientRouter, Handle};
use super::hearing::{HearingOf, Known, Wanted};
use super::held::Held;
use super::imported::{Import, Kept};
use super::places::{Heard, Source};
use super::unheard::ListenError;
use crate::net::wire::Name;
use crate::router::Route;
use crate::signal::{IntoKey, Signal};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

impl<P, K> Signal<P, (), K>
where
    P: DeserializeOwned + Send + Sync + 'static,
    K: Serialize + DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
{
    /// Imports a signal that the server of this client [exports](Signal::export) by this name: a new signal here, which sends what that one
    /// sends, under the same keys. It may be asked for before it is exported.
    ///
    /// The payload comes as that of the client's messages: as it is where both are of one type, and otherwise as what `P` reads of what `V`
    /// writes. For a signal with options of one's own, see [`import_from`](Self::import_from).
    ///
    /// # Examples
    /// See [`export`](Self::export).
    pub fn import<V>(
        client: &ClientRouter<V>,
        name: impl Into<String>,
    ) -> ImportBuilder<P, (), K, V>
    where
        P: Default,
    {
        let signal = Signal::builder(P::default()).key::<K>().build();
        signal.import_from(client, name)
    }
}

impl<P, R, K> Signal<P, R, K>
where
    P: DeserializeOwned + Send + Sync + 'static,
    R: Send + 'static,
    K: Serialize + DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
{
    /// Has this signal send what the signal sends that the server of this client exports by this name. As [`import`](Signal::import), and
    /// as often as one likes: a signal may have several sources.
    ///
    /// # Examples
    /// ```
    /// # async fn example(client: fanfare::net::ClientRouter<serde_json::Value>) -> Result<(), Box<dyn std::error::Error>> {
    /// use fanfare::Signal;
    ///
    /// let orders = Signal::builder(0u32).name("orders").max_in_flight(100).build();
    /// let north = orders.import_from(&client, "orders of the north").await?;
    /// let south = orders.import_from(&client, "orders of the south").key("large").await?;
    /// # Ok(()) }
    /// ```
    pub fn import_from<V>(
        &self,
        client: &ClientRouter<V>,
        name: impl Into<String>,
    ) -> ImportBuilder<P, R, K, V> {
        ImportBuilder {
            signal: self.clone(),
            handle: Arc::clone(&client.shared),
            name: name.into(),
            keys: None,
            senders: None,
        }
    }
}

/// An import in the making: `.await` or [`now`](Self::now) makes it. Made by [`Signal::import`].
///
/// Without keys and senders it is of all events; with some, of those that have at least one of them, as with a connection. The server
/// looks at that: other events do not come over the network.
#[must_use = "nothing is imported until the builder is ended by `.await` or `.now()`"]
pub struct ImportBuilder<P, R, K, V> {
    signal: Signal<P, R, K>,
    handle: Arc<Handle<V>>,
    name: String,
    keys: Option<Vec<K>>,
    senders: Option<Vec<Name>>,
}

impl<P, R, K, V> ImportBuilder<P, R, K, V>
where
    P: DeserializeOwned + Send + Sync + 'static,
    R: Send + 'static,
    K: Serialize + DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Imports events with this key.
    pub fn key(self, key: impl IntoKey<K>) -> Self {
        self.keys([key])
    }

    /// Imports events with one of these keys. An empty list is a filter too: one that nothing passes.
    pub fn keys<I>(mut self, keys: I) -> Self
    where
        I: IntoIterator<Item: IntoKey<K>>,
    {
        let keys = keys.into_iter().map(IntoKey::into_key);
        self.keys.get_or_insert_default().extend(keys);
        self
    }

    /// Imports events of the sender that the server [calls](crate::net::ExportBuilder::sender_name) so.
    pub fn sender(self, name: impl Into<String>) -> Self {
        self.senders([name])
    }

    /// Imports events of one of these senders. An empty list is a filter too: one that nothing passes.
    pub fn senders<I>(mut self, names: I) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        let names = names.into_iter().map(Into::into);
        self.senders.get_or_insert_default().extend(names);
        self
    }

    /// Imports the signal as soon and as long as the server is connected to. What the server does not take, ends, which
    /// [`Import::end_reason`] and the [status](ClientRouter::status) tell.
    ///
    /// # Errors
    /// One of the keys cannot leave the process: it was made by [`Key::of`](crate::Key::of), or `serde` cannot write it.
    pub fn now(self) -> Result<Import<P, R, K>, ListenError> {
        self.begin(false).map(|(import, _)| import)
    }

    /// Waited for, it is held from when it is there: the server may have refused it before anybody looks.
    fn begin(self, is_awaited: bool) -> Result<Begun<P, R, K>, ListenError> {
        let shown = Route::of_sender(&self.name);
        let keys = self.keys.map(|keys| {
            let keys = keys.iter().map(serde_json::to_value);
            keys.collect::<Result<Vec<_>, _>>()
        });
        let keys = keys.transpose();
        let keys = keys.map_err(|error| ListenError::unwritable(&shown, &error))?;
        let known = Arc::new(Known::default());
        for name in self.senders.iter().flatten() {
            known.sender(name);
        }
        let hearing = Arc::new(HearingOf {
            signal: self.signal.clone(),
            wanted: Wanted {
                signal: self.name,
                keys,
                senders: self.senders,
            },
            known: Arc::clone(&known),
        });
        let core = &self.handle.core;
        let (source, heard) = {
            let mut state = core.state.hold();
            state.last_import += 1;
            let number = state.last_import;
            let source = Source::Import { number, shown };
            state.imports.insert(number, hearing);
            state.places.note(&source, 1);
            let heard = is_awaited.then(|| state.places.hold(&source));
            (source, heard)
        };
        core.ring();
        let held = heard.map(|heard| (source.clone(), heard));
        let kept = Kept {
            handle: self.handle,
            source,
        };
        let import = Import {
            signal: self.signal,
            known,
            kept: Box::new(kept),
        };
        Ok((import, held))
    }

    async fn import(self) -> Result<Import<P, R, K>, ListenError> {
        let handle = Arc::clone(&self.handle);
        let (import, held) = self.begin(true)?;
        let held = Held::wait(&handle, held.into_iter().collect()).await?;
        drop(held);
        Ok(import)
    }
}

/// An import, and what is held until the server has it.
type Begun<P, R, K> = (Import<P, R, K>, Option<(Source, Heard)>);

/// Imports the signal, and is ready when the server has it: what it sends after that is heard, if it is exported.
///
/// Where the server is not connected to, it waits until it is, no longer than [`Limits::request_timeout`](crate::net::Limits::request_timeout)
/// says.
///
/// # Errors
/// The server has not taken it, was not connected to in time, or the client is closed; or one of the keys cannot leave the process.
/// The [route](ListenError::route) in it is that of a sender with the signal's name.
///
/// # Cancel safety
/// Dropped before it is ready, nothing is imported.
impl<P, R, K, V> IntoFuture for ImportBuilder<P, R, K, V>
where
    P: DeserializeOwned + Send + Sync + 'static,
    R: Send + 'static,
    K: Serialize + DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    type Output = Result<Import<P, R, K>, ListenError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.import())
    }
}

impl<P, R, K, V> fmt::Debug for ImportBuilder<P, R, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportBuilder")
            .field("name", &self.name)
            .field("senders", &self.senders)
            .finish_non_exhaustive()
    }
}
