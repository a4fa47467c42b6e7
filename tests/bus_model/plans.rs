//! What handlers do.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{COMMANDS, EVENTS, What};

/// What a handler does, each time.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Its number, which no other has.
    pub(crate) number: usize,
    pub(crate) what: What,
    /// How often it waits.
    pub(crate) waits: usize,
    /// The events that it emits, and whether with a key of their own.
    pub(crate) emits: Vec<(usize, bool)>,
    pub(crate) ends: Ends,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Ends {
    Well,
    Err,
    Panic,
}

#[derive(Debug, Clone)]
pub(crate) struct Plans {
    pub(crate) handlers: Vec<Plan>,
    pub(crate) workers: usize,
}

impl Plans {
    pub(crate) fn of(&self, what: What) -> impl Iterator<Item = &Plan> {
        self.handlers.iter().filter(move |plan| plan.what == what)
    }
}

fn plan(what: What, first_event: usize) -> impl Strategy<Value = Plan> {
    let ends = prop_oneof![4 => Just(Ends::Well), 1 => Just(Ends::Err), 1 => Just(Ends::Panic)];
    // Only later ones, so that it comes to an end.
    let emits = if first_event < EVENTS {
        vec((first_event..EVENTS, prop::bool::weighted(0.2)), 0..3).boxed()
    } else {
        Just(Vec::new()).boxed()
    };
    (0..4usize, emits, ends).prop_map(move |(waits, emits, ends)| Plan {
        number: 0,
        what,
        waits,
        emits,
        ends,
    })
}

pub(crate) fn plans() -> impl Strategy<Value = Plans> {
    let events: Vec<_> = (0..EVENTS)
        .map(|event| vec(plan(What::Event(event), event + 1), 0..3))
        .collect();
    let commands: Vec<_> = (0..COMMANDS)
        .map(|command| vec(plan(What::Command(command), 0), 0..2))
        .collect();
    let query = vec(plan(What::Query, 2), 0..2);
    (events, commands, query, 0..4usize).prop_map(|(events, commands, query, workers)| {
        let all = events.into_iter().chain(commands).chain([query]).flatten();
        let numbered = all
            .enumerate()
            .map(|(number, plan)| Plan { number, ..plan });
        Plans {
            handlers: numbered.collect(),
            workers,
        }
    })
}
