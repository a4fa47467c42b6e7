//! One answer, as a line of JSON.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// What a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Nanoseconds, by default those of one operation.
    Ns,
    /// Allocations and reallocations of one operation, on all threads.
    Allocs,
    /// Bytes requested and not given back.
    Bytes,
    /// Nanoseconds that half of the operations stayed below, and so on.
    P50,
    P99,
    P9999,
    Max,
}

/// What a candidate came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub question: String,
    pub candidate: String,
    pub n: usize,
    pub unit: Unit,
    pub median: f64,
    pub min: f64,
    pub max: f64,
    /// In the order of the rounds: the first of one candidate was taken beside the first of another.
    pub rounds: Vec<f64>,
}

impl Line {
    /// # Panics
    /// Without rounds.
    #[must_use]
    pub fn new(question: &str, candidate: &str, n: usize, unit: Unit, rounds: Vec<f64>) -> Self {
        Self {
            question: question.to_owned(),
            candidate: candidate.to_owned(),
            n,
            unit,
            median: median(&rounds).expect("at least one round"),
            min: rounds.iter().copied().fold(f64::INFINITY, f64::min),
            max: rounds.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            rounds,
        }
    }

    /// The line to the standard output, a summary to who is watching.
    ///
    /// # Panics
    /// If nobody reads the standard output any more.
    pub fn print(&self) {
        let Self {
            question,
            candidate,
            n,
            unit,
            median,
            min,
            max,
            ..
        } = self;
        let unit = format!("{unit:?}").to_lowercase();
        eprintln!(
            "{question:<18} {candidate:<44} {n:>8} {median:>14.2} {unit:<6} ({min:.2} to {max:.2})"
        );
        let line = serde_json::to_string(self).expect("numbers and strings");
        writeln!(io::stdout(), "{line}").expect("somebody reads this");
    }
}

/// The middle one, or the mean of the two in the middle.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[3.0, 1.0]), Some(2.0));
        assert_eq!(median(&[9.0, 1.0, 3.0]), Some(3.0));
    }
}
