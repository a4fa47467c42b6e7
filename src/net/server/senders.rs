//! The senders of one peer.

use std::mem;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::asks::Asks;
use super::peer::{Owned, Peer, State};
use crate::net::acl::Right;
use crate::net::errors;
use crate::net::limits::Limits;
use crate::net::link::{Answer, Link};
use crate::net::wire::{Call, Code, RemoteError, Response};
use crate::router::{RegisterError, RegisterProblem, SendProblem, Sender};
use crate::sync::Arc;

impl<V> State<V> {
    /// So many listeners, senders, events and methods more.
    pub(super) fn take_weight(
        &mut self,
        weight: usize,
        limits: &Limits,
    ) -> Result<(), RemoteError> {
        let max = limits.max_subscriptions();
        let sum = self.weight.saturating_add(weight);
        if sum > max {
            let message = format_args!(
                "a peer may have {max} listeners and senders, each with its events and methods; `Limits::subscriptions` sets how many"
            );
            return Err(RemoteError::failed(Code::TooMany, message));
        }
        self.weight = sum;
        Ok(())
    }

    pub(super) fn give_weight_back(&mut self, weight: usize) {
        self.weight = self.weight.saturating_sub(weight);
    }
}

/// How long a name may be that counts for no more than others.
const NAME: usize = 256;

/// How much of what a peer may have something takes that has names of so many bytes. What they take of memory is bounded by that.
pub(super) fn weight_of_names(bytes: usize) -> usize {
    1 + bytes / NAME
}

/// How much of what a peer may have a sender takes.
fn weight_of<T>(sender: &Sender<T>) -> usize {
    let info = sender.info();
    let methods = info.requests().into_iter().flatten();
    let methods = methods.chain(info.takes_any_request().then_some(""));
    weight_of_all(sender.name(), info.events(), methods)
}

fn weight_of_all<'n>(
    name: &'n str,
    events: impl Iterator<Item = &'n str>,
    methods: impl Iterator<Item = &'n str>,
) -> usize {
    let names = std::iter::once(name).chain(events).chain(methods);
    names.map(|name| weight_of_names(name.len())).sum()
}

