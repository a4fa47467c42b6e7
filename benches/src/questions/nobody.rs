//! What does a send cost that reaches nobody?

use std::hint::black_box;

use fanfare::{AsSender, Event, Signal};
use hashbrown::HashMap;

use super::subjects::{P, SyncFn, keyed, payload, raw};
use crate::harness::{Bench, Case};

struct Sender {
    _name: u64,
}

impl AsSender for Sender {}

pub(super) fn ask(bench: &Bench) {
    let n = 10_000;
    let map: HashMap<u64, SyncFn> = (0..).zip(raw(n)).collect();
    // Keys and senders both have listeners, so that neither is passed by because there are none of its kind.
    let signal = keyed(n);
    let senders: Vec<Sender> = (0..100).map(|_name| Sender { _name }).collect();
    for (i, sender) in (0u64..).zip(&senders) {
        signal
            .connect_sync(move |event: &Event<P, u64>| {
                black_box(event.v ^ i);
            })
            .sender(sender)
            .now();
    }
    let stranger = Sender { _name: 0 };
    let missing = n as u64 + 7;
    assert_eq!(signal.send().sender(&senders[7]).now().unwrap().count(), 1);
    assert_eq!(signal.send().sender(&stranger).now().unwrap().count(), 0);
    assert_eq!(signal.send().key(missing).now().unwrap().count(), 0);
    bench.compare(
        n,
        vec![
            Case::new("raw map, no such key", || {
                if let Some(callback) = map.get(&black_box(missing)) {
                    callback(&payload());
                }
            }),
            Case::new("fanfare, a key nobody listens to", || {
                drop(
                    signal
                        .send()
                        .key(black_box(missing))
                        .with(payload())
                        .now()
                        .unwrap(),
                );
            }),
            Case::new("fanfare, a sender nobody listens to", || {
                let send = signal.send().sender(black_box(&stranger));
                drop(send.with(payload()).now());
            }),
        ],
    );

    let silent = Signal::new(P::default());
    let nothing: Vec<SyncFn> = Vec::new();
    bench.compare(
        0,
        vec![
            Case::new("raw loop over nothing", || {
                let p = payload();
                for callback in black_box(&nothing) {
                    callback(&p);
                }
            }),
            Case::new("fanfare, a signal nobody listens to", || {
                drop(silent.send().with(payload()).now().unwrap());
            }),
        ],
    );
}
