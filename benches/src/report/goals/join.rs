//! Async callbacks in the task that sends.

use super::{Check, Data, Row, Shown, at_n, beside, row};
use crate::harness::Unit;

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let allocs = |n| data.value("allocations", "fanfare, async, joined", n, Unit::Allocs);
    // What one more callback adds: a send may have some of its own.
    let each = allocs(100)
        .zip(allocs(1))
        .map(|(many, one)| (many - one) / 99.0);
    let over_loop = |n| data.ratio("async-ready", "fanfare", "boxed loop", n);
    let mut ready = row(
        "async-ready",
        "ready async callbacks, `.join()`, N=100, over a loop that boxes and awaits each future",
        "1.0x, at most 1 allocation a callback (stretch: 0.5x and 0)",
        vec![
            Check::at_most(1.0, Shown::Times, "time", over_loop(100)),
            Check::at_most(1.0, Shown::Count, "allocations a callback", each),
        ],
    );
    let copied = data.ratio("async-ready", "fanfare", "boxed loop, payload copied", 100);
    ready.beside = vec![beside(
        Shown::Times,
        "over a loop that copies the payload where ours shares it",
        copied,
    )];
    let join_all = row(
        "join-all",
        "the same, times faster than `futures::future::join_all`",
        "4x",
        vec![Check::faster(
            4.0,
            at_n(100),
            data.ratio("async-ready", "join_all", "fanfare", 100),
        )],
    );
    let one_by_one = |n| data.ns("one-by-one", "fanfare", n);
    let growth = one_by_one(10_000).zip(one_by_one(100));
    let pending = row(
        "async-pending",
        "pending-once async callbacks, `.join()`, N=100, times faster than `FuturesUnordered`; completing one by one",
        "2x; linear to N=10,000 (a callback costs at most 2x of one at N=100)",
        vec![
            Check::faster(
                2.0,
                "pending once",
                data.ratio("async-pending", "FuturesUnordered", "fanfare", 100),
            ),
            Check::at_most(
                2.0,
                Shown::Times,
                "one by one, a callback at 10,000 over one at 100",
                growth.map(|(many, few)| many / few),
            ),
        ],
    );
    vec![ready, join_all, pending]
}
