//! What a reply says instead of a response.

use std::fmt;

/// The number in a reply that says what came of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// -1: the method is not known.
    UnknownMethod,
    /// -2: it failed.
    Failed,
    /// -3: the call named no method.
    NoMethod,
    /// Any other but 0, which is none of an error.
    Other(i64),
}

impl Status {
    /// The number on the wire.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::UnknownMethod => -1,
            Self::Failed => -2,
            Self::NoMethod => -3,
            Self::Other(number) => number,
        }
    }

    pub(super) const fn of(number: i64) -> Self {
        match number {
            -1 => Self::UnknownMethod,
            -2 => Self::Failed,
            -3 => Self::NoMethod,
            other => Self::Other(other),
        }
    }
}

macro_rules! codes {
    ($($(#[$about:meta])* $code:ident = $word:literal,)*) => {
        /// Why a call failed, in a word that a program can go by. The original does not have it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$about])* $code,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The word on the wire.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$code => $word),* }
            }

            pub(super) fn of(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$code),)* _ => None }
            }
        }
    };
}

codes! {
    /// The parameters are not what the method takes.
    BadParameters = "bad_parameters",
    /// No sender of that name is connected.
    UnknownSender = "unknown_sender",
    /// A sender of that name is connected already.
    NameTaken = "name_taken",
    /// The sender takes no requests.
    NoRequests = "no_requests",
    /// The sender takes requests, but none of that name.
    UnknownRequest = "unknown_request",
    /// There is no listener of that id.
    UnknownListener = "unknown_listener",
    /// The event is none of the sender's.
    UnknownEvent = "unknown_event",
    /// Who is to do it has failed, or panicked.
    Failed = "failed",
    /// Who is to do it has gone.
    Gone = "gone",
    /// The caller may not do that, or has to say hello first.
    Refused = "refused",
    /// There are as many already as there may be.
    TooMany = "too_many",
    /// The time was up.
    TimedOut = "timed_out",
}

/// What the other side replied instead of a response, or what is replied to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteError {
    status: Status,
    code: Option<Code>,
    message: Box<str>,
}

impl RemoteError {
    /// It failed, for this reason: status -2.
    #[must_use]
    pub fn failed(code: Code, message: impl fmt::Display) -> Self {
        Self::new(Status::Failed, Some(code), &message.to_string())
    }

    /// The method is not known: status -1.
    #[must_use]
    pub fn unknown_method() -> Self {
        Self::new(Status::UnknownMethod, None, "")
    }

    /// The call named no method: status -3.
    pub(super) fn no_method() -> Self {
        Self::new(Status::NoMethod, None, "")
    }

    pub(super) fn new(status: Status, code: Option<Code>, message: &str) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// The number that says what came of the call.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Why, in a word, where the other side knows such words.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.code
    }

    /// Why, in a sentence for people. Empty where there is none.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for RemoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Status::UnknownMethod => f.write_str("the method is not known"),
            Status::NoMethod => f.write_str("the call named no method"),
            Status::Failed if self.message.is_empty() => f.write_str("it failed"),
            Status::Failed => f.write_str(&self.message),
            Status::Other(number) => write!(f, "status {number}: {}", self.message),
        }
    }
}

impl std::error::Error for RemoteError {}
