//! Threads that send, abort, disconnect and close at once: every call is accounted for, and nothing hangs.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fanfare::{Callback, Cause, Connection, Overflow, Report, Signal};
use fastrand::Rng;
use futures_lite::future::{block_on, poll_once, yield_now};

use crate::common::Gate;
use crate::runtime::Runtime;

const THREADS: u64 = 3;
const SENDS: usize = 800;

/// What the reports said.
#[derive(Default)]
struct Counts {
    replied: AtomicUsize,
    aborted: AtomicUsize,
    dropped: AtomicUsize,
    closed: AtomicUsize,
    /// Those that were refused before they began.
    unsent: AtomicUsize,
}

impl Counts {
    fn add(&self, report: &Report<()>) {
        self.replied
            .fetch_add(report.replies().len(), Ordering::SeqCst);
        for failure in report.failures() {
            let count = match failure.cause() {
                Cause::Aborted => &self.aborted,
                Cause::Overflow => &self.dropped,
                Cause::Closed => &self.closed,
                other => panic!("nothing else happens: {other:?}"),
            };
            count.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn failures(&self) -> usize {
        let counts = [&self.aborted, &self.dropped, &self.closed];
        counts
            .iter()
            .map(|count| count.load(Ordering::SeqCst))
            .sum()
    }
}

/// An async callback that waits a little, and counts the calls that came to their end.
fn callback(ended: &Arc<AtomicUsize>) -> Callback<usize> {
    Callback::with(Arc::clone(ended), |ended, ev| async move {
        for _ in 0..**ev % 3 {
            yield_now().await;
        }
        ended.fetch_add(1, Ordering::SeqCst);
    })
}

/// Sends in every way, and now and then aborts.
fn send_and_count(signal: &Signal<usize>, counts: &Counts, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let mut open = Vec::new();
    for number in 0..SENDS {
        let send = signal.send().with(number);
        match rng.usize(..6) {
            0 => counts.add(&block_on(send.join())),
            1 => open.push(block_on(send.into_future())),
            2 => {
                // Gives up if it would have to wait.
                if let Some(delivery) = block_on(poll_once(send.into_future())) {
                    open.push(delivery);
                }
            }
            _ => match send.now() {
                Ok(delivery) => {
                    if rng.bool() {
                        delivery.abort();
                    }
                    open.push(delivery);
                }
                Err(_) => _ = counts.unsent.fetch_add(1, Ordering::SeqCst),
            },
        }
        if open.len() > 20 {
            let open = open.drain(..);
            open.for_each(|delivery| counts.add(&block_on(delivery.join())));
        }
    }
    open.into_iter()
        .for_each(|delivery| counts.add(&block_on(delivery.join())));
}

/// Threads that send, and one that does something else; not on the thread of the test, where its runtime may run.
async fn storm(signal: &Signal<usize>, beside: impl FnOnce() + Send + 'static) -> Arc<Counts> {
    let (counts, done) = (Arc::new(Counts::default()), Gate::new());
    let (signal, result, end) = (signal.clone(), Arc::clone(&counts), done.clone());
    let all = thread::spawn(move || {
        let _end = crate::common::opens(&end);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (signal, counts) = (&signal, &counts);
                scope.spawn(move || send_and_count(signal, counts, thread));
            }
            scope.spawn(beside);
        });
    });
    done.wait().await;
    all.join().expect("no thread panics");
    result
}

fn connect(signal: &Signal<usize>, callback: &Callback<usize>, way: usize) -> Connection {
    let connect = signal.connect_callback(callback);
    match way {
        0 => connect.sequential(),
        1 => connect.queue(3, Overflow::DropOldest),
        2 => connect.queue(2, Overflow::KeepLatest),
        3 => connect
            .ordered_by(|ev| **ev % 4)
            .queue(3, Overflow::DropNewest)
            .max_in_flight(2),
        4 => connect
            .ordered_by(|ev| **ev % 4)
            .queue(2, Overflow::Wait)
            .max_in_flight(2),
        5 => connect.queue(2, Overflow::Wait),
        _ => connect.max_in_flight(2),
    }
    .now()
}

/// What has to hold once all is over.
async fn check(signal: &Signal<usize>, counts: &Counts, ended: &AtomicUsize, way: usize) {
    signal.idle().await;
    assert_eq!(
        counts.replied.load(Ordering::SeqCst),
        ended.load(Ordering::SeqCst),
        "{way}"
    );
    assert_eq!(signal.failure_count(), counts.failures() as u64, "{way}");
    assert_eq!(signal.inspect().sends_in_flight, 0);
}

async fn sends_and_aborts_account_for_every_call(on: Runtime) {
    for way in 0..7 {
        let (signal, ended) = (on.signal(0usize), Arc::default());
        connect(&signal, &callback(&ended), way);
        let counts = storm(&signal, || ()).await;
        check(&signal, &counts, &ended, way).await;
        let shown = &signal.inspect().connections[0];
        assert_eq!((shown.running, shown.queued), (0, 0), "{way}");
        assert_eq!(
            shown.lost,
            counts.dropped.load(Ordering::SeqCst) as u64,
            "{way}"
        );
        assert!(shown.lost == 0 || [1, 2, 3].contains(&way), "{way}");
        // Whatever ended the calls, their places are free.
        let sent: Vec<_> = (0..2)
            .map(|_| signal.send().now().map(|sent| sent.count()))
            .collect();
        assert!(
            sent.iter().all(|sent| matches!(sent, Ok(1))),
            "{way}: {sent:?}"
        );
    }
}

async fn connections_that_come_and_go_leave_nobody_waiting(on: Runtime) {
    for way in 0..7 {
        let (signal, ended) = (on.builder(0usize).max_in_flight(5).build(), Arc::default());
        let (own, callback) = (signal.clone(), callback(&ended));
        let counts = storm(&signal, move || {
            for round in 0..200 {
                let connection = connect(&own, &callback, way);
                thread::yield_now();
                if round % 2 == 0 {
                    connection.disconnect();
                } else {
                    block_on(connection.disconnect_and_wait());
                }
            }
        })
        .await;
        check(&signal, &counts, &ended, way).await;
        assert_eq!(signal.connection_count(), 0);
        assert!((0..5).all(|_| signal.send().now().is_ok()), "{way}");
    }
}

/// The same callback goes from one set of options to the next while its calls are under way.
async fn options_that_change_leave_nobody_waiting(on: Runtime) {
    let (signal, ended) = (on.signal(0usize), Arc::default());
    let (own, callback) = (signal.clone(), callback(&ended));
    let counts = storm(&signal, move || {
        for round in 0..400 {
            connect(&own, &callback, round % 7);
            thread::yield_now();
        }
    })
    .await;
    check(&signal, &counts, &ended, 9).await;
}

async fn a_close_wakes_everybody(on: Runtime) {
    for way in 0..7 {
        let (signal, ended) = (on.builder(0usize).max_in_flight(3).build(), Arc::default());
        connect(&signal, &callback(&ended), way);
        let (own, count) = (signal.clone(), Arc::clone(&ended));
        let counts = storm(&signal, move || {
            while count.load(Ordering::SeqCst) < 20 {
                thread::yield_now();
            }
            own.close();
        })
        .await;
        check(&signal, &counts, &ended, way).await;
        assert!(counts.closed.load(Ordering::SeqCst) > 0);
        assert!(signal.drain().await.is_ok());
    }
}

on_each_runtime![
    sends_and_aborts_account_for_every_call,
    connections_that_come_and_go_leave_nobody_waiting,
    options_that_change_leave_nobody_waiting,
    a_close_wakes_everybody,
];
