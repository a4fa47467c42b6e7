//! More at once than there is room for.

use std::future::IntoFuture;

use fanfare::{Backoff, Overflow};

use crate::bench::{Bench, SECOND, poll, read, stream};

/// Sends these at once; how many of them were accepted.
fn burst(bench: &Bench, numbers: impl IntoIterator<Item = u32>) -> usize {
    let sent = numbers.into_iter().map(|number| bench.try_send(number));
    sent.filter(Result::is_ok).count()
}

#[test]
fn sequential() {
    let bench = Bench::new();
    bench.connect(fanfare::ConnectBuilder::sequential);
    assert_eq!(burst(&bench, 1..=4), 4);
    bench.finish(4);
    assert_eq!(bench.took(), "+1 -1 +2 -2 +3 -3 +4 -4");
    assert_eq!(bench.signal.failure_count(), 0);
}

#[test]
fn queue_wait() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, Overflow::Wait));
    assert_eq!(
        burst(&bench, 1..=6),
        3,
        "one runs, two wait, the others were given back"
    );
    let mut more: Vec<_> = (4..=6)
        .map(|number| bench.signal.send().with(number).into_future())
        .collect();
    assert!(more.iter_mut().all(|send| poll(send).is_pending()));
    for send in &mut more {
        bench.finish(1);
        assert!(poll(send).is_ready());
    }
    bench.finish(3);
    assert_eq!(bench.took(), "+1 -1 +2 -2 +3 -3 +4 -4 +5 -5 +6 -6");
    assert_eq!(bench.signal.failure_count(), 0);
}

#[test]
fn queue_drop_oldest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, Overflow::DropOldest));
    assert_eq!(burst(&bench, 1..=6), 6);
    bench.finish(3);
    assert_eq!(bench.took(), "+1 -1 +5 -5 +6 -6");
    assert_eq!(bench.signal.failure_count(), 3);
}

#[test]
fn queue_drop_newest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, Overflow::DropNewest));
    assert_eq!(burst(&bench, 1..=6), 6);
    bench.finish(3);
    assert_eq!(bench.took(), "+1 -1 +2 -2 +3 -3");
    assert_eq!(bench.signal.failure_count(), 3);
}

#[test]
fn queue_keep_latest() {
    let bench = Bench::new();
    bench.connect(|connect| connect.queue(2, Overflow::KeepLatest));
    assert_eq!(burst(&bench, 1..=6), 6);
    bench.finish(2);
    // 4 took the place of 2 and 3, and 6 that of 4 and 5.
    assert_eq!(bench.took(), "+1 -1 +6 -6");
    assert_eq!(bench.signal.failure_count(), 4);
}

#[test]
fn ordered_by() {
    let bench = Bench::new();
    bench.connect(|connect| connect.ordered_by(|ev| **ev % 10));
    assert_eq!(burst(&bench, [1, 2, 11, 12, 21]), 5);
    assert_eq!(bench.took(), "+1 +2");
    bench.finish(5);
    assert_eq!(bench.took(), "-1 +11 -2 +12 -11 +21 -12 -21");
}

#[test]
fn max_in_flight_of_a_connection() {
    let bench = Bench::new();
    bench.connect(|connect| connect.max_in_flight(2));
    assert_eq!(burst(&bench, 1..=4), 2);
    bench.finish(2);
    assert_eq!(bench.took(), "+1 +2 -1 -2");
}

#[test]
fn max_in_flight_of_a_signal() {
    let bench = Bench::built(|builder| builder.max_in_flight(2));
    bench.connect(|connect| connect);
    assert_eq!(burst(&bench, 1..=4), 2);
    bench.finish(2);
    assert_eq!(bench.took(), "+1 +2 -1 -2");
}

#[test]
fn timeout() {
    let bench = Bench::new();
    bench.connect(|connect| connect.timeout(SECOND));
    let first = bench.send(1);
    bench.pass(SECOND / 2);
    let second = bench.send(2);
    assert_eq!(bench.took(), "+1 +2");
    bench.pass(SECOND / 2);
    assert_eq!(
        (bench.took(), bench.told(first)),
        ("x1".into(), "timedout".into())
    );
    bench.pass(SECOND / 2);
    assert_eq!(
        (bench.took(), bench.told(second)),
        ("x2".into(), "timedout".into())
    );
}

#[test]
fn retry() {
    let bench = Bench::new();
    let backoff = Backoff::new(SECOND).jitter(0.0).attempts(2);
    bench.connect(|connect| connect.retry(backoff));
    assert_eq!(burst(&bench, [1, 90, 2, 91]), 4);
    assert_eq!(bench.took(), "+1 !90 +2 !91");
    bench.pass(SECOND);
    assert_eq!(bench.took(), "!90 !91");
    assert_eq!(bench.signal.failure_count(), 2);
}

#[test]
fn debounce() {
    let bench = Bench::new();
    bench.connect_sync(|connect| connect.debounce(SECOND));
    assert_eq!(burst(&bench, 1..=4), 4);
    bench.pass(SECOND / 2);
    assert_eq!(burst(&bench, [5]), 1);
    bench.pass(SECOND / 2);
    assert_eq!(bench.took(), "", "it has not been quiet for long enough");
    bench.pass(SECOND / 2);
    assert_eq!(bench.took(), "=5");
    assert_eq!(bench.signal.failure_count(), 0);
}

#[test]
fn throttle() {
    let bench = Bench::new();
    bench.connect_sync(|connect| connect.throttle(SECOND));
    let reached: Vec<_> = (1..=3).map(|number| bench.send(number).count()).collect();
    assert_eq!(reached, [1, 0, 0]);
    bench.pass(SECOND);
    bench.send(4);
    assert_eq!(bench.took(), "=1 =4");
    assert_eq!(bench.signal.failure_count(), 0);
}

#[test]
fn stream_wait() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::Wait);
    assert_eq!(burst(&bench, 1..=6), 2);
    assert_eq!((read(&mut events), events.lost()), ("1 2".into(), 0));
}

#[test]
fn stream_drop_oldest() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::DropOldest);
    assert_eq!(burst(&bench, 1..=6), 6);
    assert_eq!((read(&mut events), events.lost()), ("~4 5 6".into(), 4));
}

#[test]
fn stream_drop_newest() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::DropNewest);
    assert_eq!(burst(&bench, 1..=6), 6);
    assert_eq!((read(&mut events), events.lost()), ("1 2 ~4".into(), 4));
}

#[test]
fn stream_keep_latest() {
    let bench = Bench::new();
    let mut events = stream(&bench.signal, Overflow::KeepLatest);
    assert_eq!(burst(&bench, 1..=6), 6);
    assert_eq!((read(&mut events), events.lost()), ("~4 5 6".into(), 4));
}
