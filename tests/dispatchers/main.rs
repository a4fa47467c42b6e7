//! The dispatchers that are there ready-made, but `Logged`, which is in `tests/tracing.rs`.
//!
//! As in `tests/signal`, a test is an `async fn` that is given the runtime it runs on. Those that have to decide what happens
//! when drive an executor or a queue of tasks by hand.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "../signal/common.rs"]
mod common;
#[allow(dead_code, reason = "shared with the tests of the signal")]
#[macro_use]
#[path = "../signal/runtime.rs"]
mod runtime;

mod kit;
mod on_executor;
mod on_thread;
mod stopped;
mod timed;
mod together;
