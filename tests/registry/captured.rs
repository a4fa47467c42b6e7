//! When what was captured is dropped, and what it may do then.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use fanfare::{Connection, Event, Key};
use futures_lite::future::{block_on, poll_once};

use crate::common::{Dropped, Drops, Machine, OnDrop, all, heard, numbered};
/// It goes inside `disconnect`, from a node with one connection, a list, and both at once, whether they were sent to or not.
#[test]
fn what_was_captured_goes_with_the_connection() {
    let signal = numbered::<Key>();
    let sender = Arc::new(Machine(0));
    let drops = Drops::default();
    for round in 0..60 {
        let connect = |keys: &[u32]| {
            let connect = signal.connect_with_sync(drops.one(), |_, _| 0);
            connect.keys(keys.iter().copied()).sender(&sender).now()
        };
        let mut connections = vec![connect(&[1])];
        if round % 2 == 0 {
            heard(&signal, [1]);
        }
        connections.push(connect(&[1, 2]));
        connections.push(connect(&[2, 3, 4]));
        if round % 3 == 0 {
            heard(&signal, [1, 2, 3, 4]);
        }
        if round % 5 == 0 {
            all(&signal);
        }
        connections.rotate_left(round % 3);
        for (at, connection) in connections.iter().enumerate() {
            assert_eq!(drops.count(), 3 * round + at);
            assert!(connection.disconnect());
            assert_eq!(drops.count(), 3 * round + at + 1);
            heard(&signal, [1, 2]);
        }
    }
}

/// A send that walks what was captured keeps it, and it alone; it goes when that send does.
#[test]
fn a_send_keeps_what_it_walks() {
    for others in [0, 1] {
        let signal = numbered::<Key>();
        let drops = Drops::default();
        let connection = Arc::new(OnceLock::<Connection>::new());
        let (own, seen) = (connection.clone(), drops.clone());
        let callback = move |_: &Dropped, _: &Event<()>| {
            assert!(own.get().unwrap().disconnect());
            assert_eq!(seen.count(), 0, "it is being called");
            0
        };
        let connect = signal.connect_with_sync(drops.one(), callback);
        connection.set(connect.key(1).now()).unwrap();
        for _ in 0..others {
            signal.connect_sync(|_| 1).key(1).now();
        }
        let report = block_on(signal.send().key(1).now().unwrap().join());
        assert!(report.is_ok());
        assert_eq!(report.count(), 1 + others);
        assert_eq!(drops.count(), 1);
    }
}

/// What was captured may send, connect and disconnect on its way out.
#[test]
fn captured_state_calls_back_when_it_is_dropped() {
    let signal = numbered::<Key>();
    let kept = signal.connect_sync(|_| 7).keys([1, 2]).now();
    let runs = Arc::new(AtomicUsize::new(0));
    for round in 0..20u32 {
        let (weak, count) = (signal.downgrade(), runs.clone());
        let state = OnDrop(move || {
            let signal = weak.upgrade().unwrap();
            assert_eq!(heard(&signal, [1]), [7]);
            let other = signal.connect_sync(|_| 8).keys([1, 100 + round]).now();
            assert_eq!(heard(&signal, [1]), [7, 8]);
            assert_eq!(all(&signal), [7, 8]);
            assert!(other.disconnect());
            count.fetch_add(1, Ordering::Relaxed);
        });
        let connect = signal.connect_sync(move |_| {
            let _ = &state;
            9
        });
        let connection = connect.keys([1, 3]).now();
        assert_eq!(
            heard(&signal, [round % 5]).contains(&9),
            [1, 3].contains(&(round % 5))
        );
        assert!(connection.disconnect());
        assert_eq!(runs.load(Ordering::Relaxed), round as usize + 1);
    }
    assert!(kept.is_connected());
}

/// A send of several keys lets go of what it walked one after the other. What is dropped then may wait for a connection
/// that stands in the rest: that is this thread's own walk.
#[test]
fn what_a_send_lets_go_of_may_wait_for_what_else_it_walked() {
    let signal = numbered::<Key>();
    let waited = Arc::new(AtomicBool::new(false));
    let (first, second) = (
        Arc::new(OnceLock::new()),
        Arc::new(OnceLock::<Connection>::new()),
    );
    let (other, done) = (second.clone(), waited.clone());
    let state = OnDrop(move || {
        let mut wait = other.get().unwrap().disconnect_and_wait();
        done.store(
            block_on(poll_once(&mut wait)) == Some(true),
            Ordering::Relaxed,
        );
    });
    let connect = signal.connect_with_sync(state, |_, _| 1);
    first.set(connect.key(1).now()).unwrap();
    let ends = first.clone();
    let connect = signal.connect_sync(move |_| {
        let first: &Connection = ends.get().unwrap();
        usize::from(first.disconnect()) + 1
    });
    assert!(second.set(connect.key(2).now()).is_ok());
    assert_eq!(heard(&signal, [1, 2]), [1, 2]);
    assert!(
        waited.load(Ordering::Relaxed),
        "it waits for its own thread"
    );
}
