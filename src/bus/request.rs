//! A command or a query, from its sender to its reply.

use std::any::{TypeId, type_name};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::content::Content;
use super::core::{Core, Ticket};
use super::error::Problem;
use super::handed::Message;
use super::handle::Bus;
use super::handler::{Asked, Finished};
use super::info::{MessageInfo, Subject};
use super::owed::Owed;
use super::request_error::RequestError;
use super::running::within;
use super::section::Section;
use crate::signal::{IntoKey, Key, capture, drop_quietly, is_traced};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock};

/// A command or a query in the making. `.await` gives the reply, [`detached`](Self::detached) leaves it. `K` is the kind, `M` the message.
/// Made by [`Bus::execute`] and [`Bus::query`].
#[must_use = "nothing is sent until the builder is ended by `.await` or `.detached()`"]
pub struct Request<'a, K, M> {
    bus: &'a Bus,
    message: M,
    /// What few say. Apart, since builders are moved.
    rare: Option<Box<Rare>>,
    kind: PhantomData<fn(K)>,
}

#[derive(Debug, Default)]
struct Rare {
    key: Option<Key>,
    timeout: Option<Duration>,
}

impl<'a, K, M> Request<'a, K, M> {
    pub(super) fn new(bus: &'a Bus, message: M) -> Self {
        Self {
            bus,
            message,
            rare: None,
            kind: PhantomData,
        }
    }

    /// A partition key: messages of its kind with equal keys are handled one at a time, in the order in which they were sent, others
    /// beside them. Their turn comes when nobody who was before them is running. A handler that waits for a message of its own kind and key
    /// waits for ever.
    pub fn key(mut self, key: impl IntoKey<Key>) -> Self {
        self.rare.get_or_insert_default().key = Some(key.into_key());
        self
    }

    /// Waits no longer than this for the reply, and for its turn before that. The handler is cancelled where it waits.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.rare.get_or_insert_default().timeout = Some(time);
        self
    }
}

impl<'a, K: 'static, M: Asked<K>> Request<'a, K, M> {
    /// Leaves it: the engine runs it, and what fails is told by [`failures`](Bus::failures). Nothing waits, also where the bus is stopped
    /// and where nobody handles it, which is told there as well, with the message.
    pub fn detached(self) {
        let Self {
            bus, message, rare, ..
        } = self;
        let Rare { key, timeout } = rare.map(|rare| *rare).unwrap_or_default();
        let core = &bus.core;
        let ticket = core.ticket(bus.lasting());
        let (section, line) = find::<K, M>(core);
        let copier = line.and_then(|line| section.lines[line].copier);
        let content = Content::of_request(Box::new(message), copier);
        let message = message_of::<K, M>(bus, key, content);
        let Some(ticket) = ticket else {
            return core.tell_not_given(message, Problem::Stopped);
        };
        let line = line.ok_or(Problem::Unhandled);
        match line.and_then(|line| section.targets(line, &message)) {
            Err(problem) => core.tell_not_given(message, problem),
            Ok((targets, _)) => {
                let deadline = core.deadline(timeout);
                let waiting = core.submit_request(targets, message, ticket, deadline);
                waiting.detach();
            }
        }
    }

    /// Begins: says what is polled from now on.
    fn begin(self) -> Result<State<'a, K, M>, RequestError<M>> {
        let bus = self.bus;
        let core = &bus.core;
        if !core.enter(bus.lasting()) {
            return Err(RequestError::new::<K>(Some(self.message), Problem::Stopped));
        }
        let entered = Entered(core);
        let (section, line) = find::<K, M>(core);
        let Some(line) = line else {
            return Err(RequestError::new::<K>(
                Some(self.message),
                Problem::Unhandled,
            ));
        };
        if section.runs_in_place && self.rare.is_none() && !is_traced() {
            if let Some(handler) = section.plain::<M, M::Reply>(line) {
                let cause = bus.within.as_ref().map(|within| &within.cause);
                return Ok(State::Plain(Plain {
                    call: Lock::new(Some(handler.call(self.message, core, cause))),
                    entered,
                }));
            }
        }
        let ticket = entered.into_ticket();
        Ok(State::Boxed(Lock::new(Box::pin(
            self.run(ticket, section, line),
        ))))
    }

    async fn run(
        self,
        ticket: Ticket,
        section: &'a Section,
        line: usize,
    ) -> Result<M::Reply, RequestError<M>> {
        let Self {
            bus, message, rare, ..
        } = self;
        let Rare { key, timeout } = rare.map(|rare| *rare).unwrap_or_default();
        let core = &bus.core;
        let is_in_place = section.runs_in_place && key.is_none();
        let content = Content::of_request(Box::new(message), section.lines[line].copier);
        let message = message_of::<K, M>(bus, key, content);
        let targets = match section.targets(line, &message) {
            Ok((targets, _)) => targets,
            Err(problem) => {
                let (_, content) = message.into_parts();
                return Err(RequestError::new::<K>(content.into_inner(), problem));
            }
        };
        let content = message.content.again();
        let deadline = core.deadline(timeout);
        let answered = if is_in_place {
            let _ticket = ticket;
            within(deadline, core.ask(targets, message)).await
        } else {
            let waiting = core.submit_request(targets, message, ticket, deadline.clone());
            within(deadline, waiting).await.map(Owed::take)
        };
        let failed = |problem| {
            let message = content.and_then(Content::into_inner);
            RequestError::new::<K>(message, problem)
        };
        match answered.map(|answered| answered.result) {
            None => Err(failed(Problem::TimedOut)),
            Some(Err(problem)) => Err(failed(problem)),
            Some(Ok(answer)) => {
                let reply = answer.typed();
                reply.map_err(|error| failed(Problem::Failed(error)))
            }
        }
    }
}

