//! Coming, going, and staying.

use super::{Check, Data, Row, Shown, row};
use crate::harness::Unit;

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let keyed = |n| data.ns("connect", "fanfare, keyed", n);
    let connect = row(
        "connect",
        "connect, keyed: each of 10,000; each of 1,000,000; the first send after a million",
        "150 ns; 700 ns; at most 20 µs",
        vec![
            Check::at_most(150.0, Shown::Ns, "of 10,000", keyed(10_000)),
            Check::at_most(700.0, Shown::Ns, "of 1,000,000", keyed(1_000_000)),
            Check::at_most(
                20_000.0,
                Shown::Ns,
                "first send",
                data.ns("connect", "fanfare, first send", 1_000_000),
            ),
        ],
    );
    let churn = row(
        "churn",
        "connect + send + disconnect, among 10,000 unfiltered, over a plain send",
        "at most 1.2x",
        vec![Check::at_most(
            1.2,
            Shown::Times,
            "",
            data.ratio("churn", "connect, send, disconnect", "send", 10_000),
        )],
    );
    // The worst of all sizes, and after sends, when nothing is left to be made.
    let worst = |candidate: &str| {
        let sizes = data.over_n("memory", &format!("{candidate}, after sends"), Unit::Bytes);
        sizes.into_iter().map(|(_, bytes)| bytes).reduce(f64::max)
    };
    let memory = row(
        "memory",
        "memory of a connection (callback capturing 8 bytes, handle dropped)",
        "at most 160 B keyed, 100 B unfiltered",
        vec![
            Check::at_most(160.0, Shown::Bytes, "keyed", worst("fanfare, keyed")),
            Check::at_most(
                100.0,
                Shown::Bytes,
                "unfiltered",
                worst("fanfare, unfiltered"),
            ),
        ],
    );
    vec![connect, churn, memory]
}
