//! What a bus carries: events, commands and queries.

use std::fmt;

use super::reply::Reply;

/// Something that has happened. Any number of handlers hear of it.
///
/// # Examples
/// ```
/// struct UserCreated { id: u64 }
/// impl fanfare::bus::Event for UserCreated {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "write `impl fanfare::bus::Event for {Self} {{}}`"
)]
pub trait Event: Send + Sync + 'static {}

/// Something that is to be done. One handler does it, and replies.
///
/// # Examples
/// ```
/// struct CreateUser { name: String }
/// impl fanfare::bus::Command for CreateUser { type Reply = Result<u64, std::io::Error>; }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "write `impl fanfare::bus::Command for {Self} {{ type Reply = ..; }}`"
)]
pub trait Command: Send + 'static {
    /// What the handler replies: often a `Result`, whose `Err` is the handler's failure.
    type Reply: Reply;
}

/// Something that is to be found out. One handler answers it.
///
/// A query differs from a command in what it means: it changes nothing.
///
/// # Examples
/// ```
/// struct FindUser { id: u64 }
/// impl fanfare::bus::Query for FindUser { type Reply = Option<String>; }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query",
    label = "not a query",
    note = "write `impl fanfare::bus::Query for {Self} {{ type Reply = ..; }}`"
)]
pub trait Query: Send + 'static {
    /// What the handler replies: a `Result` where it may fail, whose `Err` is the handler's failure.
    type Reply: Reply;
}

/// Whether a message is an event, a command or a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "lowercase")
)]
pub enum MessageKind {
    /// Any number of handlers hear of it.
    Event,
    /// One handler does it.
    Command,
    /// One handler answers it.
    Query,
}

impl MessageKind {
    /// In the order in which [`Bus::handle`](crate::Bus::handle) tries them.
    pub(super) const ALL: [Self; 3] = [Self::Event, Self::Command, Self::Query];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Command => "command",
            Self::Query => "query",
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
