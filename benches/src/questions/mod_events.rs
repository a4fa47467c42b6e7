//! Beside `mod-events`, a typed dispatcher that catches panics and awaits async listeners one after the other.
//!
//! Its `emit` drops errors, so it is the cheaper one of its two sync sends. Its async send runs in the task that awaits
//! it, as `.join()` does.

use std::hint::black_box;
use std::sync::Arc;

use fanfare::Signal;
use mod_events::EventDispatcher;

use super::subjects::{P, connect_async, payload, signal};
use crate::harness::{Bench, Case};

impl mod_events::Event for P {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn sync_peer(n: usize) -> EventDispatcher {
    let peer = EventDispatcher::new();
    for i in 0..n as u64 {
        peer.on(move |p: &P| {
            black_box(p.v ^ i);
        });
    }
    assert_eq!(peer.dispatch(payload()).listener_count(), n);
    peer
}

fn async_peer(n: usize) -> EventDispatcher {
    let peer = EventDispatcher::new();
    for i in 0..n as u64 {
        peer.subscribe_async(move |p: &P| {
            let p = *p;
            async move {
                black_box(p.v ^ i);
                Ok(())
            }
        });
    }
    peer
}

pub(super) fn ask(bench: &Bench) {
    for n in [1, 10, 100, 1_000] {
        let (peer, signal) = (sync_peer(n), signal(n));
        bench.compare(
            n,
            vec![
                Case::new("mod-events, sync", || peer.emit(payload())),
                Case::new("fanfare, sync", || {
                    drop(signal.send().with(payload()).now().unwrap());
                }),
            ],
        );

        let peer = Arc::new(async_peer(n));
        let signal = Signal::new(P::default());
        connect_async(&signal, n);
        bench.compare(
            n,
            vec![
                Case::of_async("mod-events, async", async || {
                    drop(peer.dispatch_async(payload()).await);
                }),
                Case::of_async("fanfare, async", async || {
                    drop(signal.send().with(payload()).join().await);
                }),
            ],
        );
    }
}
