//! Routers: who hears what and in which order, senders that come and go, requests, and how it all ends.
//!
//! As in `tests/signal`, a test is an `async fn` that is given the runtime it runs on.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "../signal/common.rs"]
mod common;
#[macro_use]
#[path = "../signal/runtime.rs"]
#[allow(dead_code, reason = "shared with the tests of the signal")]
mod runtime;
mod kit;

// Who hears what, and when.
mod calls;
mod hears;
mod order;
mod streams;

// Senders.
mod detached;
mod notices;
mod presence;
mod senders;

// Requests.
mod deadlines;
mod handlers;
mod requests;

// Around it.
mod ends;
mod shown;

// Code of the user's in the middle of it.
mod inside;
mod stress;
