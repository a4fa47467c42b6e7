//! Sending one event to the server.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use futures_lite::future::or;

use super::sender::Own;
use crate::net::link::{Link, RequestError, Unsendable};
use crate::net::wire::{Code, SignalOf};
use crate::router::{Declares, SendError, SendProblem};
use crate::spawn::BoxFuture;

/// An event on its way to the server. End it in `.await`, [`now`](Self::now) or [`join`](Self::join): without one of them nothing is sent.
/// Made by [`RemoteSender::send`](super::RemoteSender::send).
///
/// # Errors
/// However it is ended: where the event is not declared, where the server is not connected to at this moment, where the sender has ended or
/// the client is closed, and where the payload cannot go over the network. It was not sent then, and the error gives it back.
#[must_use = "nothing is sent until the builder is ended by `.await`, `.now()` or `.join()`"]
pub struct RemoteSend<'a, V> {
    own: &'a Own<V>,
    event: String,
    payload: V,
    timeout: Option<Duration>,
}

impl<'a, V> RemoteSend<'a, V> {
    pub(super) fn new(own: &'a Own<V>, event: &str, payload: V) -> Self {
        Self {
            own,
            event: event.to_owned(),
            payload,
            timeout: None,
        }
    }

    /// Waits no longer than this, for room, or with [`join`](Self::join) for the server as well: 10 seconds for that otherwise.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

impl<'a, V: Send + Sync + 'static> RemoteSend<'a, V> {
    /// Sends now, and does not wait for room: what `.await` does, from sync code.
    ///
    /// # Errors
    /// Beside those of the builder, where the queue to the server is full.
    pub fn now(self) -> Result<(), SendError<V>> {
        let (link, sending) = self.begin()?;
        let sent = link.try_send_event(sending.signal());
        sent.map_err(|why| sending.unsendable(why))
    }

    /// Sends, and waits until the server has passed it on: sync listeners there have run by then, and it is in the queues to other clients
    /// that listen.
    ///
    /// # Errors
    /// Beside those of the builder, where the server has not taken it, or has not said in time that it has: then it may have.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it may have been sent.
    pub fn join(self) -> BoxFuture<'a, Result<(), SendError<V>>> {
        Box::pin(async move {
            let (link, sending) = self.begin()?;
            let sent = link.ask_event(sending.signal(), sending.timeout).await;
            sent.map_err(|error| sending.unconfirmed(error))
        })
    }

    async fn send(self) -> Result<(), SendError<V>> {
        let (link, sending) = self.begin()?;
        let sent = async {
            let sent = link.send_event(sending.signal()).await;
            sent.map_err(Some)
        };
        let sent = match sending.timeout {
            None => sent.await,
            Some(time) => {
                let sleep = sending.own.handle.core.timer.sleep(time);
                let late = async {
                    sleep.await;
                    Err(None)
                };
                or(sent, late).await
            }
        };
        sent.map_err(|why| match why {
            Some(why) => sending.unsendable(why),
            None => sending.error(SendProblem::TimedOut),
        })
    }

    /// Where it goes, if it can.
    fn begin(self) -> Result<(Link<V>, Sending<'a, V>), SendError<V>> {
        let sending = Sending(self);
        let (live, core) = (&sending.own.live, &sending.own.handle.core);
        let problem = match live.sender().declares(&sending.event) {
            Declares::No => SendProblem::Undeclared,
            Declares::Reserved => SendProblem::Reserved,
            Declares::Yes if core.closed.is_set() => SendProblem::Closed,
            Declares::Yes if live.is_ended() => SendProblem::Disconnected,
            Declares::Yes => match live.link() {
                Some(link) => return Ok((link, sending)),
                None => SendProblem::Offline,
            },
        };
        Err(sending.error(problem))
    }
}

/// What is sent, of a sender that has declared it.
struct Sending<'a, V>(RemoteSend<'a, V>);

impl<'a, V> std::ops::Deref for Sending<'a, V> {
    type Target = RemoteSend<'a, V>;

    fn deref(&self) -> &RemoteSend<'a, V> {
        &self.0
    }
}

impl<V> Sending<'_, V> {
    fn signal(&self) -> SignalOf<'_, V> {
        SignalOf {
            listener_id: None,
            sender: Some(self.own.live.name()),
            event: Some(&self.event),
            data: &self.payload,
        }
    }

    fn error(self, problem: SendProblem) -> SendError<V> {
        let RemoteSend {
            own,
            event,
            payload,
            ..
        } = self.0;
        let live = &own.live;
        let error = SendError::new(problem, live.name(), event.into(), Some(payload));
        match live.reason() {
            Some(reason) if problem == SendProblem::Disconnected => error.because(reason),
            _ => error,
        }
    }

    fn unsendable(self, why: Unsendable) -> SendError<V> {
        match why {
            Unsendable::Full => self.error(SendProblem::Full),
            Unsendable::Closed(reason) => self.error(SendProblem::Offline).because(reason),
            why => self.error(SendProblem::Unsendable).because(why.to_string()),
        }
    }

    fn unconfirmed(self, error: RequestError) -> SendError<V> {
        let problem = match &error {
            RequestError::NotSent(_) => {
                let RequestError::NotSent(why) = error else {
                    unreachable!("it is that")
                };
                return self.unsendable(why);
            }
            RequestError::Remote(remote) => match remote.code() {
                Some(Code::UnknownEvent) => SendProblem::Undeclared,
                Some(Code::UnknownSender) => SendProblem::Disconnected,
                Some(Code::Gone) => SendProblem::Closed,
                _ => SendProblem::Refused,
            },
            RequestError::TimedOut(_) => SendProblem::TimedOut,
            _ => SendProblem::Lost,
        };
        self.error(problem).because(error)
    }
}

/// Sends: done means that it is on its way, in order with what was sent before. It waits only for room.
///
/// # Cancel safety
/// Dropped before it is ready, it has sent nothing.
impl<'a, V: Send + Sync + 'static> IntoFuture for RemoteSend<'a, V> {
    type Output = Result<(), SendError<V>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<V: fmt::Debug> fmt::Debug for RemoteSend<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSend")
            .field("sender", &self.own.live.name())
            .field("event", &self.event)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}
