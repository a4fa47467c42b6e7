//! Publishing no faster than subscribers consume.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use hashbrown::HashSet;

use super::handle::Hub;
use super::into::IntoTopic;
use super::publish::PublishError;
use super::publisher::Publisher;
use super::topic::Topic;
use crate::signal::Delivery;
use crate::sync::Lock;

/// Publishes, and then waits until every queue that gets messages under a topic it has published under is short enough.
/// Made by [`Publisher::throttled`].
///
/// It looks again after each of a sequence of delays, which begins anew with each publish; once it is used up, its last delay
/// repeats. Where there is none, or one of nothing, it lets other tasks run before it looks. It remembers the topics it has published under.
pub struct ThrottledPublisher<M> {
    publisher: Publisher<M>,
    max_queue_size: usize,
    delays: Box<dyn Fn() -> Delays + Send + Sync>,
    published: Lock<HashSet<Topic>>,
}

type Delays = Box<dyn Iterator<Item = Duration> + Send>;

impl<M: Send + Sync + 'static> Publisher<M> {
    /// Has each publish wait until queues are at most this long, looking after these delays: `delays` is called for each
    /// publish.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::time::Duration;
    /// use fanfare::hub::Hub;
    ///
    /// let hub = Hub::<u32>::new();
    /// let slowly = hub.publisher("numbers")?.throttled(100, || [1, 10, 100].map(Duration::from_millis));
    /// slowly.publish("prime", 7).await?;
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn throttled<I>(
        &self,
        max_queue_size: usize,
        delays: impl Fn() -> I + Send + Sync + 'static,
    ) -> ThrottledPublisher<M>
    where
        I: IntoIterator<Item = Duration, IntoIter: Send + 'static>,
    {
        ThrottledPublisher {
            publisher: self.clone(),
            max_queue_size,
            delays: Box::new(move || Box::new(delays().into_iter())),
            published: Lock::new(HashSet::new()),
        }
    }
}

impl<M: Send + Sync + 'static> ThrottledPublisher<M> {
    /// The publisher that it makes wait.
    #[must_use]
    pub fn publisher(&self) -> &Publisher<M> {
        &self.publisher
    }

    /// Publishes, and waits until queues are short enough.
    ///
    /// # Errors
    /// Where the topic is none, and where the hub is closed: nothing is published, and the payload is given back.
    ///
    /// # Cancel safety
    /// The message is published at the first poll, unless a queue that is waited for is full. Dropped after that, nothing but the
    /// waiting ends.
    pub async fn publish(
        &self,
        topic: impl IntoTopic + Send,
        payload: M,
    ) -> Result<Delivery, PublishError<M>> {
        let topic = topic.into_topic();
        let full = topic
            .clone()
            .map(|topic| self.publisher.prefix().join(&topic));
        let delivery = match topic {
            Ok(topic) => self.publisher.publish(topic, payload).await?,
            Err(error) => return Err(PublishError::of_topic(payload, error)),
        };
        self.published.hold().extend(full.ok());
        let topics: Vec<Topic> = self.published.hold().iter().cloned().collect();
        self.wait(&topics).await;
        Ok(delivery)
    }

    async fn wait(&self, topics: &[Topic]) {
        let hub: &Hub<M> = self.publisher.hub();
        let mut delays = (self.delays)();
        let mut last = Duration::ZERO;
        for topic in topics {
            while hub.longest_queue(topic) > self.max_queue_size {
                last = delays.next().unwrap_or(last);
                if last.is_zero() {
                    // A sleep of nothing is over at once, and whoever consumes may need this thread.
                    futures_lite::future::yield_now().await;
                } else {
                    hub.shared.timer.sleep(last).await;
                }
            }
        }
    }
}

impl<M> fmt::Debug for ThrottledPublisher<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThrottledPublisher")
            .field("publisher", &self.publisher)
            .field("max_queue_size", &self.max_queue_size)
            .finish_non_exhaustive()
    }
}

// Where its delays panic, nothing of it is half changed.
impl<M> UnwindSafe for ThrottledPublisher<M> {}
impl<M> RefUnwindSafe for ThrottledPublisher<M> {}
