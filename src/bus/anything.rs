//! A message of whatever kind, from its sender to its handlers.

use std::any::{TypeId, type_name};
use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use super::content::{Content, OwnedBody};
use super::core::Core;
use super::delivery::Delivery;
use super::error::Problem;
use super::handed::Message;
use super::handle::Bus;
use super::handled::{HandleError, Handled};
use super::handler::Accept;
use super::info::{MessageInfo, Subject};
use super::message::MessageKind;
use super::owed::{Answered, Came, Owed};
use super::running::within;
use super::section::{Line, Section, Targets};
use crate::signal::{IntoKey, Key};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// A message of whatever kind in the making. `.await` has it handled, [`detached`](Self::detached) leaves it. Made by [`Bus::handle`].
///
/// # Cancel safety
/// As [`RequestFuture`](super::RequestFuture), and once an event was handed over it goes on.
#[must_use = "nothing is sent until the builder is ended by `.await` or `.detached()`"]
pub struct Handle<'a, M> {
    bus: &'a Bus,
    message: M,
    key: Option<Key>,
    timeout: Option<Duration>,
}

impl<'a, M: Send + 'static> Handle<'a, M> {
    pub(super) fn new(bus: &'a Bus, message: M) -> Self {
        Self {
            bus,
            message,
            key: None,
            timeout: None,
        }
    }

    /// A partition key: messages of one kind with equal keys are handled one at a time, in order.
    pub fn key(mut self, key: impl IntoKey<Key>) -> Self {
        self.key = Some(key.into_key());
        self
    }

    /// Waits no longer than this for a reply, and for its turn before that. It is nothing to an event, which is waited for by nobody.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Leaves it: what fails is told by [`failures`](Bus::failures), also that nobody handles it.
    pub fn detached(self) {
        let (bus, timeout) = (self.bus, self.timeout);
        self.sort().0.leave(bus, timeout);
    }

    /// Finds out what it is, and how it comes out of that again.
    fn sort(self) -> (Sorted, fn(Content) -> Option<OwnedBody>) {
        let Self {
            bus, message, key, ..
        } = self;
        let subject = Subject::Type(type_name::<M>());
        let mut body: OwnedBody = Box::new(message);
        for kind in MessageKind::ALL {
            let section = bus.core.section(kind);
            let Some(line) = section.of_type(TypeId::of::<M>()) else {
                continue;
            };
            let Line { accept, copier, .. } = &section.lines[line];
            let content = (accept.pack)(body, *copier);
            let (subject, key) = (subject.clone(), key.clone());
            let sorted = Sorted::new(bus, section, Ok(line), subject, content, key);
            if !sorted.is_unhandled() {
                return (sorted, accept.unpack);
            }
            // Its router has chosen nobody.
            match (accept.unpack)(sorted.into_content()) {
                Some(back) => body = back,
                None => unreachable!("it was given to nobody"),
            }
        }
        let content = Content::of_request(body, None);
        let sorted = Sorted::unhandled(bus, subject, content, key, Problem::Unhandled);
        (sorted, Accept::OWNED.unpack)
    }
}

impl<'a, M: Send + 'static> IntoFuture for Handle<'a, M> {
    type Output = Result<Handled, HandleError<M>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let (bus, timeout) = (self.bus, self.timeout);
        Box::pin(async move {
            let (sorted, unpack) = self.sort();
            sorted
                .handle(bus, timeout)
                .await
                .map_err(|(problem, content)| {
                    let sent = content.and_then(unpack).map(OwnedBody::downcast);
                    let sent = sent.and_then(Result::ok).map(|sent| *sent);
                    HandleError::new(sent, type_name::<M>(), problem)
                })
        })
    }
}

impl<M> fmt::Debug for Handle<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("message", &type_name::<M>())
            .field("key", &self.key)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// A message whose kind was found out, or that there is none.
pub(super) struct Sorted {
    message: Message,
    routed: Result<(Targets, usize), Problem>,
}

impl Sorted {
    pub(super) fn new(
        bus: &Bus,
        section: &Section,
        line: Result<usize, Problem>,
        subject: Subject,
        content: Content,
        key: Option<Key>,
    ) -> Self {
        let cause = bus.within.as_ref().map(|within| within.cause.clone());
        let info = MessageInfo::new(section.kind, subject, key, cause);
        let message = Message::new(info, content, Arc::clone(&bus.core));
        let routed = line.and_then(|line| section.targets(line, &message));
        Self { message, routed }
    }

    /// Whether nobody was chosen.
    pub(super) fn is_unhandled(&self) -> bool {
        matches!(self.routed, Err(Problem::Unhandled))
    }

    pub(super) fn into_content(self) -> Content {
        self.message.into_parts().1
    }

    /// It counts as an event.
    pub(super) fn unhandled(
        bus: &Bus,
        subject: Subject,
        content: Content,
        key: Option<Key>,
        problem: Problem,
    ) -> Self {
        let events = bus.core.section(MessageKind::Event);
        Self::new(bus, events, Err(problem), subject, content, key)
    }

    /// Has it handled.
    pub(super) async fn handle(
        self,
        bus: &Bus,
        timeout: Option<Duration>,
    ) -> Result<Handled, (Problem, Option<Content>)> {
        let Self { message, routed } = self;
        let core = &bus.core;
        let given_back = |message: Message, problem| Err((problem, Some(message.into_parts().1)));
        let Some(ticket) = core.ticket(bus.lasting()) else {
            return given_back(message, Problem::Stopped);
        };
        let kind = message.info.kind();
        let section = core.section(kind);
        let (targets, count) = match routed {
            Ok(routed) => routed,
            Err(problem) => return given_back(message, problem),
        };
        if kind == MessageKind::Event {
            let routed = Ok((targets, count));
            return Ok(Handled::Event(Delivery::begin(
                core, message, routed, ticket,
            )));
        }
        let deadline = core.deadline(timeout);
        let content = message.content.again();
        let answered = if section.runs_in_place && message.info.key().is_none() {
            let _ticket = ticket;
            within(deadline, core.ask(targets, message)).await
        } else {
            let waiting = core.submit_request(targets, message, ticket, deadline.clone());
            within(deadline, waiting).await.map(Owed::take)
        };
        let answered = answered.unwrap_or_else(|| Answered::lost(Problem::TimedOut, content));
        match answered.result {
            Ok(answer) if kind == MessageKind::Command => Ok(Handled::Command(answer.reply)),
            Ok(answer) => Ok(Handled::Query(answer.reply)),
            Err(problem) => Err((problem, answered.content)),
        }
    }

    /// Leaves it.
    pub(super) fn leave(self, bus: &Bus, timeout: Option<Duration>) {
        let Self { message, routed } = self;
        let core: &Arc<Core> = &bus.core;
        let Some(ticket) = core.ticket(bus.lasting()) else {
            return core.tell_not_given(message, Problem::Stopped);
        };
        let kind = message.info.kind();
        match routed {
            Err(problem) => core.tell_not_given(message, problem),
            Ok((targets, _)) if kind == MessageKind::Event => {
                core.submit_event(targets, message, ticket).detach();
            }
            Ok((targets, _)) => {
                let deadline = core.deadline(timeout);
                core.submit_request(targets, message, ticket, deadline)
                    .detach();
            }
        }
    }
}
