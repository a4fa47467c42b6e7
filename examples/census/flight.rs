//! Deliveries under way: a bounded number, so that the walker cannot run away from the readers.

use crate::file::Outcome;
use crate::problem::{Kind, Problem, Problems};
use fanfare::Delivery;
use std::collections::VecDeque;
use std::path::PathBuf;

const AT_MOST: usize = 256;

#[derive(Default)]
pub(crate) struct Flight {
    deliveries: VecDeque<(PathBuf, Delivery<Outcome>)>,
    pub(crate) signals: u64,
    pub(crate) callbacks: u64,
    pub(crate) problems: Problems,
}

impl Flight {
    /// Takes a delivery over; where there is no room for the next, waits for the oldest.
    pub(crate) async fn push(&mut self, path: PathBuf, delivery: Delivery<Outcome>) {
        self.signals += 1;
        self.callbacks += delivery.count() as u64;
        self.deliveries.push_back((path, delivery));
        if self.deliveries.len() >= AT_MOST {
            self.join_oldest().await;
        }
    }

    pub(crate) async fn land(&mut self) {
        while !self.deliveries.is_empty() {
            self.join_oldest().await;
        }
    }

    async fn join_oldest(&mut self) {
        let Some((path, delivery)) = self.deliveries.pop_front() else {
            return;
        };
        for result in delivery.join().await.into_results() {
            match result {
                Ok(Ok(())) => {}
                Ok(Err(problem)) => self.problems.add(problem),
                Err(failure) => self
                    .problems
                    .add(Problem::new(Kind::Failed, &path, &failure)),
            }
        }
    }
}
