//! What every connection can be told, said to one that forwards.

use std::sync::Arc;
use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{Executor, Overflow, Signal};

use crate::common::{Gate, Log, Person, told};
use crate::runtime::Runtime;

/// A signal that everything sent by the other one is forwarded to, once somebody says how, and what it has sent.
fn pair(on: &Runtime) -> (Signal<u8>, Signal<u8>, Log<u8>) {
    let (from, to, log) = (on.signal(0), on.signal(0), Log::new());
    let seen = log.clone();
    to.connect_sync(move |ev| seen.push(**ev)).now();
    (from, to, log)
}

async fn predicates_and_counts(on: Runtime) {
    let (from, to, log) = pair(&on);
    let connection = from.forward_to(&to).when(|ev| **ev % 2 == 1).times(2).await;
    for number in 0..6 {
        from.send().with(number).await;
    }
    assert_eq!(log.take(), [1, 3]);
    assert!(!connection.is_connected());
}

async fn priorities(on: Runtime) {
    let (from, log) = (on.signal(()), Log::new());
    let targets = [on.signal(()), on.signal(()), on.signal(())];
    for (target, priority) in targets.iter().zip([-1, 5, 0]) {
        target.connect_sync(log.writes(priority)).await;
        from.forward_to(target).priority(priority).await;
    }
    from.connect_sync(log.writes(1)).priority(1).await;
    from.send().await;
    assert_eq!(log.take(), [5, 1, 0, -1]);
    assert!(from.send().join().by_priority().await.is_ok());
    assert_eq!(log.take(), [5, 1, 0, -1]);
}

async fn tracked_objects_and_handles(on: Runtime) {
    let (from, to, log) = pair(&on);
    let object = Arc::new(Person(1));
    let connection = from.forward_to(&to).track(&object).await;
    let block = connection.block();
    from.send().await;
    assert_eq!(log.len(), 0);
    drop(block);
    connection.add_keys(["a"]);
    from.send().key("a").await;
    assert_eq!(log.take(), [0]);
    drop(object);
    assert!(!connection.is_connected());
    let scoped = from.forward_to(&to).await.scoped();
    assert_eq!(from.send().await.count(), 1);
    drop(scoped);
    assert_eq!(from.send().await.count(), 0);
}

async fn what_is_reached_whatever_its_filters(on: Runtime) {
    let (from, to, log) = pair(&on);
    from.forward_to(&to).key("a").await;
    to.connect_sync(log.writes(9)).key("b").await;
    from.send().to_all().await;
    // The other signal's own filters are its own.
    assert_eq!(log.take(), [0]);
    from.send().key("b").to_all().await;
    assert_eq!(log.take(), [0, 9]);
}

async fn the_latest_of_a_burst(_: Runtime) {
    let (executor, clock) = (Executor::new(), ManualClock::new());
    let from = Signal::builder(0u8).spawner(executor.clone());
    let from = from.timer(clock.clone()).build();
    let (to, log) = (Signal::new(0u8), Log::new());
    let seen = log.clone();
    to.connect_sync(move |ev| seen.push(**ev)).await;
    let pause = Duration::from_secs(1);
    from.forward_to(&to).debounce(pause).await;
    from.forward_to(&to.clone()).debounce(pause).await;
    for number in 1..=5 {
        assert_eq!(from.send().with(number).await.count(), 0);
    }
    while executor.try_tick() {}
    assert_eq!(log.len(), 0);
    clock.advance(pause);
    while executor.try_tick() {}
    assert_eq!(log.take(), [5]);
    let (other, rare) = (Signal::new(0u8), Log::new());
    let seen = rare.clone();
    other.connect_sync(move |ev| seen.push(**ev)).await;
    from.forward_to(&other).throttle(pause).await;
    for number in 1..=3 {
        from.send().with(number).await;
    }
    clock.advance(pause);
    from.send().with(4).await;
    assert_eq!(rare.take(), [1, 4]);
}

async fn one_at_a_time_in_order(on: Runtime) {
    let (from, to) = (on.signal(0u8), on.signal(0u8));
    let (entered, leave, log) = (Gate::new(), Gate::new(), Log::new());
    let inside = (entered.clone(), leave.clone(), log.clone());
    to.connect_sync(move |ev| {
        if **ev == 0 {
            inside.0.open();
            inside.1.wait_blocking();
        }
        inside.2.push(**ev);
    })
    .await;
    let forward = from.forward_to(&to).queue(3, Overflow::DropNewest);
    forward.name("queued").await;
    let first = from.clone();
    let sending = std::thread::spawn(move || first.send().now().unwrap().count());
    entered.wait().await;
    let mut deliveries = Vec::new();
    for number in 1..=4 {
        deliveries.push(from.send().with(number).await);
    }
    leave.open();
    assert_eq!(sending.join().expect("no panic"), 1);
    let mut outcomes = Vec::new();
    for delivery in deliveries {
        outcomes.extend(told(&delivery.join().await));
    }
    assert_eq!(outcomes, ["()", "()", "()", "Overflow"]);
    assert_eq!(log.take(), [0, 1, 2, 3]);
    assert_eq!(from.failure_count(), 1);
}

async fn closing_either(on: Runtime) {
    let (from, to, log) = pair(&on);
    from.forward_to(&to).await;
    assert!(from.close());
    assert!(from.send().now().is_err());
    assert!(!to.is_closed());
    assert_eq!(log.len(), 0);
    assert!(!from.forward_to(&to).await.is_connected());
    assert_eq!(from.drain().await, Ok(()));
    to.send().await;
    assert_eq!(log.len(), 1);
}

on_each_runtime![
    predicates_and_counts,
    priorities,
    tracked_objects_and_handles,
    what_is_reached_whatever_its_filters,
    the_latest_of_a_burst,
    one_at_a_time_in_order,
    closing_either,
];
