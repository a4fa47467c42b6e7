//! What is known of a sender, and that it has come or gone.

use std::fmt;
use std::ops::Deref;

use compact_str::CompactString;

use super::route::{CONNECT, DISCONNECT};
use crate::sync::Arc;

/// What a sender has declared: its name, its events, and the requests it replies to. Clones share it.
///
/// With `#connect` and `#disconnect` come `{events, requests}` in the original; with the feature `serde` or `net` it is written so, and
/// becomes a `serde_json::Value` of that form.
///
/// # Examples
/// ```
/// use fanfare::Router;
///
/// let router = Router::<f64>::new();
/// let sender = router.sender("thermometer").event("temperature").on_request_sync("read", |_| 21.5).register().now()?;
/// assert!(sender.info().events().eq(["temperature"]));
/// assert!(sender.info().requests().is_some_and(|methods| methods.eq(["read"])));
/// # Ok::<(), fanfare::router::RegisterError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SenderInfo(Arc<Declared>);

#[derive(PartialEq, Eq)]
struct Declared {
    name: CompactString,
    events: Vec<CompactString>,
    requests: Option<Requests>,
}

/// What a sender replies to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Requests {
    pub(super) methods: Vec<CompactString>,
    /// Whether there is a handler for all others.
    pub(super) takes_any: bool,
}

impl SenderInfo {
    pub(super) fn new(name: &str, events: Vec<CompactString>, requests: Option<Requests>) -> Self {
        Self(Arc::new(Declared {
            name: name.into(),
            events,
            requests,
        }))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The events it has declared, in that order. Beside them, every sender has `#connect` and `#disconnect`.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.events.iter().map(CompactString::as_str)
    }

    /// The methods that have a handler of their own, in the order in which they were given one; `None` where it replies to no
    /// requests at all.
    #[must_use]
    pub fn requests(&self) -> Option<impl ExactSizeIterator<Item = &str>> {
        let requests = self.0.requests.as_ref()?;
        Some(requests.methods.iter().map(CompactString::as_str))
    }

    /// Whether it has a handler for requests that have none of their own.
    #[must_use]
    pub fn takes_any_request(&self) -> bool {
        self.0
            .requests
            .as_ref()
            .is_some_and(|known| known.takes_any)
    }
}

impl fmt::Debug for SenderInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderInfo")
            .field("name", &self.0.name)
            .field("events", &self.0.events)
            .field("requests", &self.0.requests)
            .finish()
    }
}

/// A sender has come or gone: what [`Router::presence`](super::Router::presence) tells. It derefs to the [`SenderInfo`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// It was registered.
    Connected(SenderInfo),
    /// Its last handle was dropped, or somebody disconnected it.
    Disconnected(SenderInfo),
}

impl Presence {
    /// Whether it has come.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        matches!(self, Self::Connected(_))
    }

    /// What the sender has declared.
    #[must_use]
    pub fn info(&self) -> &SenderInfo {
        match self {
            Self::Connected(info) | Self::Disconnected(info) => info,
        }
    }

    /// [`CONNECT`] or [`DISCONNECT`].
    #[must_use]
    pub fn event(&self) -> &'static str {
        match self {
            Self::Connected(_) => CONNECT,
            Self::Disconnected(_) => DISCONNECT,
        }
    }

    /// Of nobody: what a signal of these has as its defaults.
    pub(super) fn of_nobody() -> Self {
        Self::Disconnected(SenderInfo::new("", Vec::new(), None))
    }
}

impl Deref for Presence {
    type Target = SenderInfo;

    fn deref(&self) -> &SenderInfo {
        self.info()
    }
}

/// As text: `#connect of thermometer`.
impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.event(), self.name())
    }
}
