//! Links, beside raw loops over the same sockets.

use super::{Check, Data, Row, Shown, beside, row};
use crate::harness::Unit;

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let value = |candidate: &str, unit| data.value("network", candidate, 1, unit);
    let over = |one: Option<f64>, other: Option<f64>| Some(one? / other?);
    let ours = |kind: &str| data.ns("network", &format!("fanfare, {kind}"), 1);
    let mut events = row(
        "network-events",
        "an event of 64 bytes through a link, one way, in JSON: over TCP; over TLS, and over TCP in TLS",
        "at most 2 µs (500,000 a second); at most 1.5x",
        vec![
            Check::at_most(2_000.0, Shown::Ns, "TCP", ours("TCP")),
            Check::at_most(
                1.5,
                Shown::Times,
                "TLS over TCP",
                over(ours("TLS"), ours("TCP")),
            ),
        ],
    );
    events.beside = vec![
        beside(Shown::Ns, "Unix socket", ours("Unix socket")),
        beside(
            Shown::Ns,
            "raw loop, TCP, one at a time",
            data.ns("network", "raw loop, TCP, one at a time", 1),
        ),
        beside(
            Shown::Ns,
            "raw loop, TCP, 64 KiB at a time",
            data.ns("network", "raw loop, TCP, 64 KiB at a time", 1),
        ),
    ];
    let p99 = |kind: &str| value(&format!("fanfare, {kind}"), Unit::P99);
    let mut latency = row(
        "network-latency",
        "from before an event is sent until who listens has it, one at a time, p99: over TCP; a Unix socket",
        "at most 100 µs; 60 µs",
        vec![
            Check::at_most(100_000.0, Shown::Ns, "TCP", p99("TCP")),
            Check::at_most(60_000.0, Shown::Ns, "Unix socket", p99("Unix socket")),
        ],
    );
    latency.beside = vec![
        beside(Shown::Ns, "TLS", p99("TLS")),
        beside(
            Shown::Ns,
            "raw loop, TCP",
            value("raw loop, TCP", Unit::P99),
        ),
    ];
    let mut checks = Vec::new();
    for kind in ["TCP", "Unix socket", "TLS"] {
        let request = value(&format!("fanfare, {kind}, request"), Unit::P50);
        let echo = value(&format!("raw loop, {kind}, echo"), Unit::P50);
        checks.push(Check::at_most(1.5, Shown::Times, kind, over(request, echo)));
    }
    let requests = row(
        "network-requests",
        "a request and its reply, p50, over a raw echo of the same bytes",
        "at most 1.5x",
        checks,
    );
    let mut routers = row(
        "network-routers",
        "from a client's sender to a listener of its server, over TCP in JSON, 64 bytes: an event; p99, one at a time",
        "at most 2 µs (500,000 a second); 100 µs",
        vec![
            Check::at_most(
                2_000.0,
                Shown::Ns,
                "an event",
                data.ns("network", "routers, TCP", 1),
            ),
            Check::at_most(
                100_000.0,
                Shown::Ns,
                "p99",
                value("routers, TCP", Unit::P99),
            ),
        ],
    );
    routers.beside = vec![
        beside(Shown::Ns, "the same through a link", ours("TCP")),
        beside(
            Shown::Ns,
            "a request and its reply, p50",
            value("routers, TCP, request", Unit::P50),
        ),
    ];
    let mut others = Vec::new();
    for who in ["one who does not read", "many who do not finish a message"] {
        let beside_them = value(&format!("routers, TCP, beside {who}"), Unit::P99);
        let ratio = over(beside_them, value("routers, TCP", Unit::P99));
        others.push(Check::at_most(2.0, Shown::Times, who, ratio));
    }
    let others = row(
        "network-others",
        "the same p99 while others are connected that are no good, over that without them",
        "at most 2x",
        others,
    );
    vec![events, latency, requests, routers, others]
}
