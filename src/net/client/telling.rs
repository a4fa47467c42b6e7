//! What the server is told of senders and listeners, and what comes of it.

use std::future::IntoFuture;

use super::core::Core;
use super::keeper::Telling;
use super::sender::Live;
use super::unheard::ListenError;
use super::{names, places};
use crate::net::errors;
use crate::net::link::{Link, RequestError, Unsendable};
use crate::net::wire::{Call, Code, Response};
use crate::router::Route;
use crate::sync::{Arc, Weak};

/// What came of something that the server was told.
pub(super) enum Told<V> {
    Listener(Route, Result<Response<V>, RequestError>),
    Sender {
        sender: String,
        live: Weak<Live<V>>,
        number: u64,
        result: Result<Response<V>, RequestError>,
    },
}

/// Tells the server what has changed. What is removed wants no reply, and goes first: a name may be taken again.
pub(super) async fn tell_changes<V: Send + Sync + 'static>(
    core: &Core<V>,
    link: &Link<V>,
    telling: &mut Telling<V>,
) {
    let mut heard = Vec::new();
    let (names, places) = {
        let mut state = core.state.hold();
        let names = state.names.changes();
        (names, state.places.changes(&mut heard))
    };
    Core::<V>::keep(heard);
    for change in names {
        match change {
            // It goes with the link, if that has ended.
            names::Change::Remove(sender) => drop(link.send(Call::RemoveSender { sender }).await),
            names::Change::Add {
                sender,
                live,
                number,
            } => telling.push(add_sender(link, sender, live, number)),
        }
    }
    for change in places {
        match change {
            places::Change::Remove(listener_id) => {
                drop(link.send(Call::RemoveListener { listener_id }).await);
            }
            places::Change::Add(route) => {
                let asking = link.request(Call::AddListener {
                    sender: route.sender().map(str::to_owned),
                    event: route.event().map(str::to_owned),
                });
                let asking = asking.into_future();
                telling.push(Box::pin(async move {
                    let result = asking.await;
                    Told::Listener(route, result)
                }));
            }
        }
    }
}

fn add_sender<V: Send + Sync + 'static>(
    link: &Link<V>,
    sender: String,
    live: Weak<Live<V>>,
    number: u64,
) -> crate::spawn::BoxFuture<'static, Told<V>> {
    let call = live.upgrade().map(|live| {
        let info = live.info();
        let methods = info.requests().map(|methods| {
            let any = info.takes_any_request().then_some(None);
            methods
                .map(|name| Some(name.to_owned()))
                .chain(any)
                .collect()
        });
        Call::AddSender {
            sender: sender.clone(),
            events: info.events().map(str::to_owned).collect(),
            requests: methods,
        }
    });
    let asking = call.map(|call| link.request(call).into_future());
    Box::pin(async move {
        let result = match asking {
            Some(asking) => asking.await,
            // It has gone: nothing is there to be told of.
            None => Err(RequestError::NotSent(Unsendable::Full)),
        };
        Told::Sender {
            sender,
            live,
            number,
            result,
        }
    })
}

/// What becomes of something that the server has not taken.
enum Fate {
    /// It is not told again.
    Refused,
    /// It is told again: whether the server has it is not known.
    Again,
    /// The next connection brings it.
    Later,
}

fn fate(error: &RequestError) -> Fate {
    match error {
        RequestError::TimedOut(_) => Fate::Again,
        RequestError::Closed(_)
        | RequestError::NotSent(Unsendable::Closed(_) | Unsendable::Full) => Fate::Later,
        // A server that is about to end takes nothing more, and the one after it does.
        RequestError::Remote(remote) if remote.code() == Some(Code::Gone) => Fate::Later,
        _ => Fate::Refused,
    }
}

/// What comes of it here.
pub(super) fn settle<V: Send + Sync + 'static>(core: &Core<V>, link: &Link<V>, told: Told<V>) {
    match told {
        Told::Listener(route, result) => settle_listener(core, &route, result),
        Told::Sender {
            sender,
            live,
            number,
            result,
        } => settle_sender(core, link, (&sender, number), live.upgrade(), result),
    }
}

fn settle_listener<V: Send + Sync + 'static>(
    core: &Core<V>,
    route: &Route,
    result: Result<Response<V>, RequestError>,
) {
    let error = match result {
        Ok(Response::Listener(id)) => {
            let ended = core.state.hold().places.added(route, id);
            if let Some(reason) = ended {
                core.end_route(route, &reason);
            }
            return;
        }
        Ok(_) => unreachable!("a listener that is added has a number"),
        Err(error) => error,
    };
    match fate(&error) {
        Fate::Refused => {
            let waiting = core.state.hold().places.refused(route);
            for heard in waiting {
                heard.promise.keep(Err(ListenError::of(&error, route)));
            }
            core.end_route(route, &error.to_string());
        }
        Fate::Again => core.state.hold().places.unknown(route, true),
        Fate::Later => core.state.hold().places.unknown(route, false),
    }
}

fn settle_sender<V: Send + Sync + 'static>(
    core: &Core<V>,
    link: &Link<V>,
    (sender, number): (&str, u64),
    live: Option<Arc<Live<V>>>,
    result: Result<Response<V>, RequestError>,
) {
    let Err(error) = result else {
        if let Some(live) = &live {
            live.take_link(link);
        }
        core.state.hold().names.replied(sender, number, true);
        if let Some(live) = live {
            live.registered.keep(Ok(()));
        }
        return;
    };
    let Some(live) = live else {
        // It has gone meanwhile, and the server does not have it.
        return core.state.hold().names.replied(sender, number, false);
    };
    match fate(&error) {
        Fate::Again => core.state.hold().names.replied(sender, number, false),
        Fate::Later => core.state.hold().names.put_off(sender),
        Fate::Refused => {
            {
                let mut state = core.state.hold();
                state.names.leave(sender, number);
                state.names.replied(sender, number, false);
            }
            let refused = errors::to_register(&error, sender);
            if live.refuse(refused) {
                live.end(&error.to_string());
            } else {
                core.end_sender(&live, &error.to_string());
            }
        }
    }
}
