//! Requests.

use std::any::Any;
use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use compact_str::CompactString;

use super::call::{Asked, Deadline};
use super::handle::Router;
use super::handler::Refused;
use super::unanswered::{RequestError, RequestProblem};
use crate::signal::{Silence, Unanswered};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A request in the making, made by `.await`: the handler runs inside the task that awaits it. Made by [`Router::request`].
///
/// # Cancel safety
/// Dropping it drops the future of an async handler, where it waits.
#[must_use = "nothing is asked until the builder is awaited"]
pub struct Request<'a, V> {
    router: &'a Router<V>,
    sender: CompactString,
    method: CompactString,
    params: V,
    timeout: Option<Duration>,
    by: Option<Arc<dyn Any + Send + Sync>>,
}

impl<'a, V> Request<'a, V> {
    pub(super) fn new(router: &'a Router<V>, sender: &str, method: &str, params: V) -> Self {
        Self {
            router,
            sender: sender.into(),
            method: method.into(),
            params,
            timeout: None,
            by: None,
        }
    }

    /// Waits no longer than this. The handler knows how much of it is [left](crate::Event::time_left).
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Says who asks, in a type of one's own: the handler [finds out](crate::Event::asked_by).
    pub fn by<T: Send + Sync + 'static>(mut self, who: Arc<T>) -> Self {
        self.by = Some(who);
        self
    }
}

impl<V: Send + Sync + 'static> Request<'_, V> {
    async fn ask(self) -> Result<V, RequestError<V>> {
        let Self {
            router,
            sender,
            method,
            params,
            timeout,
            by,
        } = self;
        let shared = &router.shared;
        let error = |problem, sender, method| RequestError::new(problem, sender, method);
        let desk = shared.heard.roster.desk(&sender);
        let problem = match &desk {
            _ if shared.handlers.is_closed() => Some(RequestProblem::Closed),
            None => Some(RequestProblem::UnknownSender),
            Some(desk) if desk.info.requests().is_none() => Some(RequestProblem::NoRequests),
            Some(desk) if desk.handler(&method).is_none() => Some(RequestProblem::UnknownMethod),
            Some(_) => None,
        };
        if let Some(problem) = problem {
            return Err(error(problem, sender, method).with_payload(Some(params)));
        }
        let known = desk.as_ref();
        let Some((desk, handler)) = known.and_then(|desk| Some((desk, desk.handler(&method)?)))
        else {
            unreachable!("it was there")
        };
        let deadline = timeout.and_then(|time| Deadline::after(&shared.timer, time));
        let asked = Asked::new(desk, &method, deadline, by);
        let mut send = shared.handlers.send().with(params).to(handler);
        send.add_key(asked);
        if let Some(time) = timeout {
            send = send.timeout(time);
        }
        match send.ask().await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(Refused(failed))) => {
                Err(error(RequestProblem::Failed, sender, method).because(failed))
            }
            Err(unanswered) => {
                let Unanswered {
                    payload,
                    why,
                    failures,
                } = unanswered;
                let problem = match why {
                    Silence::Closed => RequestProblem::Closed,
                    Silence::TimedOut => RequestProblem::TimedOut,
                    Silence::Failed => RequestProblem::Failed,
                    Silence::Nobody if desk.is_gone() => RequestProblem::UnknownSender,
                    Silence::Nobody => RequestProblem::HandlerGone,
                };
                let error = error(problem, sender, method).with_payload(payload);
                Err(error.after(failures))
            }
        }
    }
}

/// Asks, and gives the reply.
impl<'a, V: Send + Sync + 'static> IntoFuture for Request<'a, V> {
    type Output = Result<V, RequestError<V>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ask())
    }
}

impl<V: fmt::Debug> fmt::Debug for Request<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("sender", &self.sender)
            .field("method", &self.method)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}
