//! Threads that connect, send and disconnect on the same keys.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::{array, thread};

use fanfare::{Connection, Event, Key};
use futures_lite::future::block_on;

use crate::common::{Drops, Machine, OnDrop, all, bare, heard, in_step, numbered};
/// Threads that connect to a key that was nobody's come to stand under one and the same key.
#[test]
fn a_new_key_of_several_connects_is_one_key() {
    const THREADS: usize = 2;
    let signal = numbered::<Key>();
    let connected: [_; THREADS] = array::from_fn(|_| Mutex::new(Vec::<Connection>::new()));
    in_step(THREADS, 15_000, |thread, round| {
        let connect = signal.connect_sync(move |_| thread);
        let connection = connect.key(round).now();
        connected[thread].lock().unwrap().push(connection);
    });
    for round in 0..15_000usize {
        let mut called = heard(&signal, [round]);
        called.sort_unstable();
        assert_eq!(called, [0, 1], "of key {round}");
    }
}

/// What stands throughout is called once by each send, in order, whatever comes and goes beside it: on its key, so that it
/// is now the only one there and now one of several, and elsewhere, so that the table grows.
#[test]
fn what_stands_is_called_once_and_in_order() {
    let signal = numbered::<Key>();
    let done = AtomicBool::new(false);
    signal.connect_sync(|_| 1).keys([1, 2]).now();
    signal.connect_sync(|_| 2).key(2).priority(-1).now();
    signal.connect_sync(|_| 0).keys([1, 3]).priority(1).now();
    thread::scope(|scope| {
        scope.spawn(|| {
            let _end = OnDrop(|| done.store(true, Ordering::Relaxed));
            for round in 0..3_000u32 {
                let connect = signal.connect_sync(|_| 10);
                let beside = connect.keys([1, 2, 3, 10 + round]).now();
                let first = signal.connect_sync(|_| 11).key(3).priority(2).now();
                if round % 3 == 0 {
                    assert!(beside.remove_keys([2]));
                }
                assert!(beside.disconnect() && first.disconnect());
                // These stay, and make the table grow.
                signal.connect_sync(|_| 12).key(1_000_000 + round).now();
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for (keys, standing) in [
                    (vec![1], vec![0, 1]),
                    (vec![2], vec![1, 2]),
                    (vec![3], vec![0]),
                    (vec![3, 1, 2], vec![0, 1, 2]),
                ] {
                    let called = heard(&signal, keys.iter().copied());
                    let mut rest: Vec<_> = called.clone();
                    rest.retain(|number| *number < 10);
                    assert_eq!(rest, standing, "{called:?} of {keys:?}");
                    // By priority, and among those with the usual one by age.
                    let place = |number: &usize| [1, 2, 4, 9, 9, 9, 9, 9, 9, 9, 3, 0][*number];
                    assert!(called.is_sorted_by_key(place), "{called:?} of {keys:?}");
                    let distinct: BTreeSet<_> = called.iter().collect();
                    assert_eq!(distinct.len(), called.len(), "{called:?} of {keys:?}");
                }
                let standing = all(&signal).into_iter().filter(|number| *number < 3);
                assert_eq!(standing.collect::<Vec<_>>(), [0, 1, 2]);
            }
        });
    });
}

fn again(_: &Event<()>) -> usize {
    1
}

/// One that is connected again with another priority stands all the while.
#[test]
fn a_change_of_priority_loses_no_call() {
    let signal = numbered::<Key>();
    let done = AtomicBool::new(false);
    signal.connect_sync(again).now();
    signal.connect_sync(again).key(1).now();
    assert_eq!(all(&signal), [1]);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _end = OnDrop(|| done.store(true, Ordering::Relaxed));
            for round in 0..20_000 {
                signal.connect_sync(again).priority(round % 3).now();
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(heard(&signal, [1]), [1]);
                assert_eq!(bare(&signal), [1], "a send without filters");
                assert_eq!(all(&signal), [1], "a send to all");
            }
        });
    });
}

/// The last call of `.once()` does not end what has been connected again without it.
#[test]
fn a_last_call_leaves_a_later_connect_alone() {
    let signal = numbered::<Key>();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                drop(signal.send().now().unwrap());
            }
        });
        scope.spawn(|| {
            let _end = OnDrop(|| done.store(true, Ordering::Relaxed));
            for _ in 0..30_000 {
                signal.connect_sync(again).once().now();
                let connection = signal.connect_sync(again).now();
                assert_eq!(bare(&signal), [1]);
                assert!(connection.disconnect());
            }
        });
    });
}

