//! An imported signal.

use std::fmt;
use std::ops::Deref;

use super::handle::Handle;
use super::hearing::Known;
use super::places::Source;
use crate::signal::{SenderId, Signal};
use crate::sync::Arc;

/// An imported signal, for as long as this is there. It derefs to the signal. Made by [`Signal::import`].
///
/// It keeps its client. When the connection is lost and made again, the server is asked for it again; the client's
/// [status](crate::net::ClientRouter::status) tells of the gap. The signal itself may outlive it, and is a signal like others: who sends by it here sends
/// here alone.
#[must_use = "the signal is imported until this is dropped"]
pub struct Import<P, R = (), K = crate::Key> {
    pub(super) signal: Signal<P, R, K>,
    pub(super) known: Arc<Known>,
    pub(super) kept: Box<dyn Keeps>,
}

impl<P, R, K> Import<P, R, K> {
    /// The signal.
    #[must_use]
    pub fn signal(&self) -> &Signal<P, R, K> {
        &self.signal
    }

    /// The sender that the server calls by this name, as it is here: for connections that filter by it. One that was neither asked for by the
    /// builder nor by this is left out of events.
    ///
    /// # Examples
    /// ```
    /// # async fn example(client: fanfare::net::ClientRouter<u32>) -> Result<(), Box<dyn std::error::Error>> {
    /// use fanfare::Signal;
    ///
    /// let orders = Signal::<u32>::import(&client, "orders").senders(["north", "south"]).await?;
    /// orders.connect_sync(|order| println!("from the north: {order}")).sender(orders.sender("north")).await;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn sender(&self, name: &str) -> SenderId {
        self.known.sender(name)
    }

    /// What the server calls this sender, if it is one of [those that are known](Self::sender).
    #[must_use]
    pub fn sender_name(&self, sender: &SenderId) -> Option<String> {
        self.known.name_of(sender)
    }

    /// How many events have come whose payload `P` could not read.
    #[must_use]
    pub fn unreadable(&self) -> u64 {
        self.known.unreadable()
    }

    /// Why the server has ended it or has not taken it, if that is so: nothing more comes.
    #[must_use]
    pub fn end_reason(&self) -> Option<&str> {
        self.known.ended()
    }

    /// Imports it no more, as dropping this does.
    pub fn end(self) {
        drop(self);
    }
}

impl<P, R, K> Deref for Import<P, R, K> {
    type Target = Signal<P, R, K>;

    fn deref(&self) -> &Self::Target {
        &self.signal
    }
}

impl<P, R, K> fmt::Debug for Import<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Import")
            .field("signal", self.kept.source().shown())
            .field("end_reason", &self.end_reason())
            .finish_non_exhaustive()
    }
}

/// What keeps an import, its payload of messages forgotten.
pub(super) trait Keeps: Send + Sync {
    fn source(&self) -> Source;
}

pub(super) struct Kept<V: Send + Sync + 'static> {
    pub(super) handle: Arc<Handle<V>>,
    pub(super) source: Source,
}

impl<V: Send + Sync + 'static> Keeps for Kept<V> {
    fn source(&self) -> Source {
        self.source.clone()
    }
}

impl<V: Send + Sync + 'static> Drop for Kept<V> {
    fn drop(&mut self) {
        let core = &self.handle.core;
        if let Source::Import { number, .. } = &self.source {
            let ended = core.state.hold().end_import(&self.source, *number);
            drop(ended);
            core.ring();
        }
    }
}
