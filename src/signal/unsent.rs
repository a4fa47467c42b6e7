//! What comes back from a send that did not happen.

use std::fmt;

/// A send that would have had to wait, or whose signal is closed. Nothing was delivered; the payload is given back.
pub struct Unsent<P> {
    payload: Option<P>,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Full,
    Closed,
}

impl<P> Unsent<P> {
    pub(crate) fn new(payload: Option<P>, why: Why) -> Self {
        Self { payload, why }
    }

    /// What was to be sent; `None` where that was the signal's defaults.
    #[must_use]
    pub fn payload(&self) -> Option<&P> {
        self.payload.as_ref()
    }

    /// As [`payload`](Self::payload), for keeps.
    #[must_use]
    pub fn into_payload(self) -> Option<P> {
        self.payload
    }

    /// Whether a limit stood in the way: `max_in_flight`, or a full queue with `Overflow::Wait`. An awaited send waits there.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.why == Why::Full
    }

    /// Whether the signal is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.why == Why::Closed
    }
}

impl<P> fmt::Display for Unsent<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.why {
            Why::Full => "not sent: a limit is reached; end the send in `.await` to wait for room",
            Why::Closed => "not sent: the signal is closed",
        })
    }
}

impl<P> fmt::Debug for Unsent<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unsent({self})")
    }
}

impl<P> std::error::Error for Unsent<P> {}
