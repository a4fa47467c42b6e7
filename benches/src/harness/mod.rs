//! Runs the candidates of a question in turn, round by round, so that whatever the machine does meanwhile happens to
//! all of them, and so that ratios can be taken within a round.

mod case;
mod line;
mod options;
mod threads;

pub use case::Case;
pub use line::{Line, Unit, median};
pub use options::Options;
pub use threads::side_by_side;

use std::time::Duration;

/// How long and how often candidates run.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    pub round: Duration,
}

impl Effort {
    const FULL: Self = Self {
        rounds: 15,
        round: Duration::from_millis(20),
    };
    const QUICK: Self = Self {
        rounds: 3,
        round: Duration::from_millis(2),
    };
}

/// What a question is given: how hard to try, and where its answers go.
#[derive(Debug)]
pub struct Bench {
    question: &'static str,
    is_quick: bool,
    effort: Effort,
}

impl Bench {
    #[must_use]
    pub fn new(question: &'static str, options: &Options) -> Self {
        Self {
            question,
            is_quick: options.is_quick,
            effort: if options.is_quick {
                Effort::QUICK
            } else {
                Effort::FULL
            },
        }
    }

    /// Whether this is only to see that everything runs.
    #[must_use]
    pub fn is_quick(&self) -> bool {
        self.is_quick
    }

    /// `full`, or `quick` in a quick run: for sizes and counts that take long.
    #[must_use]
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.is_quick { quick } else { full }
    }

    /// The same question with another number of rounds: more where neighbours disturb, fewer where one takes long.
    #[must_use]
    pub fn with_rounds(&self, rounds: usize) -> Self {
        Self {
            effort: Effort {
                rounds: self.pick(rounds, rounds.min(Effort::QUICK.rounds)),
                ..self.effort
            },
            ..*self
        }
    }

    /// Times the candidates in turn and prints a line for each.
    pub fn compare(&self, n: usize, mut cases: Vec<Case<'_>>) {
        let iterations: Vec<u64> = cases
            .iter_mut()
            .map(|case| case.calibrate(self.effort.round))
            .collect();
        let mut rounds = vec![Vec::with_capacity(self.effort.rounds); cases.len()];
        for round in 0..self.effort.rounds {
            // Each candidate comes after each other one in its turn.
            for step in 0..cases.len() {
                let at = (round + step) % cases.len();
                let cost = cases[at].cost(iterations[at]);
                rounds[at].push(cost);
            }
        }
        for (case, rounds) in cases.iter().zip(rounds) {
            self.tell(case.name(), n, Unit::Ns, rounds);
        }
    }

    /// Prints what was measured some other way: one value, or one a round.
    pub fn tell(&self, candidate: &str, n: usize, unit: Unit, rounds: Vec<f64>) {
        Line::new(self.question, candidate, n, unit, rounds).print();
    }
}
