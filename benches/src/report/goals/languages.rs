//! Other languages.

use super::{Check, Data, Row, Shown, beside, row};

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let n = 100;
    let sync = data.ns("sync-send", "fanfare", n);
    let joined = data.ns("async-ready", "fanfare", n);
    let python = |peer, ours: Option<f64>| Some(data.ns("python", peer, n)? / ours?);
    // Each over the raw loop of its own run.
    let ours = data.ratio("sync-send", "fanfare", "raw loop", n);
    let cpp = |peer| Some(data.ratio("cpp", peer, "raw loop", n)? / ours?);
    let sigslot = cpp("sigslot").map(|faster| 1.0 / faster);
    let mut one = row(
        "languages",
        "times faster than asyncio_dispatch, aiopubsub, blinker (Python), Boost.Signals2 (C++); over palacaze/sigslot (C++); N=100",
        "1,000x, 1,000x, 300x, 5x; within 1.2x",
        vec![
            Check::faster(
                1_000.0,
                "asyncio_dispatch, sync",
                python("asyncio_dispatch, sync", sync),
            ),
            Check::faster(
                1_000.0,
                "aiopubsub, async",
                python("aiopubsub, async", joined),
            ),
            Check::faster(300.0, "blinker", python("blinker", sync)),
            Check::faster(5.0, "Boost.Signals2", cpp("Boost.Signals2")),
            Check::at_most(1.2, Shown::Times, "over sigslot", sigslot),
        ],
    );
    one.beside = vec![
        beside(
            Shown::Times,
            "asyncio_dispatch, async",
            python("asyncio_dispatch, async", joined),
        ),
        beside(
            Shown::Times,
            "aiopubsub, async, over our sync",
            python("aiopubsub, async", sync),
        ),
        beside(
            Shown::Times,
            "aiopubsub, sync (a plain loop)",
            python("aiopubsub, sync", sync),
        ),
        beside(
            Shown::Times,
            "a raw Python loop over our sync",
            python("raw loop", sync),
        ),
    ];
    vec![one]
}
