//! What the questions share: the payload, the callbacks and the hand-written candidates.
//!
//! A sync callback is `black_box(payload ^ i)`, with `i` captured: next to nothing, so that what is seen is what calling
//! it costs. An async one does the same in a future of its own.

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;

use fanfare::{Event, Signal};
use futures::StreamExt;
use futures::future::join_all;
use futures::stream::FuturesUnordered;

/// A payload: a struct, handed to callbacks by reference.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct P {
    pub(super) v: u64,
}

/// A payload the compiler knows nothing about.
pub(super) fn payload() -> P {
    P { v: black_box(7) }
}

pub(super) type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The raw loop's callbacks: what a program would write that needs callbacks and nothing else.
pub(super) type SyncFn = Box<dyn Fn(&P) + Send + Sync>;

/// The same for async callbacks. They outlive the call, so they share the payload.
pub(super) type AsyncFn = Box<dyn Fn(Arc<P>) -> Boxed + Send + Sync>;

pub(super) fn raw(n: usize) -> Vec<SyncFn> {
    (0..n as u64)
        .map(|i| -> SyncFn {
            Box::new(move |p: &P| {
                black_box(p.v ^ i);
            })
        })
        .collect()
}

pub(super) fn call_all(callbacks: &[SyncFn]) {
    let p = payload();
    for callback in callbacks {
        callback(&p);
    }
}

/// A signal with `n` unfiltered sync callbacks.
pub(super) fn unfiltered(n: usize) -> Signal<P> {
    let signal = Signal::new(P::default());
    for i in 0..n as u64 {
        signal
            .connect_sync(move |event: &Event<P>| {
                black_box(event.v ^ i);
            })
            .now();
    }
    signal
}

/// The same, after its first send.
pub(super) fn signal(n: usize) -> Signal<P> {
    let signal = unfiltered(n);
    assert_eq!(signal.send().now().unwrap().count(), n);
    signal
}

/// A signal with `n` connections, each to a key of its own: the numbers below `n`.
pub(super) fn keyed(n: usize) -> Signal<P, (), u64> {
    let signal = Signal::builder(P::default()).key::<u64>().build();
    for i in 0..n as u64 {
        signal
            .connect_sync(move |event: &Event<P, u64>| {
                black_box(event.v ^ i);
            })
            .key(i)
            .now();
    }
    signal
}

/// Calls all, and runs their futures with `join_all`.
pub(super) async fn join_them(callbacks: &[AsyncFn]) {
    let p = Arc::new(payload());
    let calls = callbacks.iter().map(|callback| callback(Arc::clone(&p)));
    drop(join_all(calls).await);
}

/// The same with `FuturesUnordered`.
pub(super) async fn take_them(callbacks: &[AsyncFn]) {
    let p = Arc::new(payload());
    let calls = callbacks.iter().map(|callback| callback(Arc::clone(&p)));
    let mut calls: FuturesUnordered<Boxed> = calls.collect();
    while calls.next().await.is_some() {}
}

/// Async callbacks that are ready at once.
pub(super) fn raw_async(n: usize) -> Vec<AsyncFn> {
    (0..n as u64)
        .map(|i| -> AsyncFn {
            Box::new(move |p: Arc<P>| {
                Box::pin(async move {
                    black_box(p.v ^ i);
                })
            })
        })
        .collect()
}

/// A signal with `n` async callbacks that are ready at once.
pub(super) fn connect_async(signal: &Signal<P>, n: usize) {
    for i in 0..n as u64 {
        signal
            .connect(move |event: Arc<Event<P>>| async move {
                black_box(event.v ^ i);
            })
            .now();
    }
}

/// Numbers below `n` in an order no predictor knows, the same in each run.
pub(super) fn shuffled(n: usize) -> Vec<u64> {
    let mut order: Vec<u64> = (0..n as u64).collect();
    let mut random = Random::new();
    for at in (1..n).rev() {
        order.swap(at, random.below(at as u64 + 1) as usize);
    }
    order
}

/// xorshift64*: good enough to be no pattern.
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }
}

/// Goes round and round over some keys.
#[derive(Debug)]
pub(super) struct Wheel {
    keys: Vec<u64>,
    at: usize,
}

impl Wheel {
    /// 65,536 of the keys below `n`, at random.
    pub(super) fn of_keys_below(n: usize) -> Self {
        let mut random = Random::new();
        let keys = (0..1 << 16).map(|_| random.below(n as u64)).collect();
        Self { keys, at: 0 }
    }

    pub(super) fn turn(&mut self) -> u64 {
        self.at = (self.at + 1) & (self.keys.len() - 1);
        self.keys[self.at]
    }
}
