//! Where the other signal cannot take an event.

use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{Backoff, Cause, Executor, Overflow, Signal};

use crate::common::{Log, told};
use crate::runtime::Runtime;

async fn no_room_is_a_failure(on: Runtime) {
    let (from, to, log) = (on.signal(0u8), on.signal(0u8), Log::new());
    let mut events = to.subscribe().capacity(1).overflow(Overflow::Wait).await;
    let connection = from.forward_to(&to).name("narrow").await;
    let seen = log.clone();
    from.failures()
        .connect_sync(move |failed| seen.push(failed.event().map(|event| ***event)))
        .key("narrow")
        .await;
    assert_eq!(told(&from.send().with(1).join().await), ["()"]);
    let report = from.send().with(2).await.join().await;
    let failure = report.failures().next().expect("there is no room");
    assert!(matches!(failure.cause(), Cause::Overflow), "{failure:?}");
    assert_eq!(failure.connection(), Some(connection.id()));
    assert!(failure.to_string().contains("forwards to"), "{failure}");
    assert_eq!(log.take(), [Some(2)]);
    assert_eq!(**events.recv().await.expect("the first"), 1);
    from.send().with(3).await;
    assert_eq!(**events.recv().await.expect("there was room again"), 3);
    assert_eq!((from.failure_count(), to.failure_count()), (1, 0));
}

async fn a_limit_that_is_reached_is_a_failure(on: Runtime) {
    let (from, to) = (on.signal(()), on.builder(()).max_in_flight(1).build());
    from.forward_to(&to).await;
    let never = crate::common::Gate::new();
    let wait = never.clone();
    to.connect_with(wait, |wait, _| async move { wait.wait().await })
        .await;
    let under_way = to.send().await;
    assert_eq!(told(&from.send().join().await), ["Overflow"]);
    never.open();
    assert!(under_way.join().await.is_ok());
    assert_eq!(told(&from.send().join().await), ["()"]);
    to.idle().await;
}

async fn others_are_reached_all_the_same(on: Runtime) {
    let (from, log) = (on.signal(()), Log::new());
    let (full, open) = (on.signal(()), on.signal(()));
    let _events = full.subscribe().capacity(1).overflow(Overflow::Wait).await;
    full.send().await;
    open.connect_sync(log.writes("open")).await;
    from.forward_to(&full).await;
    from.forward_to(&open).await;
    from.connect_sync(log.writes("own")).await;
    assert_eq!(told(&from.send().join().await), ["Overflow", "()", "()"]);
    assert_eq!(log.take(), ["open", "own"]);
}

async fn a_closed_signal_is_a_failure(on: Runtime) {
    let (from, to) = (on.signal(()), on.signal(()));
    let connection = from.forward_to(&to).await;
    to.connect_sync(|_| ()).await;
    to.close();
    let report = from.send().join().await;
    let failure = report.failures().next().expect("it is closed");
    assert!(matches!(failure.cause(), Cause::Closed), "{failure:?}");
    assert!(failure.to_string().contains("forwards to"), "{failure}");
    assert!(connection.is_connected(), "it says so each time");
}

async fn it_can_be_tried_again(_: Runtime) {
    let (executor, clock) = (Executor::new(), ManualClock::new());
    let from = Signal::builder(0u8).spawner(executor.clone());
    let from = from.timer(clock.clone()).build();
    let to = Signal::new(0u8);
    let mut events = to.subscribe().capacity(1).overflow(Overflow::Wait).await;
    let pause = Duration::from_secs(1);
    let backoff = Backoff::new(pause).factor(1.0).jitter(0.0).attempts(3);
    from.forward_to(&to).retry(backoff).await;
    let wait = |delivery: &fanfare::Delivery<()>| {
        while executor.try_tick() {}
        delivery.is_done()
    };
    assert!(wait(&from.send().with(1).await));
    let second = from.send().with(2).await;
    assert!(!wait(&second));
    assert_eq!(**events.try_recv().expect("the first"), 1);
    clock.advance(pause);
    assert!(wait(&second));
    assert_eq!(told(&second.join().await), ["()"]);
    // Who never gets through gives up.
    let third = from.send().with(3).await;
    for _ in 0..2 {
        assert!(!wait(&third));
        clock.advance(pause);
    }
    assert!(wait(&third));
    assert_eq!(told(&third.join().await), ["Overflow"]);
    assert_eq!(**events.try_recv().expect("the second"), 2);
    assert!(events.try_recv().is_err());
}

on_each_runtime![
    no_room_is_a_failure,
    a_limit_that_is_reached_is_a_failure,
    others_are_reached_all_the_same,
    a_closed_signal_is_a_failure,
    it_can_be_tried_again,
];
