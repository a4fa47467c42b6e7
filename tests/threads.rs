//! Threads that connect, send and disconnect at once.

use std::array;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;

use fanfare::{AsSender, Event, Signal};
use futures_lite::future::{block_on, poll_once};

const THREADS: usize = 8;
const ROUNDS: usize = 2_000;

struct Machine(AtomicU64);
impl AsSender for Machine {}

fn churned(_: &Event<u64>) {}

/// Eight threads send, each with connections of its own coming and going; some connections stay throughout.
#[test]
fn a_steady_connection_loses_no_call() {
    let signal = Signal::new(0u64);
    let counts: [Arc<AtomicUsize>; 4] = array::from_fn(|_| Arc::default());
    let count = |at: usize| {
        let count = counts[at].clone();
        move |_: &Event<u64>| _ = count.fetch_add(1, Ordering::Relaxed)
    };
    let sender = Arc::new(Machine(AtomicU64::new(0)));
    signal.connect_sync(count(0)).now();
    signal.connect_sync(count(1)).key("steady").now();
    signal.connect_sync(count(2)).sender(&sender).now();
    let asynchronous = counts[3].clone();
    signal
        .connect_with(asynchronous, async |count: Arc<AtomicUsize>, _| {
            _ = count.fetch_add(1, Ordering::Relaxed);
        })
        .keys(["steady", "other"])
        .now();

    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (signal, sender, start) = (&signal, &sender, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    let own = signal
                        .connect_sync(|_| ())
                        .key("steady")
                        .key(thread as u64)
                        .now();
                    // One callback that all threads connect and disconnect.
                    signal
                        .connect_sync(churned)
                        .priority((round % 3) as i32 - 1)
                        .keys([thread, round % 7])
                        .now();
                    let report = block_on(signal.send().key("steady").sender(sender).join());
                    assert!(report.is_ok());
                    assert!(
                        report.count() >= 5,
                        "four steady ones and this thread's own, not {}",
                        report.count()
                    );
                    assert!(own.disconnect());
                    let _ = signal.disconnect(churned).key(round % 7).now();
                }
            });
        }
    });
    for count in &counts {
        assert_eq!(count.load(Ordering::Relaxed), THREADS * ROUNDS);
    }
}

/// A connection that moves from key to key is under one of them at every moment.
#[test]
fn a_moving_connection_is_seen_exactly_once() {
    let signal = Signal::builder(()).reply::<usize>().build();
    let moving = signal.connect_sync(|_| 1).keys(["a", "b"]).now();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..20_000 {
                assert!(moving.remove_keys(["a"]));
                assert!(moving.add_keys(["a"]));
                assert!(moving.remove_keys(["b"]));
                assert!(moving.add_keys(["b"]));
            }
            done.store(true, Ordering::Relaxed);
        });
        for keys in [["a", "b"], ["b", "a"]] {
            let (signal, done) = (&signal, &done);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    assert_eq!(
                        block_on(signal.send().keys(keys).join()).into_replies(),
                        [1]
                    );
                }
            });
        }
    });
}

/// Once `disconnect_and_wait` has returned, the callback is neither running nor ever called again.
#[test]
fn no_call_after_disconnect_and_wait() {
    let signal = Signal::new(());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let senders: [_; 4] = array::from_fn(|_| {
            scope.spawn(|| {
                let mut reports = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let _ = block_on(signal.send().join());
                    reports.push(signal.send().now().unwrap().join());
                    if reports.len() > 100 {
                        reports.drain(..).for_each(|report| drop(block_on(report)));
                    }
                }
            })
        });
        let closers: [_; 4] = array::from_fn(|at| {
            let signal = &signal;
            scope.spawn(move || {
                for _ in 0..1_000 {
                    let gone = Arc::new(AtomicBool::new(false));
                    let calls = gone.clone();
                    let check =
                        move || assert!(!calls.load(Ordering::SeqCst), "called after it was gone");
                    let connection = if at % 2 == 0 {
                        signal.connect_sync(move |_| check()).now()
                    } else {
                        let check = Arc::new(check);
                        signal
                            .connect(move |_| {
                                let check = check.clone();
                                async move {
                                    check();
                                    futures_lite::future::yield_now().await;
                                    check();
                                }
                            })
                            .now()
                    };
                    let _ = block_on(signal.send().join());
                    block_on(connection.disconnect_and_wait());
                    gone.store(true, Ordering::SeqCst);
                }
            })
        });
        let mut failed = false;
        for closer in closers {
            failed |= closer.join().is_err();
        }
        done.store(true, Ordering::Relaxed);
        for sender in senders {
            failed |= sender.join().is_err();
        }
        assert!(!failed);
    });
    assert_eq!(signal.connection_count(), 0);
}

/// A send that was under way before a connection was made has nothing to do with it.
#[test]
fn a_new_connection_does_not_wait_for_sends_that_began_before() {
    let signal = Signal::new(());
    let ((started, has_started), (go, may_go)) = (mpsc::channel(), mpsc::channel::<()>());
    let may_go = Mutex::new(may_go);
    signal
        .connect_sync(move |_| {
            started.send(()).unwrap();
            // An error is as good: the other end is gone.
            let _ = may_go.lock().unwrap().recv();
        })
        .now();
    thread::scope(|scope| {
        let sending = scope.spawn(|| signal.send().now().unwrap().count());
        has_started.recv().unwrap();
        let new = signal.connect_sync(|_| ()).now();
        assert_eq!(block_on(poll_once(new.disconnect_and_wait())), Some(true));
        drop(go);
        assert_eq!(sending.join().unwrap(), 1);
    });
}

/// `.times(n)` grants n calls, whoever asks.
#[test]
fn concurrent_sends_share_the_calls_that_are_left() {
    for _ in 0..200 {
        let signal = Signal::new(());
        let calls = Arc::new(AtomicUsize::new(0));
        let connection = signal
            .connect_with_sync(calls.clone(), |calls, _| {
                _ = calls.fetch_add(1, Ordering::Relaxed);
            })
            .times(5)
            .now();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..4).for_each(|_| drop(block_on(signal.send().join()))));
            }
        });
        assert_eq!(calls.load(Ordering::Relaxed), 5);
        assert!(!connection.is_connected());
        assert_eq!(signal.connection_count(), 0);
    }
}

/// Senders die while others send under them and connect to them.
#[test]
fn dying_senders_are_never_taken_for_others() {
    let signal = Signal::builder(0u64).reply::<u64>().build();
    thread::scope(|scope| {
        for thread in 0..THREADS as u64 {
            let signal = &signal;
            scope.spawn(move || {
                for round in 0..ROUNDS as u64 {
                    let id = thread << 32 | round;
                    let machine = Arc::new(Machine(AtomicU64::new(id)));
                    signal.connect_sync(move |_| id).sender(&machine).now();
                    let replies = block_on(signal.send().sender(&machine).join()).into_replies();
                    assert_eq!(replies, [machine.0.load(Ordering::Relaxed)]);
                }
            });
        }
    });
    assert_eq!(signal.connection_count(), 0);
}
