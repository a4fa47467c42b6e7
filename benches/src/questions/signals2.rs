//! Beside `signals2`, the Rust port of Boost.Signals2: sync, a `u64` payload that it clones for each slot, no panic caught.

use std::hint::black_box;

use fanfare::{Event, Signal};
use signals2::{Connect1, Emit1};

use crate::harness::{Bench, Case, side_by_side};

type Peer = signals2::Signal<(u64,)>;

fn peer(n: usize) -> Peer {
    let peer = Peer::new();
    for i in 0..n as u64 {
        peer.connect(move |v| {
            black_box(v ^ i);
        });
    }
    assert_eq!(peer.count(), n);
    peer
}

fn signal(n: usize) -> Signal<u64> {
    let signal = Signal::new(0u64);
    for i in 0..n as u64 {
        signal
            .connect_sync(move |event: &Event<u64>| {
                black_box(**event ^ i);
            })
            .now();
    }
    assert_eq!(signal.send().now().unwrap().count(), n);
    signal
}

pub(super) fn ask(bench: &Bench) {
    for n in [1, 10, 100, 1_000, 10_000] {
        // Each signals2 connect copies the list of slots.
        let (peer, signal) = (peer(n), signal(n));
        bench.compare(
            n,
            vec![
                Case::new("signals2", || {
                    let _ = peer.emit(black_box(7));
                }),
                Case::new("fanfare", || {
                    drop(signal.send().with(black_box(7)).now().unwrap())
                }),
            ],
        );
    }
    for n in [1, 10, 100] {
        let (peer, signal) = (peer(n), signal(n));
        let emit = |iterations| {
            for _ in 0..iterations {
                let _ = peer.emit(black_box(7));
            }
        };
        let send = |iterations| {
            for _ in 0..iterations {
                drop(signal.send().with(black_box(7)).now().unwrap());
            }
        };
        bench.compare(
            n,
            vec![
                Case::timed("signals2, 2 threads", |i| side_by_side(2, i, emit)),
                Case::timed("fanfare, 2 threads", |i| side_by_side(2, i, send)),
            ],
        );
    }
}
