//! A client, as its tasks and its handles share it.

use std::collections::HashMap;

use event_listener::Event;

use super::hearing::Hears;
use super::names::Names;
use super::places::{Heard, Places, Source};
use super::sender::Live;
use super::status::Status;
use super::unheard::{ListenError, ListenProblem};
use crate::net::flag::Flag;
use crate::net::limits::Limits;
use crate::net::link::{Link, LinkBuilder};
use crate::router::{DetachReason, Notice, RegisterError, RegisterProblem, Route, Router};
use crate::signal::{Connection, Signal, capture};
use crate::spawn::Timer;
use crate::sync::{Arc, Lock, OnceLock};

/// A client. Two routers do for it what is done here: one has its listeners, and hears what the server sends; the other has its senders, and
/// replies to what the server asks.
pub(super) struct Core<V> {
    pub(super) heard: Router<V>,
    pub(super) desk: Router<V>,
    pub(super) limits: Limits,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) links: LinkBuilder<V>,
    pub(super) status: Signal<Status>,
    /// Nothing of the user's runs under it, and no other lock is taken under it.
    pub(super) state: Lock<State<V>>,
    /// Rung, outside of the lock, after something has changed that the server has to be told, or that somebody waits for.
    pub(super) news: Event,
    /// It is to end.
    pub(super) closed: Flag,
    /// It has ended.
    pub(super) over: Flag,
    /// What tells it of listeners. Written once, when it begins.
    watch: OnceLock<Connection>,
    /// Of messages that come: a route is not made for each. By who reads.
    routes: Lock<MessageRoutes>,
}

pub(super) struct State<V> {
    /// From when both have said hello until it is lost.
    pub(super) link: Option<Link<V>>,
    /// Whether the server has all that it is to have.
    pub(super) is_restored: bool,
    /// Whether that was told.
    is_told: bool,
    pub(super) places: Places,
    pub(super) names: Names<V>,
    pub(super) last_sender: u64,
    /// What has been imported, by number.
    pub(super) imports: HashMap<u64, Arc<dyn Hears<V>>>,
    pub(super) last_import: u64,
}

/// By sender and event, which come from the network: the hashers are keyed.
#[derive(Default)]
struct MessageRoutes {
    routes: HashMap<String, HashMap<String, Route>>,
    count: usize,
}

/// How many routes of messages are remembered, and of which names: not of longer ones, which are rare and would take much.
const ROUTES: usize = 4_096;
const NAMES: usize = 512;

/// What a [`Core`] begins with.
pub(super) struct Parts<V> {
    pub(super) heard: Router<V>,
    pub(super) desk: Router<V>,
    pub(super) limits: Limits,
    pub(super) timer: Arc<dyn Timer>,
    pub(super) links: LinkBuilder<V>,
    pub(super) status: Signal<Status>,
}

impl<V> State<V> {
    /// It is wanted no more; gives it, to be dropped outside of the lock, if it was.
    pub(super) fn end_import(&mut self, source: &Source, number: u64) -> Option<Arc<dyn Hears<V>>> {
        let import = self.imports.remove(&number)?;
        self.places.note(source, 0);
        Some(import)
    }
}

