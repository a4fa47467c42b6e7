//! Bands: who hears what, how long channels live, sends by name, which band is active, and how bands end.
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

// Who is called, and when.
mod handles;
mod hears;
mod options;
mod twins;

// How long it lasts.
mod death;
mod disconnect;
mod late;
mod names;

// Other ways to send and to listen.
mod limits;
mod named;
mod stream;

// Bands.
mod active;
mod def;
mod dispatched;
mod isolated;
mod life;

// Code of the user's in the middle of it.
mod inside;
mod quiet;
mod stress;
