//! Signals that send what others send, and signals that streams are forwarded into.
//!
//! On each runtime, as the tests of the signal are, whose runtimes and logs these are.

#[macro_use]
#[path = "../signal/runtime.rs"]
mod runtime;
#[allow(dead_code, reason = "not all of it is needed here")]
#[path = "../signal/common.rs"]
mod common;

mod circle;
mod forward;
mod lifetime;
mod options;
mod refusal;
mod sink;
