//! What is kept for newcomers, where publishing fails, waits, or goes on at the same time.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use fanfare::Overflow;
use fanfare::hub::{Hub, Message, Subscriber};
use futures_lite::future::block_on;

use crate::common::{Log, ON_PURPOSE, poll};
use crate::kit::{Msg, by_hand, consumed, hub_on, writes};
use crate::runtime::Runtime;

/// A queue for one message, which publishes to `a` wait for.
fn tight(hub: &Hub<u32>) -> Subscriber<u32> {
    let subscriber = hub.subscriber("tight");
    let subscribe = subscriber.subscribe("a").capacity(1);
    subscribe.overflow(Overflow::Wait).now().unwrap();
    subscriber
}

fn kept(hub: &Hub<u32>) -> Vec<u32> {
    let kept = hub.retained("*").unwrap().into_iter();
    kept.map(|(_, number)| number).collect()
}

/// Neither for newcomers nor for who asks; what was kept before stays.
async fn what_is_not_published_is_not_kept(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    let tight = tight(&hub);
    hub.publish("a", 1).retain().await.unwrap();
    assert_eq!(kept(&hub), [1]);
    let error = hub.publish("a", 2).retain().now().unwrap_err();
    assert_eq!((error.is_full(), error.into_payload()), (true, Some(2)));
    assert_eq!(kept(&hub), [1]);

    let mut given_up = hub.publish("a", 3).retain().into_future();
    assert!(poll(&mut given_up).is_pending());
    assert_eq!(kept(&hub), [1], "it waits");
    drop(given_up);
    let late = hub.publish("a", 4).retain().timeout(Duration::from_secs(1));
    let mut late = late.into_future();
    assert!(executor.run_until(&mut late).is_none());
    clock.advance(Duration::from_secs(1));
    let late = executor.run_until(&mut late).expect("its time is up");
    assert!(late.unwrap_err().is_timed_out());
    assert_eq!(kept(&hub), [1]);

    let mut waits = Box::pin(hub.publish("a", 5).retain().join());
    assert!(poll(&mut waits).is_pending());
    let mut next = hub.publish("a", 6).retain().into_future();
    assert!(poll(&mut next).is_pending());
    assert_eq!(consumed(&tight, "default", 1).await, ["a 1"]);
    assert!(waits.await.unwrap().is_ok());
    assert_eq!(kept(&hub), [5]);
    let log = Log::new();
    hub.connect_sync(writes(&log)).topic("a").await.unwrap();
    assert_eq!(log.take(), ["a 5"]);
    hub.close();
    assert!(next.await.unwrap_err().is_closed());
    let closed = hub.publish("a", 7).retain().now().unwrap_err();
    assert_eq!((closed.is_closed(), closed.into_payload()), (true, Some(7)));
    assert_eq!(kept(&hub), [5]);
}

/// Who comes when a publish has looked who listens, and before it is kept.
async fn who_comes_in_the_middle_gets_it(on: Runtime) {
    let hub = hub_on(&on);
    let (log, within) = (Log::new(), hub.clone());
    let (written, is_first) = (log.clone(), AtomicBool::new(true));
    let busy = hub.connect(async |_| ()).topic("a").max_in_flight(1);
    busy.when(move |_| {
        // Asked while the publish looks for places.
        if is_first.swap(false, Ordering::SeqCst) {
            let listen = within.connect_sync(writes(&written));
            listen.topics(["a", "*"]).now().unwrap();
        }
        true
    })
    .await
    .unwrap();
    hub.publish("a", 1).retain().await.unwrap();
    assert_eq!(log.take(), ["a 1"]);
    hub.idle().await;
}

/// A payload that does something when it is copied.
struct Copies(u32, Arc<dyn Fn(u32) + Send + Sync>);

impl Clone for Copies {
    fn clone(&self) -> Self {
        (self.1)(self.0);
        Self(self.0, Arc::clone(&self.1))
    }
}

fn hears(log: &Log<u32>) -> impl Fn(&Message<Copies>) + Send + Sync + 'static + use<> {
    let log = log.clone();
    move |m| log.push(m.0)
}