impl<V: Send + Sync + 'static> Core<V> {
    pub(super) fn begin(parts: Parts<V>) -> Arc<Self> {
        let core = Arc::new(Self {
            heard: parts.heard,
            desk: parts.desk,
            limits: parts.limits,
            timer: parts.timer,
            links: parts.links,
            status: parts.status,
            state: Lock::new(State {
                link: None,
                is_restored: false,
                is_told: false,
                places: Places::default(),
                names: Names::new(),
                last_sender: 0,
                imports: HashMap::new(),
                last_import: 0,
            }),
            news: Event::new(),
            closed: Flag::default(),
            over: Flag::default(),
            watch: OnceLock::new(),
            routes: Lock::new(MessageRoutes::default()),
        });
        let watching = Arc::downgrade(&core);
        let watch = core.heard.watch(move |notice| {
            let Some(core) = watching.upgrade() else {
                return;
            };
            if let Notice::Added { route, listeners } | Notice::Removed { route, listeners } =
                notice
            {
                let source = Source::Route(route.clone());
                core.state.hold().places.note(&source, *listeners);
                core.ring();
            }
        });
        // Nobody else writes it.
        let _ = core.watch.set(watch);
        core
    }

    pub(super) fn ring(&self) {
        self.news.notify(usize::MAX);
    }

    /// Told by whoever finds out. Who listens may panic, and nobody is waited for.
    pub(super) fn tell(&self, status: Status) {
        drop(capture(|| {
            self.status.send().with(status).now_where_there_is_room()
        }));
    }

    /// The link, if both have said hello.
    pub(super) fn link(&self) -> Option<Link<V>> {
        let state = self.state.hold();
        let link = state.link.as_ref();
        // It may have ended without the task having seen it yet.
        let link = link.filter(|link| link.close_reason().is_none());
        link.map(Link::borrowed)
    }

    /// Both have said hello: from now on it can be asked.
    pub(super) fn take_link(&self, link: &Link<V>) {
        self.state.hold().link = Some(link.borrowed());
    }

    /// It is lost, and the server has nothing of this client's any more. Tells whether it had all of it.
    pub(super) fn lose_link(&self) -> bool {
        let (was_restored, senders, link) = {
            let mut state = self.state.hold();
            state.places.lost();
            state.names.lost();
            state.is_told = false;
            let was_restored = std::mem::take(&mut state.is_restored);
            (was_restored, state.names.all(), state.link.take())
        };
        for sender in senders {
            sender.lose_link();
        }
        drop(link);
        was_restored
    }

    /// Whether the server has all that it is to have, for the first time since it is connected to.
    pub(super) fn is_newly_restored(&self) -> bool {
        let mut state = self.state.hold();
        let State { places, names, .. } = &*state;
        let is_behind =
            places.has_changes() || names.has_changes() || places.is_adding() || names.is_adding();
        !is_behind && !std::mem::replace(&mut state.is_restored, true)
    }

    /// Everybody was told that it has.
    pub(super) fn note_told(&self) {
        self.state.hold().is_told = true;
        self.ring();
    }

    /// As [`is_restored`](Self::is_restored), and everybody was told.
    pub(super) fn is_told(&self) -> bool {
        self.is_restored() && self.state.hold().is_told
    }

    /// Whether the server is there, and has all that it is to have.
    pub(super) fn is_restored(&self) -> bool {
        let state = self.state.hold();
        let link = state.link.as_ref();
        state.is_restored && link.is_some_and(|link| link.close_reason().is_none())
    }

    /// Nothing more comes of this.
    pub(super) fn end_source(&self, source: &Source, reason: &str) {
        if let Some(signal) = self.end_source_quietly(source, reason) {
            let reason = reason.to_owned();
            self.tell(Status::ImportEnded { signal, reason });
        }
    }

    /// The same, where who waits for it is told; gives the name of the signal, if it is one that was here until now.
    pub(super) fn end_source_quietly(&self, source: &Source, reason: &str) -> Option<String> {
        match source {
            Source::Route(route) => {
                let reason = DetachReason::Remote(reason.into());
                self.heard.end_route(route, &reason);
                None
            }
            Source::Import { number, .. } => {
                let ended = self.state.hold().end_import(source, *number)?;
                ended.end(reason);
                Some(ended.signal().to_owned())
            }
        }
    }

    /// The server does not have this sender, and will not.
    pub(super) fn end_sender(&self, live: &Live<V>, reason: &str) {
        live.end(reason);
        self.tell_ended(live, reason);
    }

    pub(super) fn tell_ended(&self, live: &Live<V>, reason: &str) {
        self.tell(Status::SenderEnded {
            sender: live.name().to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// The route of a message.
    pub(super) fn route(&self, sender: &str, event: &str) -> Route {
        if sender.len() + event.len() > NAMES {
            return Route::of_messages(sender, event);
        }
        let mut known = self.routes.hold();
        let found = known.routes.get(sender).and_then(|of| of.get(event));
        if let Some(route) = found {
            return route.clone();
        }
        if known.count == ROUTES {
            // Whoever makes up names for each message pays for it himself.
            *known = MessageRoutes::default();
        }
        let route = Route::of_messages(sender, event);
        let of_sender = known.routes.entry(sender.to_owned()).or_default();
        of_sender.insert(event.to_owned(), route.clone());
        known.count += 1;
        route
    }

    /// Begins to end: nothing more is sent, asked or connected. Tells whether it was not closed until now.
    pub(super) fn close(&self) -> bool {
        let is_news = self.closed.set();
        self.desk.close();
        self.heard.close();
        self.ring();
        is_news
    }

    /// Nobody waits any more for what will not come.
    pub(super) fn let_go(&self) {
        let (waiting, senders) = {
            let mut state = self.state.hold();
            state.link = None;
            state.is_restored = false;
            (state.places.take_waiting(), state.names.all())
        };
        for (source, heard) in waiting {
            let closed = ListenError::new(ListenProblem::Closed, source.shown());
            heard.promise.keep(Err(closed));
        }
        for sender in senders {
            sender.lose_link();
            let closed = RegisterError::new(RegisterProblem::Closed, sender.name());
            sender.registered.keep(Err(closed));
        }
        if let Some(watch) = self.watch.get() {
            watch.disconnect();
        }
    }

    /// Tells those who wait for it that the server has it.
    pub(super) fn keep(told: Vec<Heard>) {
        for heard in told {
            heard.promise.keep(Ok(()));
        }
    }
}
