//! Keys and senders by the thousand against a model; keys of one hash; senders that die.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use fanfare::{AsSender, Connection, Key, SenderId};
use futures_lite::future::block_on;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::common::{Drops, Machine, all, heard, numbered};
const NAMES: u32 = 1_500;

#[derive(Debug, Clone)]
enum Op {
    /// A connection for each of these names, and one more that has them all.
    Connect(u32, u32, i32),
    /// Every so many connections, from this one on.
    Disconnect(usize, usize),
    Add(usize, u32),
    Remove(usize, u32),
    Send(Vec<u32>),
    SendToEach(u32, u32),
    SendToAll,
}

fn op() -> impl Strategy<Value = Op> {
    let name = 0..NAMES;
    prop_oneof![
        3 => (name.clone(), 0..60u32, -1..2).prop_map(|(first, count, p)| Op::Connect(first, count, p)),
        1 => (name.clone(), 300..900u32, -1..2).prop_map(|(first, count, p)| Op::Connect(first, count, p)),
        3 => (0..500usize, 1..5usize).prop_map(|(first, step)| Op::Disconnect(first, step)),
        2 => (any::<usize>(), name.clone()).prop_map(|(at, name)| Op::Add(at, name)),
        2 => (any::<usize>(), name.clone()).prop_map(|(at, name)| Op::Remove(at, name)),
        4 => vec(name.clone(), 1..6).prop_map(Op::Send),
        2 => (name, 1..200u32).prop_map(|(first, count)| Op::SendToEach(first, count)),
        1 => Just(Op::SendToAll),
    ]
}

/// What the rules say: connections in the order of priority, then of connecting.
type Known = BTreeMap<(i32, usize), (Connection, BTreeSet<u32>)>;

fn reached(known: &Known, names: &[u32]) -> Vec<usize> {
    let listens = |filters: &BTreeSet<u32>| names.iter().any(|name| filters.contains(name));
    let reached = known.iter().filter(|(_, (_, filters))| listens(filters));
    reached.map(|((_, number), _)| *number).collect()
}

/// Names stand for keys, or for senders.
fn run(ops: Vec<Op>, by_sender: bool) -> Result<(), TestCaseError> {
    let signal = numbered::<Key>();
    let machines: Vec<_> = (0..NAMES).map(|_| Arc::new(Machine(0))).collect();
    let machines = |names: &[u32]| -> Vec<SenderId> {
        let machine = |name: &u32| machines[*name as usize].as_sender();
        names.iter().map(machine).collect()
    };
    let mut known = Known::new();
    let mut made = 0;
    let send = |names: &[u32]| {
        let send = signal.send();
        let send = if by_sender {
            send.senders(machines(names))
        } else {
            send.keys(names.iter().copied())
        };
        block_on(send.now().unwrap().join()).into_replies()
    };
    for op in ops {
        match op {
            Op::Connect(first, count, priority) => {
                let names: Vec<_> = (first..NAMES.min(first + count)).collect();
                for names in names.chunks(1).chain([&names[..]]) {
                    made += 1;
                    let number = made;
                    let connect = signal.connect_sync(move |_| number).priority(priority);
                    let connection = if by_sender {
                        connect.senders(machines(names)).now()
                    } else {
                        connect.keys(names.iter().copied()).now()
                    };
                    let filters = names.iter().copied().collect();
                    known.insert((-priority, number), (connection, filters));
                }
            }
            Op::Disconnect(first, step) => {
                let gone = known.keys().skip(first).step_by(step).copied();
                for gone in gone.collect::<Vec<_>>() {
                    prop_assert!(known.remove(&gone).unwrap().0.disconnect());
                }
            }
            Op::Add(at, name) if !known.is_empty() => {
                let at = at % known.len();
                let (connection, filters) = known.values_mut().nth(at).unwrap();
                filters.insert(name);
                let added = if by_sender {
                    connection.add_senders(machines(&[name]))
                } else {
                    connection.add_keys([name])
                };
                prop_assert!(added);
            }
            Op::Remove(at, name) if !known.is_empty() => {
                let at = at % known.len();
                let (connection, filters) = known.values_mut().nth(at).unwrap();
                // Often one that it has.
                let name = filters.range(name..).next().copied().unwrap_or(name);
                let removed = if by_sender {
                    connection.remove_senders(machines(&[name]))
                } else {
                    connection.remove_keys([name])
                };
                prop_assert_eq!(removed, filters.remove(&name));
            }
            Op::Add(..) | Op::Remove(..) => {}
            Op::Send(names) => prop_assert_eq!(send(&names), reached(&known, &names)),
            Op::SendToEach(first, count) => {
                for name in first..NAMES.min(first + count) {
                    prop_assert_eq!(send(&[name]), reached(&known, &[name]));
                }
            }
            Op::SendToAll => {
                let numbers: Vec<_> = known.keys().map(|(_, number)| *number).collect();
                prop_assert_eq!(all(&signal), numbers);
            }
        }
        prop_assert_eq!(signal.connection_count(), known.len());
    }
    for (connection, _) in known.values() {
        prop_assert!(connection.disconnect());
    }
    prop_assert_eq!(signal.connection_count(), 0);
    prop_assert_eq!(send(&(0..NAMES).collect::<Vec<_>>()), Vec::<usize>::new());
    Ok(())
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 8,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    }
}

