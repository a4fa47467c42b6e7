//! What does a sync send cost over a raw loop of boxed closures?

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::subjects::{call_all, payload, raw, signal};
use crate::harness::{Bench, Case};

pub(super) fn ask(bench: &Bench) {
    for n in [1, 10, 100, 1_000, 10_000] {
        let (callbacks, guarded, signal) = (raw(n), raw(n), signal(n));
        bench.compare(
            n,
            vec![
                Case::new("raw loop", || call_all(&callbacks)),
                Case::new("raw loop, panics caught", || {
                    let p = payload();
                    for callback in &guarded {
                        let called = catch_unwind(AssertUnwindSafe(|| callback(&p)));
                        black_box(called.is_err());
                    }
                }),
                Case::new("fanfare", || {
                    drop(signal.send().with(payload()).now().unwrap())
                }),
            ],
        );
    }
}
