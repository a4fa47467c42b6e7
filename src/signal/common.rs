//! What signals are made with that are one thing to their user: a hub, or a router.

use std::hash::Hash;

use super::builder::SignalBuilder;
use super::dispatcher::Dispatcher;
use crate::spawn::{AmbientTimer, Spawner, Timer};
use crate::sync::Arc;

/// What the signals of a hub or a router are made with.
#[derive(Clone, Default)]
pub(crate) struct CommonSettings {
    pub(crate) name: Option<String>,
    pub(crate) spawner: Option<Arc<dyn Spawner>>,
    pub(crate) timer: Option<Arc<dyn Timer>>,
    /// The outermost first.
    pub(crate) dispatchers: Vec<Arc<dyn Dispatcher>>,
    pub(crate) counts_calls: bool,
}

impl CommonSettings {
    /// The beginning of one of the signals: the first has the name, others theirs after it.
    pub(crate) fn signal<P, K>(
        &self,
        builder: SignalBuilder<P>,
        after_name: &str,
    ) -> SignalBuilder<P, (), K>
    where
        P: Send + Sync + 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        let mut builder = builder.key();
        if let Some(name) = &self.name {
            builder = builder.name(format!("{name}{after_name}"));
        }
        if let Some(spawner) = &self.spawner {
            builder = builder.spawner(Arc::clone(spawner));
        }
        builder.timer(self.timer())
    }

    /// The same, of one that goes through the dispatchers.
    pub(crate) fn signal_of_calls<P, K>(&self, after_name: &str) -> SignalBuilder<P, (), K>
    where
        P: Send + Sync + 'static,
        K: Hash + Eq + Send + Sync + 'static,
    {
        let mut builder = self.signal(SignalBuilder::without_defaults(), after_name);
        for dispatcher in &self.dispatchers {
            builder = builder.dispatcher(Arc::clone(dispatcher));
        }
        if self.counts_calls {
            builder = builder.stats();
        }
        builder
    }

    pub(crate) fn timer(&self) -> Arc<dyn Timer> {
        self.timer.clone().unwrap_or_else(AmbientTimer::shared)
    }
}

/// `.name .spawner .timer .dispatcher .stats` of a builder, whose `$settings` these are. `$what` is what it builds, `$inspect` what shows
/// the figures.
macro_rules! settings_methods {
    ($($settings:ident).+: $what:literal, $inspect:literal) => {
        /// A name for logs, which messages tell.
        pub fn name(mut self, name: impl Into<String>) -> Self {
            self.$($settings).+.name = Some(name.into());
            self
        }

        #[doc = concat!("Where async listeners run. Without one the ", $what, " looks around, see [`spawn`](crate::spawn).")]
        pub fn spawner(mut self, spawner: impl Spawner) -> Self {
            self.$($settings).+.spawner = Some(Arc::new(spawner));
            self
        }

        #[doc = concat!("What timeouts, delays and pauses are measured by. Without one the ", $what, " looks around, see [`spawn`](crate::spawn).")]
        pub fn timer(mut self, timer: impl Timer) -> Self {
            self.$($settings).+.timer = Some(Arc::new(timer));
            self
        }

        /// Has every message and request, and each call for it, go through a dispatcher. Given several times, the first is the
        /// outermost. See [`Dispatcher`].
        pub fn dispatcher(mut self, dispatcher: impl Dispatcher) -> Self {
            self.$($settings).+.dispatchers.push(Arc::new(dispatcher));
            self
        }

        #[doc = concat!("Counts and times the calls of each listener, for [`inspect`](", $inspect, "). See [`SignalBuilder::stats`](crate::SignalBuilder::stats).")]
        pub fn stats(mut self) -> Self {
            self.$($settings).+.counts_calls = true;
            self
        }
    };
}
pub(crate) use settings_methods;
