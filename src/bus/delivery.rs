//! An event that was handed over.

use std::fmt;

use super::core::{Core, Ticket};
use super::error::Problem;
use super::handed::Message;
use super::info::{MessageId, MessageInfo};
use super::owed::{Came, Delivered, Owed};
use super::section::Targets;
use crate::signal::{Report, Waiting};
use crate::sync::Arc;

/// An event that was handed over: to how many handlers it goes, and what comes of it. Dropped, it is left, and what fails is told by
/// [`failures`](crate::Bus::failures). Made by `.await` on a [`Publish`](super::Publish).
pub struct Delivery {
    info: MessageInfo,
    count: usize,
    came: State,
}

enum State {
    /// `None` once it was taken.
    Later(Option<Waiting<Owed<Delivered>>>),
    /// It goes to nobody.
    Never(Option<Box<Owed<Delivered>>>),
}

impl Delivery {
    pub(super) fn begin(
        core: &Arc<Core>,
        message: Message,
        routed: Result<(Targets, usize), Problem>,
        ticket: Ticket,
    ) -> Self {
        let info = message.info.clone();
        let (count, came) = match routed {
            Ok((targets, count)) => {
                let waiting = core.submit_event(targets, message, ticket);
                (count, State::Later(Some(waiting)))
            }
            Err(problem) => {
                let (_, content) = message.into_parts();
                let never = Delivered::lost(problem, Some(content));
                let owed = Owed::new(never, info.clone(), Arc::clone(core));
                (0, State::Never(Some(Box::new(owed))))
            }
        };
        Self { info, count, came }
    }

    /// The number of the event.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.info.id()
    }

    /// How many handlers it goes to. Those that a predicate holds back are counted, too.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Waits until all its handlers have finished, for the report of what each of them did. An error that a handler gives is its failure.
    ///
    /// # Cancel safety
    /// Dropping the future cancels the handlers that have not finished.
    pub async fn join(mut self) -> Report<()> {
        let delivered = match &mut self.came {
            State::Later(waiting) => match waiting.take() {
                Some(waiting) => waiting.await.take(),
                None => unreachable!("taken once"),
            },
            State::Never(owed) => match owed.take() {
                Some(owed) => owed.take(),
                None => unreachable!("taken once"),
            },
        };
        delivered.into_report()
    }

    /// Cancels it: if it has not begun it does not, and handlers that run are dropped where they wait.
    pub fn abort(mut self) {
        if let State::Later(waiting) = &mut self.came {
            drop(waiting.take());
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let State::Later(waiting) = &mut self.came {
            if let Some(waiting) = waiting.take() {
                waiting.detach();
            }
        }
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("info", &self.info)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}