/// Where such messages go.
#[inline]
fn find<K, M: Asked<K>>(core: &Arc<Core>) -> (&Section, Option<usize>) {
    let section = core.section(M::KIND);
    (section, section.of_type(TypeId::of::<M>()))
}

fn message_of<K, M: Asked<K>>(bus: &Bus, key: Option<Key>, content: Content) -> Message {
    let cause = bus.within.as_ref().map(|within| within.cause.clone());
    let info = MessageInfo::new(M::KIND, Subject::Type(type_name::<M>()), key, cause);
    Message::new(info, content, Arc::clone(&bus.core))
}

/// A message that was let in, for as long as this is there.
struct Entered<'a>(&'a Arc<Core>);

impl Entered<'_> {
    fn into_ticket(self) -> Ticket {
        let ticket = Ticket::of_entered(self.0);
        std::mem::forget(self);
        ticket
    }
}

impl Drop for Entered<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.gate.leave();
    }
}

/// A command or a query on its way. Made by `.await` on a [`Request`].
///
/// # Cancel safety
/// Nothing happens before the first poll. Dropped after that, the message is cancelled: if it has not begun it does not, and a handler
/// that runs is dropped where it waits. What it has emitted does not follow.
#[must_use = "futures do nothing unless awaited"]
pub struct RequestFuture<'a, K, M: Asked<K>> {
    state: State<'a, K, M>,
}

enum State<'a, K, M: Asked<K>> {
    /// Until the first poll.
    Begins(Option<Request<'a, K, M>>),
    /// The one handler is called, and nothing else is to be thought of.
    Plain(Plain<'a, M, M::Reply>),
    /// The lock is never taken: it is there for futures that are not `Sync`.
    Boxed(Lock<BoxFuture<'a, Result<M::Reply, RequestError<M>>>>),
}

struct Plain<'a, M, R> {
    /// Until it has ended. The lock is never taken: it is there for futures that are not `Sync`.
    call: Lock<Option<BoxFuture<'a, Finished<M, R>>>>,
    /// Dropped last.
    entered: Entered<'a>,
}

/// Why there is no reply, and the message, if no handler was given it.
type Unanswered<M> = (Problem, Option<M>);

impl<M, R> Plain<'_, M, R> {
    #[inline]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<R, Box<Unanswered<M>>>> {
        let call = self.call.get_mut();
        let polled = capture(|| {
            let polled = call
                .as_mut()
                .expect("polled after it was ready")
                .as_mut()
                .poll(cx);
            if polled.is_ready() {
                // Its drop is the user's code as well: a panic there is the handler's.
                *call = None;
            }
            polled
        });
        let finished = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(finished)) => finished,
            Err(panic) => {
                drop_quietly(self.call.get_mut().take());
                return Poll::Ready(Err(Box::new((Problem::of_panic(panic), None))));
            }
        };
        if let (Some(followers), true) = (finished.followers, finished.is_ok) {
            followers.follow(self.entered.0);
        }
        Poll::Ready(finished.reply.map_err(|unmet| {
            let (error, message) = *unmet;
            Box::new((Problem::Unmet(error), Some(message)))
        }))
    }
}

impl<M, R> Drop for Plain<'_, M, R> {
    #[inline]
    fn drop(&mut self) {
        if self.call.get_mut().is_some() {
            drop_quietly(self.call.get_mut().take());
        }
    }
}

/// Nothing in it is ever pinned: handlers' futures are boxed.
impl<K, M: Asked<K>> Unpin for RequestFuture<'_, K, M> {}

impl<'a, K: 'static, M: Asked<K>> Future for RequestFuture<'a, K, M> {
    type Output = Result<M::Reply, RequestError<M>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Begins(request) = &mut self.state {
            let request = request.take().expect("polled after it was ready");
            match request.begin() {
                Ok(state) => self.state = state,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        let polled = match &mut self.state {
            State::Plain(plain) => plain
                .poll(cx)
                .map_err(|unanswered| RequestError::new::<K>(unanswered.1, unanswered.0)),
            State::Boxed(boxed) => boxed.get_mut().as_mut().poll(cx),
            State::Begins(_) => unreachable!("it has begun"),
        };
        if polled.is_ready() {
            self.state = State::Begins(None);
        }
        polled
    }
}

impl<'a, K: 'static, M: Asked<K>> IntoFuture for Request<'a, K, M> {
    type Output = Result<M::Reply, RequestError<M>>;
    type IntoFuture = RequestFuture<'a, K, M>;

    fn into_future(self) -> Self::IntoFuture {
        RequestFuture {
            state: State::Begins(Some(self)),
        }
    }
}

impl<K, M> fmt::Debug for Request<'_, K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("message", &type_name::<M>())
            .field("rare", &self.rare)
            .finish_non_exhaustive()
    }
}

impl<K, M: Asked<K>> fmt::Debug for RequestFuture<'_, K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestFuture").finish_non_exhaustive()
    }
}
