//! What one peer listens to.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::listened::weight_of;
use super::peer::Peer;
use crate::net::acl::Right;
use crate::net::limits::WhenFull;
use crate::net::link::{Link, Unsendable};
use crate::net::wire::{Call, Code, RemoteError, Response, SignalOf};
use crate::router::{Message, Route};
use crate::signal::{Connection, Overflow};
use crate::sync::{Arc, Ordering};

/// How many messages wait for their turn to wait for room in the queue of a link, where that is what is wanted.
const MAILBOX: usize = 64;

type Outcome<V> = Result<Response<V>, RemoteError>;

impl<V> Peer<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    pub(super) fn add_listener(
        self: &Arc<Self>,
        link: &Link<V>,
        sender: Option<&str>,
        event: Option<&str>,
    ) -> Outcome<V> {
        let route = match (sender, event) {
            (None, None) => Route::any(),
            (Some(sender), None) => Route::of_sender(sender),
            (None, Some(event)) => Route::of_event(event),
            (Some(sender), Some(event)) => Route::new(sender, event),
        };
        let id = {
            let mut state = self.state.hold();
            if state.is_gone {
                return Err(RemoteError::failed(Code::Gone, "the link has ended"));
            }
            state.take_weight(weight_of(&route), &self.limits)?;
            state.listeners.add(&route)
        };
        // Looked at after it is in its place: rights that change meanwhile are looked at in that order, too.
        if !self.may_listen(&route) {
            self.drop_listener(id);
            let message = format_args!("this peer may not listen to {route}");
            return Err(RemoteError::failed(Code::Refused, message));
        }
        if link.is_plain() {
            self.connect_own(link, id, &route);
        } else {
            self.connect_shared(link, id, &route);
        }
        let ended = {
            let mut state = self.state.hold();
            state.listeners.by_id.get_mut(&id).map(|listener| {
                listener.is_new = false;
                listener.ended.take()
            })
        };
        match ended {
            Some(None) => Ok(Response::Listener(id)),
            Some(Some(reason)) => {
                self.drop_listener(id);
                Err(RemoteError::failed(Code::UnknownEvent, reason))
            }
            None => Err(RemoteError::failed(Code::Gone, "the link has ended")),
        }
    }

    fn may_listen(&self, route: &Route) -> bool {
        let (sender, event) = (route.sender(), route.event());
        self.permits
            .may_permit(self.who(), Right::Listen, sender, event)
    }

    /// A connection for this listener alone.
    fn connect_own(self: &Arc<Self>, link: &Link<V>, id: u64, route: &Route) {
        let own = self.connect(link, Some(id), route);
        let mut state = self.state.hold();
        match state.listeners.by_id.get_mut(&id) {
            Some(listener) => listener.own = Some(own),
            None => {
                drop(state);
                own.disconnect();
            }
        }
    }

    /// A route more for the peer's one connection, which ends with its last route, and is made again then.
    fn connect_shared(self: &Arc<Self>, link: &Link<V>, id: u64, route: &Route) {
        let connection = self.state.hold().listeners.connection.clone();
        if let Some(connection) = connection {
            connection.add_keys([route.clone()]);
            if connection.is_connected() || self.has_ended(id) {
                return;
            }
        }
        let made = self.connect(link, None, route);
        let mut state = self.state.hold();
        if state.is_gone {
            drop(state);
            made.disconnect();
        } else {
            state.listeners.connection = Some(made);
        }
    }

    fn has_ended(&self, id: u64) -> bool {
        let state = self.state.hold();
        let listener = state.listeners.by_id.get(&id);
        listener.is_none_or(|listener| listener.ended.is_some())
    }

    fn connect(
        self: &Arc<Self>,
        link: &Link<V>,
        id: Option<u64>,
        route: &Route,
    ) -> Connection<Route> {
        let (peer, link) = (Arc::clone(self), link.borrowed());
        let name = self.shown();
        let routes = [route.clone()];
        if self.limits.full_queue_policy() != WhenFull::Block {
            let forward = move |m: &Message<V>| {
                if let Some(signal) = peer.signal(id, m) {
                    peer.note(&link.try_send_event(signal));
                }
            };
            let listen = self.router.connect_sync(forward);
            return listen.routes(routes).name(name).now();
        }
        // Who sends waits for this peer, as for any listener whose queue is full: that is what was asked for.
        let forward = move |(peer, link): (Arc<Self>, Arc<Link<V>>), m: Arc<Message<V>>| async move {
            if let Some(signal) = peer.signal(id, &m) {
                peer.note(&link.send_event(signal).await);
            }
        };
        let listen = self.router.connect_with((peer, Arc::new(link)), forward);
        let listen = listen.queue(MAILBOX, Overflow::Wait);
        listen.routes(routes).name(name).now()
    }

    /// The message as it goes to the peer, if it may hear of it.
    fn signal<'m>(&self, listener_id: Option<u64>, m: &'m Message<V>) -> Option<SignalOf<'m, V>> {
        let (sender, event) = (m.sender(), m.event());
        self.permits(Right::Listen, sender, event)
            .then_some(SignalOf {
                listener_id,
                sender: Some(sender),
                event: Some(event),
                data: m,
            })
    }

    pub(super) fn note(&self, sent: &Result<(), Unsendable>) {
        // With a link that has ended the listener ends, which the peer knows.
        if let Err(Unsendable::TooLarge { .. } | Unsendable::Unwritable(_)) = sent {
            self.unsent.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn remove_listener(&self, id: u64) -> Outcome<V> {
        if self.drop_listener(id) || self.drop_import(id) {
            return Ok(Response::Done);
        }
        Err(RemoteError::failed(
            Code::UnknownListener,
            "Listener not found",
        ))
    }

    fn drop_listener(&self, id: u64) -> bool {
        let removed = {
            let mut state = self.state.hold();
            let removed = state.listeners.remove(id);
            if let Some((_, weight)) = &removed {
                state.give_weight_back(*weight);
            }
            removed
        };
        let was_there = removed.is_some();
        if let Some((removed, _)) = removed {
            removed.settle();
        }
        was_there
    }

    /// Listeners to these routes have ended, for this reason: the peer is told of those that it knows of.
    fn end_listeners(&self, ids: Vec<u64>, reason: &str) {
        for id in ids {
            let is_new = {
                let mut state = self.state.hold();
                match state.listeners.by_id.get_mut(&id) {
                    Some(listener) if listener.is_new => {
                        listener.ended = Some(reason.to_owned());
                        true
                    }
                    _ => false,
                }
            };
            if !is_new && self.drop_listener(id) {
                self.tell(&Call::ListenerEnded {
                    listener_id: id,
                    reason: reason.to_owned(),
                });
            }
        }
    }

    /// The router has taken everybody off this route.
    pub(super) fn route_ended(&self, route: &Route, reason: &str) {
        let ids = {
            let state = self.state.hold();
            if !state.listeners.routes.contains_key(route) {
                return;
            }
            state.listeners.ids_of(|own| own == route)
        };
        self.end_listeners(ids, reason);
    }

    /// Rights have changed.
    pub(super) fn review_listeners(&self) {
        let routes: Vec<_> = {
            let state = self.state.hold();
            state.listeners.routes.keys().cloned().collect()
        };
        for route in routes.iter().filter(|route| !self.may_listen(route)) {
            let reason = format!("the right to listen to {route} was taken back");
            self.route_ended(route, &reason);
        }
    }
}
