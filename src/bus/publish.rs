//! An event, from its publisher to its handlers.

use std::any::type_name;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::content::Content;
use super::core::Ticket;
use super::delivery::Delivery;
use super::error::Problem;
use super::handed::Message;
use super::handle::{Bus, type_of};
use super::info::{MessageInfo, Subject};
use super::message::{Event, MessageKind};
use super::section::Targets;
use crate::signal::{IntoKey, Key, Report};
use crate::sync::Arc;

/// An event in the making. `.await` and [`now`](Self::now) hand it over, [`join`](Self::join) waits for its handlers,
/// [`detached`](Self::detached) leaves it. Made by [`Bus::publish`].
#[must_use = "nothing is published until the builder is ended by `.await`, `.now()`, `.join()` or `.detached()`"]
pub struct Publish<'a, E> {
    bus: &'a Bus,
    event: E,
    key: Option<Key>,
}

/// An event that was accepted, and whom it goes to.
struct Accepted {
    message: Message,
    routed: Result<(Targets, usize), Problem>,
    ticket: Ticket,
}

impl<'a, E: Event> Publish<'a, E> {
    pub(super) fn new(bus: &'a Bus, event: E) -> Self {
        Self {
            bus,
            event,
            key: None,
        }
    }

    /// A partition key: events with equal keys are handled one at a time, each by all its handlers, in the order in which they were
    /// published, others beside them.
    pub fn key(mut self, key: impl IntoKey<Key>) -> Self {
        self.key = Some(key.into_key());
        self
    }

    fn accept(self) -> Result<Accepted, PublishError<E>> {
        let Self { bus, event, key } = self;
        let core = &bus.core;
        let Some(ticket) = core.ticket(bus.lasting()) else {
            return Err(PublishError { event });
        };
        let message = message_of(bus, event, key);
        let section = core.section(MessageKind::Event);
        let line = section.of_type(type_of::<E>().0).ok_or(Problem::Unhandled);
        let routed = line.and_then(|line| section.targets(line, &message));
        Ok(Accepted {
            message,
            routed,
            ticket,
        })
    }

    /// Hands it over. What `.await` does, from sync code.
    ///
    /// # Errors
    /// Where the bus was stopped: the error gives the event back.
    pub fn now(self) -> Result<Delivery, PublishError<E>> {
        let bus = self.bus;
        let Accepted {
            message,
            routed,
            ticket,
        } = self.accept()?;
        Ok(Delivery::begin(&bus.core, message, routed, ticket))
    }

    /// Publishes it, and waits until all its handlers have finished, for the report of what each of them did. An error that a handler
    /// gives is its failure. Without a key they run inside the task that awaits this, where the engine allows that.
    ///
    /// # Errors
    /// Where the bus was stopped: the error gives the event back.
    ///
    /// # Cancel safety
    /// Nothing happens before the first poll. Dropped after that, the handlers that have not finished are cancelled.
    pub async fn join(self) -> Result<Report<()>, PublishError<E>> {
        let bus = self.bus;
        let core = &bus.core;
        let is_in_place = self.key.is_none() && core.section(MessageKind::Event).runs_in_place;
        let Accepted {
            message,
            routed,
            ticket,
        } = self.accept()?;
        let Ok((targets, _)) = routed else {
            return Ok(Delivery::begin(core, message, routed, ticket).join().await);
        };
        let delivered = if is_in_place {
            let _ticket = ticket;
            core.deliver(targets, message).await
        } else {
            core.submit_event(targets, message, ticket).await.take()
        };
        Ok(delivered.into_report())
    }

    /// Leaves it: what fails is told by [`failures`](Bus::failures). Nothing waits, also where the bus is stopped and where nobody handles
    /// it, which is told there as well, with the event.
    pub fn detached(self) {
        let (bus, key) = (self.bus, self.key.clone());
        match self.accept() {
            Err(PublishError { event }) => {
                bus.core
                    .tell_not_given(message_of(bus, event, key), Problem::Stopped);
            }
            Ok(Accepted {
                message,
                routed: Err(problem),
                ..
            }) => bus.core.tell_not_given(message, problem),
            Ok(accepted) => drop(Delivery::begin(
                &bus.core,
                accepted.message,
                accepted.routed,
                accepted.ticket,
            )),
        }
    }
}

fn message_of<E: Event>(bus: &Bus, event: E, key: Option<Key>) -> Message {
    let cause = bus.within.as_ref().map(|within| within.cause.clone());
    let subject = Subject::Type(type_name::<E>());
    let info = MessageInfo::new(MessageKind::Event, subject, key, cause);
    let content = Content::of_event(Arc::new(event));
    Message::new(info, content, Arc::clone(&bus.core))
}

/// Hands it over, and gives the [`Delivery`]. It never waits.
///
/// # Errors
/// Where the bus was stopped: the error gives the event back.
impl<'a, E: Event> IntoFuture for Publish<'a, E> {
    type Output = Result<Delivery, PublishError<E>>;
    type IntoFuture = PublishFuture<'a, E>;

    fn into_future(self) -> PublishFuture<'a, E> {
        PublishFuture {
            publish: Some(self),
        }
    }
}

/// An event that is being handed over. Made by `.await` on a [`Publish`].
///
/// # Cancel safety
/// The first poll hands it over and is ready. Before it nothing has happened.
#[must_use = "futures do nothing unless awaited"]
pub struct PublishFuture<'a, E> {
    publish: Option<Publish<'a, E>>,
}

/// Nothing in it is ever pinned.
impl<E> Unpin for PublishFuture<'_, E> {}

impl<E: Event> Future for PublishFuture<'_, E> {
    type Output = Result<Delivery, PublishError<E>>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let publish = self.publish.take().expect("polled after it was ready");
        Poll::Ready(publish.now())
    }
}

/// An event that was not published, since the bus was stopped.
pub struct PublishError<E> {
    event: E,
}

impl<E> PublishError<E> {
    /// What was to be published.
    #[must_use]
    pub fn into_event(self) -> E {
        self.event
    }
}

impl<E> fmt::Display for PublishError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = type_name::<E>();
        write!(f, "event `{event}` was not published: {}", Problem::Stopped)
    }
}

impl<E> fmt::Debug for PublishError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublishError({self})")
    }
}

impl<E> std::error::Error for PublishError<E> {}

impl<E> fmt::Debug for Publish<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish")
            .field("event", &type_name::<E>())
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl<E> fmt::Debug for PublishFuture<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishFuture").finish_non_exhaustive()
    }
}
