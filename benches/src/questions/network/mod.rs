//! What does an event cost that goes to another process, and how long does it take?
//!
//! Events of 64 bytes, in JSON, through a link over TCP, Unix sockets and TLS, beside raw loops over the same kind of socket that write and read
//! the same bytes and do nothing with them: in pieces of 64 KiB, or each message by itself. Both sides are in this process, on an executor
//! with one thread each, as two processes would be. A latency is that of one event at a time, from before it is sent until who listens has
//! it; a round trip is that of a request, beside a raw echo.
//!
//! The same from a client's sender to a listener of its server, and from a client to a handler of its server; and that again while others
//! connected to the server do not read, or say the beginning of a message and no more.

mod ours;
mod raw;
mod routers;
mod sockets;

use std::thread;
use std::time::Duration;

use async_channel::bounded;
use fanfare::{Executor, Spawner};
use futures_lite::future::block_on;

use crate::harness::{Bench, Case, Unit};
use sockets::Kind;

pub(super) fn ask(bench: &Bench) {
    for kind in Kind::ALL {
        one_way(bench, kind);
        latency(bench, kind);
    }
    between_routers(bench);
}

fn between_routers(bench: &Bench) {
    let mut sending = routers::Pair::new(Kind::Tcp);
    bench.compare(
        1,
        vec![Case::timed("routers, TCP", |count| sending.send(count))],
    );
    let rounds = bench.pick(5, 2);
    let count = bench.pick(5_000, 500);
    let [mut alone, mut unread, mut slow] = [(); 3].map(|()| routers::Pair::new(Kind::Tcp));
    let _unread = unread.one_who_does_not_read();
    let _slow = slow.slow_ones(bench.pick(500, 50));
    // So much that nothing more fits anywhere: not into sockets, nor into the queue of that one.
    unread.send(100_000);
    let mut taken: [Vec<Vec<f64>>; 4] = Default::default();
    for _ in 0..rounds {
        taken[0].push(alone.latencies(count));
        taken[1].push(unread.latencies(count));
        taken[2].push(slow.latencies(count));
        taken[3].push(alone.round_trips(count));
    }
    let whats = [
        "routers, TCP",
        "routers, TCP, beside one who does not read",
        "routers, TCP, beside many who do not finish a message",
        "routers, TCP, request",
    ];
    for (what, rounds) in whats.iter().zip(taken) {
        tell(bench, what, &rounds);
    }
}

fn one_way(bench: &Bench, kind: Kind) {
    let name = kind.name();
    let (mut ours, mut batched, mut each) = (
        ours::Pair::new(kind),
        raw::Pair::new(kind),
        raw::Pair::new(kind),
    );
    bench.compare(
        1,
        vec![
            Case::timed(&format!("fanfare, {name}"), |count| ours.send(count)),
            Case::timed(&format!("raw loop, {name}, 64 KiB at a time"), |count| {
                batched.send(count, 64 * 1024)
            }),
            Case::timed(&format!("raw loop, {name}, one at a time"), |count| {
                each.send(count, 1)
            }),
        ],
    );
}

fn latency(bench: &Bench, kind: Kind) {
    let name = kind.name();
    let rounds = bench.pick(5, 2);
    let count = bench.pick(5_000, 500);
    let (mut ours, mut raw) = (ours::Pair::new(kind), raw::Pair::new(kind));
    let mut taken: [Vec<Vec<f64>>; 4] = Default::default();
    for _ in 0..rounds {
        taken[0].push(ours.latencies(count));
        taken[1].push(raw.latencies(count));
        taken[2].push(ours.round_trips(count));
        taken[3].push(raw.round_trips(count));
    }
    for (what, rounds) in [
        "fanfare, {}",
        "raw loop, {}",
        "fanfare, {}, request",
        "raw loop, {}, echo",
    ]
    .iter()
    .zip(taken)
    {
        tell(bench, &what.replace("{}", name), &rounds);
    }
}

fn tell(bench: &Bench, what: &str, rounds: &[Vec<f64>]) {
    for (unit, share) in [(Unit::P50, 0.5), (Unit::P99, 0.99)] {
        let shares = rounds.iter().map(|round| at(round, share)).collect();
        bench.tell(what, 1, unit, shares);
    }
}

fn at(taken: &[f64], share: f64) -> f64 {
    let mut sorted = taken.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

fn nanoseconds(taken: Duration) -> f64 {
    taken.as_nanos() as f64
}

/// An executor with a thread of its own, which is there as long as the process.
fn executor() -> Executor {
    let executor = Executor::new();
    let run = executor.clone();
    thread::spawn(move || smol::block_on(run.run(std::future::pending::<()>())));
    executor
}

/// Does it in a task of this executor.
fn run_on<T: Send + 'static>(on: &Executor, work: impl Future<Output = T> + Send + 'static) -> T {
    let (result_to, result) = bounded(1);
    on.spawn(Box::pin(async move {
        let _ = result_to.send(work.await).await;
    }));
    block_on(result.recv()).expect("it is run")
}
