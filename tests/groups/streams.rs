//! Streams as members.

use std::future::IntoFuture;

use fanfare::{Overflow, Signal, Subscription};

use crate::common::poll;
use crate::kit::by_hand;
use crate::runtime::Runtime;
use crate::team::Team;

/// What a stream has to give now.
fn take(events: &mut Subscription<usize>) -> Vec<usize> {
    std::iter::from_fn(|| events.try_recv().ok().map(|ev| **ev)).collect()
}

fn subscribe(signal: &Signal<usize>, capacity: usize, overflow: Overflow) -> Subscription<usize> {
    let subscribe = signal.subscribe().capacity(capacity).overflow(overflow);
    subscribe.group("team").now()
}

async fn events_are_shared_out_in_turn(on: Runtime) {
    let signal = on.signal(0usize);
    let mut streams = [(); 3].map(|()| subscribe(&signal, 9, Overflow::Wait));
    let mut all = signal.subscribe().await;
    for number in 0..7 {
        assert_eq!(
            signal.send().with(number).await.count(),
            0,
            "streams reply nothing"
        );
    }
    assert_eq!(
        streams.each_mut().map(take),
        [vec![0, 3, 6], vec![1, 4], vec![2, 5]]
    );
    assert_eq!(take(&mut all), [0, 1, 2, 3, 4, 5, 6]);
}

async fn who_has_read_most_gets_the_next(on: Runtime) {
    let signal = on.signal(0usize);
    let mut streams = [(); 2].map(|()| subscribe(&signal, 9, Overflow::DropOldest));
    for number in 0..4 {
        signal.send().with(number).await;
    }
    assert_eq!(take(&mut streams[1]), [1, 3]);
    for number in 4..8 {
        signal.send().with(number).await;
    }
    assert_eq!(streams.each_mut().map(take), [vec![0, 2, 6], vec![4, 5, 7]]);
}

async fn callbacks_and_streams_share_work(on: Runtime) {
    let (signal, team) = (on.signal(0usize), Team::new());
    let mut events = subscribe(&signal, 2, Overflow::Wait);
    team.writer(&signal, "sync").group("team").await;
    let counts = [(); 4].map(|()| signal.send().now().unwrap().count());
    assert_eq!(
        counts,
        [0, 1, 1, 1],
        "an event in the queue keeps a stream busy"
    );
    assert_eq!(take(&mut events).len(), 1);
    assert_eq!(signal.send().await.count(), 0, "its turn is longest ago");
    assert_eq!(team.take(), "sync sync sync");
}

async fn a_stream_that_is_full_is_passed_over_until_all_are(on: Runtime) {
    for overflow in [
        Overflow::DropOldest,
        Overflow::DropNewest,
        Overflow::KeepLatest,
    ] {
        let signal = on.signal(0usize);
        let mut small = subscribe(&signal, 1, overflow);
        let mut large = subscribe(&signal, 3, overflow);
        for number in 0..4 {
            signal.send().with(number).await;
        }
        assert_eq!(
            (small.len(), large.len(), small.lost() + large.lost()),
            (1, 3, 0)
        );
        // Nobody has room: the one that has the least to do loses something.
        signal.send().with(4).await;
        assert_eq!((small.len(), small.lost(), large.lost()), (1, 1, 0));
        let kept = if overflow == Overflow::DropNewest {
            0
        } else {
            4
        };
        let recv = std::iter::from_fn(|| match small.try_recv() {
            Ok(ev) => Some(**ev),
            Err(fanfare::TryRecvError::Lost(lost)) => Some(100 * lost as usize),
            Err(_) => None,
        });
        let mut got: Vec<_> = recv.collect();
        got.sort_unstable();
        assert_eq!(got, [kept, 100]);
        assert_eq!(take(&mut large), [1, 2, 3]);
    }
}

async fn a_send_waits_if_all_streams_are_full(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let mut streams = [(); 2].map(|()| subscribe(&signal, 1, Overflow::Wait));
    for number in 0..2 {
        drop(signal.send().with(number).now().unwrap());
    }
    let unsent = signal.send().with(2).now().unwrap_err();
    assert!(unsent.is_full() && unsent.into_payload() == Some(2));
    let mut sends = [2, 3].map(|number| signal.send().with(number).into_future());
    assert!(sends.iter_mut().all(|send| poll(send).is_pending()));
    assert_eq!(take(&mut streams[1]), [1]);
    let [first, second] = &mut sends;
    assert!(executor.run_until(first).is_some());
    assert!(executor.run_until(&mut *second).is_none());
    assert_eq!(take(&mut streams[0]), [0]);
    assert!(executor.run_until(second).is_some());
    assert_eq!(streams.each_mut().map(take), [[3], [2]]);
    // One that is dropped is not waited for, nor are the others any less.
    drop(streams);
    assert!(signal.send().now().is_ok());
}

/// A send that was told of room and is gone tells the next one.
async fn a_send_that_gives_up_leaves_its_room_to_the_next(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let mut streams = [(); 2].map(|()| subscribe(&signal, 1, Overflow::Wait));
    for number in 0..2 {
        drop(signal.send().with(number).now().unwrap());
    }
    let mut gives_up = signal.send().with(2).into_future();
    let mut waits = signal.send().with(3).into_future();
    assert!(executor.run_until(&mut gives_up).is_none());
    assert!(executor.run_until(&mut waits).is_none());
    assert_eq!(take(&mut streams[0]), [0]);
    drop(gives_up);
    assert!(executor.run_until(waits).is_some());
    assert_eq!(streams.each_mut().map(take), [[3], [1]]);
}

async fn a_stream_that_is_dropped_leaves(on: Runtime) {
    let signal = on.signal(0usize);
    let [one, mut two] = [(); 2].map(|()| subscribe(&signal, 9, Overflow::Wait));
    signal.send().with(1).await;
    drop(one);
    for number in 2..5 {
        signal.send().with(number).await;
    }
    assert_eq!(take(&mut two), [2, 3, 4]);
    drop(two);
    assert_eq!(signal.connection_count(), 0);
}

async fn filters_and_limits_hold_for_streams(on: Runtime) {
    let signal = on.signal(0usize);
    let even = signal.subscribe().when(|ev| **ev % 2 == 0).group("team");
    let (mut even, mut once) = (even.await, signal.subscribe().once().group("team").await);
    let mut any = signal.subscribe().group("team").await;
    for number in [1, 3, 4, 6, 8] {
        signal.send().with(number).await;
    }
    assert_eq!(take(&mut once), [1]);
    assert!(!once.connection().is_connected());
    assert_eq!(take(&mut even), [4, 8]);
    assert_eq!(take(&mut any), [3, 6]);
}

on_each_runtime![
    events_are_shared_out_in_turn,
    who_has_read_most_gets_the_next,
    callbacks_and_streams_share_work,
    a_stream_that_is_full_is_passed_over_until_all_are,
    a_send_waits_if_all_streams_are_full,
    a_send_that_gives_up_leaves_its_room_to_the_next,
    a_stream_that_is_dropped_leaves,
    filters_and_limits_hold_for_streams,
];
