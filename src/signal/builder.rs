//! The builder of a signal.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use super::handle::{Settings, Signal};
use super::key::Key;
use super::schedule::Schedule;
use crate::spawn::{Spawner, Timer};
use crate::sync::Arc;

/// A signal in the making. Made by [`Signal::builder`].
#[must_use = "no signal is made until `.build()`"]
pub struct SignalBuilder<P, R = (), K = Key> {
    settings: Settings<P>,
    types: PhantomData<fn(K) -> R>,
}

/// Nothing in it is ever pinned.
impl<P, R, K> Unpin for SignalBuilder<P, R, K> {}

impl<P> SignalBuilder<P> {
    pub(super) fn new(defaults: P) -> Self {
        let settings = Settings {
            defaults,
            name: None,
            spawner: None,
            timer: None,
            schedule: Schedule::default(),
        };
        Self {
            settings,
            types: PhantomData,
        }
    }
}

impl<P, R, K> SignalBuilder<P, R, K> {
    /// Has callbacks reply with an `R2`. The usual reply is `()`.
    pub fn reply<R2>(self) -> SignalBuilder<P, R2, K> {
        SignalBuilder {
            settings: self.settings,
            types: PhantomData,
        }
    }

    /// Has the signal filter by keys of this type, an enum of one's own say. The usual one is [`Key`].
    pub fn key<K2>(self) -> SignalBuilder<P, R, K2> {
        SignalBuilder {
            settings: self.settings,
            types: PhantomData,
        }
    }

    /// A name for logs, which events tell.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into().into_boxed_str());
        self
    }

    /// Where async callbacks run. Without one the signal looks around at each send, see [`spawn`](crate::spawn).
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.settings.spawner = Some(Arc::new(spawner));
        self
    }

    /// What timeouts, delays and pauses are measured by. Without one the signal looks around whenever it needs one, see
    /// [`spawn`](crate::spawn).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.settings.timer = Some(Arc::new(timer));
        self
    }

    /// Whether async callbacks go to the spawner at once ([`Schedule::Spawn`]) or after a first poll.
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.settings.schedule = schedule;
        self
    }
}

impl<P, R, K> SignalBuilder<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Makes the signal.
    #[must_use]
    pub fn build(self) -> Signal<P, R, K> {
        Signal::from_settings(self.settings)
    }
}

impl<P: fmt::Debug, R, K> fmt::Debug for SignalBuilder<P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignalBuilder")
            .field("defaults", &self.settings.defaults)
            .field("name", &self.settings.name)
            .field("schedule", &self.settings.schedule)
            .finish_non_exhaustive()
    }
}
