//! Why a client does not listen to something.

use std::fmt;

use crate::net::link::RequestError;
use crate::net::wire::{Code, RemoteError};
use crate::router::Route;

/// A listener or a subscription that the server does not have: to what, and why. Nothing was connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenError {
    problem: ListenProblem,
    route: Route,
    reason: Option<Box<str>>,
}

/// Why a server does not have a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListenProblem {
    /// Nothing will come by this route: the sender is there and does not declare the event, or the server's router does not
    /// [announce](crate::router::RouterBuilder::announce) who comes and goes.
    Undeclared,
    /// The server does not let this client hear of that.
    Refused,
    /// The client has as many senders and listeners with the server as it may.
    TooMany,
    /// The server was not connected to in time, or has not replied.
    Offline,
    /// The client is closed.
    Closed,
}

impl ListenError {
    pub(super) fn new(problem: ListenProblem, route: &Route) -> Self {
        Self {
            problem,
            route: route.clone(),
            reason: None,
        }
    }

    /// What the server has replied.
    pub(super) fn of(error: &RequestError, route: &Route) -> Self {
        let problem = match error.remote().and_then(RemoteError::code) {
            Some(Code::UnknownEvent) => ListenProblem::Undeclared,
            Some(Code::TooMany) => ListenProblem::TooMany,
            _ => ListenProblem::Refused,
        };
        Self {
            problem,
            route: route.clone(),
            reason: Some(error.to_string().into()),
        }
    }

    /// Why.
    #[must_use]
    pub fn problem(&self) -> ListenProblem {
        self.problem
    }

    /// What was to be listened to: of several, the first that the server does not have.
    #[must_use]
    pub fn route(&self) -> &Route {
        &self.route
    }

    /// What the server says, if it was that.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not listening to {}: ", self.route)?;
        f.write_str(match self.problem {
            ListenProblem::Undeclared => "nothing will come",
            ListenProblem::Refused => "the server has not taken the listener",
            ListenProblem::TooMany => {
                "the client has as many senders and listeners with the server as it may"
            }
            ListenProblem::Offline => {
                "the server was not connected to in time; `.now()` listens from when it is"
            }
            ListenProblem::Closed => "the client is closed",
        })?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ListenError {}