/// Also if it was published while he was given the one before.
async fn the_last_that_a_newcomer_gets_is_the_last(on: Runtime) {
    let hub = Hub::<Copies>::builder().spawner(on.spawner()).build();
    let is_newcomer = Arc::new(AtomicBool::new(false));
    let (within, comes) = (hub.clone(), is_newcomer.clone());
    let nothing: Arc<dyn Fn(u32) + Send + Sync> = Arc::new(|_| ());
    let next = nothing.clone();
    let publishes = Arc::new(move |number| {
        if comes.swap(false, Ordering::SeqCst) {
            let newer = Copies(number + 1, next.clone());
            within.publish("a.b", newer).retain().now().unwrap();
        }
    });
    hub.publish("a.b", Copies(1, publishes))
        .retain()
        .await
        .unwrap();
    hub.publish("a.c", Copies(7, nothing))
        .retain()
        .await
        .unwrap();
    is_newcomer.store(true, Ordering::SeqCst);
    let log = Log::new();
    hub.connect_sync(hears(&log))
        .topics(["a.*", "a.b"])
        .await
        .unwrap();
    assert_eq!(
        log.take(),
        [2, 2, 7],
        "the one before is of no use any more"
    );

    // Published before it has heard to the end.
    let (within, written) = (hub.downgrade(), log.clone());
    let hears_late = move |m: &Message<Copies>| {
        if m.0 == 2 {
            let hub = within.upgrade().unwrap();
            let newer = Copies(3, m.1.clone());
            hub.publish("a.b", newer).retain().now().unwrap();
        }
        written.push(m.0);
    };
    hub.connect_sync(hears_late).topic("a.b").await.unwrap();
    assert_eq!(log.take(), [3, 3, 2, 3]);
}

/// Who comes is connected all the same, gets the others, and it is told.
async fn a_copy_that_cannot_be_made_is_told_of(on: Runtime) {
    let hub = Hub::<Copies>::builder().spawner(on.spawner()).build();
    let is_bad = Arc::new(AtomicBool::new(false));
    let turns = is_bad.clone();
    let copy: Arc<dyn Fn(u32) + Send + Sync> = Arc::new(move |number| {
        let fails = turns.load(Ordering::SeqCst) && number == 2;
        assert!(!fails, "{ON_PURPOSE}");
    });
    for (topic, number) in [("a", 1), ("b", 2), ("c", 3)] {
        let payload = Copies(number, copy.clone());
        hub.publish(topic, payload).retain().await.unwrap();
    }
    let failed = Log::new();
    let told = failed.clone();
    hub.failures()
        .connect_sync(move |one| told.push(one.to_string()))
        .await;
    is_bad.store(true, Ordering::SeqCst);
    let log = Log::new();
    let listener = hub.connect_sync(hears(&log)).topic("*").await.unwrap();
    assert!(listener.is_connected());
    assert_eq!(log.take(), [1, 3]);
    let failed = failed.take();
    assert_eq!(failed.len(), 1, "{failed:?}");
    let expected = format!("the send panicked in the copying of a kept message: {ON_PURPOSE}");
    assert!(failed[0].starts_with(&expected), "{failed:?}");
}

/// A newcomer whose queue is waited for and full goes without, which is told.
async fn no_room_for_what_was_kept(on: Runtime) {
    let hub = hub_on(&on);
    for (topic, number) in [("a", 1), ("b", 2), ("c", 3)] {
        hub.publish(topic, number).retain().await.unwrap();
    }
    let failed = Log::new();
    let told = failed.clone();
    hub.failures()
        .connect_sync(move |one| {
            let message = one.event().unwrap();
            told.push(format!("{} {message}", one.name().unwrap()));
        })
        .await;
    let subscriber = hub.subscriber("s");
    let subscribe = subscriber.subscribe("*").id("queue").capacity(2);
    subscribe.overflow(Overflow::Wait).await.unwrap();
    assert_eq!(failed.take(), ["s/queue 3"]);
    assert_eq!(consumed(&subscriber, "queue", 2).await, ["a 1", "b 2"]);
}

/// A payload that says how often it was copied, and where it is to be written down.
struct Counted(u32, Log<u32>, Arc<AtomicUsize>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.2.fetch_add(1, Ordering::SeqCst);
        Self(self.0, self.1.clone(), self.2.clone())
    }
}

fn named(m: &Message<Counted>) {
    m.1.push(m.0);
}

