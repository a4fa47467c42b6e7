//! Sending one message.

use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use compact_str::CompactString;

use super::desk::Desk;
use super::handle::Shared;
use super::route::Route;
use super::unsent::{SendError, SendProblem};
use crate::signal::{Cause, Delivery, Report, SendBuilder, SendFuture};
use crate::spawn::BoxFuture;

/// A message on its way. End it in `.await`, [`now`](Self::now) or [`join`](Self::join): without one of them nothing is sent. Made by
/// [`Sender::send`](super::Sender::send).
#[must_use = "nothing is sent until the builder is ended by `.await`, `.now()` or `.join()`"]
pub struct SendMessage<'a, V> {
    router: &'a Shared<V>,
    desk: &'a Desk,
    /// Its route, or its name if the sender has not declared it.
    event: Result<&'a Route, CompactString>,
    payload: V,
    timeout: Option<Duration>,
}

impl<'a, V: Send + Sync + 'static> SendMessage<'a, V> {
    pub(super) fn new(router: &'a Shared<V>, desk: &'a Desk, event: &str, payload: V) -> Self {
        Self {
            router,
            desk,
            event: desk.route(event).ok_or_else(|| event.into()),
            payload,
            timeout: None,
        }
    }

    /// Stops listeners that have not finished after this time. Where the send has to wait for room, that is part of the time; if it is
    /// up by then, the send [fails](SendProblem::TimedOut). See [`SendBuilder::timeout`].
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Sends now: runs the sync listeners, hands the async ones to the spawner, and puts the message into queues. What `.await` does,
    /// from sync code.
    ///
    /// # Errors
    /// Where the event is not declared, where the sender is not there any more, where a full queue that is waited for stands in the
    /// way, and where the router is closed: nothing is delivered, and [`SendError`] gives the payload back.
    pub fn now(self) -> Result<Delivery, SendError<V>> {
        let (send, sent) = self.send()?;
        send.now().map_err(|unsent| {
            let problem = if unsent.is_full() {
                SendProblem::Full
            } else {
                SendProblem::Closed
            };
            sent.error(problem, unsent.into_payload())
        })
    }

    /// Sends, runs all listeners inside the task that awaits this, and gives the report.
    ///
    /// # Errors
    /// Where the event is not declared, where the sender is not there any more, where the router is closed, also while the send waits
    /// for room, and where its time is up before there is room: nothing is delivered, and [`SendError`] gives the payload back.
    ///
    /// # Cancel safety
    /// As [`SendBuilder::join`].
    pub fn join(self) -> BoxFuture<'a, Result<Report<()>, SendError<V>>> {
        Box::pin(async move {
            let (send, sent) = self.send()?;
            let mut join = send.join();
            let joined = poll_fn(|cx| join.poll_joined(cx)).await;
            joined.map_err(|cause| sent.unsent(&cause, join.take_unsent()))
        })
    }

    /// The send that it is, and what it is about.
    #[inline]
    fn send(self) -> Result<(Leaving<'a, V>, Sent<'a>), SendError<V>> {
        let Self {
            router,
            desk,
            event,
            payload,
            timeout,
        } = self;
        let route = match event {
            Ok(route) => route,
            Err(event) => return Err(SendError::of_undeclared(desk, event, payload)),
        };
        let sent = Sent { desk, route };
        if desk.is_gone() {
            return Err(sent.error(SendProblem::Disconnected, Some(payload)));
        }
        let mut send = router.signal.send_in_turn(route.clone()).with(payload);
        if let Some(time) = timeout {
            send = send.timeout(time);
        }
        Ok((send, sent))
    }
}

type Leaving<'a, V> = SendBuilder<'a, V, (), Route>;

/// What is sent, for errors.
#[derive(Clone, Copy)]
struct Sent<'a> {
    desk: &'a Desk,
    route: &'a Route,
}

impl Sent<'_> {
    #[cold]
    fn error<V>(self, problem: SendProblem, payload: Option<V>) -> SendError<V> {
        let event = self.route.event().unwrap_or_default();
        SendError::new(problem, self.desk.name(), event.into(), payload)
    }

    /// Of one that was not to be begun.
    #[cold]
    fn unsent<V>(self, cause: &Cause, payload: Option<V>) -> SendError<V> {
        let problem = match cause {
            Cause::TimedOut => SendProblem::TimedOut,
            _ => SendProblem::Closed,
        };
        self.error(problem, payload)
    }
}

/// Sends, and gives the [`Delivery`]: sync listeners have run by then, async ones are with the spawner. It waits only where a limit
/// says so. It fails as [`join`](SendMessage::join) does.
impl<'a, V: Send + Sync + 'static> IntoFuture for SendMessage<'a, V> {
    type Output = Result<Delivery, SendError<V>>;
    type IntoFuture = SendMessageFuture<'a, V>;

    fn into_future(self) -> SendMessageFuture<'a, V> {
        SendMessageFuture {
            state: State::Begins(Some(self)),
        }
    }
}

/// A message that is being sent. Made by `.await` on a [`SendMessage`].
///
/// # Cancel safety
/// All or nothing, as a [`SendFuture`](crate::futures::SendFuture) is.
#[must_use = "futures do nothing unless awaited"]
pub struct SendMessageFuture<'a, V> {
    state: State<'a, V>,
}

enum State<'a, V> {
    /// Who listens is asked at the first poll: until then nothing has happened. `None` once it has failed.
    Begins(Option<SendMessage<'a, V>>),
    Sends(SendFuture<'a, V, (), Route>, Sent<'a>),
}

/// Nothing in it is ever pinned.
impl<V> Unpin for SendMessageFuture<'_, V> {}

impl<V: Send + Sync + 'static> Future for SendMessageFuture<'_, V> {
    type Output = Result<Delivery, SendError<V>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Begins(message) = &mut self.state {
            let message = message.take().expect("polled after it was ready");
            match message.send() {
                Ok((send, sent)) => self.state = State::Sends(send.into_future(), sent),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        match &mut self.state {
            State::Sends(send, sent) => send
                .poll_sent(cx)
                .map(|outcome| outcome.map_err(|cause| sent.unsent(&cause, send.take_unsent()))),
            State::Begins(_) => unreachable!("it has begun"),
        }
    }
}

impl<V> fmt::Debug for SendMessageFuture<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendMessageFuture").finish_non_exhaustive()
    }
}

impl<V: fmt::Debug> fmt::Debug for SendMessage<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendMessage")
            .field("sender", &self.desk.name())
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
