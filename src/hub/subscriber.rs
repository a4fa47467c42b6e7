//! Who consumes messages from queues, and has listeners of its own.

use std::fmt;
use std::future::{Future, IntoFuture};

use async_lock::Mutex;
use hashbrown::HashMap;

use super::error::TopicError;
use super::handle::Hub;
use super::into::IntoPattern;
use super::listen::{Listen, Owner, connect_methods};
use super::listeners::Listeners;
use super::message::{Body, Message};
use super::pattern::Pattern;
use super::unlisten::Unlisten;
use crate::signal::{
    CallbackFuture, Connection, Method, Overflow, RecvError, Subscription, SyncReply,
};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock};

/// A consumer of messages: queues with names of their own, its subscription ids, and listeners. Clones are one subscriber, whose
/// queues and listeners end with the last of them. Made by [`Hub::subscriber`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::hub::Hub;
///
/// let hub = Hub::<u32>::new();
/// let dashboard = hub.subscriber("dashboard");
/// dashboard.subscribe("plant.*.temperature").await?; // onto the default queue
/// dashboard.subscribe("plant.north.*").id("north").capacity(64).await?; // onto a queue of its own
///
/// hub.publish("plant.north.temperature", 21).await?;
/// assert_eq!(**dashboard.consume().await?.payload(), 21);
/// assert_eq!(**dashboard.consume_from("north").await?.payload(), 21);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Subscriber<M> {
    hub: Hub<M>,
    inner: Arc<Inner<M>>,
}

struct Inner<M> {
    id: Box<str>,
    queues: Lock<HashMap<Box<str>, Arc<Queue<M>>>>,
    listeners: Arc<Listeners>,
}

/// One queue: many patterns, in the order of publishing.
struct Queue<M> {
    connection: Connection<Pattern>,
    /// One consumer at a time.
    messages: Mutex<Subscription<Body<M>, Pattern>>,
}

/// The last handle is gone. A consumer that still waits keeps its queue, and is to learn that nothing will come.
impl<M> Drop for Inner<M> {
    fn drop(&mut self) {
        let queues = std::mem::take(&mut *self.queues.hold());
        for queue in queues.values() {
            queue.connection.disconnect();
        }
    }
}

/// The id of a subscription that says none.
pub(super) const DEFAULT: &str = "default";

