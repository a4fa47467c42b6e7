//! What was measured, asked for by name.

use super::records::Record;
use crate::harness::{Line, Unit, median};

#[derive(Debug, Default)]
pub(super) struct Data {
    lines: Vec<Line>,
    /// Peers outside of this binary, and their versions.
    pub(super) versions: Vec<(String, String)>,
    /// Peers that could not be measured, and why.
    pub(super) skipped: Vec<(String, String)>,
    facts: Vec<(String, String)>,
}

impl Data {
    pub(super) fn new(records: Vec<Record>) -> Self {
        let mut data = Self::default();
        for record in records {
            match record {
                Record::Measured(line) => data.lines.push(line),
                Record::Version { peer, version } => data.versions.push((peer, version)),
                Record::Skipped { peer, skipped } => data.skipped.push((peer, skipped)),
                Record::Fact { fact, value } => data.facts.push((fact, value)),
            }
        }
        data
    }

    pub(super) fn fact(&self, name: &str) -> Option<&str> {
        let found = self.facts.iter().find(|(fact, _)| fact == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn is_quick(&self) -> bool {
        self.fact("run") == Some("quick")
    }

    /// The last one, where a question was asked again.
    fn line(&self, question: &str, candidate: &str, n: usize, unit: Unit) -> Option<&Line> {
        self.lines.iter().rev().find(|line| {
            line.question == question
                && line.candidate == candidate
                && line.n == n
                && line.unit == unit
        })
    }

    pub(super) fn value(
        &self,
        question: &str,
        candidate: &str,
        n: usize,
        unit: Unit,
    ) -> Option<f64> {
        Some(self.line(question, candidate, n, unit)?.median)
    }

    pub(super) fn ns(&self, question: &str, candidate: &str, n: usize) -> Option<f64> {
        self.value(question, candidate, n, Unit::Ns)
    }

    /// One candidate's time over another's, both taken in one round; the median of the rounds.
    pub(super) fn ratio(&self, question: &str, over: &str, under: &str, n: usize) -> Option<f64> {
        self.paired(question, over, under, n, |over, under| over / under)
    }

    /// The same for a difference.
    pub(super) fn more(&self, question: &str, one: &str, other: &str, n: usize) -> Option<f64> {
        self.paired(question, one, other, n, |one, other| one - other)
    }

    fn paired(
        &self,
        question: &str,
        one: &str,
        other: &str,
        n: usize,
        combine: impl Fn(f64, f64) -> f64,
    ) -> Option<f64> {
        let one = &self.line(question, one, n, Unit::Ns)?.rounds;
        let other = &self.line(question, other, n, Unit::Ns)?.rounds;
        let pairs = one.iter().zip(other);
        median(
            &pairs
                .map(|(one, other)| combine(*one, *other))
                .collect::<Vec<_>>(),
        )
    }

    /// How far the rounds of half of all times, and of nine tenths of them, lie from their median at most: shares of it.
    pub(super) fn spread(&self) -> Option<(f64, f64)> {
        let times = self.lines.iter();
        let times = times.filter(|line| line.unit == Unit::Ns && line.rounds.len() > 2);
        let mut spreads: Vec<f64> = times
            .map(|line| (line.max - line.median).max(line.median - line.min) / line.median)
            .collect();
        spreads.sort_by(f64::total_cmp);
        let at = |share: usize| spreads.get(spreads.len() * share / 10).copied();
        at(5).zip(at(9))
    }

    /// The sizes a candidate was measured at, and its medians.
    pub(super) fn over_n(&self, question: &str, candidate: &str, unit: Unit) -> Vec<(usize, f64)> {
        let mut points: Vec<(usize, f64)> = Vec::new();
        for line in &self.lines {
            if line.question == question && line.candidate == candidate && line.unit == unit {
                points.retain(|(n, _)| *n != line.n);
                points.push((line.n, line.median));
            }
        }
        points.sort_by_key(|(n, _)| *n);
        points
    }
}
