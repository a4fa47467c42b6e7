//! Requests of a client.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use super::core::Core;
use crate::net::errors;
use crate::net::wire::RequestOf;
use crate::router::{RequestError, RequestProblem};
use crate::spawn::BoxFuture;

/// A request of a client in the making, made by `.await`. Made by [`ClientRouter::request`](super::ClientRouter::request).
#[must_use = "nothing is asked until the builder is awaited"]
pub struct RemoteRequest<'a, V> {
    core: &'a Core<V>,
    sender: String,
    method: String,
    params: V,
    timeout: Option<Duration>,
}

impl<'a, V> RemoteRequest<'a, V> {
    pub(super) fn new(core: &'a Core<V>, sender: &str, method: &str, params: V) -> Self {
        Self {
            core,
            sender: sender.to_owned(),
            method: method.to_owned(),
            params,
            timeout: None,
        }
    }

    /// Waits no longer than this; without it, as long as [`Limits::request_timeout`](crate::net::Limits::request_timeout) says. Whoever replies
    /// knows how much of it is [left](crate::Event::time_left), and is stopped when it is up.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

impl<V: Send + Sync + 'static> RemoteRequest<'_, V> {
    async fn ask(self) -> Result<V, RequestError<V>> {
        let Self {
            core,
            sender,
            method,
            params,
            timeout,
        } = self;
        let problem = if core.closed.is_set() {
            Some(RequestProblem::Closed)
        } else {
            None
        };
        let link = core.link();
        let (Some(link), None) = (link, problem) else {
            let problem = problem.unwrap_or(RequestProblem::Offline);
            let error = RequestError::new(problem, sender.into(), method.into());
            return Err(error.with_payload(Some(params)));
        };
        let request = RequestOf {
            sender: &sender,
            method: &method,
            params: &params,
        };
        match link.ask(request, timeout).await {
            Ok(reply) => Ok(reply),
            Err(error) => Err(errors::to_request(error, &sender, &method, params)),
        }
    }
}

/// Asks, and gives the reply.
///
/// # Cancel safety
/// Dropped before it is ready, whoever is asked is told that nobody waits any more, and drops what he does for it.
impl<'a, V: Send + Sync + 'static> IntoFuture for RemoteRequest<'a, V> {
    type Output = Result<V, RequestError<V>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ask())
    }
}

impl<V: fmt::Debug> fmt::Debug for RemoteRequest<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteRequest")
            .field("sender", &self.sender)
            .field("method", &self.method)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}
