//! Buses: who handles what, what is injected, what follows, in which order, and how it all ends.
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

// From message to handler.
mod arguments;
mod named;
mod objects;
mod sends;

// What is injected.
mod deps;
mod provide;
mod singletons;
mod start;

// What follows.
mod causes;
mod emit;
mod emit_fails;

// What comes to nothing.
mod cancel;
mod errors;
mod failures;
mod panics;

// In which order, and by whom.
mod engines;
mod keys;
mod routers;
mod workers;

// Around it.
mod dispatchers;
mod options;

// How it ends.
mod crowd;
mod ends;
#[cfg(all(unix, feature = "signals"))]
mod os_signals;
mod stop;
mod stress;
