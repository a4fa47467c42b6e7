//! The builder of a disconnect by callback.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::callback::Name;
use super::connection::Connection;
use super::filter::{Filters, filter_methods};
use super::key::{IntoKey, Key};
use super::registry::{Registry, Slot};
use super::sender::{IntoSender, SenderId};
use crate::sync::Arc;

/// A disconnect in the making: `.await` or [`now`](Self::now) does it, and tells whether anything was removed.
///
/// Bare, it removes the callback from everything. With filters, it takes the callback off those alone: an unfiltered
/// subscription stands, and so do other filters. A callback that is left with nothing is disconnected. What is not there
/// is ignored.
#[must_use = "nothing is disconnected until the builder is ended by `.await` or `.now()`"]
pub struct DisconnectBuilder<P, R = (), K = Key, O = ()> {
    registry: Arc<Registry<P, R, K>>,
    /// `None` for what nothing can name.
    callback: Option<Name>,
    filters: Filters<K>,
    /// What it may be told.
    scope: PhantomData<O>,
}

/// Nothing in it is ever pinned.
impl<P, R, K, O> Unpin for DisconnectBuilder<P, R, K, O> {}

impl<P, R, K, O> DisconnectBuilder<P, R, K, O> {
    pub(super) fn new(registry: &Arc<Registry<P, R, K>>, callback: Option<Name>) -> Self {
        Self {
            registry: Arc::clone(registry),
            callback,
            filters: Filters::new(),
            scope: PhantomData,
        }
    }

    /// The callback as this owner has connected it.
    pub(crate) fn of_owner(mut self, owner: &SenderId) -> Self {
        let own = |name: Name| Name::on_channel(name.callback, Some(owner));
        self.callback = self.callback.map(own);
        self
    }

    filter_methods!(
        filters,
        "Takes the callback off this sender.",
        "Takes the callback off this key.",
        O
    );
}

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static, O>
    DisconnectBuilder<P, R, K, O>
{
    /// Disconnects. What `.await` does, from sync code.
    pub fn now(self) -> bool {
        self.find().is_some_and(|slot| self.end(&slot))
    }

    fn find(&self) -> Option<Arc<Slot<P, R, K>>> {
        self.registry.named(self.callback?)
    }

    fn end(&self, slot: &Arc<Slot<P, R, K>>) -> bool {
        if self.filters.is_bare() {
            return slot.disconnect();
        }
        self.registry.release(slot, &self.filters, true)
    }
}

impl<P, R, K, O> DisconnectBuilder<P, R, K, O>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// As `now`, for who wants to wait for the connection that has ended by it.
    pub(crate) fn now_and_tell(self) -> (bool, Option<Connection<K>>) {
        let Some(slot) = self.find() else {
            return (false, None);
        };
        let removed = self.end(&slot);
        let has_ended = removed && !slot.stands();
        (removed, has_ended.then(|| Connection::new(&slot)))
    }
}

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static, O> IntoFuture
    for DisconnectBuilder<P, R, K, O>
{
    type Output = bool;
    type IntoFuture = DisconnectFuture<P, R, K, O>;

    fn into_future(self) -> Self::IntoFuture {
        DisconnectFuture {
            disconnect: Some(self),
        }
    }
}

impl<P, R, K: fmt::Debug, O> fmt::Debug for DisconnectBuilder<P, R, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DisconnectBuilder")
            .field("keys", &self.filters.keys())
            .field("senders", &self.filters.senders())
            .finish_non_exhaustive()
    }
}

/// A disconnect that has been awaited. Made by `.await` on a [`DisconnectBuilder`].
///
/// # Cancel safety
/// The first poll disconnects and is ready. Before it nothing has been disconnected.
#[must_use = "futures do nothing unless awaited"]
pub struct DisconnectFuture<P, R = (), K = Key, O = ()> {
    disconnect: Option<DisconnectBuilder<P, R, K, O>>,
}

/// Nothing in it is ever pinned.
impl<P, R, K, O> Unpin for DisconnectFuture<P, R, K, O> {}

impl<P: 'static, R: 'static, K: Hash + Eq + Send + Sync + 'static, O> Future
    for DisconnectFuture<P, R, K, O>
{
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<bool> {
        Poll::Ready(
            self.disconnect
                .take()
                .expect("polled after it was ready")
                .now(),
        )
    }
}

impl<P, R, K, O> fmt::Debug for DisconnectFuture<P, R, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DisconnectFuture")
            .field("done", &self.disconnect.is_none())
            .finish_non_exhaustive()
    }
}
