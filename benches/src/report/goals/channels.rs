//! Channels, over the signals that they are.

use super::{Check, Data, Row, Shown, at_n, row};

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let mut checks = Vec::new();
    for (what, ours, theirs) in [
        ("unbound", "channel", "signal"),
        ("bound", "channel, bound", "signal, one sender"),
        (
            "bound, and half unbound",
            "channel, bound and unbound",
            "signal, one sender and all",
        ),
        (
            "unbound, and half bound",
            "channel, unbound and bound",
            "signal, to all",
        ),
    ] {
        for n in [1, 10, 100, 1_000] {
            let ratio = data.ratio("channel", ours, theirs, n);
            checks.push(Check::at_most(1.2, Shown::Times, &at_n(n), ratio).under(what));
        }
    }
    vec![row(
        "channel",
        "a send on a channel, over the same send on its signal",
        "at most 1.2x",
        checks,
    )]
}
