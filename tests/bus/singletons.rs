//! Singletons: made once, whoever asks first, and however often that fails.

use std::sync::Arc;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fanfare::bus::{Dep, Query};
use fanfare::{Bus, bus};
use futures_lite::future::{block_on, zip};

use crate::common::{Gate, Log, ON_PURPOSE, opens, poll};
use crate::kit::{Do, Numbers, builder};
use crate::runtime::Runtime;

struct Ask;
impl Query for Ask {
    type Reply = u32;
}

struct Slow(u32);

/// A bus with a singleton that is made when the gate opens, and writes down how often that begins and ends.
fn slow(bus: bus::BusBuilder, gate: &Gate, log: &Numbers) -> Bus {
    let (gate, log) = (gate.clone(), log.clone());
    let made = move || {
        let (gate, log) = (gate.clone(), log.clone());
        async move {
            log.push(0);
            gate.wait().await;
            log.push(1);
            Slow(7)
        }
    };
    let bus = bus.singleton(made);
    let bus = bus.query(async |_: Ask, slow: Dep<Slow>| slow.0);
    bus.command(async |command: Do, slow: Dep<Slow>| command.0 + slow.0)
        .start()
        .now()
        .unwrap()
}

async fn who_asks_meanwhile_waits(on: Runtime) {
    let (gate, log) = (Gate::new(), Log::new());
    let bus = slow(builder(&on), &gate, &log);
    let mut first = bus.query(Ask).into_future();
    let mut second = bus.query(Ask).into_future();
    let mut third = bus.execute(Do(1)).into_future();
    let keyed = bus.execute(Do(2)).key("k").into_future();
    assert!(poll(&mut first).is_pending());
    assert!(poll(&mut second).is_pending() && poll(&mut third).is_pending());
    assert_eq!(log.take(), [0]);
    gate.open();
    // Whoever makes it has to be polled.
    let ((first, second), (third, keyed)) = zip(zip(first, second), zip(third, keyed)).await;
    assert_eq!((first.unwrap(), second.unwrap()), (7, 7));
    assert_eq!((third.unwrap(), keyed.unwrap()), (8, 9));
    assert_eq!(log.take(), [1]);
}

/// Whoever made it is gone, so one of those who wait begins anew.
async fn cancelled_in_the_middle(on: Runtime) {
    let (gate, log) = (Gate::new(), Log::new());
    let bus = slow(builder(&on), &gate, &log);
    let mut first = bus.query(Ask).into_future();
    let mut second = bus.query(Ask).into_future();
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    assert_eq!(log.take(), [0]);
    drop(first);
    gate.open();
    assert_eq!(second.await.unwrap(), 7);
    assert_eq!(log.take(), [0, 1]);
    assert_eq!(bus.query(Ask).await.unwrap(), 7);
    assert_eq!(log.len(), 0);
}

/// The timeout of a request is as good as its drop.
async fn a_handler_that_is_stopped_leaves_it_unmade(on: Runtime) {
    let (gate, log) = (Gate::new(), Log::new());
    let clock = fanfare::testing::ManualClock::new();
    let bus = slow(builder(&on).timer(clock.clone()), &gate, &log);
    let second = std::time::Duration::from_secs(1);
    let mut request = bus.query(Ask).timeout(second).into_future();
    assert!(poll(&mut request).is_pending());
    clock.advance(second);
    assert!(request.await.unwrap_err().is_timed_out());
    gate.open();
    assert_eq!(bus.query(Ask).await.unwrap(), 7);
    assert_eq!(log.take(), [0, 0, 1]);
}

async fn what_failed_is_tried_again(on: Runtime) {
    let count = AtomicUsize::new(0);
    let bus = builder(&on)
        .try_singleton(move || {
            let count = count.fetch_add(1, Ordering::SeqCst);
            async move {
                match count {
                    0 => Err("not yet"),
                    1 => panic!("{ON_PURPOSE}"),
                    count => Ok(Slow(count as u32)),
                }
            }
        })
        .query(async |_: Ask, slow: Dep<Slow>| slow.0);
    let bus = bus.start().await.unwrap();
    let error = bus.query(Ask).await.unwrap_err();
    assert!(
        error
            .dependency()
            .is_some_and(fanfare::bus::DependencyError::is_failed),
        "{error}"
    );
    let error = bus.query(Ask).await.unwrap_err();
    assert_eq!(error.panic().map(fanfare::Panic::message), Some(ON_PURPOSE));
    assert_eq!(bus.query(Ask).await.unwrap(), 2);
    assert_eq!(bus.query(Ask).await.unwrap(), 2);
}

/// Where the first fails, each of those who wait tries for itself.
async fn those_who_wait_try_for_themselves(on: Runtime) {
    let (gate, log) = (Gate::new(), Numbers::new());
    let (shut, written) = (gate.clone(), log.clone());
    let bus = builder(&on)
        .try_singleton(move || {
            let (gate, log) = (shut.clone(), written.clone());
            async move {
                log.push(0);
                gate.wait().await;
                Err::<Slow, _>("never")
            }
        })
        .query(async |_: Ask, slow: Dep<Slow>| slow.0);
    let bus = bus.start().await.unwrap();
    let mut all = [0; 3].map(|_| bus.query(Ask).into_future());
    for request in &mut all {
        assert!(poll(request).is_pending());
    }
    assert_eq!(log.len(), 1);
    gate.open();
    for request in all {
        let error = request.await.unwrap_err();
        assert!(
            error.to_string().ends_with("could not be made: never"),
            "{error}"
        );
    }
    assert_eq!(log.len(), 3);
}

/// It goes with the bus, and not before.
#[test]
fn it_is_the_bus_that_keeps_it() {
    struct Kept(#[expect(dead_code, reason = "it tells when it is dropped")] Box<dyn Send + Sync>);
    let gone = Gate::new();
    let made = opens(&gone);
    let made = std::sync::Mutex::new(Some(made));
    let bus = Bus::builder()
        .singleton(move || Kept(Box::new(made.lock().unwrap().take())))
        .command(async |command: Do, kept: Dep<Kept>| {
            drop(kept);
            command.0
        });
    let bus = bus.start().now().unwrap();
    assert_eq!(block_on(bus.execute(Do(1)).into_future()).unwrap(), 1);
    assert!(!gone.is_open());
    drop(bus);
    assert!(gone.is_open());
}

/// Many threads at once, over and over.
#[test]
fn made_once_whoever_is_first() {
    const THREADS: usize = 4;
    for _ in 0..100 {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let bus = Bus::builder()
            .singleton(move || Slow(counted.fetch_add(1, Ordering::SeqCst) as u32))
            .query(async |_: Ask, slow: Dep<Slow>| slow.0)
            .start()
            .now()
            .unwrap();
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    assert_eq!(block_on(bus.query(Ask).into_future()).unwrap(), 0);
                });
            }
        });
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }
}

on_each_runtime!(
    who_asks_meanwhile_waits,
    cancelled_in_the_middle,
    a_handler_that_is_stopped_leaves_it_unmade,
    what_failed_is_tried_again,
    those_who_wait_try_for_themselves,
);
