//! The hub itself.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::TopicError;
use super::builder::{HubBuilder, Settings};
use super::in_use::InUse;
use super::into::{IntoPattern, IntoTopic};
use super::message::Body;
use super::notice::Notice;
use super::pattern::Pattern;
use super::publish::Publish;
use super::publisher::Publisher;
use super::retained::Retained;
use super::subscriber::Subscriber;
use super::topic::Topic;
use super::weak::WeakHub;
use crate::signal::{Event, FailedCall, Overflow, Signal, Subscription, capture};
use crate::spawn::Timer;
use crate::sync::Arc;

/// Where messages are published under topics, and listened to by patterns.
///
/// `M` is the payload. Clones are one hub; it lives as long as one of its handles, [publishers](Publisher) and
/// [subscribers](Subscriber) among them. A listener that has one of these in it keeps its own hub alive: let it have a
/// [`WeakHub`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::hub::{Hub, Message};
///
/// let hub = Hub::<f64>::new();
/// hub.connect_sync(|m: &Message<f64>| println!("{}: {m} degrees", m.topic())).topics(["plant.*.temperature"]).await?;
///
/// let north = hub.publisher("plant.north")?;
/// let delivery = north.publish("temperature", 21.5).await?; // plant.north.temperature: 21.5 degrees
/// assert_eq!(delivery.count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Hub<M> {
    pub(super) shared: Arc<Shared<M>>,
}

pub(super) struct Shared<M> {
    pub(super) signal: Signal<Body<M>, (), Pattern>,
    pub(super) in_use: Arc<InUse>,
    /// Who replies to requests.
    pub(super) responders: Signal<Body<M>, M, Pattern>,
    pub(super) retained: Arc<Retained<M>>,
    pub(super) timer: Arc<dyn Timer>,
    notices: Signal<Notice>,
}

