//! The routes that somebody listens to.

use std::mem;

use super::handle::Shared;
use super::notice::{DetachReason, Notice};
use super::roster::Roster;
use super::route::Route;
use super::trace;
use crate::signal::{News, Tally, Turns, capture};
use crate::sync::{Arc, AtomicBool, Lock, OnceLock, Ordering, Weak};

/// The routes that somebody listens to, as the connections of a router tell: however they come and go.
pub(super) struct Heard<V> {
    pub(super) roster: Roster<V>,
    /// Whether `#connect` and `#disconnect` are sent as messages.
    announces: bool,
    router: OnceLock<Weak<Shared<V>>>,
    /// Routes by which nothing can come, of which everybody is to be taken off when no lock is held.
    detach: Lock<Vec<(Route, DetachReason)>>,
    /// Whether there may be some: most changes bring none. Set after they stand in their place, and taken back under the lock.
    has_detach: AtomicBool,
    news: News<Notice>,
    /// Whether somebody has asked for notices.
    has_readers: AtomicBool,
}

impl<V> Heard<V> {
    pub(super) fn new(announces: bool) -> Arc<Self> {
        Arc::new(Self {
            roster: Roster::new(),
            announces,
            router: OnceLock::new(),
            detach: Lock::new(Vec::new()),
            has_detach: AtomicBool::new(false),
            news: News::new(),
            has_readers: AtomicBool::new(false),
        })
    }

    /// Tells it whose routes these are, before anybody listens.
    pub(super) fn set_router(&self, router: &Arc<Shared<V>>) {
        self.router.get_or_init(|| Arc::downgrade(router));
    }

    /// Has notices told from now on.
    pub(super) fn tell_notices(&self) {
        self.has_readers.store(true, Ordering::Release);
    }

    pub(super) fn note(&self, notice: impl FnOnce() -> Notice) {
        if self.has_readers.load(Ordering::Acquire) {
            self.news.add(notice());
        }
    }

    fn detach(&self, route: &Route, reason: DetachReason) {
        self.detach.hold().push((route.clone(), reason));
        self.has_detach.store(true, Ordering::Release);
    }

    /// Keeps the roster up to date; tells whether the sender is there and does not declare the event.
    fn is_undeclared(&self, route: &Route, listeners: usize) -> bool {
        let exact = route.sender().zip(route.event());
        exact.is_some_and(|(sender, event)| self.roster.note(sender, event, listeners))
    }
}

impl<V: Send + Sync + 'static> Tally<Route> for Heard<V> {
    fn came(&self, route: &Route, connections: usize) {
        if self.is_undeclared(route, connections) {
            self.detach(route, DetachReason::Undeclared);
        } else if route.is_of_router() && !self.announces {
            self.detach(route, DetachReason::Unannounced);
        }
        self.note(|| Notice::Added {
            route: route.clone(),
            listeners: connections,
        });
    }

    fn went(&self, route: &Route, connections: usize) {
        self.is_undeclared(route, connections);
        self.note(|| Notice::Removed {
            route: route.clone(),
            listeners: connections,
        });
    }

    fn turns<'k>(&self, route: &'k Route) -> Turns<'k, Route> {
        route.turns()
    }

    fn settle(&self) {
        if !self.has_detach.load(Ordering::Acquire) && !self.news.has_any() {
            return;
        }
        if let Some(router) = self.router.get().and_then(Weak::upgrade) {
            self.settle_for(&router);
        }
    }
}

impl<V: Send + Sync + 'static> Heard<V> {
    fn settle_for(&self, router: &Shared<V>) {
        let detach = {
            let mut detach = self.detach.hold();
            self.has_detach.store(false, Ordering::Release);
            mem::take(&mut *detach)
        };
        for (route, reason) in detach {
            router.detach(&route, &reason);
        }
        self.news
            .tell(|notice| drop(capture(|| router.notices.send().with(notice).now())));
    }
}

impl<V: Send + Sync + 'static> Shared<V> {
    /// Takes everybody off a route by which nothing can come.
    pub(super) fn detach(&self, route: &Route, reason: &DetachReason) {
        let listeners = self.signal.take_off(route);
        if listeners > 0 {
            trace::detached(self.signal.name(), route, listeners, reason);
            self.heard.note(|| Notice::Detached {
                route: route.clone(),
                listeners,
                reason: reason.clone(),
            });
        }
    }
}
