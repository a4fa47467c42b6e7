//! Random sequences of what can be done with an inbox, against a model that remembers every item.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::signal::overflow::Overflow;
use crate::signal::stream::inbox::Inbox;
use crate::signal::stream::place::Place;
use crate::signal::stream::queue::{Pushed, Received};
use crate::sync::Arc;

#[derive(Debug, Clone)]
enum Op {
    Push(u8),
    Receive(u8),
    Reserve,
    /// As `Reserve`, whatever the policy is.
    TakePlace,
    Fill(usize),
    Release(usize),
    Close,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        10 => (1..12u8).prop_map(Op::Push),
        10 => (1..8u8).prop_map(Op::Receive),
        6 => Just(Op::Reserve),
        3 => Just(Op::TakePlace),
        4 => any::<usize>().prop_map(Op::Fill),
        2 => any::<usize>().prop_map(Op::Release),
        1 => Just(Op::Close),
    ]
}

fn overflow() -> impl Strategy<Value = Overflow> {
    prop_oneof![
        Just(Overflow::Wait),
        Just(Overflow::DropOldest),
        Just(Overflow::DropNewest),
        Just(Overflow::KeepLatest),
    ]
}

/// What the rules say, item by item: each that has not been received or reported, and whether it is still there.
struct Model {
    items: VecDeque<(u32, bool)>,
    capacity: usize,
    overflow: Overflow,
    places: usize,
    is_closed: bool,
    lost: u64,
}

/// What a push comes to.
#[derive(Debug, PartialEq)]
enum Fate {
    Taken,
    Lost(Vec<u32>),
    Full,
    Closed,
}

impl Model {
    fn len(&self) -> usize {
        self.items.iter().filter(|(_, is_there)| *is_there).count()
    }

    fn is_full(&self) -> bool {
        self.len() + self.places >= self.capacity
    }

    /// Loses the first few that are there.
    fn lose(&mut self, count: usize) -> Fate {
        let there = self.items.iter_mut().filter(|(_, is_there)| *is_there);
        let mut lost = Vec::new();
        for (item, is_there) in there.take(count) {
            *is_there = false;
            lost.push(*item);
        }
        Fate::Lost(lost)
    }

    fn push(&mut self, item: u32) -> Fate {
        if self.is_closed {
            return Fate::Closed;
        }
        let is_full = self.is_full();
        let fate = match self.overflow {
            _ if !is_full => Fate::Taken,
            Overflow::Wait => return Fate::Full,
            // All room is promised.
            _ if self.len() == 0 => Fate::Lost(vec![item]),
            Overflow::DropOldest => self.lose(1),
            Overflow::DropNewest => Fate::Lost(vec![item]),
            Overflow::KeepLatest => self.lose(usize::MAX),
        };
        if let Fate::Lost(lost) = &fate {
            self.lost += lost.len() as u64;
        }
        let is_lost = fate == Fate::Lost(vec![item]);
        self.items.push_back((item, !is_lost));
        fate
    }

    fn receive(&mut self) -> Option<Received<u32>> {
        let mut lost = 0;
        while let Some((item, is_there)) = self.items.front().copied() {
            if !is_there {
                lost += 1;
            } else if lost == 0 {
                self.items.pop_front();
                return Some(Received::Item(item));
            } else {
                break;
            }
            self.items.pop_front();
        }
        if lost > 0 {
            return Some(Received::Lost(lost));
        }
        (self.is_closed && self.places == 0).then_some(Received::Closed)
    }
}

fn fate(pushed: Pushed<u32>, item: u32) -> Result<Fate, TestCaseError> {
    Ok(match pushed {
        Pushed::Taken => Fate::Taken,
        Pushed::Lost(shed) => {
            prop_assert_eq!(shed.count(), shed.items().len() as u64);
            Fate::Lost(shed.items().to_vec())
        }
        Pushed::Full(back) | Pushed::Closed(back) if back != item => {
            return Err(TestCaseError::fail("another one came back"));
        }
        Pushed::Full(_) => Fate::Full,
        Pushed::Closed(_) => Fate::Closed,
    })
}

fn run(ops: Vec<Op>, capacity: usize, overflow: Overflow) -> Result<(), TestCaseError> {
    let inbox = Arc::new(Inbox::new(capacity, overflow));
    let mut model = Model {
        items: VecDeque::new(),
        capacity: capacity.max(1),
        overflow,
        places: 0,
        is_closed: false,
        lost: 0,
    };
    // Each with whether it takes room, as it must where sends wait, as long as the inbox is open.
    let mut places: Vec<(Place<u32>, bool)> = Vec::new();
    let mut next = 0;
    let (mut taken_in, mut received) = (0, 0);
    for op in ops {
        match op {
            Op::Push(count) => {
                for _ in 0..count {
                    next += 1;
                    let fate = fate(inbox.push(next), next)?;
                    taken_in += u64::from(!matches!(fate, Fate::Full | Fate::Closed));
                    prop_assert_eq!(fate, model.push(next));
                }
            }
            Op::Receive(count) => {
                for _ in 0..count {
                    let got = inbox.try_recv();
                    prop_assert_eq!(&got, &model.receive());
                    received += u64::from(matches!(got, Some(Received::Item(_))));
                }
            }
            Op::Reserve | Op::TakePlace => {
                let is_any = matches!(op, Op::TakePlace);
                let takes_room = (is_any || overflow == Overflow::Wait) && !model.is_closed;
                let place = if is_any {
                    inbox.take_place()
                } else {
                    inbox.reserve()
                };
                match place {
                    Ok(place) => {
                        prop_assert!(!(takes_room && model.is_full()));
                        model.places += usize::from(takes_room);
                        places.push((place, takes_room));
                    }
                    Err(_) => prop_assert!(takes_room && model.is_full()),
                }
            }
            Op::Fill(at) if !places.is_empty() => {
                let (place, takes_room) = places.swap_remove(at % places.len());
                next += 1;
                let fate = fate(place.fill(next), next)?;
                taken_in += u64::from(fate != Fate::Closed);
                if takes_room {
                    // Honoured, come what may.
                    prop_assert_eq!(fate, Fate::Taken);
                    model.places -= 1;
                    model.items.push_back((next, true));
                } else {
                    prop_assert_eq!(fate, model.push(next));
                }
            }
            Op::Release(at) if !places.is_empty() => {
                let (place, takes_room) = places.swap_remove(at % places.len());
                drop(place);
                model.places -= usize::from(takes_room);
            }
            Op::Fill(_) | Op::Release(_) => {}
            Op::Close => {
                inbox.close();
                model.is_closed = true;
            }
        }
        prop_assert_eq!(inbox.len(), model.len());
        prop_assert_eq!(inbox.lost(), model.lost);
        prop_assert!(inbox.len() <= model.capacity);
        prop_assert_eq!(received + inbox.len() as u64 + inbox.lost(), taken_in);
    }
    Ok(())
}

proptest! {
    #[test]
    fn an_inbox_does_what_the_rules_say(
        ops in vec(op(), 0..80),
        capacity in 0..9usize,
        overflow in overflow(),
    ) {
        run(ops, capacity, overflow)?;
    }
}