/// Who listens already is no newcomer; with one more pattern he is.
async fn once_for_each_who_comes(on: Runtime) {
    let hub = Hub::<Counted>::builder().spawner(on.spawner()).build();
    let (log, copies) = (Log::new(), Arc::new(AtomicUsize::new(0)));
    for (topic, number) in [("a", 1), ("b", 2)] {
        let payload = Counted(number, log.clone(), copies.clone());
        hub.publish(topic, payload).retain().await.unwrap();
    }
    let listener = hub.connect_sync(named).topic("a").await.unwrap();
    assert_eq!(log.take(), [1]);
    hub.connect_sync(named).topics(["a", "a"]).await.unwrap();
    assert_eq!(log.take(), [0; 0]);
    hub.connect_sync(named).topic("b").await.unwrap();
    assert_eq!(log.take(), [2]);
    listener.disconnect();
    hub.connect_sync(named).topic("a").await.unwrap();
    assert_eq!(log.take(), [1], "it has come again");

    let subscriber = hub.subscriber("s");
    for (pattern, waiting) in [("a", 1), ("a", 1), ("*", 3), ("*", 3)] {
        subscriber.subscribe(pattern).await.unwrap();
        assert_eq!(hub.queue_sizes("a").unwrap(), [0, waiting], "{pattern}");
    }
    assert!(subscriber.unsubscribe("a").unwrap());
    subscriber.subscribe("a").await.unwrap();
    assert_eq!(hub.queue_sizes("a").unwrap(), [0, 4]);

    // One is all that it wants.
    copies.store(0, Ordering::SeqCst);
    hub.connect_sync(|_| ()).topic("*").once().await.unwrap();
    assert_eq!(copies.load(Ordering::SeqCst), 1);
}

/// A copy whose drop panics.
struct Explodes {
    is_copy: bool,
}

impl Clone for Explodes {
    fn clone(&self) -> Self {
        Self { is_copy: true }
    }
}

impl Drop for Explodes {
    fn drop(&mut self) {
        assert!(!self.is_copy, "{ON_PURPOSE}");
    }
}

/// Several at a time: two panics in a row would end the process.
async fn drops_that_panic_disturb_nobody(on: Runtime) {
    let hub = Hub::<Explodes>::builder().spawner(on.spawner()).build();
    let publish = || {
        for topic in ["a", "b", "c"] {
            let payload = Explodes { is_copy: false };
            hub.publish(topic, payload).retain().now().unwrap();
        }
    };
    publish();
    publish();
    assert_eq!(hub.forget("*").unwrap(), 3);
    publish();
    assert_eq!(hub.forget("b").unwrap(), 1);
    drop(hub);
}

/// Threads: whoever comes while messages are published to be kept gets the last one, and gets it last; where nobody waits for
/// anybody, and where publishes look for places before they begin.
#[test]
fn no_newcomer_misses_the_last_one() {
    for round in 0..400u32 {
        let hub = Hub::<u32>::new();
        let subscriber = hub.subscriber("steady");
        if round % 2 == 1 {
            let subscribe = subscriber.subscribe("a.*").capacity(100);
            subscribe.overflow(Overflow::Wait).now().unwrap();
        }
        let start = Barrier::new(3);
        let logs = [Log::new(), Log::new()];
        // The first one alone, or a few.
        let last = 1 + round / 2 % 3;
        thread::scope(|scope| {
            for log in &logs {
                let (hub, start) = (&hub, &start);
                scope.spawn(move || {
                    start.wait();
                    let written = log.clone();
                    let hears = move |m: &Msg| written.push(***m);
                    hub.connect_sync(hears).topic("a.b").now().unwrap();
                });
            }
            start.wait();
            for number in 1..=last {
                match number % 2 {
                    0 => drop(block_on(hub.publish("a.b", number).retain().into_future()).unwrap()),
                    _ => drop(hub.publish("a.b", number).retain().now().unwrap()),
                }
            }
        });
        for log in logs {
            let heard = log.take();
            assert_eq!(heard.last(), Some(&last), "{heard:?}");
        }
    }
}

on_each_runtime! {
    what_is_not_published_is_not_kept,
    who_comes_in_the_middle_gets_it,
    the_last_that_a_newcomer_gets_is_the_last,
    a_copy_that_cannot_be_made_is_told_of,
    no_room_for_what_was_kept,
    once_for_each_who_comes,
    drops_that_panic_disturb_nobody,
}
