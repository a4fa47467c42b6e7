//! The order of connections.

use std::cmp::Reverse;

/// Where a connection stands among all: by priority, then by the order in which they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    priority: Reverse<i32>,
    order: u64,
}

impl Rank {
    pub(crate) fn new(priority: i32, order: u64) -> Self {
        Self {
            priority: Reverse(priority),
            order,
        }
    }

    pub(crate) fn priority(self) -> i32 {
        self.priority.0
    }
}

/// What a list holds. The rank of a member changes only while it is in no list.
pub(crate) trait Ranked {
    fn rank(&self) -> Rank;
}
