//! What does connecting cost, and the first send after many connects?

use std::hint::black_box;
use std::time::{Duration, Instant};

use hashbrown::HashMap;
use signals2::Connect1;

use super::subjects::{P, SyncFn, keyed, payload, unfiltered};
use crate::harness::{Bench, Case};

/// Times `build`, and not the dropping of what was built.
fn building<T>(iterations: u64, mut build: impl FnMut() -> T) -> Duration {
    let mut taken = Duration::ZERO;
    for _ in 0..iterations {
        let start = Instant::now();
        let built = build();
        taken += start.elapsed();
        drop(black_box(built));
    }
    taken
}

fn raw_map(n: usize) -> HashMap<u64, SyncFn> {
    let mut map: HashMap<u64, SyncFn> = HashMap::new();
    for i in 0..n as u64 {
        map.insert(
            i,
            Box::new(move |p: &P| {
                black_box(p.v ^ i);
            }),
        );
    }
    map
}

fn peer(n: usize) -> signals2::Signal<(u64,)> {
    let peer = signals2::Signal::new();
    for i in 0..n as u64 {
        peer.connect(move |v: u64| {
            black_box(v ^ i);
        });
    }
    peer
}

/// The first send after `n` keyed connects.
fn first_send(iterations: u64, n: usize) -> Duration {
    let mut taken = Duration::ZERO;
    for _ in 0..iterations {
        let signal = keyed(n);
        let start = Instant::now();
        let sent = signal
            .send()
            .key(n as u64 / 3)
            .with(payload())
            .now()
            .unwrap();
        taken += start.elapsed();
        assert_eq!(sent.count(), 1);
    }
    taken
}

pub(super) fn ask(bench: &Bench) {
    for n in [100, 10_000, 1_000_000] {
        let few = bench.with_rounds(bench.pick(7, 1));
        let bench = if n > 10_000 { &few } else { bench };
        bench.compare(
            n,
            vec![
                Case::timed("raw map", |i| building(i, || raw_map(n))).per(n),
                Case::timed("fanfare, keyed", |i| building(i, || keyed(n))).per(n),
                Case::timed("fanfare, unfiltered", |i| building(i, || unfiltered(n))).per(n),
            ],
        );
        bench.compare(
            n,
            vec![Case::timed("fanfare, first send", |i| first_send(i, n))],
        );
    }
    for n in [100, bench.pick(10_000, 1_000)] {
        let case = Case::timed("signals2, unfiltered", |i| building(i, || peer(n)));
        bench.with_rounds(7).compare(n, vec![case.per(n)]);
    }
}
