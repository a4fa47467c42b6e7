//! What do async callbacks cost that wait once before they are ready?

use std::hint::black_box;
use std::sync::Arc;

use fanfare::{Event, Signal};
use futures_lite::future::yield_now;

use super::subjects::{AsyncFn, P, join_them, payload, take_them};
use crate::harness::{Bench, Case};

fn raw(n: usize) -> Vec<AsyncFn> {
    (0..n as u64)
        .map(|i| -> AsyncFn {
            Box::new(move |p: Arc<P>| {
                Box::pin(async move {
                    yield_now().await;
                    black_box(p.v ^ i);
                })
            })
        })
        .collect()
}

fn signal(n: usize) -> Signal<P> {
    let signal = Signal::new(P::default());
    for i in 0..n as u64 {
        signal
            .connect(move |event: Arc<Event<P>>| async move {
                yield_now().await;
                black_box(event.v ^ i);
            })
            .now();
    }
    signal
}

pub(super) fn ask(bench: &Bench) {
    for n in [1, 10, 100, 1_000, 10_000] {
        let (callbacks, signal) = (raw(n), signal(n));
        bench.compare(
            n,
            vec![
                Case::of_async("join_all", async || join_them(&callbacks).await),
                Case::of_async("FuturesUnordered", async || take_them(&callbacks).await),
                Case::of_async("fanfare", async || {
                    drop(signal.send().with(payload()).join().await);
                }),
            ],
        );
    }
}
