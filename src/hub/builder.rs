//! The builder of a hub.

use std::fmt;

use super::handle::Hub;
use super::message::Body;
use super::notice::Notice;
use super::pattern::Pattern;
use crate::signal::{Dispatcher, Signal, SignalBuilder, Tally};
use crate::spawn::{AmbientTimer, Spawner, Timer};
use crate::sync::Arc;

/// A hub in the making. Made by [`Hub::builder`].
#[must_use = "no hub is made until `.build()`"]
pub struct HubBuilder<M> {
    settings: Settings<M>,
}

/// What the signals of a hub are made with.
pub(super) struct Settings<M> {
    name: Option<String>,
    spawner: Option<Arc<dyn Spawner>>,
    timer: Option<Arc<dyn Timer>>,
    /// The outermost first.
    dispatchers: Vec<Arc<dyn Dispatcher>>,
    counts_calls: bool,
    pub(super) as_message: Option<fn(Notice) -> M>,
}

impl<M: Send + Sync + 'static> HubBuilder<M> {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings {
                name: None,
                spawner: None,
                timer: None,
                dispatchers: Vec::new(),
                counts_calls: false,
                as_message: None,
            },
        }
    }

    /// A name for logs, which messages tell.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Where async listeners run. Without one the hub looks around, see [`spawn`](crate::spawn).
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.settings.spawner = Some(Arc::new(spawner));
        self
    }

    /// What timeouts, delays and pauses are measured by. Without one the hub looks around, see [`spawn`](crate::spawn).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.settings.timer = Some(Arc::new(timer));
        self
    }

    /// Has every message and request, and each call for it, go through a dispatcher. Given several times, the first is the
    /// outermost. See [`Dispatcher`].
    pub fn dispatcher(mut self, dispatcher: impl Dispatcher) -> Self {
        self.settings.dispatchers.push(Arc::new(dispatcher));
        self
    }

    /// Counts and times the calls of each listener, for [`inspect`](Hub::inspect). See [`SignalBuilder::stats`].
    pub fn stats(mut self) -> Self {
        self.settings.counts_calls = true;
        self
    }

    /// Has each [`Notice`] published as a message, under `Hub.addedSubscriber` or `Hub.removedSubscriber` and the pattern.
    ///
    /// It is published by whoever comes or goes, who does not wait: a subscription with [`Overflow::Wait`](crate::Overflow::Wait) whose
    /// queue is full goes without the notice, which [`failures`](Hub::failures) tells. A listener that says how many calls may run
    /// or wait hears of it when its turn comes.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::hub::{Hub, Message, Notice};
    ///
    /// struct Text(String);
    ///
    /// impl From<Notice> for Text {
    ///     fn from(notice: Notice) -> Self {
    ///         Self(format!("{} listen to {}", notice.subscribers(), notice.pattern()))
    ///     }
    /// }
    ///
    /// let hub = Hub::<Text>::builder().publish_notices().build();
    /// hub.connect_sync(|m: &Message<Text>| println!("{}: {}", m.topic(), m.0)).topic("Hub.*").await?;
    /// hub.connect_sync(|_| ()).topic("a.b").await?; // Hub.addedSubscriber.a.b: 1 listen to a.b
    /// # Ok::<(), fanfare::hub::TopicError>(()) }).unwrap();
    /// ```
    pub fn publish_notices(mut self) -> Self
    where
        M: From<Notice>,
    {
        self.settings.as_message = Some(M::from);
        self
    }

    /// Makes the hub.
    #[must_use]
    pub fn build(self) -> Hub<M> {
        Hub::from_settings(&self.settings)
    }
}

impl<M: Send + Sync + 'static> Settings<M> {
    /// One of the signals of the hub: the first has its name, others theirs after it.
    pub(super) fn signal<R: Send + 'static>(
        &self,
        after_name: &str,
        tally: Arc<dyn Tally<Pattern>>,
    ) -> Signal<Body<M>, R, Pattern> {
        let mut builder = SignalBuilder::without_defaults().reply::<R>().key();
        if let Some(name) = &self.name {
            builder = builder.name(format!("{name}{after_name}"));
        }
        if let Some(spawner) = &self.spawner {
            builder = builder.spawner(Arc::clone(spawner));
        }
        if let Some(timer) = &self.timer {
            builder = builder.timer(Arc::clone(timer));
        }
        for dispatcher in &self.dispatchers {
            builder = builder.dispatcher(Arc::clone(dispatcher));
        }
        if self.counts_calls {
            builder = builder.stats();
        }
        builder.tally(tally).build()
    }

    pub(super) fn timer(&self) -> Arc<dyn Timer> {
        self.timer.clone().unwrap_or_else(AmbientTimer::shared)
    }
}

impl<M> fmt::Debug for HubBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubBuilder").finish_non_exhaustive()
    }
}
