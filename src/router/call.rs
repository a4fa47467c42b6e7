//! What handlers get.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::{Duration, Instant};

use compact_str::CompactString;

use super::desk::Desk;
use crate::signal::Event;
use crate::spawn::Timer;
use crate::sync::Arc;

/// One request, as its handler gets it: an [`Event`] that derefs to the payload, and knows its [`sender`](Event::sender), its
/// [`method`](Event::method) and how much [time is left](Event::time_left).
pub type Call<V> = Event<V, Asked>;

/// What a [`Call`] knows beside its payload.
#[derive(Clone)]
pub struct Asked {
    desk: Arc<Desk>,
    method: CompactString,
    deadline: Option<Deadline>,
    by: Option<Arc<dyn Any + Send + Sync>>,
}

/// By when whoever asks wants a reply.
#[derive(Clone)]
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

impl Asked {
    pub(super) fn new(
        desk: &Arc<Desk>,
        method: &str,
        deadline: Option<Deadline>,
        by: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Self {
        Self {
            desk: Arc::clone(desk),
            method: method.into(),
            deadline,
            by,
        }
    }
}

impl<V> Event<V, Asked> {
    fn asked(&self) -> &Asked {
        match self.keys() {
            [asked] => asked,
            _ => unreachable!("a call is one request"),
        }
    }

    /// The sender that was asked.
    #[must_use]
    pub fn sender(&self) -> &str {
        self.asked().desk.name()
    }

    /// The method that was asked for.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.asked().method
    }

    /// Who asks, if that was [said](crate::router::Request::by) and is a `T`. A server says it of requests of its peers, with a
    /// `net::Caller`; of a request that a client gets from its server, and of one of this process that does not say it, nothing is known.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::sync::Arc;
    /// use fanfare::router::{Call, Router};
    ///
    /// struct User(&'static str);
    ///
    /// let router = Router::<String>::new();
    /// let greet = |call: &Call<String>| match call.asked_by::<User>() {
    ///     Some(User(name)) => format!("hello {name}"),
    ///     None => "hello whoever you are".to_owned(),
    /// };
    /// let porter = router.sender("porter").on_request_sync("greet", greet).register().await?;
    /// let reply = router.request("porter", "greet", String::new()).by(Arc::new(User("ada"))).await?;
    /// assert_eq!(reply, "hello ada");
    /// # drop(porter);
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn asked_by<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.asked().by.as_ref()?.downcast_ref()
    }

    /// How much is left of the [time](crate::router::Request::timeout) that whoever asks gives it; `None` where no time was said. When
    /// it is up, an async handler's future is dropped, as it is when the request is.
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
    ///     router.request("sensor", "read", **call).timeout(left).await
    /// };
    /// let relay = router.sender("relay").on_any_request_with(router.clone(), ask).register().await?;
    /// assert_eq!(router.request("relay", "read", 0).timeout(Duration::from_secs(1)).await?, 7);
    /// # drop((sensor, relay));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = self.asked().deadline.as_ref()?;
        Some(deadline.at.saturating_duration_since(deadline.timer.now()))
    }
}

// A call is not looked up by these: they are what a signal wants of keys.
impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.desk, &other.desk) && self.method == other.method
    }
}

impl Eq for Asked {}

impl Hash for Asked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.method.hash(state);
    }
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asked({} of {})", self.method, self.desk.name())
    }
}