impl<M: Send + Sync + 'static> Subscriber<M> {
    pub(super) fn new(hub: Hub<M>, id: &str) -> Self {
        Self {
            hub,
            inner: Arc::new(Inner {
                id: id.into(),
                queues: Lock::new(HashMap::new()),
                listeners: Listeners::new(),
            }),
        }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    connect_methods!(this => this.hub, Some(this.inner.listeners.its()));

    /// Subscribes to a pattern: messages wait in a queue, those of several patterns of one subscription id in the order in which
    /// they were published, each once.
    pub fn subscribe(&self, pattern: impl IntoPattern) -> Subscribe<'_, M> {
        Subscribe {
            subscriber: self,
            pattern: pattern.into_pattern(),
            id: DEFAULT.into(),
            capacity: 1_000,
            overflow: Overflow::DropOldest,
            group: None,
        }
    }

    /// Ceases to listen to a pattern; tells whether the subscription listened to it. What waits in the queue stays there.
    ///
    /// # Errors
    /// Where the text is malformed.
    pub fn unsubscribe(&self, pattern: impl IntoPattern) -> Result<bool, TopicError> {
        self.unsubscribe_from(DEFAULT, pattern)
    }

    /// As [`unsubscribe`](Self::unsubscribe), for the subscription with this id.
    ///
    /// # Errors
    /// Where the text is malformed.
    pub fn unsubscribe_from(
        &self,
        id: &str,
        pattern: impl IntoPattern,
    ) -> Result<bool, TopicError> {
        let pattern = pattern.into_pattern()?;
        let queue = self.inner.queue(id);
        let Some(queue) = queue else { return Ok(false) };
        Ok(queue.connection.remove_keys([pattern]))
    }

    /// Receives the next message of the default queue; waits if there is none.
    ///
    /// # Errors
    /// Where there is no subscription, where messages were lost, and once the hub is closed or gone and the queue empty.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub fn consume(
        &self,
    ) -> impl Future<Output = Result<Arc<Message<M>>, ConsumeError>> + Send + use<M> {
        self.consume_from(DEFAULT)
    }

    /// As [`consume`](Self::consume), from the queue of the subscription with this id. Of several that consume from one queue,
    /// each message comes to one.
    ///
    /// # Errors
    /// As there.
    pub fn consume_from(
        &self,
        id: &str,
    ) -> impl Future<Output = Result<Arc<Message<M>>, ConsumeError>> + Send + use<M> {
        let queue = self
            .inner
            .queue(id)
            .ok_or_else(|| ConsumeError::NoSubscription(id.into()));
        async move {
            let queue = queue?;
            let received = queue.messages.lock().await.recv().await;
            received.map_err(|error| match error {
                RecvError::Lost(count) => ConsumeError::Lost(count),
                RecvError::Closed => ConsumeError::Closed,
            })
        }
    }

    /// Disconnects a named function, async or sync, that this subscriber has connected; with [`topics`](Unlisten::topics), takes it off
    /// these patterns alone. See [`Hub::disconnect`].
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::sync::Arc;
    /// use fanfare::hub::{Hub, Message};
    ///
    /// async fn show(m: Arc<Message<u32>>) { println!("{}: {m}", m.topic()) }
    ///
    /// let hub = Hub::<u32>::new();
    /// let dashboard = hub.subscriber("dashboard");
    /// dashboard.connect(show).topics(["a", "b.*"]).await?;
    /// assert!(!hub.disconnect(show).await?); // that one is the dashboard's
    /// assert!(dashboard.disconnect(show).topics(["a", "b.*"]).and_wait().await?); // no call of it is running any more
    /// # Ok::<(), fanfare::hub::TopicError>(()) }).unwrap();
    /// ```
    pub fn disconnect<F: 'static>(&self, callback: F) -> Unlisten<M> {
        let disconnect = self.hub.shared.signal.disconnect(callback);
        Unlisten::new(disconnect.of_owner(self.inner.listeners.owner()))
    }

    /// Disconnects a method of an object, async or sync, that this subscriber has connected. See [`disconnect`](Self::disconnect).
    pub fn disconnect_method<T, F: 'static>(&self, object: &Arc<T>, method: F) -> Unlisten<M> {
        let disconnect = self.hub.shared.signal.disconnect_method(object, method);
        Unlisten::new(disconnect.of_owner(self.inner.listeners.owner()))
    }

    /// Removes one of its listeners, and waits until no call of it is running; tells whether it was there. Messages that wait
    /// for it are dropped. By callback, it is removed with [`disconnect`](Self::disconnect) and [`and_wait`](Unlisten::and_wait).
    ///
    /// # Cancel safety
    /// The first poll ends the listener. Dropping the future after that stops the waiting, nothing else.
    pub async fn remove_listener(&self, listener: &Connection<Pattern>) -> bool {
        let listeners = &self.inner.listeners;
        let Some(listener) = listeners.find(listener) else {
            return false;
        };
        // It stays among them until it is over: who removes it a second time waits as well.
        let was_there = listener.disconnect_and_wait().await;
        listeners.forget(&[listener]);
        was_there
    }

    /// Removes all its listeners, and waits until no call of them is running. Messages that wait for them are dropped.
    ///
    /// # Cancel safety
    /// The first poll ends all of them. Dropping the future after that stops the waiting, nothing else.
    pub async fn remove_all_listeners(&self) {
        let listeners = self.inner.listeners.all();
        // All of them end before one is waited for.
        let ends: Vec<_> = listeners
            .iter()
            .map(Connection::disconnect_and_wait)
            .collect();
        for end in ends {
            end.await;
        }
        self.inner.listeners.forget(&listeners);
    }

    /// How many messages wait in each of its queues, by subscription id.
    #[must_use]
    pub fn queue_sizes(&self) -> Vec<(String, usize)> {
        let mut sizes: Vec<_> = {
            let queues = self.inner.queues.hold();
            queues
                .iter()
                .map(|(id, queue)| (id.to_string(), Arc::clone(queue)))
                .collect()
        };
        sizes.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let waiting = |queue: &Queue<M>| queue.connection.queued();
        sizes
            .into_iter()
            .map(|(id, queue)| (id, waiting(&queue)))
            .collect()
    }
}

