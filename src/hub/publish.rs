//! Publishing one message.

use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::error::TopicError;
use super::handle::Shared;
use super::message::Body;
use super::pattern::Pattern;
use super::retained::Keeping;
use super::topic::Topic;
use crate::signal::{Cause, Delivery, Panic, Report, SendBuilder, SendFuture, Unsent, capture};
use crate::spawn::BoxFuture;

/// A message on its way. End it in `.await`, [`now`](Self::now) or [`join`](Self::join): without one of them nothing is
/// published. Made by [`Hub::publish`](super::Hub::publish) and [`Publisher::publish`](super::Publisher::publish).
#[must_use = "nothing is published until the builder is ended by `.await`, `.now()` or `.join()`"]
pub struct Publish<'a, M> {
    shared: &'a Shared<M>,
    topic: Result<Topic, TopicError>,
    payload: M,
    timeout: Option<Duration>,
    /// How the message is copied, if it is to be kept.
    copy: Option<fn(&M) -> M>,
}

impl<'a, M: Send + Sync + 'static> Publish<'a, M> {
    pub(super) fn new(shared: &'a Shared<M>, topic: Result<Topic, TopicError>, payload: M) -> Self {
        Self {
            shared,
            topic,
            payload,
            timeout: None,
            copy: None,
        }
    }

    /// Keeps a copy of the message, in the place of the one that is kept under its topic, for who comes later: a subscription or
    /// listener whose patterns match gets it when it is made. [`Hub::forget`](super::Hub::forget) lets go of it; until then it takes
    /// memory, one message for each topic.
    ///
    /// It is kept from when the publish begins, whether anybody listens or not: not while it waits for room, and not if it fails. Who
    /// comes in the middle of it may get it twice. A newcomer that is waited for and whose queue is full goes without, which
    /// [`failures`](super::Hub::failures) tells, as it does where a copy cannot be made since `clone` panics. Of a group, each member is
    /// a newcomer of its own.
    ///
    /// If the copying panics, nothing is kept or delivered, and the error has the message and the panic.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::hub::Hub;
    ///
    /// let hub = Hub::<u32>::new();
    /// hub.publish("plant.level", 7).retain().await?;
    /// let late = hub.subscriber("late");
    /// late.subscribe("plant.*").await?;
    /// assert_eq!(**late.consume().await?.payload(), 7);
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn retain(mut self) -> Self
    where
        M: Clone,
    {
        self.copy = Some(M::clone);
        self
    }

    /// Stops listeners that have not finished after this time. Where the publish has to wait for room, that is part of the time; if
    /// it is up by then, the publish [fails](PublishError::is_timed_out). See [`SendBuilder::timeout`].
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Publishes now: runs the sync listeners, hands the async ones to the spawner, and puts the message into queues. What
    /// `.await` does, from sync code.
    ///
    /// # Errors
    /// Where the topic is none, where a full queue that is waited for stands in the way, and where the hub is closed: nothing
    /// is delivered, and [`PublishError`] gives the payload back.
    pub fn now(self) -> Result<Delivery, PublishError<M>> {
        self.send()?.now().map_err(unsent)
    }

    /// As [`now`](Self::now), and does without queues that are waited for and have no room.
    pub(super) fn now_where_there_is_room(self) -> Result<Delivery, PublishError<M>> {
        self.send()?.now_where_there_is_room().map_err(unsent)
    }

    /// Publishes, runs all listeners inside the task that awaits this, and gives the report.
    ///
    /// # Errors
    /// Where the topic is none, where the hub is closed, also while the publish waits for room, and where its time is up before there
    /// is room: nothing is delivered, and [`PublishError`] gives the payload back.
    ///
    /// # Cancel safety
    /// As [`SendBuilder::join`].
    pub fn join(self) -> BoxFuture<'a, Result<Report<()>, PublishError<M>>> {
        Box::pin(async move {
            let mut join = self.send()?.join();
            let joined = poll_fn(|cx| join.poll_joined(cx)).await;
            joined.map_err(|cause| PublishError::of_unsent(join.take_unsent(), &cause))
        })
    }

    /// The send that it is.
    #[inline]
    fn send(self) -> Result<SendBuilder<'a, Body<M>, (), Pattern>, PublishError<M>> {
        let topic = match self.topic {
            Ok(topic) => topic,
            Err(error) => {
                return Err(PublishError::of_topic(self.payload, error));
            }
        };
        let mut send = self.shared.signal.send_wide(Pattern::from(&topic));
        if let Some(copy) = self.copy {
            let copied = match capture(|| copy(&self.payload)) {
                Ok(copied) => copied,
                Err(panic) => {
                    return Err(PublishError {
                        payload: Some(self.payload),
                        why: Why::Panicked(panic),
                    });
                }
            };
            let retained = &self.shared.retained;
            send = send.after(Box::new(Keeping::new(retained, &topic, copied, copy)));
        }
        let send = send.with(Body::new(topic, self.payload));
        Ok(match self.timeout {
            None => send,
            Some(time) => send.timeout(time),
        })
    }
}

