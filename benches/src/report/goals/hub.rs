//! The hub, over a keyed signal, and beside a flat scan.

use super::{Check, Data, Row, Shown, beside, row};

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let n = 10_000;
    let ours = |candidate| data.ns("hub", candidate, n);
    let over = |one, other| data.ratio("hub", one, other, n);
    let exact = "hub, one topic each";
    let mut topics = row(
        "hub-topics",
        "publish, 1 match among 10,000 listeners to a topic each, over a keyed send",
        "at most 1.5x",
        vec![Check::at_most(
            1.5,
            Shown::Times,
            "",
            over(exact, "keyed signal"),
        )],
    );
    topics.beside = vec![
        beside(
            Shown::Times,
            "at N=100",
            data.ratio("hub", exact, "keyed signal", 100),
        ),
        beside(
            Shown::Times,
            "over a send with a number as its key",
            over(exact, "keyed signal, numbers"),
        ),
    ];

    let (all, crowded) = ("hub, patterns", "hub, patterns, 100,000 beside");
    let (few, few_crowded) = (
        "hub, patterns, a hundred topics",
        "hub, patterns, a hundred topics, 100,000 beside",
    );
    let python = |peer, candidate| Some(data.ns("python", peer, n)? / ours(candidate)?);
    let mut patterns = row(
        "hub-patterns",
        "publish, 1 match among 10,000 patterns of 6 parts, 2 of them wildcards: a hundred topics, whose answers are kept; \
            10,000 topics, of which few are",
        "at most 1 µs; with 100,000 other patterns beside them at most 1.25x; 1,000x faster than aiopubsub's cached lookup",
        vec![
            Check::at_most(1_000.0, Shown::Ns, "a hundred", ours(few)),
            Check::at_most(1_000.0, Shown::Ns, "10,000", ours(all)),
            Check::at_most(1.25, Shown::Times, "a hundred", over(few_crowded, few))
                .under("100,000 beside"),
            Check::at_most(1.25, Shown::Times, "10,000", over(crowded, all))
                .under("100,000 beside"),
            Check::faster(
                1_000.0,
                "aiopubsub, cached",
                python("aiopubsub, cached", few),
            ),
        ],
    );
    patterns.beside = vec![
        beside(
            Shown::Times,
            "times faster than a flat scan: a hundred",
            over("flat scan", few),
        ),
        beside(Shown::Times, "10,000", over("flat scan", all)),
        beside(
            Shown::Times,
            "than aiopubsub after a change: 10,000",
            python("aiopubsub, after a change", all),
        ),
    ];
    vec![topics, patterns]
}
