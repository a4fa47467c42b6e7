//! What can go wrong with names.

use std::any::type_name;
use std::fmt;

/// The payload and the reply of a channel, by the names of their types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Types {
    payload: &'static str,
    reply: &'static str,
}

impl Types {
    pub(super) fn of<P, R>() -> Self {
        Self {
            payload: type_name::<P>(),
            reply: type_name::<R>(),
        }
    }
}

impl fmt::Display for Types {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "payload `{}`, reply `{}`", self.payload, self.reply)
    }
}

/// A channel was asked for by types that are not its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeConflict {
    identifier: Box<str>,
    known: Types,
    asked: Asked,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Both(Types),
    /// Nothing was said of the reply.
    Payload(&'static str),
}

impl TypeConflict {
    pub(super) fn new(identifier: &str, known: Types, asked: Types) -> Self {
        Self {
            identifier: identifier.into(),
            known,
            asked: Asked::Both(asked),
        }
    }

    pub(super) fn of_payload<P>(identifier: &str, known: Types) -> Self {
        Self {
            identifier: identifier.into(),
            known,
            asked: Asked::Payload(type_name::<P>()),
        }
    }

    /// The channel's name.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }
}

impl fmt::Display for TypeConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            identifier, known, ..
        } = self;
        write!(
            f,
            "channel `{identifier}` has {known}; it was asked for with "
        )?;
        match &self.asked {
            Asked::Both(types) => write!(f, "{types}")?,
            Asked::Payload(payload) => write!(f, "payload `{payload}`")?,
        }
        f.write_str(": give one of them another name, or another band")
    }
}

impl std::error::Error for TypeConflict {}

/// A send by name that did not happen. The payload is given back.
pub struct NotSent<P> {
    payload: Option<P>,
    why: Why,
}

#[derive(Debug)]
pub(super) enum Why {
    Types(TypeConflict),
    Full,
    Closed,
}

impl<P> NotSent<P> {
    pub(super) fn new(payload: Option<P>, why: Why) -> Self {
        Self { payload, why }
    }

    /// What was to be sent.
    #[must_use]
    pub fn into_payload(self) -> Option<P> {
        self.payload
    }

    /// The conflict, where the channel carries other types.
    #[must_use]
    pub fn type_conflict(&self) -> Option<&TypeConflict> {
        match &self.why {
            Why::Types(conflict) => Some(conflict),
            _ => None,
        }
    }

    /// Whether the send would have had to wait, which `.now()` cannot.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self.why, Why::Full)
    }

    /// Whether the band is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.why, Why::Closed)
    }
}

impl<P> fmt::Display for NotSent<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Types(conflict) => write!(f, "not sent: {conflict}"),
            Why::Full => f.write_str(
                "not sent: a limit is reached; end the send in `.await` to wait for room",
            ),
            Why::Closed => f.write_str("not sent: the band is closed"),
        }
    }
}

impl<P> fmt::Debug for NotSent<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NotSent({self})")
    }
}

impl<P> std::error::Error for NotSent<P> {}
