//! Exporting a signal.

use std::error::Error;
use std::fmt;
use std::future::{IntoFuture, Ready, ready};
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::exported::{Does, Ending, ExportOf, Exported};
use super::handle::ServerRouter;
use crate::net::wire::Name;
use crate::signal::{IntoSender, SenderId, Signal};
use crate::sync::{Arc, AtomicU64, Ordering};

impl<P, R, K> Signal<P, R, K>
where
    P: Serialize + Send + Sync + 'static,
    R: Send + 'static,
    K: Serialize + DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
{
    /// Exports the signal to the clients of a server: each that [imports](Signal::import) it by this name gets its events, with their keys
    /// and the [names](ExportBuilder::sender_name) of their senders. What a client has not asked for, by keys and senders, is not sent to it.
    ///
    /// The payload goes as the payload of the server's messages: as it is where both are of one type, and otherwise as what `V` reads of
    /// what `P` writes; a `serde_json::Value` reads everything. Keys that `serde` cannot write ([`Key::of`](crate::Key::of)) stay behind.
    ///
    /// For a client it is a [connection](Signal::connect_sync) of this signal, which replies `R::default()`, or what
    /// [`export_with`](Self::export_with) says. A client that does not read what it is sent is treated as
    /// [`Limits::when_full`](crate::net::Limits::when_full) says. Rights are those of listeners: the name of the signal is that of the sender
    /// in an [`Acl`](crate::net::Acl), and its keys are the events; an event has to be permitted by each of its keys.
    ///
    /// Events go one way, from here to clients. The other way a client [sends](crate::net::RemoteSender).
    ///
    /// # Examples
    /// ```
    /// # #[derive(Debug)] struct Failed; impl<E: std::error::Error> From<E> for Failed { fn from(e: E) -> Self { panic!("{e}") } }
    /// # smol::block_on(async {
    /// use fanfare::Signal;
    /// use fanfare::net::{ClientRouter, ServerRouter, local};
    /// use fanfare::router::Router;
    /// use serde_json::Value;
    ///
    /// let (listener, dialer) = local::listen();
    /// let server = ServerRouter::builder(Router::<Value>::new()).listen(listener).start().await?;
    /// let orders = Signal::new(0u32);
    /// let export = orders.export(&server, "orders").await?;
    ///
    /// // In another process:
    /// let client = ClientRouter::<Value>::builder().connect(dialer).start().await?;
    /// let imported = Signal::<u32>::import(&client, "orders").key("large").await?;
    /// let mut large = imported.subscribe().await;
    ///
    /// orders.send().with(7).key("small").await; // stays here
    /// orders.send().with(900).key("large").await;
    /// assert_eq!(**large.recv().await?, 900);
    /// # drop((export, client));
    /// # Ok::<(), Failed>(()) }).unwrap();
    /// ```
    pub fn export<'a, V>(
        &self,
        server: &'a ServerRouter<V>,
        name: impl Into<String>,
    ) -> ExportBuilder<'a, P, R, K, V>
    where
        R: Default,
    {
        self.export_with(server, name, R::default)
    }

    /// As [`export`](Self::export), where there is no default reply: `reply` makes one for each event.
    pub fn export_with<'a, V>(
        &self,
        server: &'a ServerRouter<V>,
        name: impl Into<String>,
        reply: impl Fn() -> R + Send + Sync + 'static,
    ) -> ExportBuilder<'a, P, R, K, V> {
        ExportBuilder {
            signal: self.clone(),
            server,
            name: name.into(),
            names: Vec::new(),
            reply: Box::new(reply),
        }
    }
}

/// An export in the making: `.await` or [`now`](Self::now) makes it. Made by [`Signal::export`].
#[must_use = "nothing is exported until the builder is ended by `.await` or `.now()`"]
pub struct ExportBuilder<'a, P, R, K, V> {
    signal: Signal<P, R, K>,
    server: &'a ServerRouter<V>,
    name: String,
    names: Vec<(SenderId, Name)>,
    reply: Box<dyn Fn() -> R + Send + Sync>,
}

impl<P, R, K, V> ExportBuilder<'_, P, R, K, V>
where
    P: Serialize + Send + Sync + 'static,
    R: Send + 'static,
    K: Serialize + DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// Has a sender known to clients by this name: an address says nothing in another process. Senders without a name stay behind.
    pub fn sender_name(mut self, sender: impl IntoSender, name: impl Into<String>) -> Self {
        self.names.push((sender.into_sender(), name.into()));
        self
    }

    /// Exports the signal from now on, also to who has asked for it before.
    ///
    /// # Errors
    /// The server exports another signal by this name, or is closed.
    pub fn now(self) -> Result<Export, ExportError> {
        let unsent = Arc::new(AtomicU64::new(0));
        let exported: Arc<dyn Exported<V>> = Arc::new(ExportOf {
            signal: self.signal.downgrade(),
            does: Arc::new(Does {
                names: self.names,
                reply: self.reply,
                unsent: Arc::clone(&unsent),
            }),
        });
        let core = &self.server.shared.core;
        let number = core.export(&self.name, &exported)?;
        let (weak, name) = (Arc::downgrade(core), self.name.clone());
        let end = move || {
            if let Some(core) = weak.upgrade() {
                core.end_export(&name, number);
            }
        };
        Ok(Export {
            name: self.name,
            unsent,
            end: Some(Box::new(end)),
        })
    }
}

/// Exports the signal, as [`now`](ExportBuilder::now) does: there is nothing to wait for.
impl<P, R, K, V> IntoFuture for ExportBuilder<'_, P, R, K, V>
where
    P: Serialize + Send + Sync + 'static,
    R: Send + 'static,
    K: Serialize + DeserializeOwned + Hash + Eq + Clone + Send + Sync + 'static,
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    type Output = Result<Export, ExportError>;
    type IntoFuture = Ready<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        ready(self.now())
    }
}

impl<P, R, K, V> fmt::Debug for ExportBuilder<'_, P, R, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A signal that a server exports, for as long as this is there. Made by [`Signal::export`].
///
/// It keeps neither the signal nor the server. When it goes, clients hear nothing more, and hear again of the next signal that is exported
/// by the name.
#[must_use = "the signal is exported until this is dropped"]
pub struct Export {
    name: String,
    unsent: Arc<AtomicU64>,
    end: Option<Ending>,
}

impl Export {
    /// The name that it is exported by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often an event could not be made a message for a client that was to have it: `V` does not read what `P` writes. What was too
    /// large for a client is counted with [it](crate::net::PeerView::unsent).
    #[must_use]
    pub fn unsent(&self) -> u64 {
        self.unsent.load(Ordering::Relaxed)
    }

    /// Exports it no more, as dropping this does.
    pub fn end(self) {
        drop(self);
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Why a signal was not exported.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportError {
    /// The server exports another signal by this name.
    NameTaken(Box<str>),
    /// The server is closed.
    Closed,
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken(name) => write!(
                f,
                "not exported: the server exports another signal as `{name}`; drop that `Export` first, or take another name"
            ),
            Self::Closed => f.write_str("not exported: the server is closed"),
        }
    }
}

impl Error for ExportError {}