/// Keys go from nobody to one connection, to several and back, by the thousand, so that the table grows meanwhile.
#[test]
fn keys_by_the_thousand_behave_as_the_model() {
    proptest!(config(), |(ops in vec(op(), 30))| run(ops, false)?);
}

#[test]
fn senders_by_the_thousand_behave_as_the_model() {
    proptest!(config(), |(ops in vec(op(), 30))| run(ops, true)?);
}

/// All of these have one hash.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Colliding(u32);

impl Hash for Colliding {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

#[test]
fn keys_with_one_hash_are_told_apart() {
    let signal = numbered::<Colliding>();
    let connect = |number: u32| {
        let connect = signal.connect_sync(move |_| number as usize);
        connect.key(Colliding(number)).now()
    };
    let mut connections: Vec<_> = (0..100).map(connect).collect();
    for round in 0..3 {
        // Every third one goes; the places it leaves are taken by the next ones.
        for at in (round..100).step_by(3) {
            assert!(connections[at].disconnect());
            let key = at as u32;
            assert_eq!(heard(&signal, [Colliding(key)]), [] as [usize; 0]);
            connections[at] = connect(key);
        }
        for number in 0..100 {
            assert_eq!(heard(&signal, [Colliding(number)]), [number as usize]);
        }
    }
    assert_eq!(heard(&signal, [Colliding(100)]), [] as [usize; 0]);
    assert_eq!(heard(&signal, (0..100).rev().map(Colliding)).len(), 100);
    assert!(connections.iter().all(Connection::disconnect));
    assert_eq!(heard(&signal, (0..100).map(Colliding)), [] as [usize; 0]);
}

/// Connections whose senders have died go, with what they captured, as others are made.
#[test]
fn what_listens_to_the_dead_alone_goes() {
    let signal = numbered::<Key>();
    let drops = Drops::default();
    let mut left = 0;
    for number in 0..2_000 {
        let machine = Arc::new(Machine(0));
        // One connection, two, or one that listens to something else as well.
        for _ in 0..=number % 2 {
            let connect = signal.connect_with_sync(drops.one(), |_, _| 0);
            let connect = connect.sender(&machine);
            if number % 7 == 0 {
                left += 1;
                connect.key(number).now();
            } else {
                connect.now();
            }
        }
    }
    let made = 3_000;
    // Each connect to a sender looks after two others.
    let living = Arc::new(Machine(0));
    for _ in 0..10 {
        let own = Arc::new(Machine(0));
        signal.connect_sync(|_| 0).senders([&living, &own]).now();
    }
    assert!(
        drops.count() >= made - left - 5,
        "{} dropped",
        drops.count()
    );
    assert_eq!(signal.connection_count(), left + 10);
    assert_eq!(drops.count(), made - left);
}
