//! The same when the callbacks are of 8 different types, in random order: what real programs have.

use std::hint::black_box;

use fanfare::{Event, Signal};

use super::subjects::{P, Random, SyncFn, call_all, payload};
use crate::harness::{Bench, Case};

/// One of 8 closures, each a type and a body of its own.
macro_rules! one_of_eight {
    ($which:expr, $i:ident, $take:ident) => {
        match $which {
            0 => $take!(|v: u64| v ^ $i),
            1 => $take!(|v: u64| v.wrapping_add($i)),
            2 => $take!(|v: u64| v.wrapping_sub($i)),
            3 => $take!(|v: u64| v | $i),
            4 => $take!(|v: u64| v & $i),
            5 => $take!(|v: u64| !v ^ $i),
            6 => $take!(|v: u64| v.rotate_left(7) ^ $i),
            _ => $take!(|v: u64| v.wrapping_mul($i)),
        }
    };
}

fn raw(order: &[u64]) -> Vec<SyncFn> {
    let mut callbacks: Vec<SyncFn> = Vec::new();
    for (i, which) in (0u64..).zip(order) {
        macro_rules! push {
            ($body:expr) => {
                callbacks.push(Box::new(move |p: &P| {
                    black_box($body(p.v));
                }))
            };
        }
        one_of_eight!(which, i, push);
    }
    callbacks
}

fn signal(order: &[u64]) -> Signal<P> {
    let signal = Signal::new(P::default());
    for (i, which) in (0u64..).zip(order) {
        macro_rules! connect {
            ($body:expr) => {
                drop(
                    signal
                        .connect_sync(move |event: &Event<P>| {
                            black_box($body(event.v));
                        })
                        .now(),
                )
            };
        }
        one_of_eight!(which, i, connect);
    }
    assert_eq!(signal.send().now().unwrap().count(), order.len());
    signal
}

pub(super) fn ask(bench: &Bench) {
    for n in [10, 100, 1_000, 10_000] {
        let mut random = Random::new();
        let order: Vec<u64> = (0..n).map(|_| random.below(8)).collect();
        let (callbacks, signal) = (raw(&order), signal(&order));
        bench.compare(
            n,
            vec![
                Case::new("raw loop", || call_all(&callbacks)),
                Case::new("fanfare", || {
                    drop(signal.send().with(payload()).now().unwrap())
                }),
            ],
        );
    }
}
