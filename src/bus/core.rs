//! What a bus is, behind its handles.

use std::future::poll_fn;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use super::error::Problem;
use super::failure::FailedMessage;
use super::gate::Gate;
use super::handed::{Answer, Message};
use super::inject::{Emissions, Emitted, Within};
use super::message::MessageKind;
use super::owed::{Answered, Delivered, Failed, Owed};
use super::provide::Container;
use super::router::HandlerId;
use super::running::Running;
use super::section::{Section, Targets};
use super::stop::Ending;
use crate::signal::{Deadline, Failure, Signal, Waiting, drop_quietly};
use crate::spawn::{AmbientTimer, BoxFuture, Timer};
use crate::sync::Arc;

/// What a bus is, behind its handles.
pub(super) struct Core {
    /// Events, commands, queries.
    pub(super) sections: [Section; 3],
    pub(super) container: Container,
    pub(super) gate: Gate,
    pub(super) running: Running,
    pub(super) ending: Arc<Ending>,
    pub(super) failures: Signal<FailedMessage>,
    pub(super) timer: Option<Arc<dyn Timer>>,
    pub(super) name: Option<String>,
}

// Handlers run with their panics caught and under no lock: a bus that one unwound through is as it was.
impl UnwindSafe for Core {}
impl RefUnwindSafe for Core {}

/// What handlers are connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Target {
    /// All of a message type, or of a name.
    Line(usize),
    Handler(HandlerId),
}

/// A message that was accepted and is not finished. The bus does not come to rest before it is dropped.
pub(super) struct Ticket(Arc<Core>);

impl Ticket {
    /// Of one that has entered.
    pub(super) fn of_entered(core: &Arc<Core>) -> Self {
        Self(Arc::clone(core))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.gate.leave();
    }
}

impl Core {
    pub(super) fn section(&self, kind: MessageKind) -> &Section {
        &self.sections[kind as usize]
    }

    pub(super) fn timer(&self) -> Arc<dyn Timer> {
        self.timer.clone().unwrap_or_else(AmbientTimer::shared)
    }

    pub(super) fn deadline(&self, time: Option<Duration>) -> Option<Deadline> {
        time.map(|time| Deadline::after(&self.timer(), time))
    }

    /// Accepts a message: while the bus is open, and after that for the sake of one that is being handled.
    #[inline]
    pub(super) fn enter(&self, within: Option<&Within>) -> bool {
        self.gate.enter(|| within.is_some_and(Within::lasts))
    }

    /// The same, to be kept.
    pub(super) fn ticket(self: &Arc<Self>, within: Option<&Within>) -> Option<Ticket> {
        self.enter(within).then(|| Ticket(Arc::clone(self)))
    }

    /// For what follows from a message that is not finished.
    fn further_ticket(self: &Arc<Self>) -> Ticket {
        self.gate.enter(|| true);
        Ticket(Arc::clone(self))
    }

    /// Has one handler handle a command or a query, here.
    pub(super) async fn ask(self: &Arc<Self>, targets: Targets, message: Message) -> Answered {
        let section = self.section(message.info.kind());
        let content = message.content.again();
        let send = section.signal.send().keys(targets).with(message);
        let answered = send.join().await.into_results().into_iter().next();
        let (handler, result) = match answered {
            None => (None, Err(Problem::Unhandled)),
            Some(Ok(answer)) => (answer.handler.clone(), answer.settle(self)),
            Some(Err(failure)) => {
                let handler = failure.name().map(Arc::from);
                (handler, Err(Problem::Call(failure.into_cause())))
            }
        };
        let content = content.filter(|_| result.is_err());
        Answered {
            result,
            handler,
            content,
        }
    }

    /// Has all handlers of an event handle it, here.
    pub(super) async fn deliver(self: &Arc<Self>, targets: Targets, message: Message) -> Delivered {
        let section = self.section(MessageKind::Event);
        let mut join = section.signal.send().keys(targets).with(message).join();
        let mut succeeded = Vec::new();
        // What a handler has emitted follows when that one has succeeded, whatever becomes of the others.
        let joined = poll_fn(|cx| {
            let joined = join.poll_each(cx, |answer: &mut Answer| {
                succeeded.extend(answer.take_followers());
            });
            for followers in succeeded.drain(..) {
                followers.follow(self);
            }
            joined
        });
        let results = match joined.await {
            Ok(report) => report.into_results(),
            Err(cause) => {
                let failed = Failure::of_send_in("the bus", cause);
                vec![Err(failed)]
            }
        };
        let outcomes = results
            .into_iter()
            .map(|result| self.settle_event(result))
            .collect();
        Delivered {
            outcomes,
            problem: None,
        }
    }

