//! Tasks of an executor.

use super::{Check, Data, Row, Shown, beside_under, row};

pub(super) fn rows(data: &Data) -> Vec<Row> {
    let n = 100;
    let mut checks = Vec::new();
    for executor in ["smol", "tokio", "async-std"] {
        for place in ["from a task", "from outside"] {
            let own = format!("{executor}, {place}");
            let ours = format!("fanfare on {own}");
            let ratio = data.ratio("spawned", &ours, &own, n);
            checks.push(Check::at_most(1.1, Shown::Times, place, ratio).under(executor));
        }
    }
    let spawned = row(
        "spawned",
        "spawned delivery (`Schedule::Spawn`), N=100, over the executor's own boxed spawn-and-wait",
        "1.1x",
        checks,
    );

    let mut checks = Vec::new();
    let mut others = Vec::new();
    for (suffix, group, beside_group) in [
        (
            "",
            "runtime with a thread a core",
            "a thread a core, over tokio broadcast",
        ),
        (
            " (one thread)",
            "runtime with one thread",
            "one thread, over tokio broadcast",
        ),
    ] {
        let faster = |peer: &str, ours: &str| {
            let (peer, ours) = (
                format!("{peer}{suffix}"),
                format!("fanfare, {ours}{suffix}"),
            );
            data.ratio("fan-out", &peer, &ours, n)
        };
        for peer in ["tokio broadcast", "async-broadcast", "event-listener"] {
            checks.push(Check::faster(1.0, peer, faster(peer, "eager")).under(group));
        }
        for ours in ["joined", "spawned", "into tasks"] {
            let ratio = faster("tokio broadcast", ours);
            others.push(beside_under(beside_group, &format!("ours {ours}"), ratio));
        }
    }
    let mut fan_out = row(
        "fan-out",
        "fan-out to 100 async reactions (ours eager), times faster than waking 100 waiting tasks with `tokio::sync::broadcast`, `async-broadcast`, `event-listener`",
        "faster than each",
        checks,
    );
    fan_out.beside = others;
    vec![spawned, fan_out]
}
