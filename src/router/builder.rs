//! The builder of a router.

use std::fmt;

use super::handle::Router;
use super::info::SenderInfo;
use crate::signal::{CommonSettings, Dispatcher, settings_methods};
use crate::spawn::{Spawner, Timer};
use crate::sync::Arc;

/// A router in the making. Made by [`Router::builder`].
#[must_use = "no router is made until `.build()`"]
pub struct RouterBuilder<V> {
    settings: Settings<V>,
}

/// What the signals of a router are made with.
pub(super) struct Settings<V> {
    pub(super) signals: CommonSettings,
    /// Whether messages of senders that come and go are sent by somebody else.
    pub(super) is_mirror: bool,
    pub(super) as_message: Option<fn(SenderInfo) -> V>,
}

impl<V: Send + Sync + 'static> RouterBuilder<V> {
    pub(super) fn new() -> Self {
        Self::of(CommonSettings::default())
    }

    /// Whose signals are made with these.
    pub(crate) fn of(signals: CommonSettings) -> Self {
        Self {
            settings: Settings {
                signals,
                is_mirror: false,
                as_message: None,
            },
        }
    }

    settings_methods!(settings.signals: "router", "Router::inspect");

    /// Has `#connect` and `#disconnect` sent as messages, made of what the sender has declared: to who listens to the sender, to the
    /// channel of that name, or to everything. Without it [`presence`](Router::presence) alone tells of senders, and who listens to one of
    /// the two is [told](super::Notice::Detached) that nothing will come.
    ///
    /// Such a message is sent by whoever registers or drops the sender, who does not wait: a subscription with
    /// [`Overflow::Wait`](crate::Overflow::Wait) whose queue is full goes without it, which [`failures`](Router::failures) tells.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::router::{Message, Router, SenderInfo};
    ///
    /// enum Datum {
    ///     Degrees(f64),
    ///     Sender(SenderInfo),
    /// }
    ///
    /// impl From<SenderInfo> for Datum {
    ///     fn from(info: SenderInfo) -> Self {
    ///         Self::Sender(info)
    ///     }
    /// }
    ///
    /// let router = Router::<Datum>::builder().announce().build();
    /// let come_and_gone = |m: &Message<Datum>| println!("{}: {}", m.event(), m.sender());
    /// router.connect_sync(come_and_gone).events(["#connect", "#disconnect"]).await;
    ///
    /// let thermometer = router.sender("thermometer").event("temperature").register().await?; // #connect: thermometer
    /// thermometer.send("temperature", Datum::Degrees(21.5)).await?;
    /// drop(thermometer); // #disconnect: thermometer
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn announce(mut self) -> Self
    where
        V: From<SenderInfo>,
    {
        self.settings.as_message = Some(V::from);
        self
    }

    /// What it sends comes from another router: that one says which senders there are, and announces them or not.
    #[cfg(feature = "net")]
    pub(crate) fn mirror(mut self) -> Self {
        self.settings.is_mirror = true;
        self
    }

    /// Makes the router.
    #[must_use]
    pub fn build(self) -> Router<V> {
        Router::from_settings(&self.settings)
    }
}

impl<V> fmt::Debug for RouterBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterBuilder").finish_non_exhaustive()
    }
}
