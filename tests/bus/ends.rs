//! Handles that are kept, weak ones, and what a bus leaves behind.

use std::sync::{Arc, Mutex};
use std::thread;

use fanfare::Bus;
use fanfare::bus::{BusBuilder, Dep, MessageInfo, WeakBus};
use futures_lite::future::block_on;

use crate::common::{Gate, opens};
use crate::kit::{Do, Find, Numbers, Told, builder, by_hand};
use crate::runtime::Runtime;

/// A value that is provided and uses the bus that keeps it.
struct Clerk(WeakBus);

async fn what_is_provided_uses_the_bus(on: Runtime) {
    let log = Numbers::new();
    let bus = builder(&on)
        .provide(log.clone())
        .singleton(Clerk)
        .command(async |command: Do, clerk: Dep<Clerk>| {
            let bus = clerk.0.upgrade().expect("it is there");
            assert!(bus.publish(Told(command.0)).join().await.unwrap().is_ok());
            command.0
        })
        .event(async |told: Told, info: MessageInfo, log: Dep<Numbers>| {
            assert!(info.cause().is_none(), "of no handler's bus");
            log.push(told.0);
        });
    let bus = bus.start().await.unwrap();
    assert_eq!(bus.execute(Do(1)).await.unwrap(), 1);
    assert_eq!(log.take(), [1]);
}

/// A bus and all that is in it go with the last handle.
#[test]
fn it_goes_with_the_last_handle() {
    struct Kept(#[expect(dead_code, reason = "it tells when it is dropped")] Box<dyn Send + Sync>);
    let gates = [(); 3].map(|()| Gate::new());
    let (handler, dependency) = (opens(&gates[0]), opens(&gates[1]));
    let bus = Bus::builder()
        .provide(Kept(Box::new(dependency)))
        .singleton(Clerk)
        .command(move |command: Do, _: Dep<Kept>, _: Dep<Clerk>| {
            let _ = &handler;
            std::future::ready(command.0)
        });
    let bus = bus.start().now().unwrap();
    assert_eq!(block_on(bus.execute(Do(1)).into_future()).unwrap(), 1);
    let (clone, weak) = (bus.clone(), bus.downgrade());
    drop(bus);
    assert!(!gates[0].is_open() && weak.upgrade().is_some());
    assert_eq!(block_on(clone.execute(Do(1)).into_future()).unwrap(), 1);
    drop(clone);
    assert!(gates[0].is_open() && gates[1].is_open() && weak.upgrade().is_none());
    // A builder that is not started, and one that cannot be.
    let handler = opens(&gates[2]);
    let builder = Bus::builder().command(move |command: Do, _: Dep<u8>| {
        let _ = &handler;
        std::future::ready(command.0)
    });
    assert!(!gates[2].is_open());
    assert!(builder.start().now().is_err());
    assert!(gates[2].is_open());
}

/// The failures of a bus outlive it.
#[test]
fn failures_outlive_it() {
    let bus = Bus::builder().start().now().unwrap();
    let (failures, weak) = (bus.failures(), bus.downgrade());
    let mut next = Box::pin(failures.next().into_future());
    assert!(crate::common::poll(&mut next).is_pending());
    bus.execute(Do(1)).detached();
    drop(bus);
    assert!(weak.upgrade().is_none(), "nobody needs it for that");
    let failed = block_on(next).expect("told");
    assert_eq!(failed.take_message::<Do>(), Some(Do(1)));
}

/// A handler has the bus after its call has ended: as anybody else has it.
#[test]
fn a_kept_bus_keeps_it() {
    let (executor, _, builder) = by_hand();
    let kept = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&kept);
    let builder: BusBuilder = builder.command(move |command: Do, bus: Bus| {
        *keep.lock().unwrap() = Some(bus);
        async move { command.0 }
    });
    let bus = builder.query(async |_: Find| None).start().now().unwrap();
    let weak = bus.downgrade();
    executor
        .run_until(bus.execute(Do(1)).into_future())
        .unwrap()
        .unwrap();
    drop(bus);
    let inner = kept.lock().unwrap().take().expect("it was put there");
    assert!(weak.upgrade().is_some());
    assert_eq!(
        executor
            .run_until(inner.query(Find(1)).into_future())
            .unwrap()
            .unwrap(),
        None
    );
    inner.query(Find(1)).detached();
    assert!(
        executor
            .run_until(inner.stop(std::time::Duration::MAX))
            .unwrap()
            .is_ok()
    );
    assert!(inner.is_closed() && inner.in_flight() == 0);
    drop(inner);
    assert!(weak.upgrade().is_none());
}

/// Buses are used from any thread, with no runtime in sight.
#[test]
fn from_any_thread() {
    let bus = Bus::builder()
        .command(async |command: Do| command.0)
        .start()
        .now()
        .unwrap();
    thread::scope(|scope| {
        for number in 0..4 {
            let bus = &bus;
            scope.spawn(move || {
                for _ in 0..100 {
                    assert_eq!(
                        block_on(bus.execute(Do(number)).into_future()).unwrap(),
                        number
                    );
                }
            });
        }
    });
    assert_eq!(bus.in_flight(), 0);
}

/// Who is idle is told, each time anew.
async fn idle_again_and_again(on: Runtime) {
    let bus = builder(&on).command(async |command: Do| {
        futures_lite::future::yield_now().await;
        command.0
    });
    let bus = bus.start().await.unwrap();
    for number in 0..100 {
        bus.execute(Do(number)).detached();
        bus.execute(Do(number)).key("k").detached();
        bus.idle().await;
        assert_eq!(bus.in_flight(), 0);
    }
}

on_each_runtime!(what_is_provided_uses_the_bus, idle_again_and_again);
