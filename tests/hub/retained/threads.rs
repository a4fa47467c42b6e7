//! Threads: who comes in the middle of a publish may get the message twice, and never not at all.

use std::sync::Barrier;
use std::thread;

use fanfare::hub::{Hub, Subscriber, Topic};
use futures_lite::future::block_on;

use crate::common::Log;
use crate::kit::Msg;

const ROUNDS: u32 = 1_000;

/// Everything that waits in the default queue.
fn waiting(subscriber: &Subscriber<u32>) -> Vec<u32> {
    let size = subscriber.queue_sizes()[0].1;
    (0..size)
        .map(|_| ***block_on(subscriber.consume()).expect("it lost nothing"))
        .collect()
}

/// In each round the newcomers come while a message is being published.
#[test]
fn a_newcomer_in_the_middle_of_a_publish_gets_it() {
    let hub = Hub::<u32>::new();
    let round = Barrier::new(3);
    let (log, subscriber) = (Log::new(), hub.subscriber("s"));
    // Said when all rounds are over: who fails in one has the others wait for ever.
    let mut wrong = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..ROUNDS {
                round.wait();
                let topic = ["a.b", "a.c"][number as usize % 2];
                hub.publish(topic, number).retain().now().unwrap();
                round.wait();
                round.wait();
            }
        });
        scope.spawn(|| {
            for number in 0..ROUNDS {
                round.wait();
                let log = log.clone();
                let listen = hub.connect_sync(move |m: &Msg| log.push(***m));
                let pattern = ["a.*", "a.b", "a.c", "*"][number as usize % 4];
                let listener = listen.topic(pattern).now().unwrap();
                round.wait();
                listener.disconnect();
                round.wait();
            }
        });
        for number in 0..ROUNDS {
            round.wait();
            subscriber.subscribe("a.?").now().unwrap();
            subscriber.subscribe("a.b").now().unwrap();
            round.wait();
            let (heard, queued) = (log.take(), waiting(&subscriber));
            let listens = [true, number % 2 == 0, number % 2 == 1, true][number as usize % 4];
            // Once for each pattern, and once as anybody.
            for (who, got, wants, most) in
                [("listener", heard, listens, 2), ("queue", queued, true, 3)]
            {
                let count = got.iter().filter(|one| **one == number).count();
                let is_right = !wants || (1..=most).contains(&count);
                // Beside it, what was kept in the two rounds before.
                let is_known = |one: &u32| (number.saturating_sub(2)..=number).contains(one);
                if !is_right || !got.iter().all(is_known) {
                    wrong.push(format!("{who}, round {number}: {got:?}"));
                }
            }
            for pattern in ["a.?", "a.b"] {
                subscriber.unsubscribe(pattern).unwrap();
            }
            round.wait();
        }
    });
    assert_eq!(wrong, [""; 0]);
    assert_eq!(
        hub.retained("*").unwrap(),
        [
            (Topic::from(["a", "b"]), ROUNDS - 2),
            (Topic::from(["a", "c"]), ROUNDS - 1)
        ]
    );
    assert_eq!(hub.inspect().connections.len(), 1, "the queue");
}

/// A newcomer gets the last one that was published before it came, and all that come after: each once, and those that are published
/// while it is given what is kept twice at the most.
#[test]
fn newcomers_of_a_stream_of_messages_have_no_gap() {
    const NEWCOMERS: usize = 400;
    let hub = Hub::<u32>::new();
    let mut all = Vec::new();
    let mut last = 0;
    thread::scope(|scope| {
        let newcomers: Vec<_> = (0..2)
            .map(|thread| {
                let hub = &hub;
                scope.spawn(move || {
                    let mut own = Vec::new();
                    while own.len() < NEWCOMERS {
                        let log = Log::new();
                        let written = log.clone();
                        let listen = hub.connect_sync(move |m: &Msg| written.push(***m));
                        let pattern = ["t", "*"][(own.len() + thread) % 2];
                        let listener = listen.topic(pattern).now().unwrap();
                        own.push((log, listener));
                    }
                    own
                })
            })
            .collect();
        hub.publish("t", 0).retain().now().unwrap();
        // As long as they come, and once more.
        while newcomers.iter().any(|thread| !thread.is_finished()) {
            last += 1;
            hub.publish("t", last).retain().now().unwrap();
        }
        last += 1;
        hub.publish("t", last).retain().now().unwrap();
        for newcomer in newcomers {
            all.extend(newcomer.join().unwrap());
        }
    });
    assert_eq!(all.len(), 2 * NEWCOMERS);
    for (log, listener) in all {
        assert!(listener.disconnect());
        let mut got = log.take();
        assert_eq!(got.last(), Some(&last), "the last one comes last");
        got.sort_unstable();
        let is_thrice = |three: &[u32]| three[0] == three[2];
        assert!(!got.windows(3).any(is_thrice), "{got:?}");
        got.dedup();
        let expected: Vec<_> = (got[0]..=last).collect();
        assert_eq!(got, expected);
    }
}

/// Keeping, forgetting and looking at once: what is there is whole, and the last word is kept.
#[test]
fn keeping_and_forgetting_on_threads() {
    let hub = Hub::<Vec<u32>>::new();
    thread::scope(|scope| {
        let publishers = ["a", "b"].map(|topic| {
            let hub = &hub;
            scope.spawn(move || {
                for number in 0..ROUNDS {
                    let delivery = hub.publish(topic, vec![number; 3]).retain().now();
                    assert!(delivery.is_ok());
                }
            })
        });
        let mut newest = [0, 0];
        while publishers.iter().any(|thread| !thread.is_finished()) {
            for (topic, numbers) in hub.retained("?").unwrap() {
                assert!(numbers.len() == 3 && numbers.iter().all(|one| *one == numbers[0]));
                let newest = &mut newest[usize::from(topic == Topic::from(["b"]))];
                assert!(numbers[0] >= *newest, "{topic} went back");
                *newest = numbers[0];
            }
            assert!(hub.forget("a").unwrap() <= 1);
        }
    });
    hub.forget("a").unwrap();
    assert_eq!(
        hub.retained("*").unwrap(),
        [(Topic::from(["b"]), vec![ROUNDS - 1; 3])]
    );
}
