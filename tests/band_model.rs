//! Random sequences over a tree of names, parents and their channels, against a small model of the rules: those of `bands`,
//! with receivers that stay until they are disconnected, and everything of a parent gone when it dies.

use std::sync::Arc;

use fanfare::{Band, Callback, Channel, Connection, Event};
use futures_lite::future::block_on;
use proptest::collection::vec;
use proptest::prelude::*;

const NAMES: [&str; 2] = ["started", "stopped"];
const PARENTS: usize = 3;
/// Functions, handles, methods of two objects, and a closure, which is new each time.
const CALLBACKS: usize = 9;
const CLOSURE: usize = 8;

type Named = Channel<(), usize>;

fn sync<const N: usize>(_: &Event<()>) -> usize {
    N
}

async fn later<const N: usize>(_: Arc<Event<()>>) -> usize {
    N
}

struct Object(usize);

impl Object {
    fn sync(&self, _: &Event<()>) -> usize {
        self.0
    }

    async fn later(self: Arc<Self>, _: Arc<Event<()>>) -> usize {
        self.0 + 1
    }
}

/// A channel: which name, and which parent if any.
type Place = (usize, Option<usize>);

#[derive(Debug, Clone, Copy)]
enum Op {
    /// What a failing sequence shrinks to where an operation does not matter.
    Nothing,
    Connect(Place, usize, i32, bool),
    Disconnect(Place, usize),
    /// One of the connections made so far.
    DropConnection(usize),
    EndConnection(usize),
    Block(usize),
    Unblock,
    Hold(Place),
    DropHandles,
    KillParent(usize),
    KillObject(usize),
    /// New names, so that old ones are looked at.
    Sweep,
    Send(Place, End),
    /// Asks every connection, which ends those that have lost something.
    Look,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Join,
    ByPriority,
    Await,
    Now,
    ByName,
    First,
}

fn op() -> impl Strategy<Value = Op> {
    let place = || (0..NAMES.len(), proptest::option::of(0..PARENTS));
    let ends = [
        End::Join,
        End::ByPriority,
        End::Await,
        End::Now,
        End::ByName,
        End::First,
    ];
    let end = proptest::sample::select(ends.to_vec());
    prop_oneof![
        1 => Just(Op::Nothing),
        12 => (place(), 0..CALLBACKS, prop_oneof![6 => Just(0), 1 => -1..2], any::<bool>())
            .prop_map(|(place, callback, priority, is_once)| Op::Connect(place, callback, priority, is_once)),
        5 => (place(), 0..CALLBACKS).prop_map(|(place, callback)| Op::Disconnect(place, callback)),
        1 => any::<usize>().prop_map(Op::DropConnection),
        2 => any::<usize>().prop_map(Op::EndConnection),
        1 => any::<usize>().prop_map(Op::Block),
        2 => Just(Op::Unblock),
        1 => place().prop_map(Op::Hold),
        1 => Just(Op::DropHandles),
        2 => (0..PARENTS).prop_map(Op::KillParent),
        1 => (0..2usize).prop_map(Op::KillObject),
        1 => Just(Op::Sweep),
        1 => Just(Op::Look),
        12 => (place(), end).prop_map(|(place, end)| Op::Send(place, end)),
    ]
}

/// What the rules say.
#[derive(Debug, Default)]
struct Model {
    standing: Vec<Known>,
    made: usize,
}

#[derive(Debug, Clone)]
struct Known {
    place: Place,
    callback: usize,
    /// The closure's number, or the callback's.
    reply: usize,
    order: usize,
    priority: i32,
    is_once: bool,
    is_blocked: bool,
}

impl Model {
    fn connect(
        &mut self,
        place: Place,
        callback: usize,
        reply: usize,
        priority: i32,
        is_once: bool,
    ) -> usize {
        let is_it = |known: &&mut Known| {
            known.place == place && known.callback == callback && callback != CLOSURE
        };
        if let Some(known) = self.standing.iter_mut().find(is_it) {
            (known.priority, known.is_once) = (priority, is_once);
            return known.order;
        }
        self.made += 1;
        let (order, is_blocked) = (self.made, false);
        self.standing.push(Known {
            place,
            callback,
            reply,
            order,
            priority,
            is_once,
            is_blocked,
        });
        order
    }

