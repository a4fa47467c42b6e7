//! How many allocations does a send make?
//!
//! Of the whole process, so that an executor's threads count, over sends that came after a few others.

use std::hint::black_box;
use std::sync::Arc;

use fanfare::{AsSender, Event, Key, Signal, Smol};
use futures::StreamExt;
use futures::future::join_all;
use futures::stream::FuturesUnordered;
use futures_lite::future::{block_on, yield_now};
use stats_alloc::INSTRUMENTED_SYSTEM;

use super::subjects::{Boxed, P, connect_async, keyed, payload, raw_async, signal};
use crate::harness::{Bench, Unit};

const SENDS: usize = 64;

/// The allocations of one operation, a reallocation counted as one.
fn count(bench: &Bench, candidate: &str, n: usize, mut operation: impl FnMut()) {
    for _ in 0..8 {
        operation();
    }
    let before = INSTRUMENTED_SYSTEM.stats();
    for _ in 0..SENDS {
        operation();
    }
    let made = INSTRUMENTED_SYSTEM.stats() - before;
    let each = (made.allocations + made.reallocations) as f64 / SENDS as f64;
    bench.tell(candidate, n, Unit::Allocs, vec![each]);
}

struct Sender {
    _name: u64,
}

impl AsSender for Sender {}

pub(super) fn ask(bench: &Bench) {
    sync(bench);
    filtered(bench);
    for n in [1, 100] {
        in_task(bench, n);
    }
    spawned(bench, 100);
}

fn sync(bench: &Bench) {
    for n in [0, 1, 10, 100, 1_000, 10_000] {
        let signal = signal(n);
        count(bench, "fanfare, sync", n, || {
            drop(signal.send().with(payload()).now().unwrap());
        });
        count(bench, "fanfare, sync, joined", n, || {
            drop(block_on(signal.send().with(payload()).join()));
        });
    }
}

fn filtered(bench: &Bench) {
    let n = 10_000;
    let signal = keyed(n);
    count(bench, "fanfare, one key", n, || {
        drop(signal.send().key(42u64).with(payload()).now().unwrap());
    });
    count(bench, "fanfare, a key nobody listens to", n, || {
        drop(signal.send().key(n as u64).with(payload()).now().unwrap());
    });
    let sender = Sender { _name: 1 };
    count(bench, "fanfare, a sender nobody listens to", n, || {
        drop(signal.send().sender(&sender).with(payload()).now().unwrap());
    });
    let callback = |event: &Event<P, u64>| {
        black_box(event.v);
    };
    for _ in 0..1_000 {
        let connecting = signal.connect_sync(callback).keys([1u64, 2, 3, 4]);
        connecting.sender(&sender).now();
    }
    count(bench, "fanfare, 2 keys", n, || {
        drop(signal.send().keys([1u64, 2]).with(payload()).now().unwrap());
    });
    count(bench, "fanfare, 4 keys and a sender", n, || {
        let send = signal.send().keys([1u64, 2, 3, 4]).sender(&sender);
        drop(send.with(payload()).now());
    });

    let named = Signal::new(P::default());
    const KEY: Key = Key::from_static("orders");
    let callback = |event: &Event<P>| {
        black_box(event.v);
    };
    named.connect_sync(callback).key(KEY).now();
    count(bench, "fanfare, a text as key", 1, || {
        drop(named.send().key("orders").with(payload()).now().unwrap());
    });
}

fn in_task(bench: &Bench, n: usize) {
    let callbacks = raw_async(n);
    count(bench, "boxed loop", n, || {
        block_on(async {
            let p = Arc::new(payload());
            for callback in &callbacks {
                callback(Arc::clone(&p)).await;
            }
        });
    });
    count(bench, "join_all", n, || {
        let p = Arc::new(payload());
        let calls = callbacks.iter().map(|callback| callback(Arc::clone(&p)));
        drop(block_on(join_all(calls)));
    });
    count(bench, "FuturesUnordered", n, || {
        let p = Arc::new(payload());
        let calls = callbacks.iter().map(|callback| callback(Arc::clone(&p)));
        let mut calls: FuturesUnordered<Boxed> = calls.collect();
        block_on(async { while calls.next().await.is_some() {} });
    });
    let ready = Signal::new(P::default());
    connect_async(&ready, n);
    count(bench, "fanfare, async, joined", n, || {
        drop(block_on(ready.send().with(payload()).join()));
    });
    let pending = Signal::new(P::default());
    for i in 0..n as u64 {
        pending
            .connect(move |event: Arc<Event<P>>| async move {
                yield_now().await;
                black_box(event.v ^ i);
            })
            .now();
    }
    count(bench, "fanfare, async, pending once, joined", n, || {
        drop(block_on(pending.send().with(payload()).join()));
    });
}

fn spawned(bench: &Bench, n: usize) {
    let callbacks = raw_async(n);
    count(bench, "smol's own boxed spawn", n, || {
        let p = Arc::new(payload());
        let tasks = callbacks
            .iter()
            .map(|callback| smol::spawn(callback(Arc::clone(&p))));
        let tasks: Vec<smol::Task<()>> = tasks.collect();
        block_on(async {
            for task in tasks {
                task.await;
            }
        });
    });
    let signal = Signal::builder(P::default()).spawner(Smol).build();
    connect_async(&signal, n);
    count(bench, "fanfare, async, spawned on smol", n, || {
        drop(block_on(async {
            signal.send().with(payload()).await.join().await
        }));
    });
}