    fn settle_event(self: &Arc<Self>, result: Result<Answer, Failure>) -> Result<(), Failed> {
        let answer = result.map_err(|failure| {
            let name = failure.name().map(Arc::from);
            (name, Problem::Call(failure.into_cause()))
        })?;
        let handler = answer.handler.clone();
        match answer.settle(self) {
            Ok(answer) => match answer.error {
                None => Ok(()),
                Some(error) => Err((handler, Problem::Failed(error))),
            },
            Err(problem) => Err((handler, problem)),
        }
    }

    /// Dispatches what a handler has emitted, which has succeeded.
    pub(super) fn follow(self: &Arc<Self>, emitted: Emitted, emissions: &Emissions) {
        let ticket = self.further_ticket();
        self.publish_emitted(emitted, emissions, ticket);
    }

    /// The same, of something that was emitted afterwards.
    pub(super) fn follow_late(self: &Arc<Self>, emitted: Emitted, emissions: &Emissions) {
        match self.ticket(None) {
            Some(ticket) => self.publish_emitted(emitted, emissions, ticket),
            None => self.tell_emitted(emitted, emissions, Problem::Stopped),
        }
    }

    /// Tells of something that was emitted after its handler had failed.
    pub(super) fn tell_unfollowed(self: &Arc<Self>, emitted: Emitted, emissions: &Emissions) {
        let problem = Problem::Failed("it was emitted by a handler that has failed".into());
        self.tell_emitted(emitted, emissions, problem);
    }

    fn tell_emitted(&self, emitted: Emitted, emissions: &Emissions, problem: Problem) {
        let info = emitted.info(emissions);
        self.tell(FailedMessage::new(
            info,
            None,
            problem,
            Some(emitted.into_content()),
        ));
    }

    fn publish_emitted(self: &Arc<Self>, emitted: Emitted, emissions: &Emissions, ticket: Ticket) {
        let section = self.section(MessageKind::Event);
        let (info, line) = (emitted.info(emissions), emitted.line(section));
        let message = Message::new(info, emitted.into_content(), Arc::clone(self));
        match line.and_then(|line| section.targets(line, &message)) {
            Ok((targets, _)) => self.submit_event(targets, message, ticket).detach(),
            Err(problem) => self.tell_not_given(message, problem),
        }
    }

    /// Tells of a message that no handler was given.
    pub(super) fn tell_not_given(&self, message: Message, problem: Problem) {
        let (info, content) = message.into_parts();
        self.tell(FailedMessage::new(info, None, problem, Some(content)));
    }

    /// Tells of what nobody waits for.
    pub(super) fn tell(&self, failed: FailedMessage) {
        let kind = failed.info().kind().word();
        drop_quietly(self.failures.send().key(kind).with(failed).now());
    }

    /// Gives an event to its engine.
    pub(super) fn submit_event(
        self: &Arc<Self>,
        targets: Targets,
        message: Message,
        ticket: Ticket,
    ) -> Waiting<Owed<Delivered>> {
        let core = Arc::clone(self);
        let deliver = move |message| -> BoxFuture<'static, Delivered> {
            Box::pin(async move { core.deliver(targets, message).await })
        };
        self.submit(message, ticket, None, deliver)
    }

    /// Gives a command or a query to its engine.
    pub(super) fn submit_request(
        self: &Arc<Self>,
        targets: Targets,
        message: Message,
        ticket: Ticket,
        deadline: Option<Deadline>,
    ) -> Waiting<Owed<Answered>> {
        let core = Arc::clone(self);
        let ask = move |message| -> BoxFuture<'static, Answered> {
            Box::pin(async move { core.ask(targets, message).await })
        };
        self.submit(message, ticket, deadline, ask)
    }
}
