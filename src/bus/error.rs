//! Why a message came to nothing.

use std::fmt;

use super::inject::DependencyError;
use crate::signal::{Cause, Panic};
use crate::sync::Arc;

/// Why a message, or a call for it, came to nothing.
#[derive(Debug, Clone)]
pub(super) enum Problem {
    Unhandled,
    /// So many were to handle what one handles.
    Ambiguous(usize),
    /// The handlers of that name take another body.
    WrongBody {
        expected: &'static str,
        given: &'static str,
    },
    Stopped,
    /// The router panicked.
    Router(Panic),
    /// The sender's time was up.
    TimedOut,
    /// Something could not be injected.
    Unmet(DependencyError),
    /// The handler replied with an error, which this is the text of. For who does not wait for it.
    Failed(Arc<str>),
    /// The call came to no reply.
    Call(Cause),
}

impl Problem {
    /// Of a call that was dropped, or panicked outside of the handler.
    pub(super) fn aborted() -> Self {
        Self::Call(Cause::Aborted)
    }

    pub(super) fn of_panic(panic: Panic) -> Self {
        Self::Call(Cause::Panicked(panic))
    }

    /// As a report says it.
    pub(super) fn into_cause(self) -> Cause {
        match self {
            Self::Call(cause) => cause,
            Self::Router(panic) => Cause::Panicked(panic),
            Self::Stopped => Cause::Closed,
            Self::TimedOut => Cause::TimedOut,
            Self::Failed(error) => Cause::Failed(error),
            problem => Cause::Failed(problem.to_string().into()),
        }
    }

    pub(super) fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Call(cause) => Some(cause),
            _ => None,
        }
    }

    /// What somebody panicked with: the handler, or the router.
    pub(super) fn panic(&self) -> Option<&Panic> {
        match self {
            Self::Call(Cause::Panicked(panic)) | Self::Router(panic) => Some(panic),
            _ => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unhandled => f.write_str("nobody handles it"),
            Self::Ambiguous(count) => {
                write!(f, "the router chose {count} handlers where there has to be one")
            }
            Self::WrongBody { expected, given } => {
                write!(f, "its handlers take a body of type `{expected}`, not `{given}`")
            }
            Self::Stopped => f.write_str("the bus has been stopped"),
            Self::Router(panic) => write!(f, "the router panicked: {panic}"),
            Self::TimedOut => f.write_str("its time was up"),
            Self::Unmet(error) => error.fmt(f),
            Self::Failed(error) => error.fmt(f),
            Self::Call(Cause::Panicked(panic)) => write!(f, "the handler panicked: {panic}"),
            Self::Call(Cause::TimedOut) => f.write_str("the handler timed out"),
            Self::Call(Cause::Aborted) => f.write_str("it was aborted"),
            Self::Call(Cause::Skipped) => f.write_str("a dispatcher skipped the handler"),
            Self::Call(Cause::Failed(error)) => write!(f, "a dispatcher had it fail: {error}"),
            Self::Call(Cause::Reentered) => f.write_str(
                "the handler would have waited for itself: it runs one call at a time, and waits for a message that it handles",
            ),
            Self::Call(Cause::Overflow) => f.write_str("there was no room for it"),
            Self::Call(Cause::Closed) => f.write_str("the bus has been stopped"),
        }
    }
}

/// What every error with a problem in it can be asked: `problem_methods!(self => the problem)`.
macro_rules! problem_methods {
    ($this:ident => $problem:expr) => {
        /// Whether nobody handles such a message.
        #[must_use]
        pub fn is_unhandled(&$this) -> bool {
            matches!($problem, Problem::Unhandled)
        }

        /// Whether the bus accepts nothing more, or had not begun with this when a stop was out of time.
        #[must_use]
        pub fn is_stopped(&$this) -> bool {
            matches!($problem, Problem::Stopped)
        }

        /// Whether the message's time was up, or its handler's.
        #[must_use]
        pub fn is_timed_out(&$this) -> bool {
            matches!($problem, Problem::TimedOut | Problem::Call(Cause::TimedOut))
        }

        /// Whether the handler was aborted: by a [`stop`](crate::Bus::stop) whose time was up, or since an executor or an engine
        /// dropped it.
        #[must_use]
        pub fn is_aborted(&$this) -> bool {
            matches!($problem, Problem::Call(Cause::Aborted))
        }

        /// What the handler panicked with, or the router.
        #[must_use]
        pub fn panic(&$this) -> Option<&Panic> {
            $problem.panic()
        }

        /// Why the call of the handler came to no reply, if it was that: a dispatcher that skipped it, say.
        #[must_use]
        pub fn cause(&$this) -> Option<&Cause> {
            $problem.cause()
        }

        /// What could not be injected into the handler.
        #[must_use]
        pub fn dependency(&$this) -> Option<&DependencyError> {
            match &$problem {
                Problem::Unmet(error) => Some(error),
                _ => None,
            }
        }
    };
}
pub(super) use problem_methods;
