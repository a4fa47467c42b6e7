//! What handlers get.

use std::fmt;
use std::ops::Deref;
use std::time::{Duration, Instant};

use compact_str::CompactString;

use super::desk::Desk;
use crate::signal::Event;
use crate::spawn::Timer;
use crate::sync::Arc;

/// One request, as its handler gets it: an [`Event`] that derefs to the [`Params`], which know the method, and these to the payload.
pub type Call<V> = Event<Params<V>>;

/// The payload of a request, and what else is known of it; derefs to the payload.
pub struct Params<V> {
    value: V,
    desk: Arc<Desk>,
    method: CompactString,
    deadline: Option<Deadline>,
}

/// By when whoever asks wants a reply.
pub(super) struct Deadline {
    at: Instant,
    timer: Arc<dyn Timer>,
}

impl Deadline {
    /// So much from now. A time beyond all reckoning is none.
    pub(super) fn after(timer: &Arc<dyn Timer>, time: Duration) -> Option<Self> {
        let at = timer.now().checked_add(time)?;
        Some(Self {
            at,
            timer: Arc::clone(timer),
        })
    }
}

impl<V> Params<V> {
    pub(super) fn new(
        value: V,
        desk: &Arc<Desk>,
        method: CompactString,
        deadline: Option<Deadline>,
    ) -> Self {
        Self {
            value,
            desk: Arc::clone(desk),
            method,
            deadline,
        }
    }

    /// The payload of the request.
    #[must_use]
    pub fn params(&self) -> &V {
        &self.value
    }

    /// The sender that was asked.
    #[must_use]
    pub fn sender(&self) -> &str {
        self.desk.name()
    }

    /// The method that was asked for.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// How much is left of the [time](super::Request::timeout) that whoever asks gives it; `None` where no time was said. When it is up,
    /// an async handler's future is dropped, as it is when the request is.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use fanfare::router::{Call, Router};
    ///
    /// let router = Router::<u32>::new();
    /// let sensor = router.sender("sensor").on_request_sync("read", |_| 7).register().await?;
    /// // Asks the sensor, with what is left of the time.
    /// let ask = |router: Router<u32>, call: Arc<Call<u32>>| async move {
    ///     let left = call.time_left().unwrap_or(Duration::MAX);
    ///     router.request("sensor", "read", *call.params()).timeout(left).await
    /// };
    /// let relay = router.sender("relay").on_any_request_with(router.clone(), ask).register().await?;
    /// assert_eq!(router.request("relay", "read", 0).timeout(Duration::from_secs(1)).await?, 7);
    /// # drop((sensor, relay));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = self.deadline.as_ref()?;
        Some(deadline.at.saturating_duration_since(deadline.timer.now()))
    }

    pub(super) fn into_value(self) -> V {
        self.value
    }
}

impl<V> Deref for Params<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

/// Shows the payload.
impl<V: fmt::Display> fmt::Display for Params<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<V: fmt::Debug> fmt::Debug for Params<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Params")
            .field("sender", &self.sender())
            .field("method", &self.method)
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}
