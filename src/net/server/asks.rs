//! Asking a peer what a sender of it is asked.

use crate::net::errors;
use crate::net::link::Link;
use crate::net::under_way::UnderWay;
use crate::net::wire::{RemoteError, RequestOf};
use crate::router::{self, SenderBuilder};
use crate::sync::Arc;

/// Asks a peer what a sender of it is asked.
pub(super) struct Asks<V> {
    pub(super) link: Arc<Link<V>>,
    pub(super) under_way: Arc<UnderWay>,
}

impl<V> Clone for Asks<V> {
    fn clone(&self) -> Self {
        Self {
            link: Arc::clone(&self.link),
            under_way: Arc::clone(&self.under_way),
        }
    }
}

impl<V: Send + Sync + 'static> Asks<V> {
    /// Of this method, or of any.
    pub(super) fn on(self, sender: SenderBuilder<V>, method: Option<String>) -> SenderBuilder<V> {
        let ask = |asks: Self, call: Arc<router::Call<V>>| asks.ask(call);
        match method {
            Some(method) => sender.on_request_with(method, self, ask),
            None => sender.on_any_request_with(self, ask),
        }
    }

    /// Dropped where it waits, the peer is told that nobody does.
    async fn ask(self, call: Arc<router::Call<V>>) -> Result<V, RemoteError> {
        let _under_way = self.under_way.begin();
        let request = RequestOf {
            sender: call.sender(),
            method: call.method(),
            params: &**call,
        };
        let asked = self.link.ask(request, call.time_left()).await;
        asked.map_err(errors::of_link)
    }
}
