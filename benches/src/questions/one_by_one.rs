//! Does waiting for many callbacks stay linear where each is finished by an event of its own?
//!
//! All wait at a gate each. The gates open one after the other, in a random order, and after each the whole is polled
//! once, as an executor would. A way to wait that polls all of what is left after each event is quadratic.

use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use fanfare::{Event, Signal};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use futures::task::AtomicWaker;

use super::subjects::{AsyncFn, Boxed, P, payload, shuffled};
use crate::harness::{Bench, Case};

#[derive(Debug, Default)]
struct Gate {
    is_open: AtomicBool,
    waker: AtomicWaker,
}

impl Gate {
    fn open(&self) {
        self.is_open.store(true, Ordering::Release);
        self.waker.wake();
    }

    async fn pass(&self) {
        poll_fn(|cx| {
            self.waker.register(cx.waker());
            if self.is_open.load(Ordering::Acquire) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

/// Opens the gates in this order and polls `waiting` after each, until the last has made it ready.
fn lead_through(gates: &[Arc<Gate>], order: &[u64], waiting: impl Future<Output = ()>) {
    let mut waiting = pin!(waiting);
    let mut cx = Context::from_waker(Waker::noop());
    for gate in gates {
        gate.is_open.store(false, Ordering::Relaxed);
    }
    assert!(waiting.as_mut().poll(&mut cx).is_pending());
    let (last, others) = order.split_last().expect("at least one gate");
    for at in others {
        gates[*at as usize].open();
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
    }
    gates[*last as usize].open();
    assert!(waiting.as_mut().poll(&mut cx).is_ready());
}

fn raw(gates: &[Arc<Gate>]) -> Vec<AsyncFn> {
    let with_gate = |(i, gate): (u64, &Arc<Gate>)| -> AsyncFn {
        let gate = Arc::clone(gate);
        Box::new(move |p: Arc<P>| {
            let gate = Arc::clone(&gate);
            Box::pin(async move {
                gate.pass().await;
                black_box(p.v ^ i);
            })
        })
    };
    (0..).zip(gates).map(with_gate).collect()
}

fn signal(gates: &[Arc<Gate>]) -> Signal<P> {
    let signal = Signal::new(P::default());
    for (i, gate) in (0u64..).zip(gates) {
        let gate = Arc::clone(gate);
        signal
            .connect(move |event: Arc<Event<P>>| {
                let gate = Arc::clone(&gate);
                async move {
                    gate.pass().await;
                    black_box(event.v ^ i);
                }
            })
            .now();
    }
    signal
}

pub(super) fn ask(bench: &Bench) {
    for n in [10, 100, 1_000, 10_000] {
        let gates: Vec<Arc<Gate>> = (0..n).map(|_| Arc::default()).collect();
        let (callbacks, signal, order) = (raw(&gates), signal(&gates), shuffled(n));
        let cases = vec![
            Case::new("FuturesUnordered", || {
                lead_through(&gates, &order, async {
                    let p = Arc::new(payload());
                    let calls = callbacks.iter().map(|callback| callback(Arc::clone(&p)));
                    let mut calls: FuturesUnordered<Boxed> = calls.collect();
                    while calls.next().await.is_some() {}
                });
            }),
            Case::new("fanfare", || {
                lead_through(&gates, &order, async {
                    drop(signal.send().with(payload()).join().await);
                });
            }),
        ];
        bench.compare(n, cases.into_iter().map(|case| case.per(n)).collect());
    }
}
