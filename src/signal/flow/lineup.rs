//! Pure: which calls of a connection run, and which wait for their turn.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::signal::overflow::Overflow;

/// How calls line up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// At most how many run at a time.
    pub(crate) limit: usize,
    /// At most how many wait for that.
    pub(crate) capacity: usize,
    pub(crate) overflow: Overflow,
    /// Whether calls of one order run one after the other.
    pub(crate) is_ordered: bool,
}

/// The calls of a connection. Each has a number; `W` is how to tell one that waits.
///
/// Where calls are ordered, those of one order form a line: its head runs, or is ready to; the others are behind it.
#[derive(Debug)]
pub(super) struct Lineup<W> {
    pub(super) rules: Rules,
    running: usize,
    /// Places promised to sends that have not come yet. They are taken of the mailbox, or of the calls that may run.
    reserved: usize,
    next: u64,
    waiting: BTreeMap<u64, Waiter<W>>,
    /// Of those that wait: the ones that nothing but the limit holds back.
    ready: BTreeSet<u64>,
    /// Behind the head of each line. A line is there as long as its head is.
    lines: HashMap<u64, VecDeque<u64>>,
    /// Those that were put out while they waited and have not noticed yet.
    out: HashMap<u64, Refusal>,
    lost: u64,
    is_closed: bool,
}

#[derive(Debug)]
struct Waiter<W> {
    order: u64,
    tell: W,
}

/// Why a call may not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The mailbox was full.
    Overflow,
    /// Somebody stopped it, or its connection has ended.
    Stopped,
}

/// What becomes of a call that comes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entered {
    Runs(u64),
    Waits(u64),
    Refused(Refusal),
}

/// Where a call stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Runs,
    Waits,
    Out(Refusal),
}

impl<W> Lineup<W> {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            running: 0,
            reserved: 0,
            next: 0,
            waiting: BTreeMap::new(),
            ready: BTreeSet::new(),
            lines: HashMap::new(),
            out: HashMap::new(),
            lost: 0,
            is_closed: false,
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn running(&self) -> usize {
        self.running
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Promises a place to a send; false if there is none.
    pub(super) fn reserve(&mut self) -> bool {
        let Rules {
            limit, capacity, ..
        } = self.rules;
        let has_room = if self.rules.is_ordered {
            // Which of the calls will run at once is not known before they come.
            self.waiting.len() + self.reserved < capacity.max(1)
        } else {
            self.running + self.waiting.len() + self.reserved < limit.saturating_add(capacity)
        };
        // A send does not wait for a connection that takes no more calls.
        let is_promised = has_room || self.is_closed;
        self.reserved += usize::from(is_promised);
        is_promised
    }

    pub(super) fn give_back(&mut self) {
        self.reserved -= 1;
    }

    /// A call comes, with a promise or without. Whom it puts out is added to `put_out`.
    pub(super) fn enter(
        &mut self,
        order: u64,
        is_promised: bool,
        tell: W,
        put_out: &mut Vec<W>,
    ) -> Entered {
        if is_promised {
            self.give_back();
        }
        if self.is_closed {
            return Entered::Refused(Refusal::Stopped);
        }
        let is_head = !self.rules.is_ordered || !self.lines.contains_key(&order);
        if is_head && self.running < self.rules.limit && self.ready.is_empty() {
            self.running += 1;
            self.begin_line(order);
            return Entered::Runs(self.number());
        }
        // Where sends wait, one that could not know that it had to is let in beyond the capacity: nothing is lost there.
        if !is_promised && self.rules.overflow != Overflow::Wait && self.is_full() {
            let keeps = match self.rules.overflow {
                Overflow::DropOldest => self.rules.capacity.saturating_sub(1),
                Overflow::KeepLatest => 0,
                Overflow::Wait | Overflow::DropNewest => usize::MAX,
            };
            // Several, if the capacity was larger before.
            while self.rules.capacity > 0 && self.waiting.len() > keeps {
                let Some(oldest) = self.waiting.keys().next().copied() else {
                    break;
                };
                put_out.extend(self.put_out(oldest, Refusal::Overflow));
            }
            if self.is_full() {
                self.lost += 1;
                return Entered::Refused(Refusal::Overflow);
            }
        }
        let number = self.number();
        // Who was put out may have been the head of its line.
        match self.lines.get_mut(&order).filter(|_| self.rules.is_ordered) {
            Some(line) => line.push_back(number),
            None => {
                self.begin_line(order);
                self.ready.insert(number);
            }
        }
        self.waiting.insert(number, Waiter { order, tell });
        Entered::Waits(number)
    }

    /// The next call that may run. To be asked until there is none.
    pub(super) fn grant(&mut self) -> Option<(u64, W)> {
        if self.running >= self.rules.limit {
            return None;
        }
        let number = self.ready.pop_first()?;
        let waiter = self.waiting.remove(&number)?;
        self.running += 1;
        Some((number, waiter.tell))
    }

    pub(super) fn standing(&self, number: u64) -> Standing {
        match self.out.get(&number) {
            Some(why) => Standing::Out(*why),
            None if self.waiting.contains_key(&number) => Standing::Waits,
            None => Standing::Runs,
        }
    }

    /// How to tell a call that waits.
    pub(super) fn tell(&mut self, number: u64) -> Option<&mut W> {
        self.waiting.get_mut(&number).map(|waiter| &mut waiter.tell)
    }

    /// A call goes: it has run, does not want to wait any longer, or has noticed that it was put out. Gives back how it was
    /// to be told.
    pub(super) fn leave(&mut self, number: u64, order: u64) -> Option<W> {
        if self.out.remove(&number).is_some() {
            return None;
        }
        if self.waiting.contains_key(&number) {
            return self.take(number);
        }
        self.running -= 1;
        self.next_in_line(order);
        None
    }

    /// Puts out a call that waits.
    pub(super) fn put_out(&mut self, number: u64, why: Refusal) -> Option<W> {
        let tell = self.take(number)?;
        self.out.insert(number, why);
        self.lost += u64::from(why == Refusal::Overflow);
        Some(tell)
    }

    /// Puts out everything that waits, and takes nothing more.
    pub(super) fn close(&mut self) -> Vec<W> {
        self.is_closed = true;
        let waiting: Vec<u64> = self.waiting.keys().copied().collect();
        let put_out = waiting.into_iter();
        put_out
            .filter_map(|number| self.put_out(number, Refusal::Stopped))
            .collect()
    }

    fn is_full(&self) -> bool {
        self.waiting.len() + self.reserved >= self.rules.capacity
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn begin_line(&mut self, order: u64) {
        if self.rules.is_ordered {
            self.lines.insert(order, VecDeque::new());
        }
    }

    /// The head of a line has gone.
    fn next_in_line(&mut self, order: u64) {
        let Some(line) = self.lines.get_mut(&order) else {
            return;
        };
        match line.pop_front() {
            Some(next) => drop(self.ready.insert(next)),
            None => drop(self.lines.remove(&order)),
        }
    }

    fn take(&mut self, number: u64) -> Option<W> {
        let Waiter { order, tell } = self.waiting.remove(&number)?;
        if self.ready.remove(&number) {
            self.next_in_line(order);
        } else if let Some(line) = self.lines.get_mut(&order) {
            line.retain(|behind| *behind != number);
        }
        Some(tell)
    }
}
