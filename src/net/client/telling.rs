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
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// What came of something that the server was told.
pub(super) enum Told<V> {
    Listener(Route, Result<Response<V>, RequestError>),
    Sender(Arc<Live<V>>, Result<Response<V>, RequestError>),
}

/// Tells the server what has changed. What is removed wants no reply, and goes first: a name may be taken again.
pub(super) async fn tell_changes<V: Send + Sync + 'static>(
    core: &Core<V>,
    link: &Link<V>,
    telling: &mut Telling<V>,
) {
    tell_names(core, link, telling).await;
    let mut heard = Vec::new();
    let changes = core.state.hold().places.changes(&mut heard);
    Core::<V>::keep(heard);
    for change in changes {
        match change {
            places::Change::Remove(listener_id) => {
                drop(link.send(Call::RemoveListener { listener_id }).await);
            }
            places::Change::Add(route) => telling.push(add_listener(link, route)),
        }
    }
}

/// The same, of senders alone.
pub(super) async fn tell_names<V: Send + Sync + 'static>(
    core: &Core<V>,
    link: &Link<V>,
    telling: &mut Telling<V>,
) {
    let changes = core.state.hold().names.changes();
    for change in changes {
        match change {
            // It goes with the link, if that has ended.
            names::Change::Remove(sender) => drop(link.send(Call::RemoveSender { sender }).await),
            names::Change::Add(live) => telling.push(add_sender(link, live)),
        }
    }
}

fn add_listener<V: Send + Sync + 'static>(
    link: &Link<V>,
    route: Route,
) -> BoxFuture<'static, Told<V>> {
    let asking = link.request(Call::AddListener {
        sender: route.sender().map(str::to_owned),
        event: route.event().map(str::to_owned),
    });
    let asking = asking.into_future();
    Box::pin(async move {
        let result = asking.await;
        Told::Listener(route, result)
    })
}

fn add_sender<V: Send + Sync + 'static>(
    link: &Link<V>,
    live: Arc<Live<V>>,
) -> BoxFuture<'static, Told<V>> {
    let info = live.info();
    let methods = info.requests().map(|methods| {
        let any = info.takes_any_request().then_some(None);
        let methods = methods.map(|name| Some(name.to_owned()));
        methods.chain(any).collect()
    });
    let asking = link.request(Call::AddSender {
        sender: live.name().to_owned(),
        events: info.events().map(str::to_owned).collect(),
        requests: methods,
    });
    let asking = asking.into_future();
    Box::pin(async move {
        let result = asking.await;
        Told::Sender(live, result)
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
        Told::Sender(live, result) => settle_sender(core, link, &live, result),
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
    live: &Live<V>,
    result: Result<Response<V>, RequestError>,
) {
    let (sender, number) = (live.name(), live.number);
    let Err(error) = result else {
        let is_certain = core.state.hold().names.replied(sender, number, true);
        if is_certain {
            live.take_link(link);
            live.registered.keep(Ok(()));
        }
        return;
    };
    match fate(&error) {
        Fate::Again => {
            core.state.hold().names.replied(sender, number, false);
        }
        Fate::Later => core.state.hold().names.put_off(sender),
        Fate::Refused => {
            let here = {
                let mut state = core.state.hold();
                let here = state.names.leave(sender, number);
                state.names.replied(sender, number, false);
                here
            };
            // Who waits for it finds the name free.
            live.end(&error.to_string());
            if !live.refuse(errors::to_register(&error, sender)) && here.is_some() {
                core.tell_ended(live, &error.to_string());
            }
        }
    }
}
