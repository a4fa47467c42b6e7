//! What is told where somebody may listen.

use std::panic::AssertUnwindSafe;

use tracing::span::EnteredSpan;
use tracing::{Level, Span};

use crate::signal::event::SignalInfo;
use crate::signal::failure::{ConnectionId, Failure};
use crate::signal::inspect::ConnectionKind;
use crate::signal::panic::capture;
use crate::sync::Arc;

/// The span of a send, entered on this thread until it is dropped. Not `Send`, so it is not held across an await.
#[must_use = "the span is left when it is dropped"]
pub(crate) struct SendSpan(#[expect(dead_code, reason = "it acts when it is dropped")] EnteredSpan);

/// Begins a send.
#[inline]
pub(crate) fn send(signal: &SignalInfo) -> SendSpan {
    let span = tracing::debug_span!(
        target: "fanfare",
        "send",
        signal.id = signal.id().0,
        signal.name = signal.name(),
    );
    SendSpan(span.entered())
}

/// The span of a send that may be over. It is closed when the last of these is dropped.
///
/// Unwind-safe by assertion: futures of ours are, and a subscriber that was shown a panic is nothing that they show.
pub(crate) struct LaterSpan(AssertUnwindSafe<Span>);

/// The span that this thread is in, for what runs later on behalf of the send.
#[inline]
pub(crate) fn here() -> LaterSpan {
    LaterSpan(AssertUnwindSafe(Span::current()))
}

impl LaterSpan {
    /// Runs this, a poll, within the span.
    #[inline]
    pub(crate) fn within<T>(&self, poll: impl FnOnce() -> T) -> T {
        self.0.in_scope(poll)
    }
}

impl Clone for LaterSpan {
    #[inline]
    fn clone(&self) -> Self {
        Self(AssertUnwindSafe(Span::clone(&self.0)))
    }
}

/// A callback is about to be called. The name is looked up only if somebody listens, whose panics stay here.
#[inline]
pub(crate) fn called(
    id: ConnectionId,
    name: impl FnOnce() -> Option<Arc<str>>,
    kind: ConnectionKind,
) {
    drop(capture(|| {
        tracing::event!(
            name: "callback",
            target: "fanfare",
            Level::TRACE,
            {
                connection.id = id.0,
                connection.name = name().as_deref(),
                connection.kind = kind.word(),
            },
            "called"
        );
    }));
}

/// A callback has failed. With its signal: who listens to warnings alone sees no span.
#[inline]
pub(crate) fn failed(signal: &SignalInfo, failure: &Failure) {
    tracing::event!(
        name: "failure",
        target: "fanfare",
        Level::WARN,
        {
            signal.id = signal.id().0,
            signal.name = signal.name(),
            connection.id = failure.connection().map(|id| id.0),
            connection.name = failure.name(),
        },
        "{failure}"
    );
}

/// A callback that was told of a failure has failed itself, and nobody else is told.
#[inline]
pub(crate) fn failure_lost(signal: &SignalInfo, failure: &Failure) {
    tracing::event!(
        name: "failure_lost",
        target: "fanfare",
        Level::ERROR,
        {
            signal.id = signal.id().0,
            signal.name = signal.name(),
            connection.id = failure.connection().map(|id| id.0),
            connection.name = failure.name(),
        },
        "told of a failure, {failure}"
    );
}

/// Whether anybody may listen.
#[inline]
pub(crate) fn is_on() -> bool {
    tracing::enabled!(target: "fanfare", Level::WARN)
}
