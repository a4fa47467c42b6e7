//! What came of a message, until somebody takes it.

use super::content::Content;
use super::core::Core;
use super::error::Problem;
use super::failure::FailedMessage;
use super::handed::Answer;
use super::info::MessageInfo;
use crate::signal::{Failure, Report};
use crate::sync::Arc;

/// What came of a message. Whoever takes it knows; dropped before that, what failed is told by `failures()`.
pub(super) struct Owed<V: Came> {
    value: Option<V>,
    info: MessageInfo,
    core: Arc<Core>,
}

/// What can come of a message.
pub(super) trait Came: Send + 'static {
    /// It was not run to its end. With what it said, if no handler was given it.
    fn lost(problem: Problem, content: Option<Content>) -> Self;

    /// What failed.
    fn failed(self, info: &MessageInfo) -> Vec<FailedMessage>;
}

impl<V: Came> Owed<V> {
    pub(super) fn new(value: V, info: MessageInfo, core: Arc<Core>) -> Self {
        Self {
            value: Some(value),
            info,
            core,
        }
    }

    pub(super) fn take(mut self) -> V {
        match self.value.take() {
            Some(value) => value,
            None => unreachable!("taken once"),
        }
    }
}

impl<V: Came> Drop for Owed<V> {
    fn drop(&mut self) {
        let failed = self.value.take().map(|value| value.failed(&self.info));
        for failed in failed.into_iter().flatten() {
            self.core.tell(failed);
        }
    }
}

/// What came of a command or query.
pub(super) struct Answered {
    pub(super) result: Result<Answer, Problem>,
    /// Whose it is, if it is a handler's.
    pub(super) handler: Option<Arc<str>>,
    /// What it said, if no handler was given it.
    pub(super) content: Option<Content>,
}

impl Came for Answered {
    fn lost(problem: Problem, content: Option<Content>) -> Self {
        Self {
            result: Err(problem),
            handler: None,
            content,
        }
    }

    fn failed(self, info: &MessageInfo) -> Vec<FailedMessage> {
        let problem = match self.result {
            Ok(answer) => match answer.error {
                Some(error) => Problem::Failed(error),
                None => return Vec::new(),
            },
            Err(problem) => problem,
        };
        let (info, handler) = (info.clone(), self.handler);
        vec![FailedMessage::new(info, handler, problem, self.content)]
    }
}

/// A handler's name, and what went wrong with it.
pub(super) type Failed = (Option<Arc<str>>, Problem);

/// What came of an event.
pub(super) struct Delivered {
    /// Of each handler, in the order in which they began: nothing, or its name and what went wrong.
    pub(super) outcomes: Vec<Result<(), Failed>>,
    /// Why it came to nobody, with what it said.
    pub(super) problem: Option<(Problem, Option<Content>)>,
}

impl Came for Delivered {
    fn lost(problem: Problem, content: Option<Content>) -> Self {
        Self {
            outcomes: Vec::new(),
            problem: Some((problem, content)),
        }
    }

    fn failed(self, info: &MessageInfo) -> Vec<FailedMessage> {
        let of_message = self
            .problem
            .map(|(problem, content)| FailedMessage::new(info.clone(), None, problem, content));
        let of_handler = |outcome: Result<(), Failed>| {
            let (handler, problem) = outcome.err()?;
            Some(FailedMessage::new(info.clone(), handler, problem, None))
        };
        let of_handlers = self.outcomes.into_iter().filter_map(of_handler);
        of_message.into_iter().chain(of_handlers).collect()
    }
}

impl Delivered {
    /// As who waits for it is told.
    pub(super) fn into_report(self) -> Report<()> {
        match self.problem {
            // A report of nobody says so.
            None | Some((Problem::Unhandled, _)) => {}
            Some((problem, _)) => {
                return Report::of_unsent(Failure::of_send_in("the router", problem.into_cause()));
            }
        }
        let mut report = Report::new();
        for outcome in self.outcomes {
            report.push(outcome.map_err(|(name, problem)| {
                Failure::of_name(name.unwrap_or_default(), problem.into_cause())
            }));
        }
        report
    }
}
