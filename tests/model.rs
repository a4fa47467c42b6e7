//! Random sequences of connects, disconnects and sends against a small model of the rules: those of `asyncio_dispatch`,
//! where a callback's bare subscription, its keys and its senders are three independent sets, and on top of them
//! priorities, filters changed through the handle, blocking, and senders that die.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use fanfare::{AsSender, BlockGuard, Callback, Connection, Event, Key, Signal, by_address};
use futures_lite::future::block_on;
use proptest::collection::vec;
use proptest::prelude::*;

const CALLBACKS: usize = 7;
const SENDERS: usize = 4;
const KEYS: u8 = 4;

/// Each send carries the log that its callbacks write to, so that named functions need no state.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<usize>>>);

impl Log {
    fn called(&self, callback: usize) {
        self.0.lock().unwrap().push(callback);
    }
}

async fn named_async<const N: usize>(event: Arc<Event<Log>>) {
    event.called(N);
}

fn named_sync<const N: usize>(event: &Event<Log>) {
    event.called(N);
}

struct Object;

impl Object {
    async fn method(self: Arc<Self>, event: Arc<Event<Log>>) {
        event.called(4);
    }

    fn method_sync(&self, event: &Event<Log>) {
        event.called(5);
    }
}

/// Senders 0 and 1 are known by their `Arc`, which can die; 2 is a bare address, 3 a value that is no `AsSender`.
struct Machine(#[expect(dead_code, reason = "it needs a size, not a use")] u8);
impl AsSender for Machine {}

#[derive(Debug, Clone)]
struct Filters {
    given: bool,
    keys: BTreeSet<u8>,
    senders: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
enum Op {
    /// What a failing sequence shrinks to where an operation does not matter.
    Nothing,
    Connect(usize, Filters, i32),
    Disconnect(usize, Filters),
    Add(usize, Filters),
    Remove(usize, Filters),
    Block(usize),
    Unblock(usize),
    KillSender(usize),
    Send(Filters),
    SendToAll,
}

fn filters() -> impl Strategy<Value = Filters> {
    let some = (vec(0..KEYS, 0..3), vec(0..SENDERS, 0..3), any::<bool>());
    some.prop_map(|(keys, senders, empty)| Filters {
        given: empty || !keys.is_empty() || !senders.is_empty(),
        keys: keys.into_iter().collect(),
        senders: senders.into_iter().collect(),
    })
}

fn op() -> impl Strategy<Value = Op> {
    let callback = 0..CALLBACKS;
    prop_oneof![
        1 => Just(Op::Nothing),
        6 => (callback.clone(), filters(), -1..2).prop_map(|(c, f, p)| Op::Connect(c, f, p)),
        4 => (callback.clone(), filters()).prop_map(|(c, f)| Op::Disconnect(c, f)),
        2 => (callback.clone(), filters()).prop_map(|(c, f)| Op::Add(c, f)),
        2 => (callback.clone(), filters()).prop_map(|(c, f)| Op::Remove(c, f)),
        1 => callback.clone().prop_map(Op::Block),
        2 => callback.prop_map(Op::Unblock),
        1 => (0..2usize).prop_map(Op::KillSender),
        6 => filters().prop_map(Op::Send),
        1 => Just(Op::SendToAll),
    ]
}

/// What the rules say.
#[derive(Debug, Default)]
struct Model {
    connected: Vec<Known>,
    made: usize,
}

#[derive(Debug)]
struct Known {
    callback: usize,
    order: usize,
    priority: i32,
    is_blocked: bool,
    bare: bool,
    keys: BTreeSet<u8>,
    senders: BTreeSet<usize>,
}

impl Model {
    fn find(&mut self, callback: usize) -> Option<&mut Known> {
        self.connected
            .iter_mut()
            .find(|known| known.callback == callback)
    }

    fn connect(&mut self, callback: usize, filters: &Filters, priority: i32) {
        if self.find(callback).is_none() {
            self.made += 1;
            let (order, keys, senders) = (self.made, BTreeSet::new(), BTreeSet::new());
            self.connected.push(Known {
                callback,
                order,
                priority,
                is_blocked: false,
                bare: false,
                keys,
                senders,
            });
        }
        let known = self.find(callback).unwrap();
        known.priority = priority;
        known.bare |= !filters.given;
        known.keys.extend(&filters.keys);
        known.senders.extend(&filters.senders);
    }

    /// Whether anything was removed, and whether nothing is left.
    fn take_off(&mut self, callback: usize, filters: &Filters) -> (bool, bool) {
        let Some(known) = self.find(callback) else {
            return (false, false);
        };
        let before = known.keys.len() + known.senders.len();
        known.keys.retain(|key| !filters.keys.contains(key));
        known
            .senders
            .retain(|sender| !filters.senders.contains(sender));
        let nothing_left = !known.bare && known.keys.is_empty() && known.senders.is_empty();
        (
            known.keys.len() + known.senders.len() < before,
            nothing_left,
        )
    }

    fn disconnect(&mut self, callback: usize, filters: &Filters) -> bool {
        let (removed, ends) = if filters.given {
            self.take_off(callback, filters)
        } else {
            (self.find(callback).is_some(), true)
        };
        if removed && ends {
            self.connected.retain(|known| known.callback != callback);
        }
        removed
    }

    fn kill_sender(&mut self, sender: usize) {
        self.connected.retain_mut(|known| {
            let listened = known.senders.remove(&sender);
            !listened || known.bare || !known.keys.is_empty() || !known.senders.is_empty()
        });
    }

    fn matching(&self, matches: impl Fn(&Known) -> bool) -> Vec<usize> {
        let mut matched: Vec<_> = self
            .connected
            .iter()
            .filter(|known| !known.is_blocked && matches(known))
            .collect();
        matched.sort_by_key(|known| (-known.priority, known.order));
        matched.iter().map(|known| known.callback).collect()
    }

    fn send(&self, filters: &Filters) -> Vec<usize> {
        self.matching(|known| {
            known.bare
                || !known.keys.is_disjoint(&filters.keys)
                || !known.senders.is_disjoint(&filters.senders)
        })
    }
}

/// The real thing, with the same verbs.
struct Real {
    signal: Signal<Log>,
    handles: [Callback<Log>; 2],
    object: Arc<Object>,
    machines: [Arc<Machine>; 2],
    bare: Box<Machine>,
    foreign: Box<u64>,
    connections: [Option<Connection>; CALLBACKS],
    blocks: [Option<BlockGuard>; CALLBACKS],
}

/// Names the filters on any builder of the crate.
macro_rules! filtered {
    ($real:expr, $builder:expr, $filters:expr) => {{
        let mut builder = $builder;
        if $filters.given {
            builder = builder.keys($filters.keys.iter().copied());
        }
        for &sender in &$filters.senders {
            builder = match sender {
                0 | 1 => builder.sender(&$real.machines[sender]),
                2 => builder.sender(&$real.bare),
                _ => builder.sender(by_address(&*$real.foreign)),
            };
        }
        builder
    }};
}

impl Real {
    fn new() -> Self {
        Self {
            signal: Signal::new(Log::default()),
            handles: [
                Callback::sync(|event: &Event<Log>| event.called(2)),
                Callback::new(async |event: Arc<Event<Log>>| event.called(3)),
            ],
            object: Arc::new(Object),
            machines: [Arc::new(Machine(0)), Arc::new(Machine(1))],
            bare: Box::new(Machine(2)),
            foreign: Box::new(3),
            connections: Default::default(),
            blocks: Default::default(),
        }
    }

    fn connect(&mut self, callback: usize, filters: &Filters, priority: i32) {
        macro_rules! connect {
            ($builder:expr) => {
                filtered!(self, $builder.priority(priority), filters).now()
            };
        }
        let signal = &self.signal;
        let connection = match callback {
            0 => connect!(signal.connect(named_async::<0>)),
            1 => connect!(signal.connect_sync(named_sync::<1>)),
            2 | 3 => connect!(signal.connect_callback(&self.handles[callback - 2])),
            4 => connect!(signal.connect_method(&self.object, Object::method)),
            5 => connect!(signal.connect_method_sync(&self.object, Object::method_sync)),
            _ => connect!(signal.connect(named_async::<6>)),
        };
        self.connections[callback] = Some(connection);
    }

    fn disconnect(&self, callback: usize, filters: &Filters) -> bool {
        let signal = &self.signal;
        let builder = match callback {
            0 => signal.disconnect(named_async::<0>),
            1 => signal.disconnect(named_sync::<1>),
            2 | 3 => signal.disconnect_callback(&self.handles[callback - 2]),
            4 => signal.disconnect_method(&self.object, Object::method),
            5 => signal.disconnect_method(&self.object, Object::method_sync),
            _ => signal.disconnect(named_async::<6>),
        };
        filtered!(self, builder, filters).now()
    }

    fn change(&self, callback: usize, filters: &Filters, add: bool) -> bool {
        let Some(connection) = &self.connections[callback] else {
            return false;
        };
        let keys = filters.keys.iter().copied();
        let senders: Vec<_> = filters
            .senders
            .iter()
            .map(|&sender| self.sender(sender))
            .collect();
        if add {
            // `&`, not `&&`: both have to happen.
            connection.add_keys(keys) & connection.add_senders(senders)
        } else {
            connection.remove_keys(keys) | connection.remove_senders(senders)
        }
    }

    fn sender(&self, sender: usize) -> fanfare::SenderId {
        match sender {
            0 | 1 => self.machines[sender].as_sender(),
            2 => self.bare.as_sender(),
            _ => by_address(&*self.foreign),
        }
    }

    fn send(&self, filters: &Filters) -> Vec<usize> {
        let log = Log::default();
        let report =
            block_on(filtered!(self, self.signal.send().with(log.clone()), filters).join());
        assert!(report.is_ok());
        let called = log.0.lock().unwrap().clone();
        assert_eq!(report.count(), called.len());
        called
    }

    fn send_to_all(&self) -> Vec<usize> {
        let log = Log::default();
        assert!(block_on(self.signal.send().with(log.clone()).to_all().join()).is_ok());
        log.0.lock().unwrap().clone()
    }
}

fn run(ops: Vec<Op>) -> Result<(), TestCaseError> {
    let (mut real, mut model) = (Real::new(), Model::default());
    for op in ops {
        match op {
            Op::Nothing => {}
            Op::Connect(callback, filters, priority) => {
                if model.find(callback).is_none() {
                    // A new connection; the old one's guard has nothing to do with it.
                    real.blocks[callback] = None;
                }
                model.connect(callback, &filters, priority);
                real.connect(callback, &filters, priority);
            }
            Op::Disconnect(callback, filters) => {
                prop_assert_eq!(
                    real.disconnect(callback, &filters),
                    model.disconnect(callback, &filters)
                );
            }
            Op::Add(callback, filters) => {
                let stands = model.find(callback).map(|known| {
                    known.keys.extend(&filters.keys);
                    known.senders.extend(&filters.senders);
                });
                prop_assert_eq!(real.change(callback, &filters, true), stands.is_some());
            }
            Op::Remove(callback, filters) => {
                let removed = model.take_off(callback, &filters).0;
                prop_assert_eq!(real.change(callback, &filters, false), removed);
            }
            Op::Block(callback) => {
                if let Some(known) = model.find(callback) {
                    known.is_blocked = true;
                    real.blocks[callback] =
                        real.connections[callback].as_ref().map(Connection::block);
                }
            }
            Op::Unblock(callback) => {
                real.blocks[callback] = None;
                if let Some(known) = model.find(callback) {
                    known.is_blocked = false;
                }
            }
            Op::KillSender(sender) => {
                model.kill_sender(sender);
                real.machines[sender] = Arc::new(Machine(9));
            }
            Op::Send(filters) => prop_assert_eq!(real.send(&filters), model.send(&filters)),
            Op::SendToAll => {
                // Only this end and `connection_count` look at connections that nothing but a dead sender could reach.
                prop_assert_eq!(real.signal.connection_count(), model.connected.len());
                prop_assert_eq!(real.send_to_all(), model.matching(|_| true));
            }
        }
        for known in &model.connected {
            prop_assert!(
                real.connections[known.callback]
                    .as_ref()
                    .unwrap()
                    .is_connected()
            );
        }
    }
    prop_assert_eq!(real.signal.connection_count(), model.connected.len());
    Ok(())
}

#[test]
fn behaves_as_the_model() {
    let config = ProptestConfig {
        cases: 1_500,
        failure_persistence: None,
        max_shrink_iters: 200_000,
        ..ProptestConfig::default()
    };
    proptest!(config, |(ops in vec(op(), 60))| run(ops)?);
}

#[test]
fn keys_of_all_kinds_are_their_values() {
    let kinds: [Key; 4] = ["1".into(), 1.into(), true.into(), Key::of((1, 1))];
    for (at, key) in kinds.iter().enumerate() {
        let signal = Signal::new(());
        signal.connect_sync(|_| ()).key(key.clone()).now();
        let heard = kinds
            .iter()
            .map(|other| signal.send().key(other.clone()).now().unwrap().count());
        assert_eq!(
            heard.collect::<Vec<_>>(),
            (0..4)
                .map(|other| usize::from(other == at))
                .collect::<Vec<_>>()
        );
    }
}
