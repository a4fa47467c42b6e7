//! What a hub keeps of its answers is right while listeners come and go, on many threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use fanfare::hub::{Hub, Message, Pattern, Topic};

const THREADS: usize = 4;
const TURNS: usize = 1_000;

/// Each thread publishes what it listens to, and nobody else does: its listener is called by each of its messages while it is
/// connected, from the first to the last, and by no other.
#[test]
fn a_publish_knows_of_every_change_before_it() {
    let hub = Hub::<usize>::new();
    let begin = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (hub, begin) = (&hub, &begin);
            scope.spawn(move || {
                begin.wait();
                for turn in 0..TURNS {
                    // Of the same topics again and again, by this pattern or that.
                    let topic = Topic::from(["plant", &thread.to_string(), "n"]);
                    let pattern = pattern(thread, turn);
                    take_turn(hub, &topic, pattern);
                }
            });
        }
    });
    assert!(!hub.has_subscribers("*").unwrap());
}

fn pattern(thread: usize, turn: usize) -> Pattern {
    let begin = Pattern::from(["plant", &thread.to_string()]);
    match turn % 3 {
        0 => begin.rest(),
        1 => begin.one(),
        _ => Pattern::single().part(thread.to_string()).any(),
    }
}

fn take_turn(hub: &Hub<usize>, topic: &Topic, pattern: Pattern) {
    let publish = || hub.publish(topic, 1).now().unwrap().count();
    assert_eq!(publish(), 0);
    let sum = Arc::new(AtomicUsize::new(0));
    let listener = {
        let sum = Arc::clone(&sum);
        move |message: &Message<usize>| _ = sum.fetch_add(***message, Ordering::Relaxed)
    };
    let connection = hub.connect_sync(listener).topic(pattern).now().unwrap();
    assert_eq!([publish(), publish()], [1, 1]);
    connection.disconnect();
    assert_eq!(publish(), 0);
    assert_eq!(sum.load(Ordering::Relaxed), 2);
}

/// While others come and go under the same beginning, who stays gets everything, once each.
#[test]
fn who_stays_misses_nothing() {
    let hub = Hub::<usize>::new();
    let heard = Arc::new(AtomicUsize::new(0));
    let listener = {
        let heard = Arc::clone(&heard);
        move |_: &Message<usize>| _ = heard.fetch_add(1, Ordering::Relaxed)
    };
    let stays = hub.connect_sync(listener);
    let stays = stays.topics(["plant.*", "*.north"]).now().unwrap();
    let begin = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (hub, begin) = (&hub, &begin);
            scope.spawn(move || {
                begin.wait();
                for turn in 0..TURNS {
                    let (topic, own) = match thread % 2 {
                        0 => ("plant.north", "*.north"),
                        _ => ("plant.south", "plant.?"),
                    };
                    if turn % 4 == 0 {
                        let passes = hub.connect_sync(|_: &Message<usize>| ());
                        passes.topic(own).now().unwrap().disconnect();
                    }
                    let delivery = hub.publish(topic, turn).now().unwrap();
                    assert!((1..=THREADS).contains(&delivery.count()));
                }
            });
        }
    });
    assert_eq!(heard.load(Ordering::Relaxed), THREADS * TURNS);
    assert!(stays.disconnect());
}
