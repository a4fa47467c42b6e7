//! The bus, over a boxed call, and beside other libraries.

use super::{Check, Data, Row, Shown, beside, beside_under, row};

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let ns = |candidate| data.ns("bus", candidate, 1);
    let over_boxed = |candidate| Some(ns(candidate)? - ns("boxed call")?);
    let ratio = |one, other| data.ratio("bus", one, other, 1);
    let mut execute = row(
        "bus-execute",
        "a command to its one handler and back, over a call of that handler through a box",
        "at most +150 ns",
        vec![Check::at_most(150.0, Shown::Ns, "", over_boxed("execute"))],
    );
    execute.beside = vec![
        beside(
            Shown::Ns,
            "with a `Result`",
            over_boxed("execute, fallible"),
        ),
        beside(
            Shown::Ns,
            "with a dependency",
            over_boxed("execute, one dependency"),
        ),
        beside(
            Shown::Ns,
            "with an `Emit`",
            over_boxed("execute, takes events"),
        ),
        beside(Shown::Ns, "query", over_boxed("query")),
        beside(Shown::Ns, "event, joined", over_boxed("publish, joined")),
    ];

    let python = Some(()).and_then(|()| Some(data.ns("python", "iambus", 1)? / ns("execute")?));
    let mut peers = row(
        "bus-peers",
        "a command to its one handler and back, beside other libraries; an event bus's event to its one listener",
        "at least 2x faster; 100x faster than iambus",
        vec![
            Check::faster(2.0, "hexeract", ratio("hexeract", "fanfare")),
            Check::faster(2.0, "mediator", ratio("mediator", "fanfare")),
            Check::faster(2.0, "medi-rs", ratio("medi-rs", "fanfare")),
            Check::faster(2.0, "mod-events", ratio("mod-events", "fanfare")),
            Check::faster(2.0, "jaeb", ratio("jaeb", "fanfare, in a task")),
            Check::faster(
                2.0,
                "tokio-events",
                ratio("tokio-events", "fanfare, in a task"),
            ),
            Check::faster(100.0, "iambus", python),
        ],
    );
    let keyed = "fanfare, with a key";
    peers.beside = vec![
        beside_under(
            "through an executor",
            "with a key, jaeb",
            ratio("jaeb", keyed),
        ),
        beside_under(
            "through an executor",
            "tokio-events",
            ratio("tokio-events", keyed),
        ),
        beside_under(
            "through an executor",
            "three workers, jaeb",
            ratio("jaeb", "fanfare, three workers"),
        ),
    ];
    vec![execute, peers]
}
