//! What went wrong with single files: told at the end, never fatal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// How many problems of a kind are listed; the rest are only counted, so a bad tree costs no memory.
const LISTED: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Unreadable,
    BrokenLink,
    Loop,
    Special,
    NotUtf8,
    NameNotUtf8,
    Failed,
}

impl Kind {
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Kind::Unreadable => "unreadable",
            Kind::BrokenLink => "broken links",
            Kind::Loop => "loops of links",
            Kind::Special => "neither file nor directory",
            Kind::NotUtf8 => "non-UTF-8, lines not counted",
            Kind::NameNotUtf8 => "names that are not UTF-8",
            Kind::Failed => "failed callbacks",
        }
    }
}

// The order of the fields is the order of the listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    pub(crate) path: PathBuf,
    /// Empty where the kind says it all.
    pub(crate) reason: String,
}

impl Problem {
    pub(crate) fn new(
        kind: Kind,
        path: impl Into<PathBuf>,
        reason: &(impl ToString + ?Sized),
    ) -> Self {
        Self {
            kind,
            path: path.into(),
            reason: reason.to_string(),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct Problems {
    kinds: BTreeMap<Kind, Pile>,
}

/// The problems of one kind: all counted, the first by path kept.
#[derive(Debug, Default)]
pub(crate) struct Pile {
    pub(crate) count: u64,
    pub(crate) first: BTreeSet<Problem>,
}

impl Problems {
    pub(crate) fn add(&mut self, problem: Problem) {
        let pile = self.kinds.entry(problem.kind).or_default();
        pile.count += 1;
        pile.first.insert(problem);
        if pile.first.len() > LISTED {
            pile.first.pop_last();
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.kinds.values().map(|pile| pile.count).sum()
    }

    pub(crate) fn piles(&self) -> impl Iterator<Item = (Kind, &Pile)> {
        self.kinds.iter().map(|(&kind, pile)| (kind, pile))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_all_and_keeps_the_first() {
        let mut problems = Problems::default();
        for number in (0..100).rev() {
            problems.add(Problem::new(Kind::NotUtf8, format!("{number:03}"), ""));
        }
        problems.add(Problem::new(Kind::Unreadable, "x", "no"));
        assert_eq!(problems.count(), 101);
        let piles: Vec<_> = problems.piles().collect();
        assert_eq!(piles[0].0, Kind::Unreadable);
        assert_eq!((piles[1].1.count, piles[1].1.first.len()), (100, LISTED));
        assert_eq!(
            piles[1].1.first.last().map(|problem| problem.path.clone()),
            Some(PathBuf::from("019"))
        );
    }
}
