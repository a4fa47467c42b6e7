//! What the network needs of a router: messages that come from another one, and who listens to what.

use super::handle::Router;
use super::notice::{DetachReason, Notice};
use super::route::{Route, is_of_router};
use super::sender::Sender;
use crate::signal::{Connection, FailedCall, SendBuilder, Signal, Tally};

impl<V: Send + Sync + 'static> Router<V> {
    /// A message of a sender that another router has.
    pub(crate) fn pass_on(&self, route: &Route, payload: V) -> SendBuilder<'_, V, (), Route> {
        self.shared.signal.send_in_turn(route.clone()).with(payload)
    }

    /// Has each notice from now on told to this, by whoever changes something, one at a time and in order. No lock is held.
    pub(crate) fn watch(&self, watcher: impl Fn(&Notice) + Send + Sync + 'static) -> Connection {
        self.shared.heard.tell_notices();
        self.shared
            .notices
            .connect_sync(move |notice| watcher(notice))
            .now()
    }

    /// Takes everybody off a route, since nothing will come by it.
    pub(crate) fn end_route(&self, route: &Route, reason: &DetachReason) {
        self.shared.detach(route, reason);
        self.shared.heard.settle();
    }

    /// Has failures of its handlers told beside those of another router.
    pub(crate) fn tell_handlers_failures(&self, failures: &Signal<FailedCall<V, Route>>) {
        self.shared.handlers.tell_failures_beside(failures);
    }

    /// Whether nothing is sent, requested or connected any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.signal.is_closed()
    }
}

/// What a sender says of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declares {
    Yes,
    No,
    /// The router alone sends it.
    Reserved,
}

impl<V> Sender<V> {
    /// What it says of this event.
    pub(crate) fn declares(&self, event: &str) -> Declares {
        if self.desk().route(event).is_some() {
            Declares::Yes
        } else if is_of_router(event) {
            Declares::Reserved
        } else {
            Declares::No
        }
    }
}