fn unsent<M>(unsent: Unsent<Body<M>>) -> PublishError<M> {
    let why = if unsent.is_full() {
        Why::Full
    } else {
        Why::Closed
    };
    PublishError {
        payload: unsent.into_payload().map(Body::into_payload),
        why,
    }
}

/// Publishes, and gives the [`Delivery`]: sync listeners have run by then, async ones are with the spawner. It waits only where a
/// limit says so. Where the topic is none, where the hub is closed, also while the publish waits, and where its time is up before
/// there is room, the error gives the payload back.
impl<'a, M: Send + Sync + 'static> IntoFuture for Publish<'a, M> {
    type Output = Result<Delivery, PublishError<M>>;
    type IntoFuture = PublishFuture<'a, M>;

    fn into_future(self) -> PublishFuture<'a, M> {
        PublishFuture {
            state: State::Begins(Some(self)),
        }
    }
}

/// A message that is being published. Made by `.await` on a [`Publish`].
///
/// # Cancel safety
/// All or nothing, as a [`SendFuture`](crate::futures::SendFuture) is.
#[must_use = "futures do nothing unless awaited"]
pub struct PublishFuture<'a, M> {
    state: State<'a, M>,
}

enum State<'a, M> {
    /// Who listens is asked at the first poll: until then nothing has happened. `None` once it has failed.
    Begins(Option<Publish<'a, M>>),
    Sends(SendFuture<'a, Body<M>, (), Pattern>),
}

/// Nothing in it is ever pinned.
impl<M> Unpin for PublishFuture<'_, M> {}

impl<M: Send + Sync + 'static> Future for PublishFuture<'_, M> {
    type Output = Result<Delivery, PublishError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Begins(publish) = &mut self.state {
            let publish = publish.take().expect("polled after it was ready");
            match publish.send() {
                Ok(send) => self.state = State::Sends(send.into_future()),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        match &mut self.state {
            State::Sends(send) => send.poll_sent(cx).map(|sent| match sent {
                Ok(delivery) => Ok(delivery),
                Err(cause) => Err(PublishError::of_unsent(send.take_unsent(), &cause)),
            }),
            State::Begins(_) => unreachable!("it has begun"),
        }
    }
}

impl<M> fmt::Debug for PublishFuture<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishFuture").finish_non_exhaustive()
    }
}

impl<M: fmt::Debug> fmt::Debug for Publish<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish")
            .field("topic", &self.topic)
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

/// A message that was not published. The payload is given back.
pub struct PublishError<M> {
    payload: Option<M>,
    why: Why,
}

enum Why {
    Topic(TopicError),
    /// The copying of what was to be kept.
    Panicked(Panic),
    Full,
    TimedOut,
    Closed,
}

impl<M> PublishError<M> {
    pub(super) fn of_topic(payload: M, error: TopicError) -> Self {
        Self {
            payload: Some(payload),
            why: Why::Topic(error),
        }
    }

    /// Of one that was not to be begun.
    #[cold]
    fn of_unsent(body: Option<Body<M>>, cause: &Cause) -> Self {
        let why = match cause {
            Cause::TimedOut => Why::TimedOut,
            _ => Why::Closed,
        };
        let payload = body.map(Body::into_payload);
        Self { payload, why }
    }

    /// What was to be published.
    #[must_use]
    pub fn into_payload(self) -> Option<M> {
        self.payload
    }

    /// What is wrong with the topic, if that is the reason.
    #[must_use]
    pub fn topic_error(&self) -> Option<&TopicError> {
        match &self.why {
            Why::Topic(error) => Some(error),
            _ => None,
        }
    }

    /// What the copying of the message panicked with, if that is the reason: it was to be [kept](Publish::retain).
    #[must_use]
    pub fn panic(&self) -> Option<&Panic> {
        match &self.why {
            Why::Panicked(panic) => Some(panic),
            _ => None,
        }
    }

    /// Whether a full queue stood in the way, which an awaited publish waits for.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self.why, Why::Full)
    }

    /// Whether the [time](Publish::timeout) was up before there was room.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        matches!(self.why, Why::TimedOut)
    }

    /// Whether the hub is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.why, Why::Closed)
    }
}

impl<M> fmt::Display for PublishError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Topic(error) => write!(f, "not published: {error}"),
            Why::Panicked(panic) => {
                write!(f, "not published: the copying of what was to be kept panicked: {panic}")
            }
            Why::Full => f.write_str(
                "not published: a queue is full; end the publish in `.await` to wait for room",
            ),
            Why::TimedOut => f.write_str(
                "not published: the time was up before there was room in every queue that is waited for",
            ),
            Why::Closed => f.write_str("not published: the hub is closed"),
        }
    }
}

impl<M> fmt::Debug for PublishError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublishError({self})")
    }
}

impl<M> std::error::Error for PublishError<M> {}
