//! What comes back from a sender that was not registered.

use std::fmt;

use compact_str::CompactString;

/// A sender that was not registered: which, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterError {
    problem: RegisterProblem,
    name: CompactString,
    /// What a server says.
    reason: Option<Box<str>>,
}

/// Why a sender was not registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegisterProblem {
    /// The name is empty.
    NoName,
    /// Neither events nor handlers were given.
    NothingDeclared,
    /// The name of an event is empty.
    NamelessEvent,
    /// A sender of this name is there.
    NameTaken,
    /// The router is closed.
    Closed,
    /// The server was not connected to in time.
    Offline,
    /// The server does not let this one have such a sender.
    Refused,
    /// The client has as many senders and listeners with the server as it may.
    TooMany,
    /// The server did not say that it has it.
    Lost,
}

impl RegisterError {
    pub(crate) fn new(problem: RegisterProblem, name: impl Into<CompactString>) -> Self {
        Self {
            problem,
            name: name.into(),
            reason: None,
        }
    }

    /// What a server says.
    #[cfg(feature = "net")]
    pub(crate) fn because(mut self, reason: impl fmt::Display) -> Self {
        self.reason = Some(reason.to_string().into());
        self
    }

    /// Why.
    #[must_use]
    pub fn problem(&self) -> RegisterProblem {
        self.problem
    }

    /// The name it was to have.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.problem {
            RegisterProblem::NoName => f.write_str("a sender has a name, and this one is empty"),
            RegisterProblem::NothingDeclared => write!(
                f,
                "the sender `{name}` declares neither events nor requests: `.event(..)` and `.on_request(..)` do; `.events([\"\"; 0])` is for one that is only to be there"
            ),
            RegisterProblem::NamelessEvent => {
                write!(
                    f,
                    "the sender `{name}` declares an event whose name is empty"
                )
            }
            RegisterProblem::NameTaken => write!(
                f,
                "a sender `{name}` is there already: its name is free once its last handle is dropped, or `router.remove_sender(\"{name}\")` was called"
            ),
            RegisterProblem::Closed => {
                write!(
                    f,
                    "the sender `{name}` was not registered: the router is closed"
                )
            }
            RegisterProblem::Offline => write!(
                f,
                "the sender `{name}` was not registered: the server was not connected to in time; `client.connected().await` waits until it is"
            ),
            // The server says what is refused.
            RegisterProblem::Refused if self.reason.is_some() => {
                write!(f, "the sender `{name}` was not registered")
            }
            RegisterProblem::Refused => write!(
                f,
                "the sender `{name}` was not registered: the server does not let this client have it"
            ),
            RegisterProblem::TooMany => write!(
                f,
                "the sender `{name}` was not registered: the client has as many senders and listeners with the server as it may"
            ),
            RegisterProblem::Lost => {
                write!(f, "whether the sender `{name}` was registered is not known")
            }
        }?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RegisterError {}
