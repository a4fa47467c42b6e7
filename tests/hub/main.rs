//! Hubs: who hears what, queues and consumers, listeners, publishers, requests, notices, and how it all ends.
//!
//! As in `tests/signal`, a test is an `async fn` that is given the runtime it runs on.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "../signal/common.rs"]
mod common;
#[macro_use]
#[path = "../signal/runtime.rs"]
#[allow(dead_code, reason = "shared with the tests of the signal")]
mod runtime;
#[allow(dead_code, reason = "shared with the tests of flow")]
#[path = "../flow/kit.rs"]
mod course;
mod kit;

// Who hears what, and when.
mod calls;
mod hears;
mod listeners;
mod malformed;

// Queues.
mod consume;
mod queues;

// Messages that are kept, and listeners and queues that share them.
mod groups;
mod retained;

// Other ways to publish.
mod publishers;
mod requests;
mod throttled;

// Around it.
mod ends;
mod mock;
mod notices;

// What is kept.
mod newcomers;

// Code of the user's in the middle of it.
mod inside;
mod stress;