    fn find(&mut self, order: usize) -> Option<&mut Known> {
        self.standing.iter_mut().find(|known| known.order == order)
    }

    /// Tells whether any were there.
    fn remove(&mut self, goes: impl Fn(&Known) -> bool) -> bool {
        let before = self.standing.len();
        self.standing.retain(|known| !goes(known));
        self.standing.len() < before
    }

    fn send(&mut self, (name, parent): Place, is_first: bool) -> Vec<usize> {
        let reached = |known: &&Known| {
            known.place.0 == name
                && (parent.is_none() || known.place.1 == parent || known.place.1.is_none())
        };
        let mut row: Vec<_> = self.standing.iter().filter(reached).cloned().collect();
        // Bound receivers come before unbound ones in a send that is bound.
        let is_behind = |known: &Known| parent.is_some() && known.place.1.is_none();
        row.sort_by_key(|known| (-known.priority, is_behind(known), known.order));
        let mut called: Vec<Known> = Vec::new();
        for known in row {
            let is_twin = called
                .iter()
                .any(|other| other.callback == known.callback && known.callback != CLOSURE);
            let is_over = is_first && !called.is_empty();
            if !known.is_blocked && !is_twin && !is_over {
                called.push(known);
            }
        }
        self.remove(|known| known.is_once && called.iter().any(|other| other.order == known.order));
        called.into_iter().map(|known| known.reply).collect()
    }
}

/// The real thing, with the same verbs.
struct Real {
    band: Band,
    parents: [Arc<usize>; PARENTS],
    objects: [Arc<Object>; 2],
    handles: [Callback<(), usize>; 2],
    held: Vec<Named>,
    swept: usize,
}

impl Real {
    fn new() -> Self {
        Self {
            band: Band::builder().spawner(fanfare::Inline).build(),
            parents: [0, 1, 2].map(Arc::new),
            objects: [4, 6].map(|number| Arc::new(Object(number))),
            handles: [
                Callback::sync(|_: &Event<()>| 2),
                Callback::new(async |_: Arc<Event<()>>| 3),
            ],
            held: Vec::new(),
            swept: 0,
        }
    }

    fn channel(&self, (name, parent): Place) -> Named {
        let channel = self
            .band
            .channel(NAMES[name])
            .expect("it carries nothing else");
        match parent {
            Some(parent) => channel.bound(&self.parents[parent]),
            None => channel,
        }
    }

    fn connect(
        &self,
        place: Place,
        callback: usize,
        reply: usize,
        priority: i32,
        is_once: bool,
    ) -> Connection {
        macro_rules! connect {
            ($builder:expr) => {{
                let builder = $builder.priority(priority);
                if is_once {
                    builder.once().now()
                } else {
                    builder.now()
                }
            }};
        }
        let to = self.channel(place);
        match callback {
            0 => connect!(to.connect_sync(sync::<0>)),
            1 => connect!(to.connect(later::<1>)),
            2 | 3 => connect!(to.connect_callback(&self.handles[callback - 2])),
            4 | 6 => {
                connect!(to.connect_method_sync(&self.objects[(callback - 4) / 2], Object::sync))
            }
            5 | 7 => connect!(to.connect_method(&self.objects[(callback - 5) / 2], Object::later)),
            _ => connect!(to.connect_sync(move |_| reply)),
        }
    }

    fn disconnect(&self, place: Place, callback: usize) -> bool {
        let from = self.channel(place);
        match callback {
            0 => from.disconnect(sync::<0>).now(),
            1 => from.disconnect(later::<1>).now(),
            2 | 3 => from.disconnect_callback(&self.handles[callback - 2]).now(),
            4 | 6 => from
                .disconnect_method(&self.objects[(callback - 4) / 2], Object::sync)
                .now(),
            5 | 7 => from
                .disconnect_method(&self.objects[(callback - 5) / 2], Object::later)
                .now(),
            _ => from.disconnect(|_: &Event<()>| 0usize).now(),
        }
    }

