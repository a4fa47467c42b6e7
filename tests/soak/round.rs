//! One signal, some threads that do whatever comes to their minds, and the end of it all.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex};
use std::thread;

use fanfare::{
    Connection, Delivery, RecvError, Report, Schedule, SendBuilder, Signal, Spawner, Subscription,
    Timer, TryRecvError,
};
use fastrand::Rng;
use futures_lite::future::block_on;

use crate::callbacks::{Gate, Load, Loads, MS, Machine, Reply, connect, overflow};
use crate::counts::Counts;
use crate::held::Hands;

const THREADS: u64 = 4;
/// What each thread does in a round.
pub(crate) const STEPS: usize = 150;
/// What a thread keeps of each kind of thing, at most.
const KEPT: usize = 12;

/// What threads of one round share.
struct World<'a> {
    seed: u64,
    signal: &'a Loads,
    counts: &'a Counts,
    gate: &'a Gate,
    connections: Mutex<Vec<Connection>>,
    number: AtomicU64,
    reports: &'a AtomicUsize,
}

/// What one thread has.
struct Hand<'a> {
    rng: Rng,
    machine: Arc<Machine>,
    /// Each with how many events it has reported as lost.
    subscriptions: Vec<(Subscription<Load>, u64)>,
    deliveries: Vec<(Load, Delivery<Reply>)>,
    hands: Hands<'a>,
}

/// How a signal of a round runs.
pub(crate) struct Runtime<'a, S> {
    pub(crate) spawner: &'a dyn Fn() -> S,
    pub(crate) timer: Arc<dyn Timer>,
}

/// Tells how many reports were looked through.
pub(crate) fn round<S: Spawner>(seed: u64, counts: &Counts, runtime: &Runtime<'_, S>) -> usize {
    let mut rng = Rng::with_seed(seed);
    let mut builder = Signal::builder(Load::default())
        .fallible::<Box<bool>, String>()
        .spawner(counts.spawner((runtime.spawner)()))
        .timer(Shared(Arc::clone(&runtime.timer)));
    if rng.bool() {
        builder = builder.stats();
    }
    if rng.u8(..3) == 0 {
        builder = builder.max_in_flight(rng.usize(1..6));
    }
    if rng.bool() {
        builder = builder.schedule(Schedule::Eager);
    }
    let signal = builder.build();
    let told = Arc::new(AtomicUsize::new(0));
    let is_told = rng.bool();
    if is_told {
        let told = Arc::clone(&told);
        let count = move |_: &fanfare::Event<_>| _ = told.fetch_add(1, SeqCst);
        signal.failures().connect_sync(count).now();
    }
    let (opener, gate) = smol::channel::bounded(1);
    let reports = AtomicUsize::new(0);
    let world = World {
        seed,
        signal: &signal,
        counts,
        gate: &gate,
        connections: Mutex::default(),
        number: AtomicU64::new(1),
        reports: &reports,
    };
    let barrier = std::sync::Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (world, barrier, opener) = (&world, &barrier, &opener);
            let rng = Rng::with_seed(seed.wrapping_mul(31).wrapping_add(number));
            scope.spawn(move || {
                let mut hand = Hand {
                    rng,
                    machine: machine(number),
                    subscriptions: Vec::new(),
                    deliveries: Vec::new(),
                    hands: Hands::new(world.counts),
                };
                for _ in 0..STEPS {
                    step(world, &mut hand);
                }
                barrier.wait();
                opener.close();
                end(world, hand);
            });
        }
    });

    let connections = world.connections.into_inner().expect("nobody has panicked");
    let mut last = Hands::new(counts);
    if rng.bool() {
        connections.iter().for_each(|one| _ = one.disconnect());
    }
    if rng.bool() {
        last.begin("idle", signal.idle());
        last.finish(seed, &signal);
        assert_eq!(signal.inspect().sends_in_flight, 0, "seed {seed}");
        if is_told {
            assert_eq!(told.load(SeqCst) as u64, signal.failure_count());
        }
    } else if rng.bool() {
        let drain = async { assert_eq!(signal.drain().await, Ok(())) };
        last.begin("drain", drain);
        last.finish(seed, &signal);
        assert!(signal.send().now().is_err(), "it is closed");
    }
    drop(last);
    reports.into_inner()
}

