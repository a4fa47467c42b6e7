//! What comes back from a sender that was not registered.

use std::fmt;

use compact_str::CompactString;

/// A sender that was not registered: which, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterError {
    problem: RegisterProblem,
    name: CompactString,
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
}

impl RegisterError {
    pub(super) fn new(problem: RegisterProblem, name: CompactString) -> Self {
        Self { problem, name }
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
        }
    }
}

impl std::error::Error for RegisterError {}
