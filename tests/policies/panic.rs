//! A callback that panics; with streams, which have none, a predicate.

use fanfare::{Backoff, Overflow, Subscription};

use crate::bench::{Bench, SECOND, read};

#[test]
fn sequential() {
    let bench = Bench::new();
    bench.connect(fanfare::ConnectBuilder::sequential);
    let (_, panics, _) = (bench.send(1), bench.send(90), bench.send(2));
    bench.finish(1);
    assert_eq!(bench.took(), "+1 -1 !90 +2");
    assert_eq!(bench.told(panics), "panicked");
}

/// One runs, one that panics waits, and one more behind it.
fn queued(overflow: Overflow) {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, overflow));
    let (_, panics, _) = (bench.send(1), bench.send(90), bench.send(2));
    bench.finish(1);
    assert_eq!(bench.took(), "+1 -1 !90 +2");
    assert_eq!(bench.told(panics), "panicked");
    // Its place is free, as is that of the one that runs.
    bench.send_all([3, 4]);
    bench.finish(3);
    assert_eq!(bench.took(), "-2 +3 -3 +4 -4");
    assert_eq!(bench.signal.failure_count(), 1);
}

#[test]
fn queue_wait() {
    queued(Overflow::Wait);
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
    let (_, panics, _) = (bench.send(10), bench.send(90), bench.send(20));
    bench.finish(1);
    assert_eq!(bench.took(), "+10 -10 !90 +20");
    assert_eq!(bench.told(panics), "panicked");
}

#[test]
fn max_in_flight_of_a_connection() {
    let bench = Bench::new();
    bench.connect(|connect| connect.max_in_flight(1));
    assert_eq!(bench.told(bench.send(90)), "panicked");
    bench.send(1);
    assert_eq!(bench.took(), "!90 +1");
}

#[test]
fn max_in_flight_of_a_signal() {
    let bench = Bench::built(|builder| builder.max_in_flight(1));
    bench.connect(|connect| connect);
    assert_eq!(bench.told(bench.send(90)), "panicked");
    bench.send(1);
    assert_eq!(bench.took(), "!90 +1");
}

#[test]
fn timeout() {
    let bench = Bench::new();
    bench.connect(|connect| connect.timeout(SECOND));
    let delivery = bench.send(90);
    assert_eq!(bench.clock.sleepers(), 0);
    bench.pass(SECOND);
    assert_eq!(bench.told(delivery), "panicked");
    assert_eq!(bench.signal.failure_count(), 1);
}

#[test]
fn retry() {
    let bench = Bench::new();
    let backoff = Backoff::new(SECOND).jitter(0.0).factor(1.0).attempts(3);
    bench.connect(|connect| connect.retry(backoff));
    let delivery = bench.send(90);
    for _ in 0..2 {
        assert_eq!((bench.took().as_str(), delivery.is_done()), ("!90", false));
        bench.pass(SECOND);
    }
    assert_eq!(
        (bench.took(), bench.told(delivery)),
        ("!90".into(), "panicked".into())
    );
    assert_eq!(bench.signal.failure_count(), 1, "the last one alone");
}

#[test]
fn debounce() {
    let bench = Bench::new();
    bench.connect_sync(|connect| connect.debounce(SECOND));
    let delivery = bench.send(90);
    assert_eq!((delivery.count(), bench.told(delivery)), (0, String::new()));
    bench.pass(SECOND);
    assert_eq!(bench.signal.failure_count(), 1);
    bench.send(1);
    bench.pass(SECOND);
    assert_eq!(bench.took(), "!90 =1");
}

#[test]
fn throttle() {
    let bench = Bench::new();
    bench.connect_sync(|connect| connect.throttle(SECOND));
    assert_eq!(bench.told(bench.send(90)), "panicked");
    bench.send(1);
    assert_eq!(
        bench.took(),
        "!90",
        "it has passed, and the pause has begun"
    );
    bench.pass(SECOND);
    bench.send(2);
    assert_eq!(bench.took(), "=2");
}

/// A stream for two, with a predicate that panics; one of the events between 1 and 3.
fn streamed(overflow: Overflow) -> (Bench, Subscription<u32>) {
    let bench = Bench::new();
    let subscribe = bench.signal.subscribe().capacity(2).overflow(overflow);
    let events = subscribe.when(|ev| **ev < 90 || panic!("on purpose")).now();
    bench.send(1);
    assert_eq!(bench.told(bench.send(90)), "panicked");
    bench.send(2);
    assert_eq!(events.len(), 2, "it has taken no place");
    (bench, events)
}

#[test]
fn stream_wait() {
    let (bench, mut events) = streamed(Overflow::Wait);
    assert!(bench.try_send(3).is_err_and(|unsent| unsent.is_full()));
    assert_eq!((read(&mut events), events.lost()), ("1 2".into(), 0));
}

#[test]
fn stream_drop_oldest() {
    let (bench, mut events) = streamed(Overflow::DropOldest);
    bench.send(3);
    assert_eq!(read(&mut events), "~1 2 3");
}

#[test]
fn stream_drop_newest() {
    let (bench, mut events) = streamed(Overflow::DropNewest);
    bench.send(3);
    assert_eq!(read(&mut events), "1 2 ~1");
}

#[test]
fn stream_keep_latest() {
    let (bench, mut events) = streamed(Overflow::KeepLatest);
    bench.send(3);
    assert_eq!(read(&mut events), "~2 3");
}
