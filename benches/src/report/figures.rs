//! The figures that are no line over N.

use super::data::Data;
use super::text::{bytes, grouped, nanoseconds, numbers_table, times};
use crate::harness::Unit;

pub(super) fn threads(text: &mut String, data: &Data) {
    text.push_str(
        "## Two threads\nBoth send on one signal. Where they do not disturb each other, a send takes as long as it does on one thread, and\n\
        the throughput is twice that of one.\n\n",
    );
    let mut rows = Vec::new();
    for (name, n) in [
        ("raw loop", 1),
        ("raw loop", 10),
        ("raw loop", 100),
        ("fanfare", 1),
        ("fanfare", 10),
        ("fanfare", 100),
        ("fanfare, the defaults", 1),
        ("fanfare, the defaults", 10),
        ("hot key", 10_000),
        ("hot key with 2 callbacks", 10_000),
        ("all keys", 10_000),
    ] {
        let (one, two) = (format!("{name}, 1 thread"), format!("{name}, 2 threads"));
        let ns = |candidate: &str| data.ns("two-threads", candidate, n);
        let ratio = data.ratio("two-threads", &one, &two, n);
        if let (Some(alone), Some(both), Some(ratio)) = (ns(&one), ns(&two), ratio) {
            let name = match name {
                "hot key" => "fanfare, one key for both",
                "hot key with 2 callbacks" => "fanfare, one key for both, with 2 callbacks",
                "all keys" => "fanfare, keys in turn",
                _ => name,
            };
            rows.push(vec![
                name.to_owned(),
                grouped(n as u64),
                nanoseconds(alone),
                nanoseconds(both),
                times(2.0 * ratio),
            ]);
        }
    }
    let head = [
        "",
        "N",
        "one thread, a send",
        "two threads, a send",
        "throughput",
    ]
    .map(String::from);
    text.push_str(&numbers_table(&head, &rows));
    text.push('\n');
}

pub(super) fn longest(text: &mut String, data: &Data) {
    text.push_str(
        "## The longest single operation\nA million connections to a key each; then half of them go. Each operation is timed by itself, \
        about 25 ns of clock included.\nThe raw lookup shows what the machine adds: whatever else runs on it interrupts one as well as \
        the other. Where all are\ncalled, the million connections are unfiltered, and one send calls each of them.\n\n",
    );
    let candidates = [
        "raw map, lookup and call",
        "fanfare, each of the connects",
        "fanfare, sends after the connects",
        "fanfare, each of the disconnects",
        "fanfare, sends after the disconnects",
        "fanfare, one more disconnect and a send",
        "fanfare, all called, the first send",
        "fanfare, all called, later sends",
        "fanfare, each of the disconnects, unfiltered",
        "fanfare, half called, the first send",
        "fanfare, half called, later sends",
    ];
    let units = [Unit::P50, Unit::P99, Unit::P9999, Unit::Max];
    let row = |candidate: &&str| {
        let cells = units.iter().map(|unit| {
            let value = data.value("longest-send", candidate, 1_000_000, *unit);
            value.map_or_else(String::new, nanoseconds)
        });
        let mut row: Vec<String> = std::iter::once((*candidate).to_owned())
            .chain(cells)
            .collect();
        if row[1..].iter().all(String::is_empty) {
            "not measured".clone_into(&mut row[4]);
        }
        row
    };
    let head = ["", "half below", "99 % below", "99.99 % below", "longest"].map(String::from);
    let rows: Vec<Vec<String>> = candidates.iter().map(row).collect();
    text.push_str(&numbers_table(&head, &rows));
    text.push('\n');
}

pub(super) fn counted(text: &mut String, data: &Data) {
    text.push_str("## Allocations and memory\nAllocations of one send, on all threads, once a few sends have gone before:\n\n");
    let candidates = [
        ("fanfare, sync", 10_000),
        ("fanfare, sync, joined", 10_000),
        ("fanfare, one key", 10_000),
        ("fanfare, 2 keys", 10_000),
        ("fanfare, 4 keys and a sender", 10_000),
        ("fanfare, a text as key", 1),
        ("fanfare, a key nobody listens to", 10_000),
        ("fanfare, a sender nobody listens to", 10_000),
        ("fanfare, async, joined", 100),
        ("fanfare, async, pending once, joined", 100),
        ("boxed loop", 100),
        ("join_all", 100),
        ("FuturesUnordered", 100),
        ("fanfare, async, spawned on smol", 100),
        ("smol's own boxed spawn", 100),
    ];
    let rows: Vec<Vec<String>> = candidates
        .iter()
        .filter_map(|(candidate, n)| {
            let made = data.value("allocations", candidate, *n, Unit::Allocs)?;
            Some(vec![
                (*candidate).to_owned(),
                grouped(*n as u64),
                format!("{made:.1}").replace(".0", ""),
            ])
        })
        .collect();
    text.push_str(&numbers_table(
        &["", "N", "allocations"].map(String::from),
        &rows,
    ));

    text.push_str("\nBytes of a connection, with a callback that captures 8, its share of lists and index included:\n\n");
    let candidates = [
        "fanfare, keyed",
        "fanfare, unfiltered",
        "signals2, unfiltered",
        "raw map",
    ];
    let mut rows = Vec::new();
    for candidate in candidates {
        for (suffix, name) in [("", ""), (", after sends", ", after sends to all")] {
            let points = data.over_n("memory", &format!("{candidate}{suffix}"), Unit::Bytes);
            let cell = |n| {
                let point = points.iter().find(|point| point.0 == n);
                point.map_or_else(String::new, |point| bytes(point.1))
            };
            let is_ours = candidate.starts_with("fanfare");
            if !points.is_empty() && (is_ours || suffix.is_empty()) {
                let name = format!("{candidate}{name}");
                rows.push(vec![name, cell(10_000), cell(100_000), cell(1_000_000)]);
            }
        }
    }
    let head = ["", "N=10,000", "N=100,000", "N=1,000,000"].map(String::from);
    text.push_str(&numbers_table(&head, &rows));
    text.push('\n');
}
