//! What a peer's link asks for, and who does it.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::exported::Wanted;
use super::peer::Peer;
use super::status::ServerStatus;
use super::view::PeerView;
use crate::net::link::{Answer, CloseReason, Handler, Link};
use crate::net::wire::{Call, Code, RemoteError, Response, Token};
use crate::sync::{Arc, Ordering};

/// The version of the original that peers are told that ask for one.
const VERSION: &str = "1.01";

/// Does what the other side of the link asks for.
pub(super) struct Serves<V>(pub(super) Arc<Peer<V>>);

impl<V> Handler<V> for Serves<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    fn hello(&self, link: &Link<V>, token: Option<&Token>) -> Result<(), RemoteError> {
        let server = self.0.server.upgrade();
        let server =
            server.ok_or_else(|| RemoteError::failed(Code::Gone, "the server has ended"))?;
        let who = server.door.admit(token, link.info())?;
        // Hello is said once.
        let _ = self.0.who.set(who);
        Ok(())
    }

    fn greeted(&self, link: &Link<V>, session: Option<&Token>) {
        self.0.set_link(link);
        if let (Some(server), Some(session)) = (self.0.server.upgrade(), session) {
            server.continue_session(&self.0, session);
        }
        self.0.announce(link);
    }

    fn call(&self, link: &Link<V>, call: Call<V>) -> Answer<V> {
        self.call_within(link, call, None)
    }

    fn call_within(&self, link: &Link<V>, call: Call<V>, deadline: Option<Duration>) -> Answer<V> {
        let peer = &self.0;
        peer.announce(link);
        let is_more = matches!(
            call,
            Call::AddSender { .. }
                | Call::AddListener { .. }
                | Call::AddImport { .. }
                | Call::Request { .. }
        );
        if let Some(refused) = is_more.then(|| peer.refuses_more()).flatten() {
            return Answer::Now(Err(refused));
        }
        match call {
            Call::GetVersion => Answer::Now(Ok(Response::Version(VERSION.into()))),
            Call::ListSenders { list_events } => {
                Answer::Now(Ok(Response::Senders(peer.senders(list_events))))
            }
            Call::AddSender {
                sender,
                events,
                requests,
            } => peer.add_sender(link, sender, events, requests),
            Call::RemoveSender { sender } => Answer::Now(peer.remove_sender(&sender)),
            Call::AddListener { sender, event } => {
                Answer::Now(peer.add_listener(link, sender.as_deref(), event.as_deref()))
            }
            // They are marked with what the original does not know.
            Call::AddImport { .. } if link.is_plain() => Answer::unknown(),
            Call::AddImport {
                signal,
                import,
                keys,
                senders,
            } => {
                let wanted = Wanted {
                    signal,
                    import,
                    keys,
                    senders,
                };
                Answer::Now(peer.add_import(link, wanted))
            }
            Call::RemoveListener { listener_id } => Answer::Now(peer.remove_listener(listener_id)),
            Call::Signal {
                sender,
                event,
                data,
                ..
            } => peer.publish(sender.as_deref(), event.as_deref(), data),
            Call::Request {
                sender,
                method,
                params,
            } => peer.request(sender, method, params, deadline),
            _ => Answer::unknown(),
        }
    }

    fn closed(&self, link: &Link<V>, reason: &CloseReason) {
        let peer = &self.0;
        let was_announced = peer.is_announced.load(Ordering::Relaxed);
        let view = was_announced.then(|| PeerView::of(peer, link));
        peer.leave();
        if let (Some(view), Some(server)) = (view, peer.server.upgrade()) {
            server.tell(ServerStatus::Disconnected {
                peer: view,
                reason: reason.clone(),
            });
        }
    }
}
