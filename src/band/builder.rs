//! The builder of a band.

use std::fmt;

use super::handle::Band;
use crate::signal::{Channels, Dispatcher, SignalBuilder};
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
    /// The outermost first.
    dispatchers: Vec<Arc<dyn Dispatcher>>,
    counts_calls: bool,
}

impl BandBuilder {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings::default(),
        }
    }

    /// Has every send of the band, and each call of a receiver, go through a dispatcher: to log, to measure, or to call receivers
    /// elsewhere, later or not at all. Given several times, the first is the outermost. See [`Dispatcher`].
    ///
    /// # Examples
    /// ```
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use fanfare::Band;
    /// use fanfare::dispatcher::{Context, Dispatcher};
    ///
    /// #[derive(Default)]
    /// struct Counted(AtomicUsize);
    ///
    /// impl Dispatcher for Counted {
    ///     fn before(&self, cx: &Context) {
    ///         println!("Sending {} to {}", cx.identifier(), cx.receivers());
    ///         self.0.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// }
    ///
    /// let counted = Arc::new(Counted::default());
    /// let band = Band::builder().dispatcher(counted.clone()).build();
    /// band.channel::<u32, ()>("one")?.send_detached(1);
    /// assert_eq!(counted.0.load(Ordering::Relaxed), 1);
    /// # Ok::<(), fanfare::band::TypeConflict>(())
    /// ```
    pub fn dispatcher(mut self, dispatcher: impl Dispatcher) -> Self {
        self.settings.dispatchers.push(Arc::new(dispatcher));
        self
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
    pub(super) fn has_dispatchers(&self) -> bool {
        !self.dispatchers.is_empty()
    }

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
        for dispatcher in &self.dispatchers {
            builder = builder.dispatcher(Arc::clone(dispatcher));
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
