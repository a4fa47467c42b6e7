//! How long is the longest single send, after a million connects and after half of them have gone?
//!
//! Lists and index are put in order by whoever comes next, and somebody has to pay for it. Here each operation is
//! timed by itself, about 25 ns of clock included. The raw map beside it shows what the machine adds: whatever else
//! runs on it interrupts a lookup as well as a send.

use std::hint::black_box;
use std::time::{Duration, Instant};

use fanfare::{Connection, Event, Signal};
use hashbrown::HashMap;

use super::subjects::{P, SyncFn, Wheel, payload, raw, shuffled};
use crate::harness::{Bench, Unit};

/// Times each of `count` operations, and tells the slow ones. Gives up after a while: `false` if some are missing.
fn each(
    bench: &Bench,
    candidate: &str,
    n: usize,
    count: usize,
    mut operation: impl FnMut(),
) -> bool {
    let patience = Duration::from_secs(bench.pick(90, 10));
    let mut taken: Vec<f64> = Vec::with_capacity(count);
    let begin = Instant::now();
    while taken.len() < count && begin.elapsed() < patience {
        let start = Instant::now();
        operation();
        taken.push(start.elapsed().as_nanos() as f64);
    }
    let done = taken.len();
    if done < count {
        eprintln!("{candidate}: stopped after {done} of {count}");
    }
    taken.sort_by(f64::total_cmp);
    let at = |share: f64| taken[((done - 1) as f64 * share) as usize];
    for (unit, share, at_least) in [
        (Unit::P50, 0.5, 2),
        (Unit::P99, 0.99, 1_000),
        (Unit::P9999, 0.9999, 100_000),
        (Unit::Max, 1.0, 1),
    ] {
        if done >= at_least {
            bench.tell(candidate, n, unit, vec![at(share)]);
        }
    }
    done == count
}

pub(super) fn ask(bench: &Bench) {
    keyed(bench);
    unfiltered(bench);
}

fn keyed(bench: &Bench) {
    let n = 1_000_000;
    let count = n;
    let mut keys = Wheel::of_keys_below(n);
    let map: HashMap<u64, SyncFn> = (0..).zip(raw(n)).collect();
    each(bench, "raw map, lookup and call", n, count, || {
        if let Some(callback) = map.get(&keys.turn()) {
            callback(&payload());
        }
    });
    drop(map);

    let signal = Signal::builder(P::default()).key::<u64>().build();
    let mut connections: Vec<Option<Connection<u64>>> = Vec::with_capacity(n);
    let all_are_there = each(bench, "fanfare, each of the connects", n, n, || {
        let i = connections.len() as u64;
        let callback = move |event: &Event<P, u64>| {
            black_box(event.v ^ i);
        };
        connections.push(Some(signal.connect_sync(callback).key(i).now()));
    });
    if !all_are_there {
        return;
    }
    let mut send = || {
        drop(
            signal
                .send()
                .key(keys.turn())
                .with(payload())
                .now()
                .unwrap(),
        )
    };
    let label = "fanfare, sends after the connects";
    each(bench, label, n, count, &mut send);

    let mut going = shuffled(n).into_iter();
    let mut disconnect = || {
        let at = going.next().expect("more than half") as usize;
        connections[at].take().expect("each goes once").disconnect();
    };
    let label = "fanfare, each of the disconnects";
    let half_are_gone = each(bench, label, n, n / 2, &mut disconnect);
    if !half_are_gone {
        return;
    }
    let label = "fanfare, sends after the disconnects";
    each(bench, label, n, count, &mut send);

    let label = "fanfare, one more disconnect and a send";
    each(bench, label, n, 1_000, || {
        disconnect();
        send();
    });
}

/// Where a send calls each connection, a pause has to be seen beside what the calls take.
fn unfiltered(bench: &Bench) {
    let n = 1_000_000;
    let signal = Signal::new(P::default());
    let connections: Vec<Connection> = (0..n as u64)
        .map(|i| {
            let callback = move |event: &Event<P>| {
                black_box(event.v ^ i);
            };
            signal.connect_sync(callback).now()
        })
        .collect();
    let send = || drop(signal.send().with(payload()).now().unwrap());
    each(bench, "fanfare, all called, the first send", n, 1, send);
    each(bench, "fanfare, all called, later sends", n, 30, send);
    let mut going = shuffled(n).into_iter();
    let label = "fanfare, each of the disconnects, unfiltered";
    let half_are_gone = each(bench, label, n, n / 2, || {
        let at = going.next().expect("more than half") as usize;
        connections[at].disconnect();
    });
    if !half_are_gone {
        return;
    }
    each(bench, "fanfare, half called, the first send", n, 1, send);
    each(bench, "fanfare, half called, later sends", n, 30, send);
}
