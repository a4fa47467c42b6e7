//! A callback that has not finished, or a consumer that has not read, when one more comes.

use std::future::IntoFuture;

use fanfare::{Backoff, Overflow};

use crate::bench::{Bench, SECOND, poll, read, stream};

#[test]
fn sequential() {
    let bench = Bench::new();
    bench.connect(fanfare::ConnectBuilder::sequential);
    bench.send_all([1, 2]);
    assert_eq!(bench.took(), "+1");
    bench.finish(1);
    assert_eq!(bench.took(), "-1 +2");
}

#[test]
fn queue_wait() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(1, Overflow::Wait));
    bench.send_all([1, 2]);
    let mut third = bench.signal.send().with(3).into_future();
    assert!(poll(&mut third).is_pending());
    assert!(bench.try_send(4).is_err_and(|unsent| unsent.is_full()));
    bench.finish(1);
    assert!(poll(&mut third).is_ready());
    assert_eq!(bench.took(), "+1 -1 +2");
}

#[test]
fn queue_drop_oldest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(1, Overflow::DropOldest));
    let (_, oldest, _) = (bench.send(1), bench.send(2), bench.send(3));
    assert_eq!(bench.told(oldest), "overflow");
    bench.finish(1);
    assert_eq!(bench.took(), "+1 -1 +3");
}

#[test]
fn queue_drop_newest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(1, Overflow::DropNewest));
    let (_, _, newest) = (bench.send(1), bench.send(2), bench.send(3));
    assert_eq!(bench.told(newest), "overflow");
    bench.finish(1);
    assert_eq!(bench.took(), "+1 -1 +2");
}

#[test]
fn queue_keep_latest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, Overflow::KeepLatest));
    let (_, second, third, _) = (bench.send(1), bench.send(2), bench.send(3), bench.send(4));
    assert_eq!(
        (bench.told(second), bench.told(third)),
        ("overflow".into(), "overflow".into())
    );
    bench.finish(1);
    assert_eq!(bench.took(), "+1 -1 +4");
}

#[test]
fn ordered_by() {
    let bench = Bench::new();
    bench.connect(|connect| connect.ordered_by(|ev| **ev % 10));
    bench.send_all([1, 11, 2]);
    assert_eq!(bench.took(), "+1 +2");
    bench.finish(1);
    assert_eq!(bench.took(), "-1 +11");
}

#[test]
fn max_in_flight_of_a_connection() {
    let bench = Bench::new();
    bench.connect(|connect| connect.max_in_flight(1).key("slow"));
    let to_slow = |number| bench.signal.send().with(number).key("slow");
    assert!(to_slow(1).now().is_ok());
    let mut second = to_slow(2).into_future();
    assert!(poll(&mut second).is_pending());
    assert!(to_slow(3).now().is_err_and(|unsent| unsent.is_full()));
    assert!(
        bench.try_send(4).is_ok(),
        "it is not meant for the slow one"
    );
    bench.finish(1);
    assert!(poll(&mut second).is_ready());
    bench.settle();
    assert_eq!(bench.took(), "+1 -1 +2");
}

#[test]
fn max_in_flight_of_a_signal() {
    let bench = Bench::built(|builder| builder.max_in_flight(1));
    bench.connect(|connect| connect.key("slow"));
    assert!(bench.signal.send().with(1).key("slow").now().is_ok());
    let mut second = bench.signal.send().with(2).key("slow").into_future();
    assert!(poll(&mut second).is_pending());
    assert!(
        bench.try_send(3).is_err_and(|unsent| unsent.is_full()),
        "whomever it is for"
    );
    bench.finish(1);
    assert!(poll(&mut second).is_ready());
    bench.settle();
    assert_eq!(bench.took(), "+1 -1 +2");
}

#[test]
fn timeout() {
    let bench = Bench::new();
    bench.connect(|connect| connect.timeout(SECOND));
    let delivery = bench.send(1);
    bench.pass(SECOND / 2);
    assert_eq!(bench.took(), "+1");
    bench.pass(SECOND / 2);
    assert_eq!(bench.took(), "x1");
    assert_eq!(bench.told(delivery), "timedout");
}

#[test]
fn retry() {
    let bench = Bench::new();
    bench.connect(|connect| connect.retry(Backoff::new(SECOND)));
    let delivery = bench.send(1);
    bench.pass(1000 * SECOND);
    assert_eq!(bench.took(), "+1", "slow is not failed");
    bench.finish(1);
    assert_eq!(
        (bench.took(), bench.told(delivery)),
        ("-1".into(), "ok".into())
    );
    // With a time limit, each attempt has as much.
    let bench = Bench::new();
    let backoff = Backoff::new(SECOND).jitter(0.0).attempts(2);
    bench.connect(|connect| connect.retry(backoff).timeout(SECOND));
    let delivery = bench.send(1);
    for expected in ["+1", "x1", "+1", "x1"] {
        assert_eq!(bench.took(), expected);
        bench.pass(SECOND);
    }
    assert_eq!(bench.told(delivery), "timedout");
}

#[test]
fn debounce() {
    let bench = Bench::new();
    bench.connect(|connect| connect.debounce(SECOND));
    bench.send(1);
    bench.pass(SECOND);
    assert_eq!(bench.took(), "+1");
    for number in [2, 3] {
        bench.send(number);
        bench.pass(SECOND);
    }
    assert_eq!(bench.took(), "", "one call at a time");
    bench.finish(1);
    assert_eq!(bench.took(), "-1 +3");
}

#[test]
fn throttle() {
    let bench = Bench::new();
    bench.connect(|connect| connect.throttle(SECOND));
    bench.send(1);
    bench.pass(SECOND);
    bench.send(2);
    assert_eq!(bench.took(), "+1 +2");
}

#[test]
fn stream_wait() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::Wait);
    bench.send_all([1, 2]);
    let mut third = bench.signal.send().with(3).into_future();
    assert!(poll(&mut third).is_pending());
    assert!(bench.try_send(4).is_err_and(|unsent| unsent.is_full()));
    assert_eq!(read(&mut events), "1 2");
    assert!(poll(&mut third).is_ready());
    assert_eq!(read(&mut events), "3");
}

#[test]
fn stream_drop_oldest() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::DropOldest);
    (1..=3).for_each(|number| drop(bench.send(number)));
    assert_eq!(read(&mut events), "~1 2 3");
}

#[test]
fn stream_drop_newest() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::DropNewest);
    (1..=3).for_each(|number| drop(bench.send(number)));
    assert_eq!(read(&mut events), "1 2 ~1");
}

#[test]
fn stream_keep_latest() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::KeepLatest);
    (1..=3).for_each(|number| drop(bench.send(number)));
    assert_eq!(read(&mut events), "~2 3");
}
