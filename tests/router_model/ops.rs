//! What happens in a random sequence.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::model::{Place, There};
use crate::real::End;
use crate::{EVENTS, HANDLED, METHODS, SENDERS};

#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// What a failing sequence shrinks to where an operation does not matter.
    Nothing,
    /// A closure: async or not, with this priority.
    Listen(bool, i32, Vec<Place>),
    /// A named function.
    ListenFunction(usize, Vec<Place>),
    /// Takes it off these, or off everything.
    DisconnectFunction(usize, Option<Place>),
    AddPlace(usize, Place),
    RemovePlace(usize, Place),
    Disconnect(usize),
    Register(&'static str, Option<There>),
    /// In one of the ways.
    Leave(&'static str, usize),
    Send(&'static str, &'static str, End),
    Request(&'static str, &'static str, u32),
}

fn name(names: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    prop::sample::select(names)
}

fn place() -> impl Strategy<Value = Place> {
    let events: Vec<_> = EVENTS
        .into_iter()
        .chain(["#connect", "#disconnect"])
        .collect();
    let event = prop::sample::select(events);
    (option::of(name(&SENDERS)), option::weighted(0.7, event))
        .prop_map(|(sender, event)| (sender.map(str::to_owned), event.map(str::to_owned)))
}

fn there() -> impl Strategy<Value = There> {
    let events = prop::sample::subsequence(&EVENTS[..], 0..=EVENTS.len());
    let methods = prop::sample::subsequence(&HANDLED[..], 1..=HANDLED.len());
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
    (events, option::of(methods)).prop_map(move |(events, methods)| There {
        events: owned(events),
        methods: methods.map(owned),
    })
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let priority = prop_oneof![4 => Just(0), 1 => -1..2];
    let end = prop_oneof![Just(End::Await), Just(End::Now), Just(End::Join)];
    let places = || vec(place(), 0..4);
    prop_oneof![
        1 => Just(Op::Nothing),
        6 => (any::<bool>(), priority, places()).prop_map(|(is_later, priority, places)| Op::Listen(is_later, priority, places)),
        3 => (0..2usize, places()).prop_map(|(which, places)| Op::ListenFunction(which, places)),
        2 => (0..2usize, option::of(place())).prop_map(|(which, place)| Op::DisconnectFunction(which, place)),
        2 => (any::<usize>(), place()).prop_map(|(which, place)| Op::AddPlace(which, place)),
        2 => (any::<usize>(), place()).prop_map(|(which, place)| Op::RemovePlace(which, place)),
        2 => any::<usize>().prop_map(Op::Disconnect),
        6 => (name(&SENDERS), option::weighted(0.9, there())).prop_map(|(sender, there)| Op::Register(sender, there)),
        3 => (name(&SENDERS), 0..3usize).prop_map(|(sender, way)| Op::Leave(sender, way)),
        12 => (name(&SENDERS), name(&EVENTS), end).prop_map(|(sender, event, end)| Op::Send(sender, event, end)),
        4 => (name(&SENDERS), name(&METHODS), any::<u32>()).prop_map(|(sender, method, number)| Op::Request(sender, method, number)),
    ]
}
