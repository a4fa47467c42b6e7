//! Listening to a hub without a subscriber.

use super::handle::Hub;
use super::listen::{Listen, Owner, connect_methods};
use super::message::Message;
use super::unlisten::Unlisten;
use crate::signal::{CallbackFuture, Method, SyncReply};
use crate::sync::Arc;

impl<M: Send + Sync + 'static> Hub<M> {
    connect_methods!(this => this, None);

    /// Disconnects a named function, async or sync, that was connected to the hub itself; with [`topics`](Unlisten::topics), takes it
    /// off these patterns alone. A closure is disconnected by its [`Connection`](crate::Connection), and what a subscriber has
    /// connected, by the [subscriber](super::Subscriber::disconnect).
    ///
    /// # Examples
    /// ```
    /// use fanfare::hub::{Hub, Message};
    ///
    /// fn show(m: &Message<u32>) { println!("{}: {m}", m.topic()) }
    ///
    /// let hub = Hub::<u32>::new();
    /// hub.connect_sync(show).topics(["a", "b.*"]).now()?;
    /// assert!(hub.disconnect(show).topic("a").now()?); // still listens to "b.*"
    /// assert!(hub.disconnect(show).now()?);
    /// assert!(!hub.disconnect(show).now()?);
    /// # Ok::<(), fanfare::hub::TopicError>(())
    /// ```
    pub fn disconnect<F: 'static>(&self, callback: F) -> Unlisten<M> {
        Unlisten::new(self.shared.signal.disconnect(callback))
    }

    /// Disconnects a method of an object, async or sync, that was connected to the hub itself. See
    /// [`disconnect`](Self::disconnect).
    pub fn disconnect_method<T, F: 'static>(&self, object: &Arc<T>, method: F) -> Unlisten<M> {
        Unlisten::new(self.shared.signal.disconnect_method(object, method))
    }
}
