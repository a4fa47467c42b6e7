//! What is said of one handler.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::bound::AnyHandler;
use super::takes::{Commands, Events, Names, Queries};
use crate::bus::content::{Copier, OwnedBody};
use crate::bus::core::Target;
use crate::bus::handed::{Answer, Message};
use crate::bus::message::Event;
use crate::signal::{self, Backoff, ConnectionId, Signal};
use crate::sync::Arc;

/// What is said of one handler: `.command_with(handler, |options| options.timeout(..))`. `K` is the kind of message, `M` the message.
///
/// A call of a handler that nothing is said of is cheaper: nothing has to be looked at.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use std::time::Duration;
/// use fanfare::{Backoff, Bus};
/// use fanfare::bus::Command;
///
/// #[derive(Clone)]
/// struct Fetch;
/// impl Command for Fetch { type Reply = Result<String, std::io::Error>; }
///
/// async fn fetch(_: Fetch) -> Result<String, std::io::Error> { Ok("page".into()) }
///
/// let bus = Bus::builder()
///     .command_with(fetch, |options| {
///         options.timeout(Duration::from_secs(2)).retry(Backoff::new(Duration::from_millis(50)))
///     })
///     .start().await?;
/// assert_eq!(bus.execute(Fetch).await??, "page");
/// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
/// ```
#[must_use = "options are given back to the builder"]
pub struct HandlerOptions<K, M> {
    plan: Plan,
    types: PhantomData<fn(K, M)>,
}

/// What was said of a handler.
#[derive(Default)]
pub(in crate::bus) struct Plan {
    pub(in crate::bus) name: Option<Arc<str>>,
    timeout: Option<Duration>,
    retry: Option<Backoff>,
    pub(in crate::bus) copier: Option<Copier>,
    max_in_flight: Option<usize>,
    is_sequential: bool,
    priority: i32,
    when: Option<Box<Predicate>>,
}

type Predicate = dyn Fn(&Message) -> bool + Send + Sync;

impl<K, M> HandlerOptions<K, M> {
    pub(in crate::bus) fn new() -> Self {
        Self {
            plan: Plan::default(),
            types: PhantomData,
        }
    }

    pub(in crate::bus) fn into_plan(self) -> Plan {
        self.plan
    }

    /// A name for errors, failures and logs. The usual one is that of the function.
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        self.plan.name = Some(name.as_ref().into());
        self
    }

    /// Stops a call that has not finished after this time. With `retry` each attempt has as much. What is injected is made in that
    /// time, too.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.plan.timeout = Some(time);
        self
    }

    /// Lets at most this many calls of the handler run at a time; 0 counts as 1. Who comes meanwhile waits.
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.plan.max_in_flight = Some(calls);
        self
    }

    /// Calls the handler one call at a time, in the order in which messages came.
    pub fn sequential(mut self) -> Self {
        self.plan.is_sequential = true;
        self
    }

    fn again(mut self, backoff: Backoff, copier: Option<Copier>) -> Self {
        self.plan.retry = Some(backoff);
        self.plan.copier = copier;
        self
    }
}

impl<E: Event> HandlerOptions<Events, E> {
    /// Calls again what has failed, after pauses and as often as `backoff` says: panics, timeouts, errors, and what could not be
    /// injected. The last attempt counts; what the others have emitted has not happened.
    pub fn retry(self, backoff: Backoff) -> Self {
        self.again(backoff, None)
    }

    /// Has the handler called before those of lower priority. The usual one is 0.
    pub fn priority(mut self, priority: i32) -> Self {
        self.plan.priority = priority;
        self
    }

    /// Has the handler called for events alone for which this holds.
    pub fn when(mut self, predicate: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self {
        let holds = move |message: &Message| message.show(&predicate).unwrap_or(false);
        self.plan.when = Some(Box::new(holds));
        self
    }
}

impl<M> HandlerOptions<Names, M> {
    /// Calls again what has failed, after pauses and as often as `backoff` says: panics, timeouts, errors, and what could not be
    /// injected. The last attempt counts; what the others have emitted has not happened.
    pub fn retry(self, backoff: Backoff) -> Self {
        self.again(backoff, None)
    }
}

macro_rules! retry_with_copies {
    ($kind:ty) => {
        impl<M: Clone + Send + 'static> HandlerOptions<$kind, M> {
            /// Calls again what has failed, after pauses and as often as `backoff` says: panics, timeouts, errors, and what could not
            /// be injected. Each attempt is given a clone of the message. The last one counts; what the others have emitted has not
            /// happened.
            pub fn retry(self, backoff: Backoff) -> Self {
                self.again(
                    backoff,
                    Some(|message| match message.downcast_ref::<M>() {
                        Some(message) => Box::new(message.clone()) as OwnedBody,
                        None => unreachable!("messages are found by their type"),
                    }),
                )
            }
        }
    };
}

retry_with_copies!(Commands);
retry_with_copies!(Queries);

impl Plan {
    /// Whether nothing was said of how it is called.
    pub(in crate::bus) fn is_plain(&self) -> bool {
        self.timeout.is_none()
            && self.retry.is_none()
            && self.max_in_flight.is_none()
            && !self.is_sequential
    }

    pub(in crate::bus) fn retries(&self) -> bool {
        self.retry.is_some()
    }

    /// Connects a handler.
    pub(in crate::bus) fn connect(
        self,
        signal: &Signal<Message, Answer, Target>,
        handler: &Arc<dyn AnyHandler>,
        targets: [Target; 2],
        name: &str,
    ) -> ConnectionId {
        let call = |handler: Arc<dyn AnyHandler>, message: Arc<signal::Event<Message, Target>>| {
            handler.call(message)
        };
        let mut connect = signal.connect_with(Arc::clone(handler), call);
        connect = connect.name(name).keys(targets).priority(self.priority);
        if let Some(time) = self.timeout {
            connect = connect.timeout(time);
        }
        if let Some(backoff) = self.retry {
            connect = connect.retry(backoff);
        }
        if let Some(calls) = self.max_in_flight {
            connect = connect.max_in_flight(calls);
        }
        if self.is_sequential {
            connect = connect.sequential();
        }
        if let Some(holds) = self.when {
            connect = connect.when(move |message| holds(message));
        }
        connect.now().id()
    }
}

impl<K, M> fmt::Debug for HandlerOptions<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandlerOptions")
            .field("name", &self.plan.name)
            .field("timeout", &self.plan.timeout)
            .finish_non_exhaustive()
    }
}
