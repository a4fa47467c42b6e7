//! The builder of a router.

use std::fmt;
use std::hash::Hash;

use super::handle::Router;
use super::info::SenderInfo;
use crate::signal::{Dispatcher, SignalBuilder};
use crate::spawn::{AmbientTimer, Spawner, Timer};
use crate::sync::Arc;

/// A router in the making. Made by [`Router::builder`].
#[must_use = "no router is made until `.build()`"]
pub struct RouterBuilder<V> {
    settings: Settings<V>,
}

/// What the signals of a router are made with.
pub(super) struct Settings<V> {
    name: Option<String>,
    spawner: Option<Arc<dyn Spawner>>,
    timer: Option<Arc<dyn Timer>>,
    /// The outermost first.
    dispatchers: Vec<Arc<dyn Dispatcher>>,
    counts_calls: bool,
    /// Whether messages of senders that come and go are sent by somebody else.
    pub(super) is_mirror: bool,
    pub(super) as_message: Option<fn(SenderInfo) -> V>,
}

impl<V: Send + Sync + 'static> RouterBuilder<V> {
    pub(super) fn new() -> Self {
        Self {
            settings: Settings {
                name: None,
                spawner: None,
                timer: None,
                dispatchers: Vec::new(),
                counts_calls: false,
                is_mirror: false,
                as_message: None,
            },
        }
    }

    /// A name for logs, which messages tell.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Where async listeners run. Without one the router looks around, see [`spawn`](crate::spawn).
    pub fn spawner(mut self, spawner: impl Spawner) -> Self {
        self.settings.spawner = Some(Arc::new(spawner));
        self
    }

    /// What timeouts, delays and pauses are measured by. Without one the router looks around, see [`spawn`](crate::spawn).
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

    /// Counts and times the calls of each listener, for [`inspect`](Router::inspect). See [`SignalBuilder::stats`].
    pub fn stats(mut self) -> Self {
        self.settings.counts_calls = true;
        self
    }

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

impl<V> Settings<V> {
    /// The beginning of one of the signals of the router: the first has its name, others theirs after it.
    pub(super) fn signal<P, K>(
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
    pub(super) fn signal_of_calls<P, K>(&self, after_name: &str) -> SignalBuilder<P, (), K>
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

    pub(super) fn timer(&self) -> Arc<dyn Timer> {
        self.timer.clone().unwrap_or_else(AmbientTimer::shared)
    }
}

impl<V> fmt::Debug for RouterBuilder<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterBuilder").finish_non_exhaustive()
    }
}
