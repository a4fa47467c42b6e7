//! What does a send cost on a signal that connections come to and go from all the time?

use std::hint::black_box;

use fanfare::{Event, Signal};

use super::subjects::{P, keyed, payload, signal};
use crate::harness::{Bench, Case};

fn visitor(signal: &Signal<P>) -> fanfare::Connection {
    let callback = |event: &Event<P>| {
        black_box(event.v);
    };
    signal.connect_sync(callback).now()
}

pub(super) fn ask(bench: &Bench) {
    for n in [10, 100, 1_000, 10_000] {
        let (quiet, visited) = (signal(n), signal(n));
        bench.compare(
            n,
            vec![
                Case::new("send", || drop(quiet.send().with(payload()).now().unwrap())),
                Case::new("connect, send, disconnect", || {
                    let connection = visitor(&visited);
                    drop(visited.send().with(payload()).now().unwrap());
                    connection.disconnect();
                }),
            ],
        );
    }

    let n = 10_000;
    let (quiet, visited, key) = (keyed(n), keyed(n), n as u64);
    bench.compare(
        n,
        vec![
            Case::new("keyed send", || {
                drop(
                    quiet
                        .send()
                        .key(black_box(42u64))
                        .with(payload())
                        .now()
                        .unwrap(),
                );
            }),
            Case::new("keyed connect, send, disconnect", || {
                let callback = |event: &Event<P, u64>| {
                    black_box(event.v);
                };
                let connection = visited.connect_sync(callback).key(key).now();
                drop(visited.send().key(key).with(payload()).now().unwrap());
                connection.disconnect();
            }),
        ],
    );
}