/// Who has connected a callback to a key has it called there, though another takes its own, last, key off it.
#[test]
fn a_callback_that_lost_its_last_key_may_be_connected_at_once() {
    let signal = numbered::<Key>();
    thread::scope(|scope| {
        for key in [0, 1] {
            let signal = &signal;
            scope.spawn(move || {
                for _ in 0..10_000 {
                    let connection = signal.connect_sync(again).key(key).now();
                    assert!(
                        connection.is_connected(),
                        "another took off its own key alone"
                    );
                    assert_eq!(heard(signal, [key]), [1]);
                    assert!(signal.disconnect(again).key(key).now());
                }
            });
        }
    });
    assert_eq!(signal.connection_count(), 0);
}

/// A callback that is disconnected and connected by all threads is one connection, and none in the end.
#[test]
fn a_callback_that_all_threads_connect_is_one_connection() {
    let signal = numbered::<Key>();
    thread::scope(|scope| {
        for thread in 0..3 {
            let signal = &signal;
            scope.spawn(move || {
                for round in 0..3_000 {
                    let connection = signal.connect_sync(again).keys([1, round]).now();
                    assert!(heard(signal, [1]).len() <= 1, "it is there twice");
                    match thread {
                        0 => _ = connection.disconnect(),
                        1 => _ = signal.disconnect(again).now(),
                        _ => _ = signal.disconnect(again).keys([1, round]).now(),
                    }
                }
            });
        }
    });
    let _ = signal.disconnect(again).now();
    assert_eq!(signal.connection_count(), 0);
    assert_eq!(heard(&signal, 0..3_000), [] as [usize; 0]);
}

/// A send to all is one look at them: a connection that moves between keys, and to none, is met once. So is the first
/// such look at a signal, which goes through all keys.
#[test]
fn all_are_reached_once_while_changes_go_on() {
    let signals: Vec<_> = (0..1_500)
        .map(|_| {
            let signal = numbered::<Key>();
            let moving = signal.connect_sync(|_| 1).key(0).now();
            signal.connect_sync(|_| 0).key(9).priority(1).now();
            (signal, moving)
        })
        .collect();
    in_step(2, signals.len(), |thread, round| {
        let (signal, moving) = &signals[round];
        if thread == 0 {
            for key in 0..4 {
                assert!(moving.remove_keys([key]));
                assert!(moving.add_keys([key + 1]));
                let beside = signal.connect_sync(|_| 2).keys([9, 10]).now();
                assert!(beside.disconnect());
            }
        } else {
            for _ in 0..4 {
                let called = all(signal);
                assert!(called == [0, 1] || called == [0, 1, 2], "{called:?}");
                let count = signal.connection_count();
                assert!((2..=3).contains(&count), "{count}");
            }
        }
    });
}

/// One that goes from key to sender and back, each time before it leaves the other, is met once by a send to both: as the
/// only connection there, or as one of several.
#[test]
fn one_that_moves_between_key_and_sender_is_met_once() {
    let signal = numbered::<Key>();
    let sender = Arc::new(Machine(0));
    let done = AtomicBool::new(false);
    let moving = signal.connect_sync(|_| 1).key(1).now();
    let others = || [signal.connect_sync(|_| 2).key(1).sender(&sender).now()];
    thread::scope(|scope| {
        scope.spawn(|| {
            let _end = OnDrop(|| done.store(true, Ordering::Relaxed));
            for round in 0..4_000 {
                let others = (round % 2 == 0).then(others);
                assert!(moving.add_senders([&sender]));
                assert!(moving.remove_keys([1]));
                assert!(moving.add_keys([1]));
                assert!(moving.remove_senders([&sender]));
                drop(others.map(|[other]| other.scoped()));
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let send = signal.send().key(1).sender(&sender);
                let called = block_on(send.now().unwrap().join()).into_replies();
                assert!(called == [1] || called == [1, 2], "{called:?}");
            }
        });
    });
}

/// Senders that die while they are connected to, sent to, and looked after by other threads: nothing is left of them.
#[test]
fn senders_die_among_threads() {
    let signal = numbered::<Key>();
    let drops = Drops::default();
    in_step(2, 1_500, |thread, round| {
        let machine = Arc::new(Machine(0));
        let own = 2 * round + thread;
        let connect = || signal.connect_with_sync(drops.one(), move |_, _| own);
        connect().sender(&machine).now();
        if round % 3 == 0 {
            connect().sender(&machine).now();
        }
        let replies = block_on(signal.send().sender(&machine).now().unwrap().join()).into_replies();
        assert_eq!(replies.len(), 1 + usize::from(round % 3 == 0));
        assert!(replies.iter().all(|reply| *reply == own), "another's");
    });
    for _ in 0..10 {
        let machine = Arc::new(Machine(0));
        signal.connect_sync(|_| 0).sender(&machine).now();
    }
    assert!(drops.count() >= 4_000 - 5, "{} dropped", drops.count());
    assert_eq!(signal.connection_count(), 0);
}
