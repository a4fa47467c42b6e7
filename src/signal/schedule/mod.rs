//! How callbacks run: in the send, in the sender's task, or on an executor.
//!
//! A [`Crew`] runs calls of async callbacks inside one task; a [`Call`](call::Call) is one that has to wait there. A
//! [`Handover`] gives them to an executor, each as a [`Job`](super::job::Job). Every border to user code catches panics.

mod bell;
mod call;
mod crew;
mod handover;

pub(crate) use crew::Crew;
pub(crate) use handover::{Handed, Handover};

/// What a send does with an async callback, where it ends in `.await` or `.now()`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Schedule {
    /// Hands each one over to the spawner.
    #[default]
    Spawn,
    /// Polls each one once within the send, and hands over only those that are not finished by then.
    ///
    /// Faster where callbacks seldom wait. The first steps of a callback then run on the thread that sends, one callback
    /// after the other, and outside the spawner's executor: a callback that needs tokio's timers or sockets must be sent
    /// to from inside tokio.
    Eager,
}
