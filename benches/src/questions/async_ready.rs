//! What do async callbacks that are ready at once cost, run in the task that sends?
//!
//! The raw loop boxes each future and awaits it. Callbacks outlive the call, so the payload is shared in an `Arc`, made
//! anew for each send; a second raw loop copies the payload instead, which only a payload that is `Copy` allows.

use std::hint::black_box;
use std::sync::Arc;

use fanfare::Signal;

use super::subjects::{Boxed, P, connect_async, join_them, payload, raw_async, take_them};
use crate::harness::{Bench, Case};

type CopyFn = Box<dyn Fn(P) -> Boxed + Send + Sync>;

fn raw_copying(n: usize) -> Vec<CopyFn> {
    (0..n as u64)
        .map(|i| -> CopyFn {
            Box::new(move |p: P| {
                Box::pin(async move {
                    black_box(p.v ^ i);
                })
            })
        })
        .collect()
}

pub(super) fn ask(bench: &Bench) {
    for n in [1, 10, 100, 1_000, 10_000] {
        let (callbacks, copying) = (raw_async(n), raw_copying(n));
        let signal = Signal::new(P::default());
        connect_async(&signal, n);
        bench.compare(
            n,
            vec![
                Case::of_async("boxed loop", async || {
                    let p = Arc::new(payload());
                    for callback in &callbacks {
                        callback(Arc::clone(&p)).await;
                    }
                }),
                Case::of_async("boxed loop, payload copied", async || {
                    let p = payload();
                    for callback in &copying {
                        callback(p).await;
                    }
                }),
                Case::of_async("join_all", async || join_them(&callbacks).await),
                Case::of_async("FuturesUnordered", async || take_them(&callbacks).await),
                Case::of_async("fanfare", async || {
                    drop(signal.send().with(payload()).join().await);
                }),
            ],
        );
    }
}
