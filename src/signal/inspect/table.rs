//! An inspection as an aligned table.

use std::fmt;

use super::grid::{Column, short, write_grid};
use super::words::{count, on_one_line, time};
use super::{ConnectionInfo, Inspection};

const COLUMNS: [Column; 14] = [
    ("id", true),
    ("name", false),
    ("kind", false),
    ("state", false),
    ("filters", false),
    ("policies", false),
    ("priority", true),
    ("running", true),
    ("queued", true),
    ("lost", true),
    ("calls", true),
    ("failures", true),
    ("total", true),
    ("longest", true),
];

type Row = [String; COLUMNS.len()];

/// A line for the signal and, if it has connections, a heading and a line for each. No line break at the end.
impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signal {}", self.id)?;
        if let Some(name) = &self.name {
            write!(f, " {}", short(name))?;
        }
        let state = if self.is_closed { "closed" } else { "open" };
        let connections = match self.connections.len() {
            0 => "no connections".to_owned(),
            some => count(some as u64, "connection"),
        };
        let sends = count(self.sends_in_flight as u64, "send");
        let failures = count(self.failures, "failure");
        write!(f, ": {state}, {connections}, {sends} in flight, {failures}")?;
        if self.connections.is_empty() {
            return Ok(());
        }
        let rows: Vec<Row> = self.connections.iter().map(row).collect();
        f.write_str("\n")?;
        write_grid(f, &COLUMNS, &rows)
    }
}

fn row(connection: &ConnectionInfo) -> Row {
    let none = || "-".to_owned();
    let name = connection.name.as_deref();
    let state = if connection.is_blocked {
        "blocked"
    } else {
        "open"
    };
    let policies = connection.policies.join(", ");
    let [calls, failures, total, longest] = match &connection.counts {
        Some(counts) => [
            counts.calls.to_string(),
            counts.failures.to_string(),
            time(counts.total),
            time(counts.longest),
        ],
        None => std::array::from_fn(|_| none()),
    };
    [
        connection.id.to_string(),
        name.map_or_else(none, |name| short(name).into_owned()),
        connection.kind.word().to_owned(),
        state.to_owned(),
        connection.filters(),
        if policies.is_empty() {
            none()
        } else {
            on_one_line(&policies).into_owned()
        },
        connection.priority.to_string(),
        connection.running.to_string(),
        connection.queued.to_string(),
        connection.lost.to_string(),
        calls,
        failures,
        total,
        longest,
    ]
}