fn machine(number: u64) -> Arc<Machine> {
    Arc::new(Machine::new(number))
}

/// One timer for all signals.
struct Shared(Arc<dyn Timer>);

impl Timer for Shared {
    fn now(&self) -> std::time::Instant {
        self.0.now()
    }

    fn sleep(&self, time: std::time::Duration) -> fanfare::BoxFuture<'static, ()> {
        self.0.sleep(time)
    }
}

/// Each callback has one entry, and what has replied is there.
fn look_through(world: &World<'_>, load: &Load, count: Option<usize>, report: &Report<Reply>) {
    world.reports.fetch_add(1, SeqCst);
    let entries = report.iter().count();
    assert_eq!(entries, report.count(), "seed {}", world.seed);
    assert!(
        count.is_none_or(|count| count == entries),
        "seed {}",
        world.seed
    );
    let counted = report
        .replies()
        .iter()
        .filter(|reply| matches!(reply, Ok(is_counted) if **is_counted));
    let replied = load.replied.load(SeqCst);
    assert_eq!(
        counted.count(),
        replied,
        "seed {}: {report:?}, and what replied",
        world.seed
    );
}

fn send<'a>(world: &World<'a>, hand: &mut Hand<'_>) -> (Load, SendBuilder<'a, Load, Reply>) {
    let rng = &mut hand.rng;
    let load = Load::new(world.number.fetch_add(1, SeqCst));
    let mut send = world.signal.send().with(load.clone());
    for _ in 0..rng.u8(..3) {
        send = send.key(rng.u64(..4));
    }
    if rng.bool() {
        send = send.sender(&hand.machine);
    }
    if rng.u8(..20) == 0 {
        send = send.to_all();
    }
    if rng.u8(..10) == 0 {
        send = send.timeout(MS * rng.u32(..3));
    }
    (load, send)
}

