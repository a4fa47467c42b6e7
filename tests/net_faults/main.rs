//! Routers over the network, where things go wrong: peers and servers that die in the middle of a word, that fall silent, that are slow, that
//! lie, that are many, and networks that are cut.
//!
//! As in `tests/signal`, a test that is an `async fn` is given the runtime it runs on.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "../signal/common.rs"]
mod common;
#[macro_use]
#[path = "../signal/runtime.rs"]
#[allow(dead_code, reason = "shared with the tests of the signal")]
mod runtime;
#[cfg(feature = "tls")]
mod authority;
mod frozen;
#[allow(
    dead_code,
    reason = "shared with the tests of routers over the network"
)]
#[path = "../net_router/kit.rs"]
mod kit;
mod played;
mod raw;
mod scene;

// Who dies at each step, and within each message.
mod forsaken;
mod ghosts;
mod killed;
mod truncated;

// Who says nothing, is slow, or is not who he should be.
mod greedy;
mod half_open;
mod hostile;
mod slow_loris;
mod slow_reader;
#[cfg(feature = "tls")]
mod strangers;

// Who is many, or says much.
#[cfg(unix)]
mod thousand;
mod turns;

// Networks that are cut.
#[cfg(target_os = "linux")]
mod cut;
