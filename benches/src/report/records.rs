//! The lines of a run, read.

use std::io;

use serde::Deserialize;

use crate::harness::Line;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Record {
    Measured(Line),
    Version { peer: String, version: String },
    Skipped { peer: String, skipped: String },
    Fact { fact: String, value: String },
}

pub(super) fn read(text: &str) -> io::Result<Vec<Record>> {
    (1..)
        .zip(text.lines())
        .map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| io::Error::other(format!("line {number} of the results: {error}")))
        })
        .collect()
}
