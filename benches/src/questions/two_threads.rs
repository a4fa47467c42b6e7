//! Do two threads that send on one signal get twice the sends of one?
//!
//! The cost is the time until every thread has done its share, over the sends of one thread: where threads do not
//! disturb each other it is that of one thread.

use std::hint::black_box;

use fanfare::{Event, Signal};

use super::subjects::{P, call_all, keyed, payload, raw, signal};
use crate::harness::{Bench, Case, side_by_side};

/// The work on one thread and on two.
fn pair<'a>(name: &str, work: impl Fn(u64) + Sync + Copy + 'a) -> [Case<'a>; 2] {
    [
        Case::timed(&format!("{name}, 1 thread"), move |iterations| {
            side_by_side(1, iterations, work)
        }),
        Case::timed(&format!("{name}, 2 threads"), move |iterations| {
            side_by_side(2, iterations, work)
        }),
    ]
}

pub(super) fn ask(bench: &Bench) {
    for n in [1, 10, 100] {
        let (callbacks, signal) = (raw(n), signal(n));
        let call = |iterations| {
            for _ in 0..iterations {
                call_all(&callbacks);
            }
        };
        let send = |iterations| {
            for _ in 0..iterations {
                drop(signal.send().with(payload()).now().unwrap());
            }
        };
        let send_defaults = |iterations| {
            for _ in 0..iterations {
                drop(black_box(&signal).send().now().unwrap());
            }
        };
        let mut cases = Vec::from(pair("raw loop", call));
        cases.extend(pair("fanfare", send));
        cases.extend(pair("fanfare, the defaults", send_defaults));
        bench.compare(n, cases);
    }

    let n = 10_000;
    let signal = keyed(n);
    let hot = |iterations| {
        for _ in 0..iterations {
            drop(
                signal
                    .send()
                    .key(black_box(42u64))
                    .with(payload())
                    .now()
                    .unwrap(),
            );
        }
    };
    let spread = |iterations: u64| {
        for i in 0..iterations {
            let key = i.wrapping_mul(7_919) % n as u64;
            drop(signal.send().key(key).with(payload()).now().unwrap());
        }
    };
    // Two connections to one key are a list, which is read another way.
    let crowded: Signal<P, (), u64> = Signal::builder(P::default()).key::<u64>().build();
    for i in 0..2 {
        crowded
            .connect_sync(move |event: &Event<P, u64>| {
                black_box(event.v ^ i);
            })
            .key(42u64)
            .now();
    }
    let crowd = |iterations| {
        for _ in 0..iterations {
            drop(
                crowded
                    .send()
                    .key(black_box(42u64))
                    .with(payload())
                    .now()
                    .unwrap(),
            );
        }
    };
    let mut cases = Vec::from(pair("hot key", hot));
    cases.extend(pair("hot key with 2 callbacks", crowd));
    cases.extend(pair("all keys", spread));
    bench.compare(n, cases);
}
