//! A sender that is there.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::desk::Desk;
use super::handle::{Router, Shared};
use super::info::SenderInfo;
use super::send::SendMessage;
use crate::sync::Arc;

/// A sender that is there: it sends the events that it has declared, and replies to requests. Clones are one sender; with the last of
/// them it goes, its name is free, and its `#disconnect` is told.
///
/// It keeps its router alive. A handler of its own that has a clone in it keeps it there for ever: let that one have a
/// [`WeakRouter`](super::WeakRouter), which finds the sender by its name.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::router::{Router, SendProblem};
///
/// let router = Router::<f64>::new();
/// let thermometer = router.sender("thermometer").events(["temperature", "#alarm"]).register().await?;
/// thermometer.send("temperature", 21.5).await?;
///
/// let error = thermometer.send("humidity", 0.5).await.unwrap_err();
/// assert_eq!(error.problem(), SendProblem::Undeclared);
/// assert_eq!(error.into_payload(), Some(0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
pub struct Sender<V> {
    live: Arc<Live<V>>,
}

/// Is there as long as one of its handles.
pub(super) struct Live<V> {
    router: Arc<Shared<V>>,
    desk: Arc<Desk>,
    /// What `Drop` does: it knows nothing of what a payload is.
    leave: fn(&Shared<V>, &Arc<Desk>) -> bool,
}

impl<V: Send + Sync + 'static> Live<V> {
    pub(super) fn new(router: &Router<V>, desk: &Arc<Desk>) -> Self {
        Self {
            router: Arc::clone(&router.shared),
            desk: Arc::clone(desk),
            leave: Shared::disconnect,
        }
    }
}

impl<V> Live<V> {
    pub(super) fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }
}

impl<V> Drop for Live<V> {
    fn drop(&mut self) {
        (self.leave)(&self.router, &self.desk);
    }
}

impl<V: Send + Sync + 'static> Shared<V> {
    /// Takes its name from a sender, and tells of it, if it had it until now.
    pub(super) fn disconnect(&self, desk: &Arc<Desk>) -> bool {
        let was_there = self.heard.roster.leave(desk);
        if was_there {
            desk.close();
            self.tell_of(desk.name());
        }
        was_there
    }
}

impl<V: Send + Sync + 'static> Sender<V> {
    pub(super) fn new(live: Arc<Live<V>>) -> Self {
        Self { live }
    }

    /// Begins to send an event that it has declared: first to who listens to any sender, then to this one, to the channel (or to the
    /// event, whoever sends it), and to this event of this sender; each once, priorities aside.
    pub fn send(&self, event: impl AsRef<str>, payload: V) -> SendMessage<'_, V> {
        SendMessage::new(&self.live.router, &self.live.desk, event.as_ref(), payload)
    }

    /// Whether anybody listens to this event of it, in one way or another. Costs what those cost who do.
    #[must_use]
    pub fn has_listeners(&self, event: &str) -> bool {
        let route = self.live.desk.route(event);
        route.is_some_and(|route| self.live.router.signal.is_heard_in_turn(route.clone()))
    }

    /// Has it go now, with all its handles; tells whether it was there until now. What it is to send after that fails, requests find
    /// it no more, and those that its handlers were given go on.
    pub fn disconnect(&self) -> bool {
        self.live.router.disconnect(&self.live.desk)
    }
}

impl<V> Sender<V> {
    #[cfg(feature = "net")]
    pub(super) fn desk(&self) -> &Desk {
        &self.live.desk
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.live.desk.name()
    }

    /// What it has declared.
    #[must_use]
    pub fn info(&self) -> &SenderInfo {
        &self.live.desk.info
    }

    /// Whether it is there: nobody has disconnected it.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        !self.live.desk.is_gone()
    }

    /// The router that it is registered with.
    #[must_use]
    pub fn router(&self) -> Router<V> {
        Router {
            shared: Arc::clone(&self.live.router),
        }
    }
}

impl<V> Clone for Sender<V> {
    fn clone(&self) -> Self {
        Self {
            live: Arc::clone(&self.live),
        }
    }
}

impl<V> fmt::Debug for Sender<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("name", &self.name())
            .field("is_connected", &self.is_connected())
            .finish_non_exhaustive()
    }
}

// As the router.
impl<V> UnwindSafe for Sender<V> {}
impl<V> RefUnwindSafe for Sender<V> {}
