//! What does publishing on a hub cost that one listener of many wants?
//!
//! Among listeners to one topic each, beside a send with a key on a signal with as many. Among listeners to patterns of six
//! parts with wildcards, one of which matches: with topics that are published again and again, whose answers the hub keeps, and
//! with more topics than it keeps; with others beside them, whose patterns begin with something else; and beside a flat
//! scan, which asks each pattern. Topics are made beforehand, and come in a random order.

use std::hint::black_box;

use fanfare::hub::{Hub, Message, Pattern, Topic};
use fanfare::{Event, Key, Signal};

use super::subjects::{P, SyncFn, Wheel, keyed, payload, raw};
use crate::harness::{Bench, Case};

pub(super) fn ask(bench: &Bench) {
    for n in [100, 10_000] {
        exact(bench, n);
    }
    for n in [1, 100, 10_000] {
        wildcards(bench, n);
    }
}

fn exact(bench: &Bench, n: usize) {
    let topics: Vec<Topic> = (0..n).map(|i| topic(i, "temperature")).collect();
    let hub = Hub::new();
    for i in 0..n {
        // Made apart from the topics, as where somebody else publishes.
        listen(&hub, i as u64, topic(i, "temperature").into());
    }
    assert_eq!(count(&hub, &topics[n / 2]), 1);

    let names: Vec<Key> = (0..n).map(|i| format!("account/{i}").into()).collect();
    let by_name = Signal::new(P::default());
    for (i, name) in (0u64..).zip(&names) {
        let callback = move |event: &Event<P>| {
            black_box(event.v ^ i);
        };
        by_name.connect_sync(callback).key(name.clone()).now();
    }
    let by_number = keyed(n);

    let [mut for_hub, mut for_names, mut for_numbers] = [(); 3].map(|()| Wheel::of_keys_below(n));
    bench.compare(
        n,
        vec![
            Case::new("keyed signal", || {
                let name = names[for_names.turn() as usize].clone();
                drop(by_name.send().key(name).with(payload()).now().unwrap());
            }),
            Case::new("keyed signal, numbers", || {
                let number = for_numbers.turn();
                drop(by_number.send().key(number).with(payload()).now().unwrap());
            }),
            Case::new("hub, one topic each", || {
                publish(&hub, &topics[for_hub.turn() as usize]);
            }),
        ],
    );
}

fn wildcards(bench: &Bench, n: usize) {
    // Each is matched by one of the patterns.
    let topics: Vec<Topic> = (0..n).map(|i| topic(i, "temperature.inside.c")).collect();
    let patterns: Vec<Pattern> = (0..n).map(|i| pattern("plant", i)).collect();
    let [hub, crowded] = [(); 2].map(|()| Hub::new());
    for (i, pattern) in (0..).zip(&patterns) {
        listen(&hub, i, pattern.clone());
        listen(&crowded, i, pattern.clone());
    }
    for i in 0..100_000 {
        listen(&crowded, i as u64, pattern("sea", i));
    }
    for hub in [&hub, &crowded] {
        assert_eq!(count(hub, &topics[n / 2]), 1);
    }
    let scanned: Vec<(&Pattern, SyncFn)> = patterns.iter().zip(raw(n)).collect();

    let few = n.min(100);
    let [mut hot, mut hot_crowded] = [(); 2].map(|()| Wheel::of_keys_below(few));
    let [mut all, mut all_crowded, mut flat] = [(); 3].map(|()| Wheel::of_keys_below(n));
    bench.compare(
        n,
        vec![
            Case::new("hub, patterns, a hundred topics", || {
                publish(&hub, &topics[hot.turn() as usize]);
            }),
            Case::new("hub, patterns, a hundred topics, 100,000 beside", || {
                publish(&crowded, &topics[hot_crowded.turn() as usize]);
            }),
            Case::new("hub, patterns", || {
                publish(&hub, &topics[all.turn() as usize]);
            }),
            Case::new("hub, patterns, 100,000 beside", || {
                publish(&crowded, &topics[all_crowded.turn() as usize]);
            }),
            Case::new("flat scan", || {
                let topic = &topics[flat.turn() as usize];
                let matching = scanned.iter().filter(|(pattern, _)| pattern.matches(topic));
                matching.for_each(|(_, callback)| callback(&payload()));
            }),
        ],
    );
}

fn topic(i: usize, rest: &str) -> Topic {
    Topic::new(format!("plant.{}.{}.{rest}", i / 100, i % 100)).unwrap()
}

/// Six parts, of which two are wildcards.
fn pattern(begin: &str, i: usize) -> Pattern {
    Pattern::new(format!("{begin}.{}.{}.*.inside.*", i / 100, i % 100)).unwrap()
}

fn listen(hub: &Hub<P>, i: u64, pattern: Pattern) {
    let callback = move |message: &Message<P>| {
        black_box(message.v ^ i);
    };
    hub.connect_sync(callback).topic(pattern).now().unwrap();
}

fn count(hub: &Hub<P>, topic: &Topic) -> usize {
    hub.publish(topic, payload()).now().unwrap().count()
}

fn publish(hub: &Hub<P>, topic: &Topic) {
    drop(hub.publish(topic, payload()).now().unwrap());
}
