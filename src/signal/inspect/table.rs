//! An inspection as an aligned table.

use std::borrow::Cow;
use std::fmt;

use super::words::{count, cut, on_one_line, time};
use super::{ConnectionInfo, Inspection};

/// The most characters of a name that are shown.
const NAME: usize = 24;

/// Headings, and whether what stands below is numbers.
const COLUMNS: [(&str, bool); 14] = [
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
        let head = COLUMNS.map(|(heading, _)| heading.to_owned());
        let widths: [usize; COLUMNS.len()] = std::array::from_fn(|column| {
            let cells = rows.iter().chain([&head]);
            let widths = cells.map(|row| row[column].chars().count());
            widths.max().unwrap_or(0)
        });
        for row in [&head].into_iter().chain(&rows) {
            f.write_str("\n")?;
            write_row(f, row, &widths)?;
        }
        Ok(())
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

/// A name that keeps to its line and to its column.
fn short(name: &str) -> Cow<'_, str> {
    match on_one_line(name) {
        Cow::Borrowed(name) => cut(name, NAME),
        Cow::Owned(name) => Cow::Owned(cut(&name, NAME).into_owned()),
    }
}

/// Numbers to the right. The last column is one of them, so no line ends in blanks.
fn write_row(f: &mut fmt::Formatter<'_>, row: &Row, widths: &[usize]) -> fmt::Result {
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        if column > 0 {
            f.write_str("  ")?;
        }
        if COLUMNS[column].1 {
            write!(f, "{cell:>width$}")?;
        } else {
            write!(f, "{cell:<width$}")?;
        }
    }
    Ok(())
}