impl<M: Send + Sync + 'static> Queue<M> {
    /// Listens to one more pattern, and gets what is kept for who comes to it.
    fn listen(&self, hub: &Hub<M>, pattern: Pattern) {
        if self.connection.add_new_key(pattern.clone()) {
            hub.catch_up(&self.connection, &[pattern]);
        }
    }
}

impl<M> Inner<M> {
    fn queue(&self, id: &str) -> Option<Arc<Queue<M>>> {
        self.queues.hold().get(id).cloned()
    }
}

/// A subscription in the making: `.await` or [`now`](Self::now) makes it. Made by [`Subscriber::subscribe`].
#[must_use = "nothing is subscribed to until the builder is ended by `.await` or `.now()`"]
pub struct Subscribe<'a, M> {
    subscriber: &'a Subscriber<M>,
    pattern: Result<Pattern, TopicError>,
    id: Box<str>,
    capacity: usize,
    overflow: Overflow,
    group: Option<Box<str>>,
}

impl<M: Send + Sync + 'static> Subscribe<'_, M> {
    /// Onto the queue with this id. The usual one is `"default"`. [`Hub::inspect`] and failures name it after the subscriber and the id:
    /// `dashboard/default`.
    pub fn id(mut self, id: impl AsRef<str>) -> Self {
        self.id = id.as_ref().into();
        self
    }

    /// How many messages may wait, 1,000 if nothing is said. The first subscription of an id says it for its queue.
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// What happens when the queue is full, [`Overflow::DropOldest`] if nothing is said. The first subscription of an id says it
    /// for its queue.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Has the queue share messages with the other members of this group: one of them gets each, the least busy first. The first
    /// subscription of an id says it for its queue.
    pub fn group(mut self, name: impl AsRef<str>) -> Self {
        self.group = Some(name.as_ref().into());
        self
    }

    /// Subscribes. What `.await` does, from sync code. A pattern that the queue listens to already is no news.
    ///
    /// # Errors
    /// Where the text of the pattern is malformed.
    pub fn now(self) -> Result<(), TopicError> {
        let pattern = self.pattern?;
        let Subscriber { hub, inner } = self.subscriber;
        if let Some(queue) = inner.queue(&self.id) {
            queue.listen(hub, pattern);
            return Ok(());
        }
        let subscribe = hub.shared.signal.subscribe();
        let mut subscribe = subscribe.capacity(self.capacity).overflow(self.overflow);
        if let Some(group) = &self.group {
            subscribe = subscribe.group(group);
        }
        // It listens to nothing before it is known.
        let name = format!("{}/{}", inner.id, self.id);
        let subscription = subscribe.name(name).keys([] as [Pattern; 0]).now();
        let queue = Arc::new(Queue {
            connection: subscription.connection().clone(),
            messages: Mutex::new(subscription),
        });
        let mut queues = inner.queues.hold();
        if let Some(known) = queues.get(&self.id).cloned() {
            // Somebody else was faster.
            drop(queues);
            known.listen(hub, pattern);
            return Ok(());
        }
        queues.insert(self.id, Arc::clone(&queue));
        drop(queues);
        queue.listen(hub, pattern);
        Ok(())
    }
}

impl<'a, M: Send + Sync + 'static> IntoFuture for Subscribe<'a, M> {
    type Output = Result<(), TopicError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.now() })
    }
}

impl<M> fmt::Debug for Subscribe<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("id", &self.id)
            .field("pattern", &self.pattern)
            .finish_non_exhaustive()
    }
}

/// Why there is no message to consume.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsumeError {
    /// Nothing was subscribed to under this id.
    NoSubscription(String),
    /// That many messages are missing here, since the queue was full. Those that come after them can be consumed.
    Lost(u64),
    /// The hub is closed or gone, and the queue is empty.
    Closed,
}

impl fmt::Display for ConsumeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSubscription(id) => {
                write!(
                    f,
                    "nothing was subscribed to under the id `{id}`: `subscriber.subscribe(pattern).id(\"{id}\")`"
                )
            }
            Self::Lost(count) => write!(f, "{count} messages were lost here: the queue was full"),
            Self::Closed => f.write_str("the hub is closed, and the queue is empty"),
        }
    }
}

impl std::error::Error for ConsumeError {}

impl<M> Clone for Subscriber<M> {
    fn clone(&self) -> Self {
        Self {
            hub: self.hub.clone(),
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<M> fmt::Debug for Subscriber<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber")
            .field("id", &self.inner.id)
            .finish_non_exhaustive()
    }
}
