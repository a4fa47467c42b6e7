//! Dispatchers: code of the user's around sends and calls.
//!
//! As in `tests/signal`, a test is an `async fn` that is given the runtime it runs on. Those that have to decide what happens
//! when drive a seeded executor or poll by hand.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "../signal/common.rs"]
mod common;
#[allow(dead_code, reason = "shared with the tests of the signal")]
#[macro_use]
#[path = "../signal/runtime.rs"]
mod runtime;
mod kit;

// What they are told, and when.
mod contexts;
mod finale;
mod folds;
mod order;

// What they do.
mod delays;
mod elsewhere;
mod ends;
mod panics;

// What is around them.
mod options;
mod quiet;
mod stops;

// Threads that do all of it at once.
mod stress;
