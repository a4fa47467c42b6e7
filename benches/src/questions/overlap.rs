//! What does it cost that 4 keys and 2 senders of one send all match the same callbacks?

use std::hint::black_box;

use fanfare::{AsSender, Event, Signal};

use super::subjects::{P, payload, signal};
use crate::harness::{Bench, Case};

struct Sender {
    _name: u64,
}

impl AsSender for Sender {}

pub(super) fn ask(bench: &Bench) {
    let senders = [Sender { _name: 1 }, Sender { _name: 2 }];
    let keys = [1u64, 2, 3, 4];
    for n in [10, 100, 1_000] {
        let plain = signal(n);
        let both = Signal::builder(P::default()).key::<u64>().build();
        for i in 0..n as u64 {
            both.connect_sync(move |event: &Event<P, u64>| {
                black_box(event.v ^ i);
            })
            .keys(keys)
            .senders(&senders)
            .now();
        }
        let send = || both.send().keys(keys).senders(&senders).with(payload());
        assert_eq!(send().now().unwrap().count(), n);
        bench.compare(
            n,
            vec![
                Case::new("fanfare, unfiltered", || {
                    drop(plain.send().with(payload()).now().unwrap());
                })
                .per(n),
                Case::new("fanfare, 4 keys and 2 senders", || drop(send().now())).per(n),
            ],
        );
    }
}