    fn send(&self, place: Place, end: End) -> Vec<usize> {
        let channel = self.channel(place);
        match end {
            End::Join => block_on(channel.send(()).join()).into_replies(),
            End::ByPriority => block_on(channel.send(()).join().by_priority()).into_replies(),
            End::Await => block_on(async { channel.send(()).await.join().await }).into_replies(),
            End::Now => block_on(channel.send(()).now().expect("no limits").join()).into_replies(),
            End::First => block_on(channel.send(()).first()).into_iter().collect(),
            End::ByName => {
                drop(channel);
                let send = self.band.send(NAMES[place.0], ());
                let send = match place.1 {
                    Some(parent) => send.parent(&self.parents[parent]),
                    None => send,
                };
                block_on(send.replies()).expect("it carries these")
            }
        }
    }
}

fn run(ops: Vec<Op>) -> Result<(), TestCaseError> {
    let (mut real, mut model) = (Real::new(), Model::default());
    let mut connections: Vec<(usize, Connection)> = Vec::new();
    let mut blocks = Vec::new();
    for op in ops {
        match op {
            Op::Nothing => {}
            Op::Connect(place, callback, priority, is_once) => {
                let reply = if callback == CLOSURE {
                    100 + connections.len()
                } else {
                    callback
                };
                let order = model.connect(place, callback, reply, priority, is_once);
                connections.push((
                    order,
                    real.connect(place, callback, reply, priority, is_once),
                ));
            }
            Op::Disconnect(place, callback) => {
                let is_it = |known: &Known| {
                    known.place == place && known.callback == callback && callback != CLOSURE
                };
                prop_assert_eq!(real.disconnect(place, callback), model.remove(is_it));
            }
            Op::DropConnection(which) | Op::EndConnection(which) | Op::Block(which)
                if !connections.is_empty() =>
            {
                let place = which % connections.len();
                let (order, connection) = connections[place].clone();
                match op {
                    Op::DropConnection(_) => drop(connections.remove(place)),
                    Op::Block(_) => {
                        if let Some(known) = model.find(order) {
                            known.is_blocked = true;
                            blocks.push((order, connection.block()));
                        }
                    }
                    _ => prop_assert_eq!(
                        connection.disconnect(),
                        model.remove(|known| known.order == order)
                    ),
                }
            }
            Op::DropConnection(_) | Op::EndConnection(_) | Op::Block(_) => {}
            Op::Unblock => {
                for (order, block) in blocks.drain(..) {
                    drop(block);
                    model
                        .find(order)
                        .into_iter()
                        .for_each(|known| known.is_blocked = false);
                }
            }
            Op::Hold(place) => real.held.push(real.channel(place)),
            Op::DropHandles => real.held.clear(),
            Op::KillParent(parent) => {
                real.parents[parent] = Arc::new(9);
                model.remove(|known| known.place.1 == Some(parent));
            }
            Op::KillObject(object) => {
                real.objects[object] = Arc::new(Object(4 + 2 * object));
                model.remove(|known| [4 + 2 * object, 5 + 2 * object].contains(&known.callback));
            }
            Op::Sweep => {
                for _ in 0..4 {
                    real.swept += 1;
                    drop(
                        real.band
                            .channel::<u8, u8>(format!("sweep {}", real.swept))
                            .expect("it is new"),
                    );
                }
            }
            Op::Send(place, end) => {
                let is_first = matches!(end, End::First);
                prop_assert_eq!(real.send(place, end), model.send(place, is_first));
            }
            Op::Look => {
                for (order, connection) in &connections {
                    prop_assert_eq!(connection.is_connected(), model.find(*order).is_some());
                }
            }
        }
    }
    for name in 0..NAMES.len() {
        for parent in [None, Some(0), Some(1), Some(2)] {
            let place = (name, parent);
            let count = model
                .standing
                .iter()
                .filter(|known| known.place == place)
                .count();
            prop_assert_eq!(real.channel(place).receiver_count(), count);
        }
    }
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
