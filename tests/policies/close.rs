//! The signal is closed while something is under way.

use std::future::IntoFuture;

use fanfare::{Backoff, Overflow};

use crate::bench::{Bench, SECOND, poll, read, stream};

/// Closes it: nothing is taken any more, and it is not idle as long as something is under way.
fn close(bench: &Bench) {
    assert!(bench.signal.close());
    assert!(bench.try_send(9).is_err_and(|unsent| unsent.is_closed()));
    assert!(!bench.is_idle());
}

/// What waits is called; then it is idle.
fn queued(bench: &Bench) {
    bench.send_all([1, 11, 21]);
    close(bench);
    bench.finish(2);
    assert!(!bench.is_idle());
    bench.finish(1);
    assert!(bench.is_idle());
    assert_eq!(bench.took(), "+1 -1 +11 -11 +21 -21");
    assert_eq!(bench.signal.failure_count(), 0);
}

/// A send that waits reaches nobody, and what runs goes on.
fn held_up(bench: &Bench) {
    let mut wait = bench.signal.send().with(3).into_future();
    assert!(poll(&mut wait).is_pending());
    close(bench);
    let std::task::Poll::Ready(delivery) = poll(&mut wait) else {
        panic!("it waits for ever");
    };
    assert_eq!(bench.told(delivery), "closed");
}

#[test]
fn sequential() {
    let bench = Bench::new();
    bench.connect(fanfare::ConnectBuilder::sequential);
    queued(&bench);
}

#[test]
fn queue_wait() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(1, Overflow::Wait));
    bench.send_all([1, 2]);
    held_up(&bench);
    bench.finish(2);
    assert_eq!(bench.took(), "+1 -1 +2 -2");
    assert!(bench.is_idle());
}

#[test]
fn queue_drop_oldest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, Overflow::DropOldest));
    queued(&bench);
}

#[test]
fn queue_drop_newest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, Overflow::DropNewest));
    queued(&bench);
}

#[test]
fn queue_keep_latest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, Overflow::KeepLatest));
    queued(&bench);
}

#[test]
fn ordered_by() {
    let bench = Bench::new();
    bench.connect(|connect| connect.ordered_by(|ev| **ev % 10));
    queued(&bench);
}

#[test]
fn max_in_flight_of_a_connection() {
    let bench = Bench::new();
    bench.connect(|connect| connect.max_in_flight(1));
    bench.send(1);
    held_up(&bench);
    bench.finish(1);
    assert_eq!(bench.took(), "+1 -1");
    assert!(bench.is_idle());
}

#[test]
fn max_in_flight_of_a_signal() {
    let bench = Bench::built(|builder| builder.max_in_flight(1));
    bench.connect(|connect| connect);
    bench.send(1);
    held_up(&bench);
    bench.finish(1);
    assert_eq!(bench.took(), "+1 -1");
    assert!(bench.is_idle());
}

#[test]
fn timeout() {
    let bench = Bench::new();
    bench.connect(|connect| connect.timeout(SECOND));
    let delivery = bench.send(1);
    close(&bench);
    bench.pass(SECOND);
    assert_eq!(
        (bench.took(), bench.told(delivery)),
        ("+1 x1".into(), "timedout".into())
    );
    assert!(bench.is_idle());
}

#[test]
fn retry() {
    let bench = Bench::new();
    let backoff = Backoff::new(SECOND).jitter(0.0).attempts(2);
    bench.connect(|connect| connect.retry(backoff));
    let delivery = bench.send(90);
    close(&bench);
    bench.pass(SECOND);
    assert_eq!(
        (bench.took(), bench.told(delivery)),
        ("!90 !90".into(), "panicked".into())
    );
    assert!(bench.is_idle());
}

#[test]
fn debounce() {
    let bench = Bench::new();
    bench.connect_sync(|connect| connect.debounce(SECOND));
    bench.send(1);
    close(&bench);
    bench.pass(SECOND);
    assert_eq!(bench.took(), "=1");
    assert!(bench.is_idle());
}

#[test]
fn throttle() {
    let bench = Bench::new();
    bench.connect(|connect| connect.throttle(SECOND));
    bench.send_all([1, 2]);
    close(&bench);
    bench.finish(1);
    assert!(bench.is_idle());
    bench.pass(SECOND);
    assert_eq!(bench.took(), "+1 -1");
}

#[test]
fn stream_wait() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::Wait);
    // So that something is under way.
    bench.connect(|connect| connect.times(1));
    bench.send_all([1, 2]);
    held_up(&bench);
    assert_eq!((read(&mut events), events.lost()), ("1 2 end".into(), 0));
}

/// What has not been read can be, and then it ends; nobody waits for that.
fn streamed(overflow: Overflow, expected: &str) {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, overflow);
    (1..=3).for_each(|number| drop(bench.send(number)));
    assert!(bench.signal.close());
    assert!(bench.try_send(9).is_err_and(|unsent| unsent.is_closed()));
    assert!(bench.is_idle(), "what is not read is not under way");
    assert_eq!(read(&mut events), expected);
}

#[test]
fn stream_drop_oldest() {
    streamed(Overflow::DropOldest, "~1 2 3 end");
}

#[test]
fn stream_drop_newest() {
    streamed(Overflow::DropNewest, "1 2 ~1 end");
}

#[test]
fn stream_keep_latest() {
    streamed(Overflow::KeepLatest, "~2 3 end");
}
