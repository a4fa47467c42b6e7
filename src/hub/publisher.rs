//! Publishing under a prefix.

use std::fmt;

use super::error::TopicError;
use super::handle::Hub;
use super::into::{IntoPattern, IntoTopic};
use super::pattern::Pattern;
use super::publish::Publish;
use super::topic::Topic;

/// Publishes under topics that begin with its prefix. Publishers nest. Made by [`Hub::publisher`].
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::hub::Hub;
///
/// let hub = Hub::<u32>::new();
/// let plant = hub.publisher("plant")?;
/// let north = plant.publisher("north")?;
/// let readings = hub.subscriber("log");
/// readings.subscribe("plant.north.*").await?;
/// north.publish("level", 7).await?;
/// assert_eq!(readings.consume().await?.topic().to_string(), "plant.north.level");
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Publisher<M> {
    hub: Hub<M>,
    prefix: Topic,
}

impl<M: Send + Sync + 'static> Publisher<M> {
    pub(super) fn new(hub: Hub<M>, prefix: Topic) -> Self {
        Self { hub, prefix }
    }

    /// What its topics begin with.
    #[must_use]
    pub fn prefix(&self) -> &Topic {
        &self.prefix
    }

    /// The hub it publishes on.
    #[must_use]
    pub fn hub(&self) -> &Hub<M> {
        &self.hub
    }

    /// Begins to publish a message, under the prefix and this topic. See [`Hub::publish`].
    pub fn publish(&self, topic: impl IntoTopic, payload: M) -> Publish<'_, M> {
        let topic = topic.into_topic().map(|topic| self.prefix.join(&topic));
        Publish::new(&self.hub.shared, topic, payload)
    }

    /// A publisher whose prefix is this one's and more.
    ///
    /// # Errors
    /// Where `prefix` is no topic.
    pub fn publisher(&self, prefix: impl IntoTopic) -> Result<Self, TopicError> {
        let prefix = self.prefix.join(&prefix.into_topic()?);
        Ok(Self::new(self.hub.clone(), prefix))
    }

    /// Whether anybody listens to a topic that begins with the prefix and goes on as this pattern does; `"*"` asks for any. See
    /// [`Hub::has_subscribers`].
    ///
    /// # Errors
    /// Where the text is malformed.
    pub fn has_subscribers(&self, pattern: impl IntoPattern) -> Result<bool, TopicError> {
        let pattern: Pattern = pattern.into_pattern()?.below(&self.prefix);
        self.hub.has_subscribers(pattern)
    }
}

impl<M> Clone for Publisher<M> {
    fn clone(&self) -> Self {
        Self {
            hub: self.hub.clone(),
            prefix: self.prefix.clone(),
        }
    }
}

impl<M> fmt::Debug for Publisher<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
