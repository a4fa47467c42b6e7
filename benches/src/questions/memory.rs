//! How much memory does a connection take?
//!
//! Bytes requested and not given back, over the connections: the callback (which captures 8 bytes), the list and the
//! index included, the handle dropped. Once right after connecting, and once after sends have reached every connection,
//! when all that is made at the first send has been made.

use std::hint::black_box;

use hashbrown::HashMap;
use signals2::Connect1;
use stats_alloc::INSTRUMENTED_SYSTEM;

use super::subjects::{SyncFn, keyed, payload, raw, signal};
use crate::harness::{Bench, Unit};

fn live_bytes() -> f64 {
    let stats = INSTRUMENTED_SYSTEM.stats();
    stats.bytes_allocated as f64 - stats.bytes_deallocated as f64
}

/// What `build` leaves behind, and then what there is after `using` it.
fn weigh<T>(
    bench: &Bench,
    candidate: &str,
    n: usize,
    build: impl FnOnce() -> T,
    using: impl FnOnce(&T),
) {
    let before = live_bytes();
    let built = build();
    let each = (live_bytes() - before) / n as f64;
    bench.tell(candidate, n, Unit::Bytes, vec![each]);
    using(&built);
    let each = (live_bytes() - before) / n as f64;
    bench.tell(
        &format!("{candidate}, after sends"),
        n,
        Unit::Bytes,
        vec![each],
    );
}

pub(super) fn ask(bench: &Bench) {
    // What threads and tables of the crate's own allocate once is there already.
    drop((signal(1_000), keyed(1_000)));
    for n in [10_000, 100_000, 1_000_000] {
        weigh(
            bench,
            "raw map",
            n,
            || -> HashMap<u64, SyncFn> { (0..).zip(raw(n)).collect() },
            |_| (),
        );
        weigh(
            bench,
            "fanfare, keyed",
            n,
            || keyed(n),
            |signal| {
                for key in 0..n as u64 {
                    drop(signal.send().key(key).with(payload()).now().unwrap());
                }
            },
        );
        weigh(
            bench,
            "fanfare, unfiltered",
            n,
            || signal(n),
            |signal| drop(signal.send().with(payload()).now().unwrap()),
        );
    }
    weigh(
        bench,
        "signals2, unfiltered",
        10_000,
        || {
            let peer = signals2::Signal::<(u64,)>::new();
            for i in 0..10_000 {
                peer.connect(move |v| {
                    black_box(v ^ i);
                });
            }
            peer
        },
        |_| (),
    );
}
