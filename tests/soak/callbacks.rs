//! Connections of every kind, with every option.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use fanfare::types::Filterable;
use fanfare::{AsSender, Backoff, ConnectBuilder, Connection, Event, Overflow, Signal};
use fastrand::Rng;
use futures_lite::future::{pending, yield_now};
use smol::channel::Receiver;

use crate::counts::Counts;

/// How a panic begins that is part of the test.
pub(crate) const ON_PURPOSE: &str = "on purpose";
pub(crate) const MS: Duration = Duration::from_millis(1);

/// What is sent: each send has its own tally.
#[derive(Clone, Default)]
pub(crate) struct Load {
    pub(crate) number: u64,
    /// How many calls have replied whose reply has to be in the report.
    pub(crate) replied: Arc<AtomicUsize>,
    _weight: Box<u64>,
}

impl Load {
    pub(crate) fn new(number: u64) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }
}

/// Says whether it was counted in the load. On the heap, so that one that is lost shows.
pub(crate) type Reply = Result<Box<bool>, String>;
pub(crate) type Loads = Signal<Load, Reply>;

pub(crate) struct Machine {
    _number: u64,
}
impl AsSender for Machine {}

impl Machine {
    pub(crate) fn new(number: u64) -> Self {
        Self { _number: number }
    }
}

/// Where some callbacks wait, until the round is over.
pub(crate) type Gate = Receiver<()>;

#[derive(Clone, Copy)]
enum Kind {
    Ready,
    Yields,
    Sleeps,
    Gated,
    Hangs,
    Panics,
    PanicsLater,
    Fails,
    /// It sends on its own signal.
    Sends,
}

/// Always the same callbacks, connected again and again with other options.
fn named(event: &Event<Load>) -> Reply {
    reply(Kind::Ready, event, false)
}

async fn named_async(event: Arc<Event<Load>>) -> Reply {
    yield_now().await;
    reply(Kind::Fails, &event, false)
}

/// Connects something, somehow.
pub(crate) fn connect(
    signal: &Loads,
    rng: &mut Rng,
    counts: &Counts,
    gate: &Gate,
    machine: &Arc<Machine>,
) -> Connection {
    // What is called again or called later need not be in a report: it is not counted.
    let (retries, debounces) = (rng.u8(..10) == 0, rng.u8(..12) == 0);
    let is_counted = !retries && !debounces;
    let kinds = [
        Kind::Ready,
        Kind::Ready,
        Kind::Yields,
        Kind::Yields,
        Kind::Yields,
        Kind::Sleeps,
        Kind::Gated,
        Kind::Hangs,
        Kind::Panics,
        Kind::PanicsLater,
        Kind::Fails,
        Kind::Sends,
    ];
    let kind = kinds[rng.usize(..kinds.len())];
    match rng.u8(..16) {
        0 => {
            let builder = signal.connect_sync(named);
            return finish(builder, rng, Kind::Ready, retries, debounces, machine);
        }
        1 => {
            let builder = signal.connect(named_async);
            return finish(builder, rng, Kind::Ready, retries, debounces, machine);
        }
        _ => {}
    }
    let (counts, gate, weak) = (counts.clone(), gate.clone(), signal.downgrade());
    if matches!(kind, Kind::Ready | Kind::Panics | Kind::Fails) && rng.bool() {
        let builder = signal.connect_sync(move |event: &Event<Load>| {
            let _call = counts.call();
            reply(kind, event, is_counted)
        });
        return finish(builder, rng, kind, retries, debounces, machine);
    }
    let builder = signal.connect(move |event: Arc<Event<Load>>| {
        let (call, gate, weak) = (counts.call(), gate.clone(), weak.clone());
        async move {
            let _call = call;
            match kind {
                Kind::Yields | Kind::PanicsLater => {
                    for _ in 0..event.number % 4 {
                        yield_now().await;
                    }
                }
                Kind::Sleeps => futures_timer::Delay::new(MS / 4).await,
                Kind::Gated => drop(gate.recv().await),
                Kind::Hangs => pending().await,
                Kind::Sends => {
                    yield_now().await;
                    // Not for ever.
                    if let Some(signal) = weak.upgrade().filter(|_| event.number % 3 == 0) {
                        let load = Load::new(event.number + 1);
                        drop(signal.send().key(event.number % 4).with(load).now());
                    }
                }
                Kind::Ready | Kind::Panics | Kind::Fails => {}
            }
            reply(kind, &event, is_counted)
        }
    });
    finish(builder, rng, kind, retries, debounces, machine)
}

fn reply(kind: Kind, event: &Event<Load>, is_counted: bool) -> Reply {
    let fails = event.number % 3 == 0;
    match kind {
        Kind::Panics | Kind::PanicsLater if fails => panic!("{ON_PURPOSE}"),
        Kind::Fails if fails => return Err("no".to_owned()),
        _ => {}
    }
    if is_counted {
        event.replied.fetch_add(1, SeqCst);
    }
    Ok(Box::new(is_counted))
}

fn finish<O: Filterable>(
    mut builder: ConnectBuilder<Load, Reply, fanfare::Key, O>,
    rng: &mut Rng,
    kind: Kind,
    retries: bool,
    debounces: bool,
    machine: &Arc<Machine>,
) -> Connection {
    if retries {
        builder = builder.retry(Backoff::new(MS / 4).max(MS).attempts(rng.u32(1..4)));
    }
    if debounces {
        builder = builder.debounce(MS / 4 * rng.u32(..4));
    }
    match kind {
        Kind::Hangs => builder = builder.timeout(MS),
        _ if rng.u8(..8) == 0 => builder = builder.timeout(MS * rng.u32(..3)),
        _ => {}
    }
    match rng.u8(..10) {
        0 => builder = builder.sequential(),
        1 => builder = builder.ordered_by(|event| event.number % 3),
        2 => {
            builder = builder
                .ordered_by(|event| event.number % 3)
                .max_in_flight(2);
        }
        3 => builder = builder.max_in_flight(rng.usize(..3)),
        _ => {}
    }
    if rng.u8(..5) == 0 {
        builder = builder.queue(rng.usize(..4), overflow(rng));
    }
    if rng.u8(..12) == 0 {
        builder = builder.throttle(MS / 2);
    }
    if rng.u8(..5) == 0 {
        builder = builder.cancel_on_disconnect();
    }
    if rng.u8(..5) == 0 {
        builder = builder.times(rng.usize(..20));
    }
    if rng.u8(..5) == 0 {
        builder = builder.name("named");
    }
    if rng.u8(..8) == 0 {
        builder = builder.track(machine);
    }
    if rng.u8(..8) == 0 {
        builder = builder.when(|event| {
            assert!(event.number % 17 != 0, "{ON_PURPOSE}");
            event.number % 2 == 0
        });
    }
    builder = builder.priority(rng.i32(-2..3));
    match rng.u8(..6) {
        0 | 1 => builder = builder.key(rng.u64(..4)),
        2 => builder = builder.keys([rng.u64(..4), rng.u64(..4)]),
        3 => builder = builder.sender(machine),
        4 => builder = builder.sender(machine).key(rng.u64(..4)),
        _ => {}
    }
    builder.now()
}

pub(crate) fn overflow(rng: &mut Rng) -> Overflow {
    use Overflow::{DropNewest, DropOldest, KeepLatest, Wait};
    [Wait, DropOldest, DropNewest, KeepLatest][rng.usize(..4)]
}
