//! Times as an aligned table.

use std::fmt;

use super::{Timed, Times};
use crate::signal::inspect::{Column, short, time, write_grid};

const COLUMNS: [Column; 9] = [
    ("identifier", false),
    ("sends", true),
    ("send total", true),
    ("longest send", true),
    ("calls", true),
    ("failures", true),
    ("skipped", true),
    ("total", true),
    ("longest", true),
];

/// A heading and a line for each identifier, or `nothing measured`. No line break at the end.
impl fmt::Display for Timed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.all();
        if all.is_empty() {
            return f.write_str("nothing measured");
        }
        let rows: Vec<_> = all.iter().map(|(name, times)| row(name, times)).collect();
        write_grid(f, &COLUMNS, &rows)
    }
}

fn row(identifier: &str, times: &Times) -> [String; COLUMNS.len()] {
    let identifier = match identifier {
        "" => "-".to_owned(),
        some => short(some).into_owned(),
    };
    [
        identifier,
        times.sends.to_string(),
        time(times.send_total),
        time(times.longest_send),
        times.calls.to_string(),
        times.failures.to_string(),
        times.skipped.to_string(),
        time(times.total),
        time(times.longest),
    ]
}
