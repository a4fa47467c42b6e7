//! The builder of a stream of messages of a client.

use std::fmt;
use std::future::IntoFuture;

use super::handle::Handle;
use super::held::Held;
use super::places::Source;
use super::unheard::ListenError;
use crate::router::{Message, Places, Route, Subscribe, place_methods};
use crate::signal::{Overflow, Subscription, passed_on};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A subscription of a client in the making: `.await` or [`now`](Self::now) makes it. It takes what a [`Subscribe`] takes.
#[must_use = "nothing is subscribed to until the builder is ended by `.await` or `.now()`"]
pub struct RemoteSubscribe<V> {
    handle: Arc<Handle<V>>,
    subscribe: Subscribe<V>,
    places: Places,
}

impl<V: Send + Sync + 'static> RemoteSubscribe<V> {
    pub(super) fn new(handle: &Arc<Handle<V>>) -> Self {
        Self {
            handle: Arc::clone(handle),
            subscribe: handle.core.heard.subscribe(),
            places: Places::default(),
        }
    }

    place_methods!("Subscribes to");

    /// Narrows the subscription to the messages for which `predicate` holds. See [`Subscribe::when`].
    pub fn when(mut self, predicate: impl Fn(&Message<V>) -> bool + Send + Sync + 'static) -> Self {
        self.subscribe = self.subscribe.when(predicate);
        self
    }

    /// Ends the subscription when this object dies. See [`Subscribe::track`].
    pub fn track<T: Send + Sync + 'static>(mut self, object: &Arc<T>) -> Self {
        self.subscribe = self.subscribe.track(object);
        self
    }

    passed_on! {
        subscribe, "Subscribe", "crate::router::Subscribe":
        capacity(capacity: usize) "How many messages may wait, 64 if nothing is said.";
        overflow(overflow: Overflow) "What happens when the queue is full: with [`Overflow::Wait`] nothing more is read from the server until there is room.";
        once() "Ends the subscription with its first message.";
        times(count: usize) "Ends the subscription with its `count`th message.";
        priority(priority: i32) "Has it get messages before listeners of this client of lower priority.";
        name(name: impl AsRef<str>) "A name for failures and logs.";
        group(name: impl AsRef<str>) "Shares messages with the other members of this group of this client.";
    }

    /// Subscribes from now on. See [`RemoteListen::now`](super::RemoteListen::now).
    pub fn now(self) -> Subscription<V, Route> {
        self.subscribe.routes(self.places.heard()).now()
    }

    async fn subscribe(self) -> Result<Subscription<V, Route>, ListenError> {
        let routes = self.places.heard();
        let held = Held::all(&self.handle, routes.iter().cloned().map(Source::Route)).await?;
        let subscription = self.subscribe.routes(routes).now();
        drop(held);
        Ok(subscription)
    }
}

/// Subscribes, and is ready when the server has it. As `.await` of a [`RemoteListen`](super::RemoteListen).
impl<V: Send + Sync + 'static> IntoFuture for RemoteSubscribe<V> {
    type Output = Result<Subscription<V, Route>, ListenError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.subscribe())
    }
}

impl<V> fmt::Debug for RemoteSubscribe<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSubscribe")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}
