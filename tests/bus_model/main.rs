//! Random buses and random messages on them, against a small model: who handles what, in which order of each key, what follows from it,
//! and who is told of what failed.

use std::collections::BTreeMap;

use fanfare::bus::{MessageId, MessageKind};
use futures_lite::future::{block_on, poll_once};
use proptest::collection::vec;
use proptest::prelude::*;

use self::model::{Came, expected};
use self::plans::{Plans, plans};
use self::real::{Entry, Pending, Real};

mod model;
mod plans;
mod real;

/// Events of so many types; the last of them has a name instead.
const EVENTS: usize = 4;
const COMMANDS: usize = 2;
const KEYS: [Option<&str>; 3] = [None, Some("a"), Some("b")];

/// What tells a message from all others: how it came about, from a turn of the test, by a handler's emission each.
type Tag = Vec<usize>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Event(usize),
    Command(usize),
    Query,
}

impl What {
    fn kind(self) -> MessageKind {
        match self {
            Self::Event(_) => MessageKind::Event,
            Self::Command(_) => MessageKind::Command,
            Self::Query => MessageKind::Query,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum End {
    Detached,
    /// As whatever it is.
    Handle,
    /// Waited for, in place where that is allowed.
    Await,
    /// Waited for, and given up after so many steps of the executor.
    GiveUp(usize),
}

#[derive(Debug, Clone)]
enum Op {
    Send(What, usize, End),
    /// So many steps of the executor.
    Run(usize),
    RunAll,
}

fn op() -> impl Strategy<Value = Op> {
    let what = prop_oneof![
        3 => (0..EVENTS).prop_map(What::Event),
        4 => (0..COMMANDS).prop_map(What::Command),
        1 => Just(What::Query),
    ];
    let end = prop_oneof![
        4 => Just(End::Detached),
        1 => Just(End::Handle),
        3 => Just(End::Await),
        1 => (0..20usize).prop_map(End::GiveUp),
    ];
    prop_oneof![
        6 => (what, 0..KEYS.len(), end).prop_map(|(what, key, end)| Op::Send(what, key, end)),
        2 => (1..15usize).prop_map(Op::Run),
        1 => Just(Op::RunAll),
    ]
}

fn run(plans: &Plans, ops: &[Op], seed: u64) -> Result<(), TestCaseError> {
    let real = Real::new(plans, seed);
    let mut sent = Vec::new();
    let mut pending: Vec<Pending<'_>> = Vec::new();
    for (turn, op) in ops.iter().enumerate() {
        match *op {
            Op::Send(what, key, end) => {
                sent.push((what, vec![turn], KEYS[key], end));
                if let Some(mut waits) = real.send(what, vec![turn], KEYS[key], end) {
                    // Sent is what was polled.
                    waits.is_done = block_on(poll_once(&mut waits.future)).is_some();
                    pending.push(waits);
                }
            }
            Op::Run(steps) => (0..steps).for_each(|_| real.step(&mut pending)),
            Op::RunAll => real.run_all(&mut pending),
        }
    }
    real.run_all(&mut pending);
    prop_assert!(
        pending.iter().all(|waits| waits.is_done),
        "nobody waits for ever"
    );
    drop(pending);
    real.executor.run_until_stalled();
    prop_assert_eq!(real.bus.in_flight(), 0);
    prop_assert!(block_on(poll_once(real.bus.stopped())).is_none());
    prop_assert!(block_on(poll_once(real.bus.stop(std::time::Duration::MAX))).is_some());

    let log = real.log.take();
    let (came, failures) = expected(plans, &sent, &log);
    check_handled(&log, &came)?;
    check_order(&log)?;
    let mut told: Vec<_> = real.failures();
    told.sort();
    prop_assert_eq!(told, failures);
    Ok(())
}

/// Each message was handled by whom the model says, once.
fn check_handled(log: &[Entry], came: &[Came]) -> Result<(), TestCaseError> {
    let mut begun: Vec<_> = log
        .iter()
        .filter(|entry| entry.is_begin)
        .map(|entry| (entry.tag.clone(), entry.handler))
        .collect();
    begun.sort();
    let mut handled: Vec<_> = came
        .iter()
        .map(|came| (came.tag.clone(), came.handler))
        .collect();
    handled.sort();
    prop_assert_eq!(&begun, &handled);
    for entry in log.iter().filter(|entry| entry.is_begin) {
        let expected = came
            .iter()
            .find(|came| came.tag == entry.tag)
            .expect("it is there");
        prop_assert_eq!(entry.key.as_deref(), expected.key);
        prop_assert_eq!(entry.what, expected.what);
        // The cause is the handler that emitted it.
        let cause = entry.cause.as_ref().map(|(_, handler)| handler.as_str());
        let by = expected.by.map(|by| format!("h{by}"));
        prop_assert_eq!(cause, by.as_deref());
    }
    Ok(())
}

/// Those of one kind and key do not overlap, and come in the order of their numbers.
fn check_order(log: &[Entry]) -> Result<(), TestCaseError> {
    let mut by_key: BTreeMap<_, Vec<&Entry>> = BTreeMap::new();
    for entry in log.iter().filter(|entry| entry.key.is_some()) {
        by_key
            .entry((entry.what.kind(), entry.key.clone()))
            .or_default()
            .push(entry);
    }
    for entries in by_key.values() {
        let ids: Vec<MessageId> = entries.iter().map(|entry| entry.id).collect();
        prop_assert!(ids.is_sorted(), "one after the other: {:?}", entries);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_bus_does_what_the_model_says(plans in plans(), ops in vec(op(), 1..40), seed in any::<u64>()) {
        run(&plans, &ops, seed)?;
    }
}
