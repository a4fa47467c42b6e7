//! Whoever waits gives up: a join that is dropped, a delivery that is aborted, a wait or a subscription that is dropped.

use std::future::IntoFuture;

use fanfare::{Backoff, Overflow};

use crate::bench::{Bench, SECOND, poll, read, stream};

#[test]
fn sequential() {
    let bench = Bench::new();
    bench.connect(fanfare::ConnectBuilder::sequential);
    bench.send(1);
    let mut join = bench.signal.send().with(2).join();
    assert!(poll(&mut join).is_pending());
    let delivery = bench.send(3);
    drop(join);
    delivery.abort();
    assert_eq!(bench.told(delivery), "aborted");
    bench.send(4);
    bench.finish(1);
    assert_eq!(bench.took(), "+1 -1 +4");
}

#[test]
fn queue_wait() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(1, Overflow::Wait));
    bench.send_all([1, 2]);
    let mut wait = bench.signal.send().with(3).into_future();
    assert!(poll(&mut wait).is_pending());
    drop(wait);
    bench.finish(1);
    assert!(bench.try_send(4).is_ok(), "it holds no place");
    bench.finish(2);
    assert_eq!(bench.took(), "+1 -1 +2 -2 +4 -4");
}

/// One that waits is aborted, and one more comes.
fn queued(overflow: Overflow) {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(1, overflow));
    let (_, aborted) = (bench.send(1), bench.send(2));
    aborted.abort();
    let next = bench.send(3);
    assert_eq!(bench.told(aborted), "aborted");
    bench.finish(2);
    assert_eq!(bench.took(), "+1 -1 +3 -3");
    assert_eq!(bench.told(next), "ok");
    assert_eq!(
        bench.signal.failure_count(),
        1,
        "nothing was dropped for want of room"
    );
}

#[test]
fn queue_drop_oldest() {
    queued(Overflow::DropOldest);
}

#[test]
fn queue_drop_newest() {
    queued(Overflow::DropNewest);
}

#[test]
fn queue_keep_latest() {
    queued(Overflow::KeepLatest);
}

#[test]
fn ordered_by() {
    let bench = Bench::new();
    bench.connect(|connect| connect.ordered_by(|ev| **ev % 10));
    let (runs, waits, _) = (bench.send(1), bench.send(11), bench.send(21));
    waits.abort();
    assert_eq!(
        (bench.told(waits), bench.took()),
        ("aborted".into(), "+1".into())
    );
    runs.abort();
    assert_eq!(
        (bench.told(runs), bench.took()),
        ("aborted".into(), "x1 +21".into())
    );
}

#[test]
fn max_in_flight_of_a_connection() {
    let bench = Bench::new();
    bench.connect(|connect| connect.max_in_flight(1));
    let mut join = bench.signal.send().with(1).join();
    assert!(poll(&mut join).is_pending());
    let mut wait = bench.signal.send().with(2).into_future();
    assert!(poll(&mut wait).is_pending());
    drop((wait, join));
    let delivery = bench.send(3);
    delivery.abort();
    assert_eq!(bench.told(delivery), "aborted");
    bench.send(4);
    assert_eq!(bench.took(), "+1 x1 +3 x3 +4");
}

#[test]
fn max_in_flight_of_a_signal() {
    let bench = Bench::built(|builder| builder.max_in_flight(1));
    bench.connect(|connect| connect);
    let mut join = bench.signal.send().with(1).join();
    assert!(poll(&mut join).is_pending());
    let mut wait = bench.signal.send().with(2).into_future();
    assert!(poll(&mut wait).is_pending());
    drop((wait, join));
    let delivery = bench.send(3);
    delivery.abort();
    assert_eq!(bench.told(delivery), "aborted");
    bench.send(4);
    assert_eq!(bench.took(), "+1 x1 +3 x3 +4");
}

#[test]
fn timeout() {
    let bench = Bench::new();
    bench.connect(|connect| connect.timeout(SECOND));
    let mut join = bench.signal.send().with(1).join();
    assert!(poll(&mut join).is_pending());
    assert_eq!(bench.clock.sleepers(), 1);
    drop(join);
    assert_eq!((bench.clock.sleepers(), bench.took()), (0, "+1 x1".into()));
    let delivery = bench.send(2);
    delivery.abort();
    assert_eq!(bench.told(delivery), "aborted");
    assert_eq!(bench.clock.sleepers(), 0);
}

#[test]
fn retry() {
    let bench = Bench::new();
    bench.connect(|connect| connect.retry(Backoff::new(SECOND).jitter(0.0)));
    let delivery = bench.send(90);
    let mut join = bench.signal.send().with(91).join();
    assert!(poll(&mut join).is_pending());
    assert_eq!(
        (bench.took(), bench.clock.sleepers()),
        ("!90 !91".into(), 2)
    );
    delivery.abort();
    drop(join);
    assert_eq!(bench.told(delivery), "aborted");
    assert_eq!(bench.clock.sleepers(), 0);
    bench.pass(1000 * SECOND);
    assert_eq!(bench.took(), "");
}

#[test]
fn debounce() {
    let bench = Bench::new();
    let connection = bench.connect_sync(|connect| connect.debounce(SECOND));
    bench.send(1).abort();
    bench.pass(SECOND);
    assert_eq!(bench.took(), "=1", "the call is not the send's");
    bench.send(2);
    assert!(connection.disconnect());
    bench.pass(SECOND);
    assert_eq!(bench.took(), "");
    assert!(bench.is_idle());
}

#[test]
fn throttle() {
    let bench = Bench::new();
    bench.connect(|connect| connect.throttle(SECOND));
    let delivery = bench.send(1);
    delivery.abort();
    assert_eq!(bench.told(delivery), "aborted");
    assert_eq!(bench.send(2).count(), 0, "the pause goes on");
    bench.pass(SECOND);
    assert_eq!(bench.send(3).count(), 1);
    assert_eq!(bench.took(), "+1 x1 +3");
}

#[test]
fn stream_wait() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::Wait);
    bench.send_all([1, 2]);
    let mut wait = bench.signal.send().with(3).into_future();
    assert!(poll(&mut wait).is_pending());
    drop(wait);
    assert_eq!(read(&mut events), "1 2");
    bench.send_all([4, 5]);
    let mut wait = bench.signal.send().with(6).into_future();
    assert!(poll(&mut wait).is_pending());
    drop(events);
    assert!(poll(&mut wait).is_ready(), "nobody is waited for");
}

/// A send that is stopped has delivered to the stream; a stream that is dropped is not sent to.
fn streamed(overflow: Overflow) {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, overflow);
    bench.connect(|connect| connect);
    bench.send(1).abort();
    let mut join = bench.signal.send().with(2).join();
    assert!(poll(&mut join).is_pending());
    drop(join);
    assert_eq!((read(&mut events), events.lost()), ("1 2".into(), 0));
    drop(events);
    assert_eq!(bench.signal.connection_count(), 1);
    assert_eq!(bench.send(3).count(), 1);
}

#[test]
fn stream_drop_oldest() {
    streamed(Overflow::DropOldest);
}

#[test]
fn stream_drop_newest() {
    streamed(Overflow::DropNewest);
}

#[test]
fn stream_keep_latest() {
    streamed(Overflow::KeepLatest);
}
