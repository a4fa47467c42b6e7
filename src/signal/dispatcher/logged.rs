//! Sends, told to `tracing` under a name.

use super::{Context, Dispatcher, Results};
use crate::signal::failure::Cause;
use crate::signal::panic::capture;

/// A dispatcher that tells `tracing` of each send: an event before anybody is called (`sending`), one afterwards with how many
/// replied, failed and were skipped (`sent`), and one for each call that failed (`failed`). Their target is `fanfare`.
///
/// The first two are at [`Level::Debug`], unless [`sends_at`](Self::sends_at) says otherwise, and failures at
/// [`Level::Warn`], unless [`failures_at`](Self::failures_at) does. Every event has the name that was given here
/// (`dispatcher.name`), the [identifier](Context::identifier) of the signal and the [number](Context::send_number) of the send.
///
/// With the feature `tracing` a signal tells of its failures anyway. This is for the sends of some signals, or of a band,
/// under a name of their own. Panics of subscribers are caught.
///
/// # Examples
/// ```
/// use fanfare::Signal;
/// use fanfare::dispatcher::{Level, Logged};
///
/// // DEBUG sending dispatcher.name="shop" identifier="orders" send=1 receivers=0 payload="u32"
/// // DEBUG sent dispatcher.name="shop" identifier="orders" send=1 replied=0 failed=0 skipped=0
/// let orders = Signal::builder(0u32).name("orders").dispatcher(Logged::new("shop")).build();
/// let _ = orders.send().now();
///
/// let quiet = Logged::new("shop").sends_at(Level::Trace).failures_at(Level::Off);
/// # let _ = quiet;
/// ```
#[derive(Debug, Clone)]
#[must_use = "a dispatcher does nothing until a signal has it"]
pub struct Logged {
    name: Box<str>,
    sends: Level,
    failures: Level,
}

/// How important an event of [`Logged`] is: the levels of `tracing`, and none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Nothing is told.
    Off,
    /// `ERROR`.
    Error,
    /// `WARN`.
    Warn,
    /// `INFO`.
    Info,
    /// `DEBUG`.
    Debug,
    /// `TRACE`.
    Trace,
}

/// An event at a level that is known when it happens: `tracing` wants to know it when it is compiled. What a subscriber
/// does is not ours, and its panics stay here.
macro_rules! tell {
    ($level:expr, $name:literal, { $($fields:tt)* }, $($message:tt)*) => {{
        macro_rules! at {
            ($at:ident) => {
                drop(capture(|| {
                    tracing::event!(name: $name, target: "fanfare", tracing::Level::$at, { $($fields)* }, $($message)*);
                }))
            };
        }
        match $level {
            Level::Off => {}
            Level::Error => at!(ERROR),
            Level::Warn => at!(WARN),
            Level::Info => at!(INFO),
            Level::Debug => at!(DEBUG),
            Level::Trace => at!(TRACE),
        }
    }};
}

impl Logged {
    /// Tells of sends under this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into().into(),
            sends: Level::Debug,
            failures: Level::Warn,
        }
    }

    /// Has the events before and after a send be of this level.
    pub fn sends_at(mut self, level: Level) -> Self {
        self.sends = level;
        self
    }

    /// Has the events of failures be of this level.
    pub fn failures_at(mut self, level: Level) -> Self {
        self.failures = level;
        self
    }
}

impl Dispatcher for Logged {
    fn before(&self, cx: &Context) {
        tell!(self.sends, "sending", {
            dispatcher.name = &*self.name,
            identifier = cx.identifier(),
            send = cx.send_number(),
            receivers = cx.receivers(),
            payload = cx.payload_type(),
        }, "sending");
    }

    fn after(&self, cx: &Context, results: &Results<'_>) {
        let is_skipped = |cause: &Cause| matches!(cause, Cause::Skipped);
        let unsaid = results.failures().count();
        let skipped = results
            .failures()
            .filter(|failure| is_skipped(failure.cause()))
            .count();
        for failure in results.failures() {
            if is_skipped(failure.cause()) {
                continue;
            }
            tell!(self.failures, "failed", {
                dispatcher.name = &*self.name,
                identifier = cx.identifier(),
                send = cx.send_number(),
                connection.id = failure.connection().map(|id| id.0),
                connection.name = failure.name(),
            }, "{failure}");
        }
        tell!(self.sends, "sent", {
            dispatcher.name = &*self.name,
            identifier = cx.identifier(),
            send = cx.send_number(),
            replied = results.len() - unsaid,
            failed = unsaid - skipped,
            skipped = skipped,
        }, "sent");
    }
}
