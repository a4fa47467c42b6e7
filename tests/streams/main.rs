//! How events are received as a stream: each rule a test, each test on each runtime, as in `tests/signal`.

#[macro_use]
#[path = "../signal/runtime.rs"]
#[allow(dead_code, reason = "shared with tests/signal, which uses all of it")]
mod runtime;
#[path = "../signal/common.rs"]
#[allow(dead_code, reason = "shared with tests/signal, which uses all of it")]
mod common;
mod got;

// What comes, and in which order.
mod filter;
mod options;
mod receive;

// What does not come, or comes later.
mod overflow;
mod wait;
mod wake;

// How it ends.
mod end;
mod next;
