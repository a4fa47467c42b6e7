//! Keys, senders, and threads.

use super::{Check, Data, Row, Shown, at_n, beside, row};
use crate::harness::Unit;

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let growth =
        data.ns("keyed-send", "fanfare", 1_000_000)
            .zip(data.ns("keyed-send", "fanfare", 10_000));
    let keyed = row(
        "keyed-send",
        "keyed send, 1 match of 10,000 connections; of 1,000,000",
        "raw hash map + 25 ns, 0 allocations; at most 5x of that at 10,000",
        vec![
            Check::at_most(
                25.0,
                Shown::MoreNs,
                "over a raw map",
                data.more("keyed-send", "fanfare", "raw map", 10_000),
            ),
            Check::at_most(
                0.0,
                Shown::Count,
                "allocations",
                data.value("allocations", "fanfare, one key", 10_000, Unit::Allocs),
            ),
            Check::at_most(
                5.0,
                Shown::Times,
                "at 1,000,000",
                growth.map(|(many, few)| many / few),
            ),
        ],
    );
    let nobody = |candidate: &str, n| {
        data.ns(
            "nobody",
            &format!("fanfare, a {candidate} nobody listens to"),
            n,
        )
    };
    let nobody = row(
        "nobody",
        "a key or sender nobody listens to; a signal nobody listens to",
        "at most 12 ns; at most 6 ns",
        vec![
            Check::at_most(12.0, Shown::Ns, "key", nobody("key", 10_000)),
            Check::at_most(12.0, Shown::Ns, "sender", nobody("sender", 10_000)),
            Check::at_most(6.0, Shown::Ns, "signal", nobody("signal", 0)),
        ],
    );
    let overlap = row(
        "overlap",
        "4 keys and 2 senders that all match the same 1,000 callbacks (each runs once, in order)",
        "at most 15 ns a callback",
        vec![Check::at_most(
            15.0,
            Shown::Ns,
            "",
            data.ns("overlap", "fanfare, 4 keys and 2 senders", 1_000),
        )],
    );
    let scaling = |name: &str, n| {
        let (one, two) = (format!("{name}, 1 thread"), format!("{name}, 2 threads"));
        let ratio = data.ratio("two-threads", &one, &two, n);
        ratio.map(|ratio| 2.0 * ratio)
    };
    let mut threads = row(
        "two-threads",
        "two threads sending on one signal, and on one hot key: throughput over that of one thread",
        "1.9x",
        vec![
            Check::faster(1.9, at_n(1), scaling("fanfare", 1)),
            Check::faster(1.9, at_n(10), scaling("fanfare", 10)),
            Check::faster(1.9, "hot key", scaling("hot key", 10_000)),
        ],
    );
    threads.beside = vec![
        beside(
            Shown::Times,
            "raw loop on this machine, N=10",
            scaling("raw loop", 10),
        ),
        beside(
            Shown::Times,
            "sending the signal's defaults, N=1",
            scaling("fanfare, the defaults", 1),
        ),
        beside(
            Shown::Times,
            "a hot key with 2 callbacks",
            scaling("hot key with 2 callbacks", 10_000),
        ),
    ];
    vec![keyed, nobody, overlap, threads]
}
