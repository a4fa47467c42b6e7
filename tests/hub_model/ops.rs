//! What happens in a random sequence.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::real::{End, Plan};
use crate::{FUNCTIONS, IDS, PATTERNS, SUBSCRIBERS, TOPICS};

#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// What a failing sequence shrinks to where an operation does not matter.
    Nothing,
    Subscribe(usize, usize, usize),
    Unsubscribe(usize, usize, usize),
    Consume(usize, usize),
    Connect(Plan, Vec<usize>),
    /// A named function, of the hub or of a subscriber.
    ConnectFunction(Option<usize>, usize, Vec<usize>),
    DisconnectFunction(Option<usize>, usize, Option<usize>),
    AddPattern(usize, usize),
    RemovePattern(usize, usize),
    Disconnect(usize),
    Remove(usize, usize),
    RemoveAll(usize),
    DropSubscriber(usize),
    Publish(usize, End),
    /// Has async listeners hear what waits for them.
    Run,
    /// Whether anybody listens, how much waits.
    Look(usize, usize),
}

fn plan() -> impl Strategy<Value = Plan> {
    let owner = proptest::option::of(0..SUBSCRIBERS);
    let priority = prop_oneof![4 => Just(0), 1 => -1..2];
    let seldom = || prop::bool::weighted(0.2);
    (owner, any::<bool>(), seldom(), seldom(), priority).prop_map(
        |(owner, is_later, fails, is_once, priority)| Plan {
            owner,
            is_later,
            fails,
            // An async one ends before it hears anything: how often it is called is another test's.
            is_once: is_once && !is_later,
            priority,
        },
    )
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let pattern = || 0..PATTERNS.len();
    let subscriber = || 0..SUBSCRIBERS;
    let id = || 0..IDS.len();
    let end = prop_oneof![
        Just(End::Await),
        Just(End::Now),
        Just(End::Join),
        Just(End::Prefixed)
    ];
    prop_oneof![
        1 => Just(Op::Nothing),
        8 => (subscriber(), id(), pattern()).prop_map(|(who, id, pattern)| Op::Subscribe(who, id, pattern)),
        4 => (subscriber(), id(), pattern()).prop_map(|(who, id, pattern)| Op::Unsubscribe(who, id, pattern)),
        8 => (subscriber(), id()).prop_map(|(who, id)| Op::Consume(who, id)),
        6 => (plan(), vec(pattern(), 0..4)).prop_map(|(plan, patterns)| Op::Connect(plan, patterns)),
        3 => (proptest::option::of(subscriber()), 0..FUNCTIONS, vec(pattern(), 0..3))
            .prop_map(|(who, which, patterns)| Op::ConnectFunction(who, which, patterns)),
        3 => (proptest::option::of(subscriber()), 0..FUNCTIONS, proptest::option::of(pattern()))
            .prop_map(|(who, which, pattern)| Op::DisconnectFunction(who, which, pattern)),
        2 => (any::<usize>(), pattern()).prop_map(|(which, pattern)| Op::AddPattern(which, pattern)),
        2 => (any::<usize>(), pattern()).prop_map(|(which, pattern)| Op::RemovePattern(which, pattern)),
        2 => any::<usize>().prop_map(Op::Disconnect),
        1 => (subscriber(), any::<usize>()).prop_map(|(who, which)| Op::Remove(who, which)),
        1 => subscriber().prop_map(Op::RemoveAll),
        1 => subscriber().prop_map(Op::DropSubscriber),
        14 => (0..TOPICS.len(), end).prop_map(|(topic, end)| Op::Publish(topic, end)),
        3 => Just(Op::Run),
        3 => (pattern(), 0..TOPICS.len()).prop_map(|(pattern, topic)| Op::Look(pattern, topic)),
    ]
}
