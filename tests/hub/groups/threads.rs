//! Threads that publish at once, while members come and go: each message comes to one member of each group.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fanfare::Overflow;
use fanfare::hub::Hub;
use futures_lite::future::block_on;

use crate::common::Log;
use crate::kit::Msg;

const THREADS: u32 = 4;
const EACH: u32 = 400;
const ALL: u32 = THREADS * EACH;
const TOPICS: [&str; 3] = ["jobs.mail", "jobs.resize", "jobs.resize.large"];

/// Publishes each number once, on several threads. What went wrong is said in the end, when nobody waits for more.
fn publish_all(hub: &Hub<u32>, publish: impl Fn(&str, u32) -> bool + Sync) -> usize {
    let failed = AtomicUsize::new(0);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (publish, failed) = (&publish, &failed);
            scope.spawn(move || {
                for number in thread * EACH..(thread + 1) * EACH {
                    if !publish(TOPICS[number as usize % TOPICS.len()], number) {
                        failed.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    hub.close();
    failed.into_inner()
}

fn sorted(mut numbers: Vec<u32>) -> Vec<u32> {
    numbers.sort_unstable();
    numbers
}

#[test]
fn each_message_comes_to_one_member_of_each_group() {
    let hub = Hub::<u32>::new();
    let listened = Log::new();
    let turns: [Arc<AtomicUsize>; 3] = Default::default();
    for (pattern, turns) in ["jobs.*", "*", "jobs.**"].into_iter().zip(&turns) {
        let (log, turns) = (listened.clone(), turns.clone());
        let listen = hub.connect_sync(move |m: &Msg| {
            turns.fetch_add(1, Ordering::SeqCst);
            log.push(***m);
        });
        listen.topic(pattern).group("listeners").now().unwrap();
    }
    let consumed = Log::new();
    let failed = thread::scope(|scope| {
        // Each of them full, most of the time. One of them matches everything.
        for pattern in ["jobs.*", "jobs.mail", "jobs.resize.*"] {
            let subscriber = hub.subscriber(pattern);
            let subscribe = subscriber.subscribe(pattern).group("queues").capacity(3);
            subscribe.overflow(Overflow::Wait).now().unwrap();
            let log = consumed.clone();
            scope.spawn(move || {
                while let Ok(message) = block_on(subscriber.consume()) {
                    log.push(***message);
                }
            });
        }
        publish_all(&hub, |topic, number| {
            let sent = block_on(hub.publish(topic, number).into_future());
            sent.is_ok_and(|delivery| delivery.count() == 1)
        })
    });
    assert_eq!(failed, 0);
    let all: Vec<_> = (0..ALL).collect();
    assert_eq!(sorted(listened.take()), all);
    assert_eq!(sorted(consumed.take()), all);
    // All of them match, and none of them is ever busy.
    let third = ALL as usize / 3;
    let turns = turns.map(|turns| turns.load(Ordering::SeqCst));
    assert!(
        turns
            .iter()
            .all(|turns| (third..=third + 1).contains(turns)),
        "{turns:?}"
    );
}

/// One member of each group stays. What waits in a queue that leaves can be consumed there.
#[test]
fn no_message_is_lost_or_doubled_while_members_come_and_go() {
    let hub = Hub::<u32>::new();
    let (listened, subscriber) = (Log::new(), hub.subscriber("s"));
    let join = |pattern: &str| {
        let log = listened.clone();
        let listen = hub.connect_sync(move |m: &Msg| log.push(***m));
        listen.topic(pattern).group("listeners").now().unwrap()
    };
    let stays = join("jobs.*");
    let subscribe = |pattern: &str, id: &str| {
        let subscribe = subscriber.subscribe(pattern).id(id).group("queues");
        subscribe.capacity(ALL as usize).now().unwrap();
    };
    subscribe("*", "stays");
    let failed = thread::scope(|scope| {
        for patterns in [["jobs.*", "*.mail"], ["jobs.resize", "*.resize.*"]] {
            let (hub, join, subscribe, subscriber) = (&hub, &join, &subscribe, &subscriber);
            scope.spawn(move || {
                let mut round = 0;
                while !hub.inspect().is_closed {
                    let pattern = patterns[round % 2];
                    let comes = join(pattern);
                    subscribe(pattern, patterns[0]);
                    comes.disconnect();
                    subscriber.unsubscribe_from(patterns[0], pattern).unwrap();
                    round += 1;
                }
            });
        }
        publish_all(&hub, |topic, number| {
            let sent = hub.publish(topic, number).now();
            sent.is_ok_and(|delivery| delivery.count() == 1)
        })
    });
    assert_eq!(failed, 0);
    let all: Vec<_> = (0..ALL).collect();
    assert_eq!(sorted(listened.take()), all);
    let mut consumed = Vec::new();
    for (id, size) in subscriber.queue_sizes() {
        for _ in 0..size {
            let message = block_on(subscriber.consume_from(&id));
            consumed.push(***message.expect("there is room for all"));
        }
    }
    assert_eq!(sorted(consumed), all);
    drop(stays);
}
