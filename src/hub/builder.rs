//! The builder of a hub.

use std::fmt;

use super::handle::Hub;
use super::message::Body;
use super::notice::Notice;
use super::pattern::Pattern;
use crate::signal::{Dispatcher, SignalBuilder};
use crate::spawn::{Spawner, Timer};

/// A hub in the making. Made by [`Hub::builder`].
#[must_use = "no hub is made until `.build()`"]
pub struct HubBuilder<M> {
    settings: Settings<M>,
}

pub(super) struct Settings<M> {
    pub(super) builder: SignalBuilder<Body<M>, (), Pattern>,
    pub(super) as_message: Option<fn(Notice) -> M>,
}

impl<M: Send + Sync + 'static> HubBuilder<M> {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings {
                builder: SignalBuilder::without_defaults().key(),
                as_message: None,
            },
        }
    }

    fn set(
        mut self,
        set: impl FnOnce(SignalBuilder<Body<M>, (), Pattern>) -> SignalBuilder<Body<M>, (), Pattern>,
    ) -> Self {
        self.settings.builder = set(self.settings.builder);
        self
    }

    /// A name for logs, which messages tell.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set(|builder| builder.name(name))
    }

    /// Where async listeners run. Without one the hub looks around, see [`spawn`](crate::spawn).
    pub fn spawner(self, spawner: impl Spawner) -> Self {
        self.set(|builder| builder.spawner(spawner))
    }

    /// What timeouts, delays and pauses are measured by. Without one the hub looks around, see [`spawn`](crate::spawn).
    pub fn timer(self, timer: impl Timer) -> Self {
        self.set(|builder| builder.timer(timer))
    }

    /// Has every message, and each call of a listener, go through a dispatcher. See [`Dispatcher`].
    pub fn dispatcher(self, dispatcher: impl Dispatcher) -> Self {
        self.set(|builder| builder.dispatcher(dispatcher))
    }

    /// Counts and times the calls of each listener, for [`inspect`](Hub::inspect). See [`SignalBuilder::stats`].
    pub fn stats(self) -> Self {
        self.set(SignalBuilder::stats)
    }

    /// Has each [`Notice`] published as a message, under `Hub.addedSubscriber` or `Hub.removedSubscriber` and the pattern.
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
        Hub::from_settings(self.settings)
    }
}

impl<M> fmt::Debug for HubBuilder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubBuilder").finish_non_exhaustive()
    }
}
