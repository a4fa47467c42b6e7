//! Routers over the network: servers and clients, who hears what of whom, rights, and what becomes of it all when a connection is lost.
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

// Who hears what of whom, and who is asked.
mod bridge;
mod bridge_ends;
mod bridge_model;
mod comings;
mod directions;
mod names;
mod requests;

// Connections that are lost and made again.
mod reconnect;

// Who is let in, and what he may do.
mod door;
mod limits;
mod rights;
mod rights_model;

// Those who speak as the original does.
mod original;
