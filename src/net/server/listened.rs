//! The table of what one peer listens to.

use std::collections::HashMap;
use std::mem;

use super::senders::weight_of_names;
use crate::router::Route;
use crate::signal::Connection;

/// What one peer listens to.
///
/// One that has said hello has one connection with the router, which has all of its routes: it gets each message once, and knows itself
/// who of it that is for. A plain one has a connection for each listener, and is told which.
#[derive(Default)]
pub(super) struct Listeners {
    pub(super) by_id: HashMap<u64, Listener>,
    /// How many listeners each route has.
    pub(super) routes: HashMap<Route, usize>,
    last: u64,
    pub(super) connection: Option<Connection<Route>>,
}

pub(super) struct Listener {
    pub(super) route: Route,
    /// A plain peer's.
    pub(super) own: Option<Connection<Route>>,
    /// Whether the peer has yet to be told that it is there.
    pub(super) is_new: bool,
    /// Why it has ended, if it has before the peer was told.
    pub(super) ended: Option<String>,
}

impl Listeners {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// A number that nothing has had that the peer listens to.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    pub(super) fn add(&mut self, route: &Route) -> u64 {
        let id = self.next_id();
        let listener = Listener {
            route: route.clone(),
            own: None,
            is_new: true,
            ended: None,
        };
        self.by_id.insert(id, listener);
        *self.routes.entry(route.clone()).or_default() += 1;
        id
    }

    /// Gives the connection to be disconnected, or the one to be taken off its route, and that route; and how much it has taken.
    pub(super) fn remove(&mut self, id: u64) -> Option<(Removed, usize)> {
        let Listener { route, own, .. } = self.by_id.remove(&id)?;
        let weight = weight_of(&route);
        let is_last = match self.routes.get_mut(&route) {
            Some(count) if *count > 1 => {
                *count -= 1;
                false
            }
            _ => self.routes.remove(&route).is_some(),
        };
        let removed = match own {
            Some(own) => Removed::Own(own),
            None if is_last => Removed::Route(self.connection.clone(), route),
            None => Removed::Nothing,
        };
        Some((removed, weight))
    }

    pub(super) fn take_connections(&mut self) -> Vec<Connection<Route>> {
        self.routes.clear();
        let own = mem::take(&mut self.by_id).into_values();
        own.filter_map(|listener| listener.own)
            .chain(self.connection.take())
            .collect()
    }

    pub(super) fn ids_of(&self, is_meant: impl Fn(&Route) -> bool) -> Vec<u64> {
        let all = self.by_id.iter();
        let meant = all.filter(|(_, listener)| is_meant(&listener.route));
        meant.map(|(id, _)| *id).collect()
    }
}

/// How much of what a peer may have a listener takes.
pub(super) fn weight_of(route: &Route) -> usize {
    let names = [route.sender(), route.event()].into_iter().flatten();
    weight_of_names(names.map(str::len).sum())
}

pub(super) enum Removed {
    Own(Connection<Route>),
    Route(Option<Connection<Route>>, Route),
    Nothing,
}

impl Removed {
    /// Outside of the lock: who watches the router is told.
    pub(super) fn settle(self) {
        match self {
            Self::Own(own) => drop(own.disconnect()),
            Self::Route(Some(connection), route) => drop(connection.remove_keys([route])),
            Self::Route(None, _) | Self::Nothing => {}
        }
    }
}
