//! Waiting for the calls of a connection with keys.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::{array, thread};

use fanfare::Key;
use futures_lite::future::{block_on, poll_once};

use crate::common::{heard, numbered};
/// Once `disconnect_and_wait` has returned no call is running and none comes, though the key went from one connection to
/// several and back meanwhile.
#[test]
fn no_call_of_a_key_after_disconnect_and_wait() {
    let signal = numbered::<Key>();
    let done = AtomicBool::new(false);
    let failed = AtomicBool::new(false);
    thread::scope(|scope| {
        let closing: [_; 2] = array::from_fn(|at| {
            let (signal, failed) = (&signal, &failed);
            scope.spawn(move || {
                for round in 0..1_500 {
                    let gone = Arc::new(AtomicBool::new(false));
                    let calls = Arc::new(AtomicUsize::new(0));
                    let (is_gone, running) = (gone.clone(), calls.clone());
                    let connect = signal.connect_sync(move |_| {
                        running.fetch_add(1, Ordering::SeqCst);
                        let late = is_gone.load(Ordering::SeqCst);
                        thread::yield_now();
                        running.fetch_sub(1, Ordering::SeqCst);
                        usize::from(late)
                    });
                    let connection = connect.keys([1, 2 + at]).now();
                    if round % 2 == 0 {
                        assert!(connection.remove_keys([1]));
                    }
                    assert!(block_on(connection.disconnect_and_wait()));
                    if calls.load(Ordering::SeqCst) != 0 {
                        failed.store(true, Ordering::SeqCst);
                    }
                    gone.store(true, Ordering::SeqCst);
                }
            })
        });
        for keys in [vec![1], vec![1, 2, 3]] {
            let (signal, done) = (&signal, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let late = heard(signal, keys.iter().copied());
                    assert!(
                        late.iter().all(|late| *late == 0),
                        "called after it was gone"
                    );
                }
            });
        }
        let closed = closing.map(|closing| closing.join().is_ok());
        done.store(true, Ordering::Relaxed);
        assert_eq!(closed, [true, true]);
    });
    assert!(!failed.load(Ordering::SeqCst), "running after the wait");
}

/// A callback that waits to be let go on.
struct Blocked {
    started: Mutex<mpsc::Sender<()>>,
    may_go: Mutex<mpsc::Receiver<()>>,
}

impl Blocked {
    /// The state, what tells of a call, and what ends it when it is dropped.
    fn new() -> (Self, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let ((started, has_started), (go, may_go)) = (mpsc::channel(), mpsc::channel());
        let (started, may_go) = (Mutex::new(started), Mutex::new(may_go));
        (Self { started, may_go }, has_started, go)
    }

    fn call(&self) -> usize {
        self.started.lock().unwrap().send(()).unwrap();
        // An error is as good: the other end is gone.
        let _ = self.may_go.lock().unwrap().recv();
        1
    }
}

/// A callback of one key that blocks holds up who waits for its own connection, not who waits for those of other keys.
#[test]
fn other_keys_are_not_waited_for() {
    let signal = numbered::<Key>();
    let (blocked, has_started, go) = Blocked::new();
    let connect = signal.connect_with_sync(blocked, |blocked, _| blocked.call());
    let blocking = connect.key(1).now();
    let elsewhere = signal.connect_sync(|_| 2).key(2).now();
    let pair = [3, 4].map(|number| signal.connect_sync(move |_| number).key(3).now());
    thread::scope(|scope| {
        let sending = scope.spawn(|| heard(&signal, [1]));
        has_started.recv().unwrap();
        assert_eq!(heard(&signal, [2, 3]), [2, 3, 4]);
        for other in [&elsewhere, &pair[0], &pair[1]] {
            assert_eq!(block_on(poll_once(other.disconnect_and_wait())), Some(true));
        }
        // The key had one connection when the send began; that it has three now changes nothing for the one.
        let new = [5, 6].map(|number| signal.connect_sync(move |_| number).key(1).now());
        let mut wait = blocking.disconnect_and_wait();
        assert_eq!(block_on(poll_once(&mut wait)), None);
        assert_eq!(
            block_on(poll_once(new[0].disconnect_and_wait())),
            Some(true)
        );
        drop(go);
        assert!(block_on(wait));
        assert_eq!(sending.join().unwrap(), [1]);
        assert_eq!(heard(&signal, [1]), [6]);
    });
}

/// The same where it has left the key before it was disconnected.
#[test]
fn a_walk_is_waited_for_that_began_before_the_key_was_taken_off() {
    for others in [0, 1] {
        let signal = numbered::<Key>();
        let (blocked, has_started, go) = Blocked::new();
        let connect = signal.connect_with_sync(blocked, |blocked, _| blocked.call());
        let blocking = connect.key(1).now();
        for _ in 0..others {
            signal.connect_sync(|_| 2).key(1).now();
        }
        thread::scope(|scope| {
            let sending = scope.spawn(|| heard(&signal, [1]).len());
            has_started.recv().unwrap();
            assert!(blocking.remove_keys([1]));
            assert!(blocking.add_keys([2]));
            let mut wait = blocking.disconnect_and_wait();
            assert_eq!(block_on(poll_once(&mut wait)), None);
            drop(go);
            assert!(block_on(wait));
            assert_eq!(sending.join().unwrap(), 1 + others);
        });
    }
}
