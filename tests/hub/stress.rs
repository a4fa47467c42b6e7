//! Threads: publishing while patterns come and go, and everything accounted for at the end.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use fanfare::Overflow;
use fanfare::hub::{Hub, Pattern};
use futures_lite::future::block_on;

use crate::common::Log;
use crate::kit::Msg;

const THREADS: usize = 4;
const ROUNDS: u32 = 400;
const PATTERNS: [&str; 7] = ["t.*", "t.?.x", "t.0.x", "*", "?.1.x", "t.**", "t.1.*"];

/// Each steady listener and queue gets every message that it is to get, once and in its publisher's order, whatever comes and
/// goes beside it under the same patterns.
#[test]
fn what_stands_misses_nothing_and_gets_nothing_twice() {
    let hub = Hub::<u32>::new();
    let subscriber = hub.subscriber("steady");
    let logs: Vec<Log<u32>> = PATTERNS.iter().map(|_| Log::new()).collect();
    for (number, (pattern, log)) in PATTERNS.iter().zip(&logs).enumerate() {
        let log = log.clone();
        // Two patterns that match, half of the time.
        let listen = hub
            .connect_sync(move |m: &Msg| log.push(***m))
            .topic(*pattern);
        listen.topic(["never", pattern][number % 2]).now().unwrap();
        subscriber
            .subscribe(*pattern)
            .id(pattern)
            .capacity(100_000)
            .now()
            .unwrap();
    }
    let start = Barrier::new(THREADS + 2);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (hub, start) = (&hub, &start);
            scope.spawn(move || {
                start.wait();
                let publisher = hub.publisher("t").unwrap();
                for round in 0..ROUNDS {
                    let number = thread as u32 * ROUNDS + round;
                    let topic = format!("{thread}.x");
                    publisher.publish(topic, number).now().unwrap();
                }
            });
        }
        let mut churn = Vec::new();
        for thread in 0..2 {
            let (hub, start, over) = (&hub, &start, &over);
            churn.push(scope.spawn(move || {
                start.wait();
                let own = hub.subscriber("churn");
                let moving = hub.connect_sync(|_| ()).topic("t.*").now().unwrap();
                let mut round = thread;
                while !over.load(Ordering::Relaxed) {
                    let pattern = PATTERNS[round % PATTERNS.len()];
                    let next = PATTERNS[(round + 1) % PATTERNS.len()];
                    let one = hub
                        .connect_sync(|_| ())
                        .topics([pattern, next])
                        .now()
                        .unwrap();
                    own.subscribe(pattern).now().unwrap();
                    moving.add_keys([Pattern::new(next).unwrap()]);
                    moving.remove_keys([Pattern::new(pattern).unwrap()]);
                    one.disconnect();
                    own.unsubscribe(pattern).unwrap();
                    round += 1;
                }
                moving.disconnect();
            }));
        }
        // The publishers end by themselves.
        let done = || logs[3].len() == THREADS * ROUNDS as usize;
        while !done() && churn.iter().all(|thread| !thread.is_finished()) {
            thread::yield_now();
        }
        over.store(true, Ordering::Relaxed);
    });
    for (pattern, log) in PATTERNS.iter().zip(logs) {
        let matches = Pattern::new(*pattern).unwrap();
        let all = (0..THREADS as u32)
            .filter(|thread| matches.matches(&format!("t.{thread}.x").parse().unwrap()));
        let expected: Vec<u32> = all
            .flat_map(|thread| thread * ROUNDS..(thread + 1) * ROUNDS)
            .collect();
        let mut queued = Vec::new();
        for _ in 0..expected.len() {
            queued.push(***block_on(subscriber.consume_from(pattern)).expect("it lost nothing"));
        }
        for (what, mut got) in [("listener", log.take()), ("queue", queued)] {
            // In order for each publisher.
            got.sort_by_key(|number| number / ROUNDS);
            assert_eq!(got, expected, "{what} at {pattern}");
        }
    }
    assert!(
        subscriber.queue_sizes().iter().all(|(_, size)| *size == 0),
        "and no more"
    );
    drop(subscriber);
    assert_eq!(hub.inspect().connections.len(), PATTERNS.len());
}

/// A connection that goes from one pattern to another that matches as well, and never listens to neither, gets each message.
#[test]
fn between_two_patterns_nothing_is_lost() {
    let hub = Hub::<u32>::new();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let moving = hub
        .connect_sync(move |_| _ = counted.fetch_add(1, Ordering::Relaxed))
        .topic("a.b")
        .now()
        .unwrap();
    let over = AtomicBool::new(false);
    let mut published = 0;
    thread::scope(|scope| {
        let mover = scope.spawn(|| {
            let patterns = ["a.b", "a.*", "*", "a.?"].map(|pattern| Pattern::new(pattern).unwrap());
            let mut at = 0;
            while !over.load(Ordering::Relaxed) {
                let next = (at + 1) % patterns.len();
                assert!(moving.add_keys([patterns[next].clone()]));
                assert!(moving.remove_keys([patterns[at].clone()]));
                at = next;
            }
        });
        for _ in 0..20_000 {
            hub.publish("a.b", 1).now().unwrap();
            published += 1;
        }
        over.store(true, Ordering::Relaxed);
        mover.join().unwrap();
    });
    assert_eq!(count.load(Ordering::Relaxed), published);
}

/// Consumers on threads share what queues of different ids get; a queue that is waited for makes publishers wait.
#[test]
fn consumers_on_threads_get_each_message_once() {
    let hub = Hub::<u32>::new();
    let subscriber = hub.subscriber("s");
    subscriber
        .subscribe("a.*")
        .capacity(8)
        .overflow(Overflow::Wait)
        .now()
        .unwrap();
    subscriber
        .subscribe("*")
        .id("all")
        .capacity(8)
        .overflow(Overflow::Wait)
        .now()
        .unwrap();
    let got = [Log::new(), Log::new()];
    thread::scope(|scope| {
        for (id, log) in ["default", "all"].into_iter().zip(&got) {
            for _ in 0..2 {
                let (subscriber, log) = (subscriber.clone(), log.clone());
                scope.spawn(move || {
                    block_on(async {
                        while let Ok(message) = subscriber.consume_from(id).await {
                            log.push(***message);
                        }
                    });
                });
            }
        }
        let publishers: Vec<_> = (0..THREADS as u32)
            .map(|thread| {
                let hub = &hub;
                scope.spawn(move || {
                    block_on(async {
                        for round in 0..ROUNDS {
                            hub.publish("a.b", thread * ROUNDS + round).await.unwrap();
                        }
                    });
                })
            })
            .collect();
        for publisher in publishers {
            publisher.join().unwrap();
        }
        hub.close();
    });
    for log in got {
        let mut all = log.take();
        all.sort_unstable();
        assert_eq!(all, (0..THREADS as u32 * ROUNDS).collect::<Vec<_>>());
    }
}

/// Threads that subscribe under one id at once share one queue.
#[test]
fn one_queue_for_an_id_whoever_is_first() {
    for _ in 0..200 {
        let hub = Hub::<u32>::new();
        let subscriber = hub.subscriber("s");
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (subscriber, start) = (&subscriber, &start);
                scope.spawn(move || {
                    start.wait();
                    subscriber
                        .subscribe(format!("a.{}", thread % 3))
                        .now()
                        .unwrap();
                });
            }
        });
        assert_eq!(hub.inspect().connections.len(), 1);
        for topic in 0..3 {
            hub.publish(format!("a.{topic}"), topic).now().unwrap();
        }
        assert_eq!(subscriber.queue_sizes(), [("default".into(), 3)]);
    }
}
