//! What the server is told of senders and listeners, and what comes of it.

use std::collections::HashMap;
use std::future::IntoFuture;

use super::core::Core;
use super::hearing::Hears;
use super::keeper::Telling;
use super::places::Source;
use super::sender::Live;
use super::unheard::ListenError;
use super::{names, places};
use crate::net::errors;
use crate::net::link::{Link, RequestError, Unsendable};
use crate::net::wire::{Call, Code, Response};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// What came of something that the server was told.
pub(super) enum Told<V> {
    Listener(Source, Result<Response<V>, RequestError>),
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
    let changes: Vec<_> = {
        let mut state = core.state.hold();
        let changes = state.places.changes(&mut heard).into_iter();
        let imports = &state.imports;
        changes.map(|change| call_of(change, imports)).collect()
    };
    Core::<V>::keep(heard);
    for (source, call) in changes {
        match source {
            None => drop(link.send(call).await),
            Some(source) => telling.push(add_listener(link, source, call)),
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

/// What the server is told, and what it is that it then has.
fn call_of<V>(
    change: places::Change,
    imports: &HashMap<u64, Arc<dyn Hears<V>>>,
) -> (Option<Source>, Call<V>) {
    let source = match change {
        places::Change::Remove(listener_id) => return (None, Call::RemoveListener { listener_id }),
        places::Change::Add(source) => source,
    };
    let call = match &source {
        Source::Route(route) => Call::AddListener {
            sender: route.sender().map(str::to_owned),
            event: route.event().map(str::to_owned),
        },
        Source::Import { number, .. } => match imports.get(number) {
            Some(import) => import.call(*number),
            None => unreachable!("what is not there is not wanted"),
        },
    };
    (Some(source), call)
}

fn add_listener<V: Send + Sync + 'static>(
    link: &Link<V>,
    source: Source,
    call: Call<V>,
) -> BoxFuture<'static, Told<V>> {
    let asking = link.request(call).into_future();
    Box::pin(async move {
        let result = asking.await;
        Told::Listener(source, result)
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
        Told::Listener(source, result) => settle_listener(core, &source, result),
        Told::Sender(live, result) => settle_sender(core, link, &live, result),
    }
}

fn settle_listener<V: Send + Sync + 'static>(
    core: &Core<V>,
    source: &Source,
    result: Result<Response<V>, RequestError>,
) {
    let error = match result {
        Ok(Response::Listener(id)) => {
            let ended = core.state.hold().places.added(source, id);
            if let Some(reason) = ended {
                core.end_source(source, &reason);
            }
            return;
        }
        Ok(_) => unreachable!("a listener that is added has a number"),
        Err(error) => error,
    };
    match fate(&error) {
        Fate::Refused => {
            let waiting = core.state.hold().places.refused(source);
            let reason = error.to_string();
            if waiting.is_empty() {
                core.end_source(source, &reason);
            } else {
                core.end_source_quietly(source, &reason);
            }
            for heard in waiting {
                let refused = ListenError::of(&error, source.shown());
                heard.promise.keep(Err(refused));
            }
        }
        Fate::Again => core.state.hold().places.unknown(source, true),
        Fate::Later => core.state.hold().places.unknown(source, false),
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
