//! Sync sends.

use super::{Check, Data, Row, Shown, at_n, beside_under, row};
use crate::harness::Unit;

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let over_raw = |question, n, limit| {
        let ratio = data.ratio(question, "fanfare", "raw loop", n);
        Check::at_most(limit, Shown::Times, at_n(n), ratio)
    };
    let more = data.more("sync-send", "fanfare", "raw loop", 1);
    let raw = row(
        "sync-send",
        "sync send, unfiltered, over a raw `Vec<Box<dyn Fn(&P)>>` loop",
        "N=1: raw + 12 ns; N=100: 1.25x; N=1,000: 1.6x; N=10,000: 2.5x",
        vec![
            Check::at_most(12.0, Shown::MoreNs, at_n(1), more),
            over_raw("sync-send", 100, 1.25),
            over_raw("sync-send", 1_000, 1.6),
            over_raw("sync-send", 10_000, 2.5),
        ],
    );
    let mixed = row(
        "mixed-closures",
        "the same, with 8 different closure types in random order",
        "1.2x at N=100 and 1,000",
        vec![
            over_raw("mixed-closures", 100, 1.2),
            over_raw("mixed-closures", 1_000, 1.2),
        ],
    );

    let faster = |n, limit| {
        let ratio = data.ratio("signals2", "signals2", "fanfare", n);
        Check::faster(limit, at_n(n), ratio)
    };
    let threads = |n| {
        let ratio = data.ratio("signals2", "signals2, 2 threads", "fanfare, 2 threads", n);
        Check::faster(5.0, at_n(n), ratio).under("2 threads")
    };
    let signals2 = row(
        "signals2",
        "times faster than `signals2` (`u64` payload, no panic isolation)",
        "N=1: 1.3x; N=10: 1.1x; N≥100: never slower; two threads: 5x",
        vec![
            faster(1, 1.3),
            faster(10, 1.1),
            faster(100, 1.0),
            faster(1_000, 1.0),
            faster(10_000, 1.0),
            threads(1),
            threads(10),
        ],
    );

    let mut checks = Vec::new();
    for (question, peer, ours) in [
        ("mod-events", "mod-events, sync", "fanfare, sync"),
        ("mod-events", "mod-events, async", "fanfare, async"),
        ("jaeb", "jaeb, sync", "fanfare, sync"),
        ("jaeb", "jaeb, async", "fanfare, joined"),
    ] {
        for (n, limit) in [(1, 1.0), (10, 2.0), (100, 2.0)] {
            let ratio = data.ratio(question, peer, ours, n);
            checks.push(Check::faster(limit, at_n(n), ratio).under(peer));
        }
    }
    let mut dispatchers = row(
        "dispatchers",
        "times faster than `mod-events` and `jaeb` (sync and async publish)",
        "N=1: never slower; N=10 and 100: 2x",
        checks,
    );
    dispatchers.beside = [1, 10, 100]
        .map(|n| {
            let spawned = data.ratio("jaeb", "jaeb, async", "fanfare, spawned", n);
            beside_under("jaeb, async, ours spawned too", &at_n(n), spawned)
        })
        .into();

    let most = data.over_n("allocations", "fanfare, sync", Unit::Allocs);
    let most = most.into_iter().map(|(_, made)| made).reduce(f64::max);
    let allocations = row(
        "allocations",
        "allocations of a sync send, reply `()`",
        "0, at any N",
        vec![Check::at_most(0.0, Shown::Count, "N=0 to 10,000", most)],
    );
    vec![raw, mixed, signals2, dispatchers, allocations]
}