fn step<'a>(world: &'a World<'a>, hand: &mut Hand<'a>) {
    let connections = || world.connections.lock().expect("nobody has panicked");
    let any = |rng: &mut Rng| {
        let connections = connections();
        let place = rng.usize(..connections.len().max(1));
        connections.get(place).cloned()
    };
    match hand.rng.u8(..100) {
        0..12 => {
            let rng = &mut hand.rng;
            let made = connect(world.signal, rng, world.counts, world.gate, &hand.machine);
            connections().push(made);
        }
        12..32 => {
            let (load, send) = send(world, hand);
            match send.now() {
                Ok(delivery) => hand.deliveries.push((load, delivery)),
                Err(unsent) => {
                    let given_back = unsent.into_payload().expect("it was sent with one");
                    assert_eq!(given_back.number, load.number);
                }
            }
        }
        32..44 => {
            let (load, send) = send(world, hand);
            hand.hands.begin("send", async move {
                let delivery = send.await;
                let count = delivery.count();
                look_through(world, &load, Some(count), &delivery.join().await);
            });
        }
        44..54 => {
            let (load, send) = send(world, hand);
            let by_priority = hand.rng.u8(..4) == 0;
            let join = send.join();
            let join = if by_priority {
                join.by_priority()
            } else {
                join
            };
            hand.hands.begin("join", async move {
                look_through(world, &load, None, &join.await);
            });
        }
        54..57 => {
            let (_, send) = send(world, hand);
            hand.hands
                .begin("first", async move { drop(send.first().await) });
        }
        57..59 => {
            let (_, send) = send(world, hand);
            hand.hands.begin("fold", async move {
                let two = send.try_fold(0, |count, _| {
                    if count < 2 {
                        ControlFlow::Continue(count + 1)
                    } else {
                        ControlFlow::Break(())
                    }
                });
                let _ = two.await;
            });
        }
        59..64 => {
            let picked = hand
                .rng
                .choice(0..hand.deliveries.len())
                .map(|place| hand.deliveries.swap_remove(place));
            if let Some((load, delivery)) = picked {
                match hand.rng.u8(..4) {
                    0 => drop(delivery),
                    1 => drop(block_on(futures_lite::future::poll_once(delivery.join()))),
                    _ => {
                        delivery.abort();
                        let count = delivery.count();
                        hand.hands.begin("aborted", async move {
                            look_through(world, &load, Some(count), &delivery.join().await);
                        });
                    }
                }
            }
        }
        64..68 => {
            let builder = world.signal.subscribe().capacity(hand.rng.usize(..4));
            let builder = builder.overflow(overflow(&mut hand.rng));
            let builder = if hand.rng.bool() {
                builder.key(hand.rng.u64(..4))
            } else {
                builder
            };
            hand.subscriptions.push((builder.now(), 0));
        }
        68..72 => {
            if let Some((subscription, missing)) = hand.subscriptions.first_mut() {
                if let Err(TryRecvError::Lost(count)) = subscription.try_recv() {
                    *missing += count;
                }
            }
        }
        72..74 => {
            let next = world.signal.next().key(hand.rng.u64(..4)).into_future();
            hand.hands.begin(
                "next",
                futures_lite::future::or(drop_output(next), opened(world)),
            );
        }
        74..80 => {
            if let Some(connection) = any(&mut hand.rng) {
                connection.disconnect();
            }
        }
        80..83 => {
            if let Some(connection) = any(&mut hand.rng) {
                hand.hands.begin("rest", async move {
                    connection.disconnect_and_wait().await;
                });
            }
        }
        83..85 => {
            if let Some(connection) = any(&mut hand.rng) {
                let _blocked = connection.block();
                let _ = world.signal.send().key(1).now();
            }
        }
        85..87 => {
            if let Some(connection) = any(&mut hand.rng) {
                connection.add_keys([hand.rng.u64(..4)]);
                connection.remove_keys([hand.rng.u64(..4)]);
            }
        }
        87 => hand.machine = machine(u64::from(hand.rng.u8(..))),
        88..91 => hand.hands.drop_one(&mut hand.rng),
        91 => {
            let _ = (world.signal.inspect(), world.signal.connection_count());
        }
        92 => hand.hands.begin("idle", async {
            futures_lite::future::or(world.signal.idle(), opened(world)).await;
        }),
        93 if hand.rng.u8(..60) == 0 => _ = world.signal.close(),
        _ => hand.hands.poll_one(&mut hand.rng),
    }
    while hand.hands.len() > KEPT {
        hand.hands.drop_one(&mut hand.rng);
    }
    if hand.subscriptions.len() > KEPT / 4 {
        drop(hand.subscriptions.swap_remove(0));
    }
    if hand.deliveries.len() > KEPT {
        drop(hand.deliveries.swap_remove(0));
    }
}

async fn drop_output<T>(future: impl Future<Output = T>) {
    drop(future.await);
}

/// The round is over.
async fn opened(world: &World<'_>) {
    let _ = world.gate.recv().await;
}

/// Reads what is left. What a subscription says it lost is what is missing in its places.
async fn read_to_the_end(seed: u64, mut subscription: Subscription<Load>, read: u64) {
    subscription.connection().disconnect();
    let mut missing = read;
    loop {
        match subscription.recv().await {
            Ok(_) => {}
            Err(RecvError::Lost(count)) => missing += count,
            Err(RecvError::Closed) => break,
        }
    }
    assert_eq!(missing, subscription.lost(), "seed {seed}");
}

/// Lets go of what others may wait for, and finishes what is begun.
fn end(world: &World<'_>, mut hand: Hand<'_>) {
    for (subscription, missing) in hand.subscriptions.drain(..) {
        let reading = read_to_the_end(world.seed, subscription, missing);
        hand.hands.begin("subscription", reading);
    }
    hand.hands.finish(world.seed, world.signal);
    for (load, delivery) in hand.deliveries.drain(..) {
        let mut last = Hands::new(world.counts);
        let count = delivery.count();
        last.begin("delivery", async move {
            look_through(world, &load, Some(count), &delivery.join().await);
        });
        last.finish(world.seed, world.signal);
    }
}