impl<V> Peer<V>
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    pub(super) fn add_sender(
        self: &Arc<Self>,
        link: &Link<V>,
        name: String,
        events: Vec<String>,
        requests: Option<Vec<Option<String>>>,
    ) -> Answer<V> {
        let methods = requests.iter().flatten();
        let methods = methods.map(|method| method.as_deref().unwrap_or_default());
        let weight = weight_of_all(&name, events.iter().map(String::as_str), methods);
        // Before anybody is told of it. What it declares twice counts twice until it is there.
        if let Err(refused) = self.state.hold().take_weight(weight, &self.limits) {
            return Answer::Now(Err(refused));
        }
        let forbidden = self.forbidden(&name, events.iter().map(String::as_str));
        if let Some(what) = forbidden {
            self.state.hold().give_weight_back(weight);
            let message = format_args!("this peer may not publish {what}");
            return Answer::Now(Err(RemoteError::failed(Code::Refused, message)));
        }
        let peer = Arc::clone(self);
        let asks = Asks {
            link: Arc::new(link.borrowed()),
            under_way: Arc::clone(&self.under_way),
        };
        // In order: what is sent next may be of this sender.
        Answer::InOrder(Box::pin(async move {
            let make = || {
                let sender = peer.router.sender(&name).events(&events);
                let methods = requests.iter().flatten().cloned();
                methods.fold(sender, |sender, method| asks.clone().on(sender, method))
            };
            let mut sender = make().register().await;
            let is_taken = |error: &RegisterError| error.problem() == RegisterProblem::NameTaken;
            if sender.as_ref().is_err_and(is_taken) && peer.before_is_over().await {
                sender = make().register().await;
            }
            match sender {
                Ok(sender) => peer.keep_sender(&sender, weight),
                Err(error) => {
                    peer.state.hold().give_weight_back(weight);
                    Err(errors::of_register(&error))
                }
            }
        }))
    }

    /// It may be this very peer that has the name, by a link that it has lost: another thread may be just about to take it away. Waits until
    /// that is done; tells whether it had to.
    async fn before_is_over(&self) -> bool {
        let links = mem::take(&mut self.state.hold().before);
        for link in &links {
            link.over().await;
        }
        !links.is_empty()
    }

    /// What of this it may not publish, if there is any.
    fn forbidden<'e>(
        &self,
        name: &str,
        mut events: impl Iterator<Item = &'e str>,
    ) -> Option<String> {
        let who = self.who();
        let may_be_there = self
            .permits
            .may_permit(who, Right::Publish, Some(name), None);
        if !may_be_there {
            return Some(format!("as `{name}`"));
        }
        let forbidden = events.find(|event| !self.permits(Right::Publish, name, event))?;
        Some(format!("`{forbidden}` of `{name}`"))
    }

    fn may_still_publish(&self, sender: &Sender<V>) -> bool {
        let forbidden = self.forbidden(sender.name(), sender.info().events());
        forbidden.is_none()
    }

    /// So much was taken for it, which may be more than it needs.
    fn keep_sender(&self, sender: &Sender<V>, taken: usize) -> Result<Response<V>, RemoteError> {
        let kept = {
            let mut state = self.state.hold();
            state.give_weight_back(taken.saturating_sub(weight_of(sender)));
            if state.is_gone {
                None
            } else {
                let name = sender.name().to_owned();
                state.last_sender += 1;
                let owned = Owned {
                    sender: sender.clone(),
                    order: state.last_sender,
                };
                // One of the same name may have been disconnected by somebody else.
                let before = state.senders.insert(name, owned);
                if let Some(before) = &before {
                    state.give_weight_back(weight_of(&before.sender));
                }
                Some(before)
            }
        };
        // Whatever goes, goes outside of the lock.
        let Some(before) = kept else {
            sender.disconnect();
            return Err(RemoteError::failed(Code::Gone, "the link has ended"));
        };
        drop(before);
        self.own(sender.name(), true);
        // As with listeners: rights may have changed since they were looked at.
        if !self.may_still_publish(sender) {
            self.take_sender(sender.name());
            let message = "the right to publish was taken back";
            return Err(RemoteError::failed(Code::Refused, message));
        }
        Ok(Response::Done)
    }

    fn take_sender(&self, name: &str) -> bool {
        let sender = {
            let mut state = self.state.hold();
            let owned = state.senders.remove(name);
            if let Some(owned) = &owned {
                state.give_weight_back(weight_of(&owned.sender));
            }
            owned.map(|owned| owned.sender)
        };
        self.own(name, false);
        sender.is_some_and(|sender| sender.disconnect())
    }

    /// Has the server know whose sender it is.
    fn own(&self, name: &str, owns: bool) {
        if let Some(server) = self.server.upgrade() {
            server.own(self.id, name, owns);
        }
    }

    pub(super) fn remove_sender(&self, name: &str) -> Result<Response<V>, RemoteError> {
        if self.take_sender(name) {
            return Ok(Response::Done);
        }
        Err(self.unknown(name))
    }

    fn unknown(&self, name: &str) -> RemoteError {
        let message = format_args!("this peer has no sender `{name}`");
        RemoteError::failed(Code::UnknownSender, message)
    }

    /// One of its senders sends.
    pub(super) fn publish(&self, sender: Option<&str>, event: Option<&str>, data: V) -> Answer<V> {
        let (Some(name), Some(event)) = (sender, event) else {
            let message = "invalid arguments, missing sender or event";
            return Answer::Now(Err(RemoteError::failed(Code::BadParameters, message)));
        };
        let sender = {
            let state = self.state.hold();
            state.senders.get(name).map(|owned| owned.sender.clone())
        };
        let Some(sender) = sender else {
            return Answer::Now(Err(self.unknown(name)));
        };
        if !self.permits(Right::Publish, name, event) {
            let message = format_args!("this peer may not publish `{event}` of `{name}`");
            return Answer::Now(Err(RemoteError::failed(Code::Refused, message)));
        }
        let Err(error) = sender.send(event, data).now() else {
            return Answer::done();
        };
        let problem = error.problem();
        if problem != SendProblem::Full {
            return Answer::Now(Err(errors::of_send(problem, &error)));
        }
        let Some(data) = error.into_payload() else {
            return Answer::done();
        };
        // Some listener has it wait: so does who sends, whose link is not read as long.
        let event = event.to_owned();
        Answer::InOrder(Box::pin(async move {
            let sent = sender.send(event, data).await;
            sent.map(|_| Response::Done)
                .map_err(|error| errors::of_send(error.problem(), &error))
        }))
    }

    /// Rights have changed.
    pub(super) fn review_senders(&self) {
        let senders: Vec<_> = {
            let state = self.state.hold();
            let all = state.senders.values();
            all.map(|owned| owned.sender.clone()).collect()
        };
        for sender in senders {
            if !self.may_still_publish(&sender) && self.take_sender(sender.name()) {
                self.tell(&Call::SenderEnded {
                    sender: sender.name().to_owned(),
                    reason: "the right to publish was taken back".to_owned(),
                });
            }
        }
    }

    /// Somebody else has disconnected it: whoever has a handle of it may.
    pub(super) fn sender_gone(&self, name: &str) {
        let gone = {
            let state = self.state.hold();
            let owned = state.senders.get(name);
            owned.is_some_and(|owned| !owned.sender.is_connected())
        };
        if gone {
            self.take_sender(name);
            self.tell(&Call::SenderEnded {
                sender: name.to_owned(),
                reason: "the server has disconnected it".to_owned(),
            });
        }
    }
}
