//! The builder of a band.

use std::fmt;

use super::handle::Band;
use crate::signal::{Channels, SignalBuilder};
use crate::spawn::{Spawner, Timer};
use crate::sync::Arc;

/// A band in the making. Made by [`Band::builder`].
#[must_use = "no band is made until `.build()`"]
pub struct BandBuilder {
    settings: Settings,
}

/// What the channels of a band are made with.
#[derive(Default)]
pub(super) struct Settings {
    spawner: Option<Arc<dyn Spawner>>,
    timer: Option<Arc<dyn Timer>>,
    counts_calls: bool,
}

impl BandBuilder {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings::default(),
        }
    }

    /// Where async receivers run. Without one each send looks around, see [`spawn`](crate::spawn).
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.settings.spawner = Some(Arc::new(spawner));
        self
    }

    /// What timeouts, delays and pauses are measured by. Without one channels look around, see [`spawn`](crate::spawn).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.settings.timer = Some(Arc::new(timer));
        self
    }

    /// Counts and times the calls of each receiver, for [`inspect`](Band::inspect). See [`SignalBuilder::stats`].
    pub fn stats(mut self) -> Self {
        self.settings.counts_calls = true;
        self
    }

    /// Makes the band.
    #[must_use]
    pub fn build(self) -> Band {
        Band::from_settings(self.settings)
    }
}

impl Settings {
    /// The channels of one name.
    pub(super) fn channels<P, R>(&self, identifier: &str) -> Channels<P, R>
    where
        P: Send + Sync + 'static,
        R: Send + 'static,
    {
        let mut builder = SignalBuilder::of_channels().reply::<R>().name(identifier);
        if let Some(spawner) = &self.spawner {
            builder = builder.spawner(Arc::clone(spawner));
        }
        if let Some(timer) = &self.timer {
            builder = builder.timer(Arc::clone(timer));
        }
        if self.counts_calls {
            builder = builder.stats();
        }
        builder.build()
    }
}

impl fmt::Debug for BandBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BandBuilder").finish_non_exhaustive()
    }
}
