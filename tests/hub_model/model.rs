//! What the rules say.

use std::collections::VecDeque;
use std::mem::take;

use crate::PATTERNS;

/// `Key.is_subset_of`: `another` is a pattern.
pub(crate) fn is_subset_of(key: &str, another: &str) -> bool {
    let (key, another): (Vec<_>, Vec<_>) = (key.split('.').collect(), another.split('.').collect());
    if !another.contains(&"*") {
        return key == another;
    }
    if key.len() < another.len() || (key.len() > another.len() && another.last() != Some(&"*")) {
        return false;
    }
    key.iter()
        .zip(&another)
        .all(|(part, other)| *other == "*" || part == other)
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Closure {
        owner: Option<usize>,
        /// Async: it hears when its turn comes.
        is_later: bool,
        fails: bool,
        is_once: bool,
    },
    Function {
        owner: Option<usize>,
        which: usize,
    },
    Queue {
        owner: usize,
        id: usize,
    },
}

impl Kind {
    pub(crate) fn is_later(self) -> bool {
        matches!(self, Self::Closure { is_later: true, .. })
    }

    pub(crate) fn owner(self) -> Option<usize> {
        match self {
            Self::Closure { owner, .. } | Self::Function { owner, .. } => owner,
            Self::Queue { owner, .. } => Some(owner),
        }
    }

    fn fails(self) -> bool {
        matches!(self, Self::Closure { fails: true, .. })
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// What it writes down.
    pub(crate) number: usize,
    pub(crate) kind: Kind,
    pub(crate) priority: i32,
    pub(crate) patterns: Vec<usize>,
    /// In a queue, or for its turn to be heard.
    pub(crate) waiting: VecDeque<u32>,
    lost: u64,
}

impl Known {
    pub(crate) fn matches(&self, topic: &str) -> bool {
        let mut patterns = self.patterns.iter();
        patterns.any(|one| is_subset_of(topic, PATTERNS[*one]))
    }
}

/// What the rules say.
#[derive(Debug)]
pub(crate) struct Model {
    /// How many messages a queue holds.
    capacity: usize,
    pub(crate) standing: Vec<Known>,
    pub(crate) notices: Vec<(bool, usize, usize)>,
    pub(crate) failed: usize,
}

impl Model {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            standing: Vec::new(),
            notices: Vec::new(),
            failed: 0,
        }
    }

    pub(crate) fn at(&mut self, is_it: impl Fn(&Known) -> bool) -> Option<usize> {
        self.standing.iter().position(is_it)
    }

    fn count(&self, pattern: usize) -> usize {
        self.standing
            .iter()
            .filter(|known| known.patterns.contains(&pattern))
            .count()
    }

    pub(crate) fn make(&mut self, number: usize, kind: Kind, priority: i32) -> usize {
        let (patterns, waiting, lost) = (Vec::new(), VecDeque::new(), 0);
        self.standing.push(Known {
            number,
            kind,
            priority,
            patterns,
            waiting,
            lost,
        });
        self.standing.len() - 1
    }

    pub(crate) fn add(&mut self, at: usize, pattern: usize) {
        if !self.standing[at].patterns.contains(&pattern) {
            self.standing[at].patterns.push(pattern);
            self.notices.push((true, pattern, self.count(pattern)));
        }
    }

    pub(crate) fn remove(&mut self, at: usize, pattern: usize) -> bool {
        let patterns = &mut self.standing[at].patterns;
        let before = patterns.len();
        patterns.retain(|known| *known != pattern);
        let removed = patterns.len() < before;
        if removed {
            self.notices.push((false, pattern, self.count(pattern)));
        }
        removed
    }

    pub(crate) fn end(&mut self, is_it: impl Fn(&Known) -> bool) -> bool {
        let (ended, stay): (Vec<_>, _) = take(&mut self.standing).into_iter().partition(is_it);
        self.standing = stay;
        for known in &ended {
            if known.kind.is_later() {
                // What waits for it goes with it, and is told.
                self.failed += known.waiting.len();
            }
            for pattern in &known.patterns {
                // Those that end at the same time end one after the other.
                let later = ended
                    .iter()
                    .skip_while(|one| one.number != known.number)
                    .skip(1);
                let later = later.filter(|one| one.patterns.contains(pattern)).count();
                self.notices
                    .push((false, *pattern, self.count(*pattern) + later));
            }
        }
        !ended.is_empty()
    }

    /// Who hears it at once, in order, and how many hear it at all; queues get it.
    pub(crate) fn publish(&mut self, topic: &str, number: u32) -> (Vec<usize>, usize) {
        let mut heard: Vec<(i32, usize)> = Vec::new();
        let mut later = 0;
        for known in &mut self.standing {
            if !known.matches(topic) {
                continue;
            }
            if known.kind.is_later() {
                known.waiting.push_back(number);
                later += 1;
            } else if let Kind::Queue { .. } = known.kind {
                known.waiting.push_back(number);
                if known.waiting.len() > self.capacity {
                    known.waiting.pop_front();
                    known.lost += 1;
                }
            } else {
                heard.push((-known.priority, known.number));
                self.failed += usize::from(known.kind.fails());
            }
        }
        heard.sort_by_key(|(priority, _)| *priority);
        let heard: Vec<_> = heard.into_iter().map(|(_, number)| number).collect();
        let is_spent = |known: &Known| {
            heard.contains(&known.number)
                && matches!(known.kind, Kind::Closure { is_once: true, .. })
        };
        self.end(is_spent);
        let count = heard.len() + later;
        (heard, count)
    }

    /// What async listeners hear when they are run: each what waits for it, in order.
    pub(crate) fn run(&mut self) -> Vec<(usize, u32)> {
        let mut heard = Vec::new();
        for known in &mut self.standing {
            if known.kind.is_later() {
                let waiting = take(&mut known.waiting);
                if known.kind.fails() {
                    self.failed += waiting.len();
                }
                heard.extend(waiting.into_iter().map(|number| (known.number, number)));
            }
        }
        heard
    }

    pub(crate) fn consume(&mut self, at: usize) -> Option<Result<u32, u64>> {
        let known = &mut self.standing[at];
        if known.lost > 0 {
            return Some(Err(take(&mut known.lost)));
        }
        known.waiting.pop_front().map(Ok)
    }
}
