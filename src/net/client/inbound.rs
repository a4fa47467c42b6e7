//! What a server calls for.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::core::Core;
use super::places::Source;
use crate::net::errors;
use crate::net::link::{Answer, Handler, Link};
use crate::net::wire::{Call, Code, Name, RemoteError, Response};
use crate::router::Route;
use crate::sync::Arc;

/// Does what the server calls for.
pub(super) struct Inbound<V>(pub(super) Arc<Core<V>>);

impl<V> Handler<V> for Inbound<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    fn call(&self, link: &Link<V>, call: Call<V>) -> Answer<V> {
        self.call_within(link, call, None)
    }

    fn call_within(&self, link: &Link<V>, call: Call<V>, deadline: Option<Duration>) -> Answer<V> {
        match call {
            Call::Signal {
                listener_id,
                sender,
                event,
                data,
            } => self.hear(
                link,
                listener_id,
                (sender.as_deref(), event.as_deref()),
                data,
            ),
            Call::Imported {
                import,
                keys,
                senders,
                data,
            } => self.hear_of(import, keys, senders, data),
            Call::Request {
                sender,
                method,
                params,
            } => self.reply(sender, method, params, deadline),
            Call::ListenerEnded {
                listener_id,
                reason,
            } => {
                let source = {
                    let mut state = self.0.state.hold();
                    state.places.ended(listener_id, &reason)
                };
                if let Some(source) = source {
                    self.0.end_source(&source, &reason);
                }
                Answer::done()
            }
            Call::SenderEnded { sender, reason } => {
                let live = self.0.state.hold().names.ended(&sender);
                if let Some(live) = live {
                    self.0.end_sender(&live, &reason);
                }
                Answer::done()
            }
            _ => Answer::unknown(),
        }
    }
}

impl<V> Inbound<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// A message has come: all are called here who listen to it, each once.
    fn hear(
        &self,
        link: &Link<V>,
        listener_id: Option<u64>,
        (sender, event): (Option<&str>, Option<&str>),
        data: V,
    ) -> Answer<V> {
        let (Some(sender), Some(event)) = (sender, event) else {
            let message = "a message has a sender and an event";
            return Answer::Now(Err(RemoteError::failed(Code::BadParameters, message)));
        };
        let route = self.0.route(sender, event);
        if link.is_plain() {
            match self.is_for_all(listener_id, &route) {
                None => {
                    let message = "the listener is not known";
                    return Answer::Now(Err(RemoteError::failed(Code::UnknownListener, message)));
                }
                Some(false) => return Answer::done(),
                Some(true) => {}
            }
        }
        let data = match self.0.heard.pass_on(&route, data).now() {
            Ok(_) => return Answer::done(),
            // Where it is closed, nobody listens any more.
            Err(unsent) if unsent.is_closed() => return Answer::done(),
            Err(unsent) => unsent.into_payload(),
        };
        let Some(data) = data else {
            return Answer::done();
        };
        // Somebody here has it wait: so does the server, which is not read as long.
        let heard = self.0.heard.clone();
        Answer::InOrder(Box::pin(async move {
            drop(heard.pass_on(&route, data).await);
            Ok(Response::Done)
        }))
    }

    /// An event of an imported signal has come.
    fn hear_of(&self, import: u64, keys: Vec<Value>, senders: Vec<Name>, data: V) -> Answer<V> {
        let import = self.0.state.hold().imports.get(&import).cloned();
        // Where it has just ended here, nobody listens any more.
        let Some(waits) = import.and_then(|import| import.hear(keys, senders, data)) else {
            return Answer::done();
        };
        Answer::InOrder(Box::pin(async move {
            waits.await;
            Ok(Response::Done)
        }))
    }

    /// A plain server sends a message to each listener that it has, and all of those are ours: the first of them stands for all. `None` if
    /// it is none of ours.
    fn is_for_all(&self, listener_id: Option<u64>, message: &Route) -> Option<bool> {
        let state = self.0.state.hold();
        let own = state.places.source_of(listener_id?)?;
        let mut turns = message.turns().into_iter().cloned().map(Source::Route);
        let first = turns.find(|turn| state.places.is_there(turn));
        Some(first.as_ref() == Some(own))
    }

    /// Beside whatever else goes on. Dropped where it waits, the handler's future is.
    fn reply(
        &self,
        sender: String,
        method: String,
        params: V,
        deadline: Option<Duration>,
    ) -> Answer<V> {
        let desk = self.0.desk.clone();
        let left = deadline.unwrap_or(self.0.limits.request_timeout);
        Answer::Beside(Box::pin(async move {
            let asked = desk.request(sender, method, params).timeout(left).await;
            asked.map(Response::Value).map_err(errors::of_request)
        }))
    }
}
