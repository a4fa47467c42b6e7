//! How callbacks run: in the send, in the sender's task, or on an executor.
//!
//! [`Call`] is one call of an async callback, from the grant to the outcome. [`Crew`] runs calls inside one task,
//! [`Board`] collects what calls on an executor come to. Every border to user code catches panics.

mod board;
mod call;
mod crew;

pub(crate) use board::{Board, Job};
pub(crate) use call::{Call, Granted, Start, call_sync, failure};
pub(crate) use crew::Crew;

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
