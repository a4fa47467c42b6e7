//! The builder of a hub.

use std::fmt;

use super::handle::Hub;
use super::message::Body;
use super::notice::Notice;
use super::pattern::Pattern;
use crate::signal::{CommonSettings, Dispatcher, Signal, Tally, settings_methods};
use crate::spawn::{Spawner, Timer};
use crate::sync::Arc;

/// A hub in the making. Made by [`Hub::builder`].
#[must_use = "no hub is made until `.build()`"]
pub struct HubBuilder<M> {
    settings: Settings<M>,
}

/// What the signals of a hub are made with.
pub(super) struct Settings<M> {
    pub(super) signals: CommonSettings,
    pub(super) as_message: Option<fn(Notice) -> M>,
}

impl<M: Send + Sync + 'static> HubBuilder<M> {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings {
                signals: CommonSettings::default(),
                as_message: None,
            },
        }
    }

    settings_methods!(settings.signals: "hub", "Hub::inspect");

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
    /// One of the signals of the hub.
    pub(super) fn signal<R: Send + 'static>(
        &self,
        after_name: &str,
        tally: Arc<dyn Tally<Pattern>>,
    ) -> Signal<Body<M>, R, Pattern> {
        let builder = self.signals.signal_of_calls(after_name);
        builder.reply::<R>().tally(tally).build()
    }
}

impl<M> fmt::Debug for HubBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubBuilder").finish_non_exhaustive()
    }
}
