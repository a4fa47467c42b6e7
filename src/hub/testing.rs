//! What tests of programs with hubs need.

use std::fmt;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::handle::Hub;
use super::into::IntoPattern;
use super::message::Body;
use super::notice::Notice;
use super::pattern::Pattern;
use super::topic::Topic;
use crate::signal::{Context, Dispatcher};
use crate::sync::{Arc, Lock};

/// A hub that writes down what is published on it, whether anybody listens or not, and who subscribes. It derefs to the
/// [`Hub`], which is to be given to the program that is tested.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::hub::testing::MockHub;
///
/// let mock = MockHub::<u32>::new();
/// mock.publisher("plant")?.publish("level", 7).await?; // by the program that is tested
///
/// assert_eq!(mock.published_under("plant.*")?, [7]);
/// assert_eq!(mock.published()[0].0.to_string(), "plant.level");
/// assert!(mock.subscribed().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct MockHub<M> {
    hub: Hub<M>,
    published: Arc<Published<M>>,
    notices: Arc<Lock<Vec<Notice>>>,
}

/// What was published, as a dispatcher sees it.
struct Published<M>(Lock<Vec<Arc<(Topic, M)>>>);

impl<M: Clone + Send + Sync + 'static> Dispatcher for Published<M> {
    fn before(&self, cx: &Context) {
        // What is handed to a newcomer was published before.
        if let Some(body) = cx.payload_as::<Body<M>>().filter(|_| !cx.is_to_one()) {
            // Cloned where no lock is held.
            let published = Arc::new((body.topic().clone(), M::clone(body)));
            self.0.hold().push(published);
        }
    }
}

impl<M: Clone + Send + Sync + 'static> MockHub<M> {
    /// One on which nothing has been published.
    #[must_use]
    pub fn new() -> Self {
        let published = Arc::new(Published(Lock::new(Vec::new())));
        let hub = Hub::builder().dispatcher(Arc::clone(&published)).build();
        let notices = Arc::new(Lock::new(Vec::new()));
        let written = Arc::clone(&notices);
        hub.hear_notices(move |notice| written.hold().push(notice.clone()));
        Self {
            notices,
            published,
            hub,
        }
    }

    /// What was published and requested, in order; not what nobody responds to, and not what could not be published.
    #[must_use]
    pub fn published(&self) -> Vec<(Topic, M)> {
        // Cloned where no lock is held: that is the user's code.
        let published = self.published.0.hold().clone();
        let copies = published.iter().map(|one| (one.0.clone(), one.1.clone()));
        copies.collect()
    }

    /// What was published and requested under topics that match, in order.
    ///
    /// # Errors
    /// Where the text is malformed.
    pub fn published_under(&self, pattern: impl IntoPattern) -> Result<Vec<M>, super::TopicError> {
        let pattern = pattern.into_pattern()?;
        let published = self.published().into_iter();
        let matching = published.filter(|(topic, _)| pattern.matches(topic));
        Ok(matching.map(|(_, payload)| payload).collect())
    }

    /// Who came and went, in order. Who listens to the hub's own topics is not told of.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.notices.hold().clone()
    }

    /// The patterns that somebody listens to now, in the order in which they were first listened to.
    #[must_use]
    pub fn subscribed(&self) -> Vec<Pattern> {
        let mut subscribed: Vec<Pattern> = Vec::new();
        for notice in self.notices() {
            let pattern = notice.pattern();
            subscribed.retain(|known| known != pattern || notice.subscribers() > 0);
            if notice.subscribers() > 0 && !subscribed.contains(pattern) {
                subscribed.push(pattern.clone());
            }
        }
        subscribed
    }
}

impl<M: Clone + Send + Sync + 'static> Default for MockHub<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M> Deref for MockHub<M> {
    type Target = Hub<M>;

    fn deref(&self) -> &Hub<M> {
        &self.hub
    }
}

impl<M> fmt::Debug for MockHub<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockHub")
            .field("published", &self.published.0.hold().len())
            .finish_non_exhaustive()
    }
}

// As of a hub.
impl<M> UnwindSafe for MockHub<M> {}
impl<M> RefUnwindSafe for MockHub<M> {}