impl<M: Send + Sync + 'static> Hub<M> {
    /// A hub that nobody listens to yet.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A hub with more to be said: name, spawner, timer, dispatchers, notices as messages.
    pub fn builder() -> HubBuilder<M> {
        HubBuilder::new()
    }

    pub(super) fn from_settings(settings: &Settings<M>) -> Self {
        let in_use = InUse::new();
        let hub = Self {
            shared: Arc::new(Shared {
                signal: settings.signal("", Arc::clone(&in_use) as _),
                in_use,
                responders: settings.signal(".requests", InUse::new()),
                retained: Retained::new(),
                timer: settings.signals.timer(),
                notices: Signal::builder(Notice::Added {
                    pattern: Pattern::all(),
                    subscribers: 0,
                })
                .build(),
            }),
        };
        if let Some(as_message) = settings.as_message {
            hub.tell_notices(Some(as_message));
        }
        hub
    }

    /// Has notices told: to who asks for them, and as messages, if that is wanted.
    fn tell_notices(&self, as_message: Option<fn(Notice) -> M>) {
        self.shared.in_use.tell(|| {
            let shared = Arc::downgrade(&self.shared);
            Box::new(move |notice: Notice| {
                let Some(shared) = shared.upgrade() else {
                    return;
                };
                let hub = Self { shared };
                if let Some(as_message) = as_message {
                    // Making a message of it is the user's code, and so is dropping one that finds no room. What fails
                    // there is still told as a notice.
                    drop(capture(|| {
                        let message = as_message(notice.clone());
                        drop(
                            hub.publish(notice.topic(), message)
                                .now_where_there_is_room(),
                        );
                    }));
                }
                drop(hub.shared.notices.send().with(notice).now());
            })
        });
    }

    /// A handle that does not keep the hub alive.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::hub::{Hub, Message};
    ///
    /// let hub = Hub::<i32>::new();
    /// let weak = hub.downgrade();
    /// let double = move |m: &Message<i32>| {
    ///     if let Some(hub) = weak.upgrade() {
    ///         drop(hub.publish("doubled", ***m * 2).now());
    ///     }
    /// };
    /// hub.connect_sync(double).topic("single").await?;
    /// let doubled = hub.subscriber("doubled");
    /// doubled.subscribe("doubled").await?;
    /// hub.publish("single", 21).await?;
    /// assert_eq!(***doubled.consume().await?, 42);
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakHub<M> {
        WeakHub::new(&self.shared)
    }

    /// Begins to publish a message under a topic: what listens to a pattern that matches it gets it, once, however many of
    /// its patterns match.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::hub::Hub;
    ///
    /// let hub = Hub::<u32>::new();
    /// assert_eq!(hub.publish("a.b", 1).await?.count(), 0);
    /// let error = hub.publish("a..b", 1).await.unwrap_err();
    /// assert_eq!(error.into_payload(), Some(1));
    /// # Ok::<(), fanfare::hub::PublishError<u32>>(()) }).unwrap();
    /// ```
    pub fn publish(&self, topic: impl IntoTopic, payload: M) -> Publish<'_, M> {
        Publish::new(&self.shared, topic.into_topic(), payload)
    }

    /// Publishes under topics that begin with this prefix.
    ///
    /// # Errors
    /// Where the prefix is no topic.
    pub fn publisher(&self, prefix: impl IntoTopic) -> Result<Publisher<M>, TopicError> {
        Ok(Publisher::new(self.clone(), prefix.into_topic()?))
    }

    /// A subscriber, which has queues to consume from and listeners of its own.
    #[must_use]
    pub fn subscriber(&self, id: impl AsRef<str>) -> Subscriber<M> {
        Subscriber::new(self.clone(), id.as_ref())
    }

    /// Whether anybody listens to a topic that this pattern stands for: `has_subscribers("plant.*")`. `"*"` asks for any.
    ///
    /// Without wildcards it costs what those cost who listen to that one topic. With wildcards it goes past the connections of the
    /// hub until it finds one.
    ///
    /// # Errors
    /// Where the text is malformed.
    pub fn has_subscribers(&self, pattern: impl IntoPattern) -> Result<bool, TopicError> {
        let asked = pattern.into_pattern()?;
        let signal = &self.shared.signal;
        if asked.has_wildcards() {
            return Ok(signal.is_any_heard(|pattern| pattern.overlaps(&asked)));
        }
        Ok(signal.is_heard(asked))
    }

    /// How many messages wait in each queue that gets messages under this topic: those of subscriptions, and those of async
    /// listeners. Sync listeners count as queues in which, as a rule, nothing waits.
    ///
    /// Costs what those cost who listen to the topic, however many others there are.
    ///
    /// # Errors
    /// Where the text is malformed.
    pub fn queue_sizes(&self, topic: impl IntoTopic) -> Result<Vec<usize>, TopicError> {
        let topic = Pattern::from(topic.into_topic()?);
        Ok(self.shared.signal.queued_for(topic).collect())
    }

    pub(super) fn longest_queue(&self, topic: &Topic) -> usize {
        let sizes = self.shared.signal.queued_for(Pattern::from(topic));
        sizes.max().unwrap_or(0)
    }

    /// How many messages wait in each queue, with the patterns it listens to. Looks at every connection of the hub.
    #[must_use]
    pub fn all_queue_sizes(&self) -> Vec<(Vec<Pattern>, usize)> {
        self.shared.signal.queued_by_keys()
    }

    /// What comes and goes, from now on: a [`Notice`] for each pattern that somebody begins or ceases to listen to.
    ///
    /// A thousand wait; the oldest are lost then, which the stream tells. Who listens to the hub's own topics is not told of.
    pub fn notices(&self) -> Subscription<Notice> {
        self.tell_notices(None);
        let notices = self.shared.notices.subscribe();
        notices.capacity(1_000).overflow(Overflow::DropOldest).now()
    }

    /// Has this called with each notice from now on.
    pub(super) fn hear_notices(&self, hear: impl Fn(&Notice) + Send + Sync + 'static) {
        self.tell_notices(None);
        let hear = move |notice: &Event<Notice>| hear(notice);
        drop(self.shared.notices.connect_sync(hear).now());
    }

    /// What fails of listeners and of responders, as a signal: each call of this gives the same one. See [`Signal::failures`].
    /// Responders are numbered apart from listeners; a [name](super::Listen::name) tells who it was.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::hub::Hub;
    ///
    /// let hub = Hub::<u32>::new();
    /// hub.failures().connect_sync(|failed| eprintln!("{failed}")).await;
    ///
    /// hub.connect_sync(|_| panic!("disk full")).topic("log.*").name("store").await?;
    /// hub.publish("log.a", 1).await?; // callback `store` panicked: disk full
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn failures(&self) -> Signal<FailedCall<Body<M>, Pattern>> {
        let failures = self.shared.signal.failures();
        self.shared.responders.tell_failures_to(&failures);
        failures
    }
}

impl<M: Send + Sync + 'static> Default for Hub<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> Clone for Hub<M> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<M> fmt::Debug for Hub<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("name", &self.shared.signal.name())
            .finish_non_exhaustive()
    }
}

// User code runs with its panics caught and under no lock: a hub that one unwound through is as it was.
impl<M> UnwindSafe for Hub<M> {}
impl<M> RefUnwindSafe for Hub<M> {}
