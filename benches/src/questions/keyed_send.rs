//! What does a keyed send cost that matches one of many connections?
//!
//! Raw is one lookup in a hash map of boxed closures, and the call. Keys come in a random order, so that with many of them
//! both miss the cache.

use std::hint::black_box;

use fanfare::{Event, Key, Signal};
use hashbrown::HashMap;

use super::subjects::{P, SyncFn, Wheel, keyed, payload, raw};
use crate::harness::{Bench, Case};

pub(super) fn ask(bench: &Bench) {
    for n in [100, 10_000, 1_000_000] {
        numbers(bench, n);
    }
    for n in [100, 10_000] {
        texts(bench, n);
    }
}

fn numbers(bench: &Bench, n: usize) {
    let map: HashMap<u64, SyncFn> = (0..).zip(raw(n)).collect();
    let signal = keyed(n);
    for key in [0, n as u64 / 2] {
        assert_eq!(signal.send().key(key).now().unwrap().count(), 1);
    }
    let mut raw_keys = Wheel::of_keys_below(n);
    let mut keys = Wheel::of_keys_below(n);
    bench.compare(
        n,
        vec![
            Case::new("raw map", || {
                if let Some(callback) = map.get(&raw_keys.turn()) {
                    callback(&payload());
                }
            }),
            Case::new("fanfare", || {
                drop(
                    signal
                        .send()
                        .key(keys.turn())
                        .with(payload())
                        .now()
                        .unwrap(),
                );
            }),
        ],
    );
}

/// The usual key type, with texts that are made into keys at each send, as users would.
fn texts(bench: &Bench, n: usize) {
    let texts: Vec<String> = (0..n).map(|i| format!("account/{i}")).collect();
    let map: HashMap<&str, SyncFn> = texts.iter().map(String::as_str).zip(raw(n)).collect();
    let signal = Signal::new(P::default());
    for (i, text) in (0u64..).zip(&texts) {
        signal
            .connect_sync(move |event: &Event<P>| {
                black_box(event.v ^ i);
            })
            .key(text)
            .now();
    }
    assert_eq!(
        signal
            .send()
            .key(Key::from(&texts[0]))
            .now()
            .unwrap()
            .count(),
        1
    );
    let mut raw_keys = Wheel::of_keys_below(n);
    let mut keys = Wheel::of_keys_below(n);
    bench.compare(
        n,
        vec![
            Case::new("raw map, text", || {
                if let Some(callback) = map.get(&*texts[raw_keys.turn() as usize]) {
                    callback(&payload());
                }
            }),
            Case::new("fanfare, text", || {
                let text = &*texts[keys.turn() as usize];
                drop(signal.send().key(text).with(payload()).now().unwrap());
            }),
        ],
    );
}
