//! Groups that share the work: of those that match, a send calls one.
//!
//! As in `tests/flow`, a test is an `async fn` that is given the runtime it runs on, and those that have to decide what happens
//! when drive a seeded executor or poll by hand.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "../signal/common.rs"]
mod common;
#[allow(dead_code, reason = "shared with the tests of the signal")]
#[macro_use]
#[path = "../signal/runtime.rs"]
mod runtime;
#[allow(dead_code, reason = "shared with the tests of flow")]
#[path = "../flow/kit.rs"]
mod kit;
mod team;

// Who gets an event.
mod busy;
mod channels;
mod passed;
mod turns;

// What goes with it.
mod beside;
mod ended;

mod room;
mod streams;

// Threads that do all of it at once.
mod threads;
