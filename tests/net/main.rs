//! The network: frames, codecs and messages; carriers; links, and what hostile, slow and silent peers do to them.
//!
//! As in `tests/signal`, a test that is an `async fn` is given the runtime it runs on.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "../signal/common.rs"]
mod common;
#[macro_use]
#[path = "../signal/runtime.rs"]
#[allow(dead_code, reason = "shared with the tests of the signal")]
mod runtime;
mod kit;

mod traits;

// Without any connection.
mod any_messages;
mod codecs;
mod frames;
mod messages;

// What carries frames.
mod accept;
mod carriers;
mod redial;
mod streams;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unix;

// Links.
mod calls;
mod ends;
mod hello;
mod hostile;
mod panics;
mod plain;
mod queues;
mod silence;
mod stress;
