//! Receivers that hold sends up.

use std::future::IntoFuture;
use std::sync::Arc;

use fanfare::testing::SeededExecutor;
use fanfare::{Band, Callback, Event, Overflow};

use crate::common::{Gate, Log, poll};
use crate::kit::{Parent, by_hand};
use crate::runtime::Runtime;

/// A receiver that one call at a time goes into, until the gate is open, on the channel of a parent.
fn held_up() -> (
    SeededExecutor,
    Band,
    fanfare::Channel<u32, u32>,
    Arc<Parent>,
    Gate,
) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<u32, u32>("number").unwrap();
    let (parent, gate) = (Parent::new("one"), Gate::new());
    let wait = gate.clone();
    all.bound(&parent)
        .connect(move |ev: Arc<Event<u32>>| {
            let wait = wait.clone();
            async move {
                wait.wait().await;
                **ev
            }
        })
        .max_in_flight(1)
        .now();
    (executor, band, all, parent, gate)
}

async fn sends_wait_for_a_receiver_that_they_reach(_: Runtime) {
    let (executor, _band, all, parent, gate) = held_up();
    let (own, log) = (all.bound(&parent), Log::new());
    let written = log.clone();
    all.connect_sync(move |ev| {
        written.push(**ev);
        **ev
    })
    .now();
    let first = own.send(1).now().unwrap();
    executor.run_until_stalled();
    for channel in [&all, &own] {
        let unsent = channel.send(2).now().unwrap_err();
        assert!(unsent.is_full() && unsent.into_payload() == Some(2));
    }
    assert_eq!(log.take(), [1], "nothing is delivered to anybody");
    let (mut joined, mut awaited) = (all.send(3).join(), own.send(4).into_future());
    let mut grouped = all.send(5).join().by_priority();
    assert!(
        executor.run_until(&mut joined).is_none() && executor.run_until(&mut awaited).is_none()
    );
    assert!(executor.run_until(&mut grouped).is_none());
    // Another parent's sends are not held up.
    let other = Parent::new("two");
    assert_eq!(all.bound(&other).send(6).now().unwrap().count(), 1);
    assert_eq!(log.take(), [6]);
    drop(grouped);
    gate.open();
    assert_eq!(
        executor
            .run_until(joined)
            .expect("there is room")
            .into_replies(),
        [3, 3]
    );
    let awaited = executor.run_until(awaited).expect("there is room");
    assert_eq!(
        executor
            .run_until(awaited.join())
            .expect("it runs")
            .into_replies(),
        [4, 4]
    );
    assert!(first.is_done());
    assert_eq!(
        log.take(),
        [3, 4],
        "the one that was dropped has not happened"
    );
}

async fn a_dead_parent_holds_nobody_up(_: Runtime) {
    let (executor, _band, all, parent, gate) = held_up();
    drop(all.send(1).now().unwrap());
    executor.run_until_stalled();
    let mut waits = all.send(2).into_future();
    assert!(poll(&mut waits).is_pending());
    drop(parent);
    assert_eq!(all.send(3).now().expect("nobody is waited for").count(), 0);
    gate.open();
    executor.run_until_stalled();
    assert_eq!(executor.run_until(waits).expect("there is room").count(), 0);
}

async fn a_connection_that_ends_lets_go_of_who_waits(_: Runtime) {
    let (executor, _band, all, parent, _gate) = held_up();
    let own = all.bound(&parent);
    let callback = Callback::new(|_: Arc<Event<u32>>| std::future::pending());
    let blocked = Parent::new("two");
    let own_of_blocked = all.bound(&blocked);
    let connection = own_of_blocked
        .connect_callback(&callback)
        .max_in_flight(1)
        .now();
    drop(own_of_blocked.send(1).now().unwrap());
    let mut waits = own_of_blocked.send(2).into_future();
    assert!(executor.run_until(&mut waits).is_none());
    assert!(connection.disconnect());
    assert_eq!(
        executor.run_until(waits).expect("nobody is left").count(),
        0
    );
    drop(own);
}

/// A callback with limits on two channels: places are taken with both, and one of them is called.
async fn a_callback_with_limits_on_two_channels_is_called_once(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<u32, u32>("number").unwrap();
    let (parent, gate, log) = (Parent::new("one"), Gate::new(), Log::new());
    let own = all.bound(&parent);
    let (wait, written) = (gate.clone(), log.clone());
    let callback = Callback::new(move |ev: Arc<Event<u32>>| {
        let (wait, log) = (wait.clone(), written.clone());
        async move {
            log.push(**ev);
            wait.wait().await;
            **ev
        }
    });
    own.connect_callback(&callback).max_in_flight(1).now();
    all.connect_callback(&callback).max_in_flight(1).now();
    let first = all.send(1).now().unwrap();
    assert_eq!(first.count(), 1);
    executor.run_until_stalled();
    assert_eq!(log.take(), [1]);
    // The other's place is free again; one that reaches both has to wait for the one that runs.
    let second = all.bound(&Parent::new("two")).send(2).now().unwrap();
    assert_eq!(second.count(), 1);
    let mut third = own.send(3).join();
    assert!(executor.run_until(&mut third).is_none());
    assert!(own.send(4).now().unwrap_err().is_full());
    assert_eq!(log.take(), [2]);
    gate.open();
    assert_eq!(
        executor
            .run_until(third)
            .expect("there is room")
            .into_replies(),
        [3]
    );
    executor.run_until_stalled();
    assert_eq!(log.take(), [3]);
    // Nothing is left held.
    assert_eq!(own.send(5).now().expect("there is room").count(), 1);
    executor.run_until_stalled();
}

async fn a_stream_that_waits_holds_sends_up(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<u32, ()>("number").unwrap();
    let parent = Parent::new("one");
    let own = all.bound(&parent);
    let mut stream = own.subscribe().capacity(2).overflow(Overflow::Wait).now();
    for number in 0..2 {
        assert!(all.send(number).now().is_ok());
    }
    assert!(own.send(9).now().unwrap_err().is_full() && all.send(9).now().unwrap_err().is_full());
    assert!(
        all.bound(&Parent::new("two")).send(9).now().is_ok(),
        "it does not come here"
    );
    all.send_detached(2);
    own.send_detached(3);
    executor.run_until_stalled();
    let mut got = Vec::new();
    for _ in 0..4 {
        executor.run_until_stalled();
        let event = executor
            .run_until(stream.recv())
            .expect("one waits")
            .expect("it goes on");
        got.push(**event);
    }
    got.sort_unstable();
    assert_eq!((got, stream.lost()), (vec![0, 1, 2, 3], 0));
}

on_each_runtime![
    sends_wait_for_a_receiver_that_they_reach,
    a_dead_parent_holds_nobody_up,
    a_connection_that_ends_lets_go_of_who_waits,
    a_callback_with_limits_on_two_channels_is_called_once,
    a_stream_that_waits_holds_sends_up,
];
