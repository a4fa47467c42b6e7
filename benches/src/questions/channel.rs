//! What does a send on a channel cost over the same send on a signal?
//!
//! The same send: the same receivers, the same payload, and, where the channel is bound, the same sender. A channel has a
//! name, which its events tell; so has the signal that it is compared with, and beside it one without.

use std::hint::black_box;
use std::sync::Arc;

use fanfare::{AsSender, Band, Channel, Event, Signal};

use super::subjects::{P, payload};
use crate::harness::{Bench, Case};

struct Parent;
impl AsSender for Parent {}

fn receiver(i: u64) -> impl Fn(&Event<P>) + Send + Sync + 'static {
    move |event: &Event<P>| {
        black_box(event.v ^ i);
    }
}

/// With so many unfiltered callbacks, and so many for the sender.
fn signal(signal: Signal<P>, parent: &Arc<Parent>, unbound: usize, bound: usize) -> Signal<P> {
    for i in 0..bound as u64 {
        signal.connect_sync(receiver(i)).sender(parent).now();
    }
    for i in 0..unbound as u64 {
        signal.connect_sync(receiver(i)).now();
    }
    signal
}

/// With so many receivers, and so many on the channel of the parent.
fn channel(
    band: &Band,
    name: &str,
    parent: &Arc<Parent>,
    unbound: usize,
    bound: usize,
) -> Channel<P> {
    let channel = band.channel(name).unwrap();
    for i in 0..bound as u64 {
        channel.bound(parent).connect_sync(receiver(i)).now();
    }
    for i in 0..unbound as u64 {
        channel.connect_sync(receiver(i)).now();
    }
    channel
}

pub(super) fn ask(bench: &Bench) {
    let parent = Arc::new(Parent);
    let band = Band::new();
    let plain = || Signal::new(P::default());
    let named = || Signal::builder(P::default()).name("moved").build();
    for n in [1, 10, 100, 1_000] {
        let (plain_signal, named_signal) = (
            signal(plain(), &parent, n, 0),
            signal(named(), &parent, n, 0),
        );
        let channel_of_all = channel(&band, &format!("unbound {n}"), &parent, n, 0);
        assert_eq!(channel_of_all.send(payload()).now().unwrap().count(), n);
        bench.compare(
            n,
            vec![
                Case::new("signal without a name", || {
                    drop(plain_signal.send().with(payload()).now().unwrap());
                }),
                Case::new("signal", || {
                    drop(named_signal.send().with(payload()).now().unwrap())
                }),
                Case::new("channel", || {
                    drop(channel_of_all.send(payload()).now().unwrap())
                }),
            ],
        );

        let (plain_signal, named_signal) = (
            signal(plain(), &parent, 0, n),
            signal(named(), &parent, 0, n),
        );
        let bound = channel(&band, &format!("bound {n}"), &parent, 0, n).bound(&parent);
        assert_eq!(bound.send(payload()).now().unwrap().count(), n);
        bench.compare(
            n,
            vec![
                Case::new("signal without a name, one sender", || {
                    drop(
                        plain_signal
                            .send()
                            .sender(&parent)
                            .with(payload())
                            .now()
                            .unwrap(),
                    );
                }),
                Case::new("signal, one sender", || {
                    drop(
                        named_signal
                            .send()
                            .sender(&parent)
                            .with(payload())
                            .now()
                            .unwrap(),
                    );
                }),
                Case::new("channel, bound", || {
                    drop(bound.send(payload()).now().unwrap())
                }),
            ],
        );

        let half = n.div_ceil(2);
        let named_signal = signal(named(), &parent, half, half);
        let both = channel(&band, &format!("both {n}"), &parent, half, half);
        let bound = both.bound(&parent);
        assert_eq!(bound.send(payload()).now().unwrap().count(), 2 * half);
        assert_eq!(both.send(payload()).now().unwrap().count(), 2 * half);
        bench.compare(
            n,
            vec![
                Case::new("signal, one sender and all", || {
                    drop(
                        named_signal
                            .send()
                            .sender(&parent)
                            .with(payload())
                            .now()
                            .unwrap(),
                    );
                }),
                Case::new("channel, bound and unbound", || {
                    drop(bound.send(payload()).now().unwrap());
                }),
                Case::new("signal, to all", || {
                    drop(named_signal.send().to_all().with(payload()).now().unwrap());
                }),
                Case::new("channel, unbound and bound", || {
                    drop(both.send(payload()).now().unwrap());
                }),
            ],
        );
    }
}
