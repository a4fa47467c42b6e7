//! What listeners get.

use super::route::Route;
use crate::signal::Event;

/// One message, as listeners get it: an [`Event`] that derefs to the payload, and knows its [`sender`](Event::sender) and its
/// [`event`](Event::event). Its one [key](Event::keys) is its [`route`](Event::route).
pub type Message<V> = Event<V, Route>;

impl<V> Event<V, Route> {
    /// The name of the sender.
    #[must_use]
    pub fn sender(&self) -> &str {
        self.route().sender().unwrap_or_default()
    }

    /// The name of the event.
    #[must_use]
    pub fn event(&self) -> &str {
        self.route().event().unwrap_or_default()
    }

    /// Both.
    #[must_use]
    pub fn route(&self) -> &Route {
        match self.keys() {
            [route] => route,
            _ => unreachable!("a message has one route"),
        }
    }
}
