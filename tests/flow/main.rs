//! How calls flow: order, queues, limits, time, failures, cancellation, and the end.
//!
//! As in `tests/signal`, a test is an `async fn` that is given the runtime it runs on. Those that have to decide what happens
//! when drive a seeded executor or poll by hand.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "../signal/common.rs"]
mod common;
#[macro_use]
#[path = "../signal/runtime.rs"]
mod runtime;
mod kit;

// Who runs when.
mod groups;
mod limits;
mod order;
mod queue;
mod room;
mod senders;
mod waits;

// Time, and what goes wrong.
mod failures;
mod quiet;
mod retold;
mod time;

// How it ends.
mod cancel;
mod life;
mod reconnected;
mod unfinished;

// Threads that do all of it at once.
mod stress;
