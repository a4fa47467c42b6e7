//! What a sender has declared, as sends and requests look it up.

use std::collections::HashMap;

use compact_str::CompactString;

use super::call::Asked;
use super::info::SenderInfo;
use super::route::{CONNECT, DISCONNECT, Route};
use crate::signal::Connection;
use crate::sync::{AtomicBool, Ordering};

/// A sender that is there, or was. Not changed while it is there. The hashers are keyed: names may come from the network.
pub(super) struct Desk {
    pub(super) info: SenderInfo,
    /// Of the events that it may send.
    routes: HashMap<CompactString, Route>,
    pub(super) connect: Route,
    pub(super) disconnect: Route,
    handlers: HashMap<CompactString, Connection<Asked>>,
    /// Of requests that have none of their own.
    any_request: Option<Connection<Asked>>,
    is_gone: AtomicBool,
}

impl Desk {
    pub(super) fn new(
        info: SenderInfo,
        handlers: HashMap<CompactString, Connection<Asked>>,
        any_request: Option<Connection<Asked>>,
    ) -> Self {
        let route_of = |event: &str| Route::of_messages(info.name(), event);
        Self {
            routes: info
                .events()
                .map(|event| (event.into(), route_of(event)))
                .collect(),
            connect: route_of(CONNECT),
            disconnect: route_of(DISCONNECT),
            handlers,
            any_request,
            is_gone: AtomicBool::new(false),
            info,
        }
    }

    pub(super) fn name(&self) -> &str {
        self.info.name()
    }

    /// The route of an event that it may send.
    pub(super) fn route(&self, event: &str) -> Option<&Route> {
        self.routes.get(event)
    }

    /// Who replies to requests of this method.
    pub(super) fn handler(&self, method: &str) -> Option<&Connection<Asked>> {
        self.handlers.get(method).or(self.any_request.as_ref())
    }

    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Acquire)
    }

    /// Nothing more is sent or asked; what has begun goes on.
    pub(super) fn close(&self) {
        self.is_gone.store(true, Ordering::Release);
        for handler in self.handlers.values().chain(&self.any_request) {
            handler.disconnect();
        }
    }
}
