//! How a signal behaves: each rule a test, each test on each runtime.
//!
//! A test is an `async fn` that is given the runtime it runs on; `on_each_runtime!` makes the `#[test]`s of it. One that is
//! not named there is dead code, and the compiler says so.

#[macro_use]
mod runtime;
mod common;

// The signal, what it delivers and what it is answered.
mod handle;
mod payload;
mod reply;

// Who is called: callbacks and what makes two of them one.
mod callback;
mod identity;
mod reconnect;

// Who is reached: filters, and what they are made of.
mod death;
mod disconnect;
mod filter;
mod key;
mod lifetime;
mod predicate;
mod sender;

// Sends, and what comes of them.
mod crowd;
mod delivery;
mod event;
mod fold;
mod join;
mod order;

// What goes wrong.
mod cleanup;
mod failure;
mod panic;
mod state;
mod update;

// Connections.
mod connection;
mod guard;
mod limit;
mod object;
mod own;
mod running;
mod wait;

// What callbacks do to the signal they are called by.
mod inside;
mod nested;

// Where callbacks run.
mod executor;
mod inline;
mod schedule;
mod spawner;
#[cfg(feature = "tokio")]
mod tokio_runtime;
