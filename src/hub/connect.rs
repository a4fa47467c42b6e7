//! Listening to a hub without a subscriber.

use super::handle::Hub;
use super::listen::{Listen, Owner, connect_methods};
use super::message::Body;
use super::message::Message;
use super::pattern::Pattern;
use crate::signal::{CallbackFuture, DisconnectBuilder, Method, SyncReply};
use crate::sync::Arc;

impl<M: Send + Sync + 'static> Hub<M> {
    connect_methods!(this => this, None);

    /// Disconnects a named function, async or sync; with `.keys([pattern])`, from these patterns alone. A closure is
    /// disconnected by its [`Connection`](crate::Connection).
    pub fn disconnect<F: 'static>(&self, callback: F) -> DisconnectBuilder<Body<M>, (), Pattern> {
        self.shared.signal.disconnect(callback)
    }

    /// Disconnects a method of an object, async or sync.
    pub fn disconnect_method<T, F: 'static>(
        &self,
        object: &Arc<T>,
        method: F,
    ) -> DisconnectBuilder<Body<M>, (), Pattern> {
        self.shared.signal.disconnect_method(object, method)
    }
}
