//! `Signal::inspect`.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{
    AsSender, Backoff, ConnectionInfo, ConnectionKind, Executor, Inspection, Overflow, Signal,
};

struct Printer;
impl AsSender for Printer {}

fn only(shown: &Inspection) -> &ConnectionInfo {
    assert_eq!(shown.connections.len(), 1);
    &shown.connections[0]
}

#[test]
fn an_empty_signal_shows_itself() {
    let signal = Signal::builder(0u32).name("orders").build();
    let shown = signal.inspect();
    assert_eq!(shown.id, signal.id());
    assert_eq!(shown.name.as_deref(), Some("orders"));
    assert_eq!((shown.sends_in_flight, shown.failures), (0, 0));
    assert!(shown.connections.is_empty() && !shown.is_closed);
    signal.close();
    assert!(signal.inspect().is_closed);
}

#[test]
fn connections_come_in_the_order_in_which_they_are_called() {
    let signal = Signal::new(0u32);
    let later = signal.connect_sync(|_| ()).now();
    let first = signal.connect(|_| async {}).priority(5).now();
    let stream = signal.subscribe().priority(-1).now();
    let ids: Vec<_> = signal.inspect().connections.iter().map(|c| c.id).collect();
    assert_eq!(ids, [first.id(), later.id(), stream.connection().id()]);
    first.disconnect();
    assert_eq!(signal.inspect().connections.len(), 2);
}

#[test]
fn each_kind_shows_its_filters_and_its_state() {
    let signal = Signal::new(0u32);
    let printer = Arc::new(Printer);
    let connection = signal
        .connect(|_| async {})
        .name("store")
        .priority(-3)
        .keys(["a", "b"])
        .sender(&printer)
        .now();
    let shown = signal.inspect();
    let info = only(&shown);
    assert_eq!(info.name.as_deref(), Some("store"));
    assert_eq!(info.kind, ConnectionKind::AsyncCallback);
    assert_eq!(info.priority, -3);
    assert_eq!((info.is_unfiltered, info.keys, info.senders), (false, 2, 1));
    assert!(!info.is_blocked && info.policies.is_empty() && info.counts.is_none());

    let guard = connection.block();
    assert!(only(&signal.inspect()).is_blocked);
    drop(guard);
    assert!(!only(&signal.inspect()).is_blocked);
    connection.disconnect();

    signal.connect_sync(|_| ()).now();
    let shown = signal.inspect();
    assert_eq!(only(&shown).kind, ConnectionKind::SyncCallback);
    assert!(only(&shown).is_unfiltered);
}

#[test]
fn policies_are_told_in_words() {
    let signal = Signal::builder(0u32).timer(ManualClock::new()).build();
    signal
        .connect(|_| async {})
        .ordered_by(|ev| **ev)
        .max_in_flight(3)
        .queue(16, Overflow::DropOldest)
        .timeout(Duration::from_secs(2))
        .throttle(Duration::from_millis(5))
        .retry(Backoff::default())
        .cancel_on_disconnect()
        .now();
    let expected = [
        "ordered",
        "max_in_flight 3",
        "queue 16 drop-oldest",
        "timeout 2s",
        "throttle 5ms",
        "retry",
        "cancel_on_disconnect",
    ];
    assert_eq!(only(&signal.inspect()).policies, expected);

    let signal = Signal::new(0u32);
    let _events = signal
        .subscribe()
        .capacity(2)
        .overflow(Overflow::KeepLatest)
        .now();
    assert_eq!(only(&signal.inspect()).policies, ["capacity 2 keep-latest"]);
}

#[test]
fn what_runs_and_what_waits_is_counted() {
    let executor = Executor::new();
    let signal = Signal::builder(0u32).spawner(executor.clone()).build();
    signal
        .connect(|_| pending::<()>())
        .queue(2, Overflow::DropNewest)
        .now();
    let deliveries: Vec<_> = (0..5).map(|_| signal.send().now().unwrap()).collect();
    while executor.try_tick() {}
    let shown = signal.inspect();
    let info = only(&shown);
    assert_eq!((info.running, info.queued, info.lost), (1, 2, 2));
    assert_eq!((shown.sends_in_flight, shown.failures), (3, 2));
    deliveries.iter().for_each(fanfare::Delivery::abort);
    while executor.try_tick() {}
    let shown = signal.inspect();
    assert_eq!((only(&shown).running, only(&shown).queued), (0, 0));
    assert_eq!((shown.sends_in_flight, shown.failures), (0, 5));
}

#[test]
fn a_named_connection_shows_calls_that_no_executor_has_begun() {
    let executor = Executor::new();
    let signal = Signal::builder(0u32).spawner(executor.clone()).build();
    signal.connect(|_| async {}).name("store").now();
    drop(signal.send().now());
    assert_eq!(
        (
            only(&signal.inspect()).running,
            only(&signal.inspect()).queued
        ),
        (0, 1)
    );
    while executor.try_tick() {}
    assert_eq!(
        (
            only(&signal.inspect()).running,
            only(&signal.inspect()).queued
        ),
        (0, 0)
    );
}

#[test]
fn streams_show_what_waits_and_what_is_lost() {
    let signal = Signal::new(0u32);
    let _events = signal.subscribe().capacity(2).now();
    (0..5).for_each(|_| drop(signal.send().now()));
    let shown = signal.inspect();
    let info = only(&shown);
    assert_eq!(info.kind, ConnectionKind::EventStream);
    assert_eq!((info.running, info.queued, info.lost), (0, 2, 3));
}

#[test]
fn throttled_and_debounced_events_are_lost_ones() {
    let clock = ManualClock::new();
    let signal = Signal::builder(0u32).timer(clock.clone()).build();
    signal
        .connect_sync(|_| ())
        .throttle(Duration::from_secs(1))
        .now();
    let debounced = signal
        .connect_sync(|_| ())
        .debounce(Duration::from_secs(1))
        .now();
    (0..4).for_each(|_| drop(signal.send().now()));
    let lost: Vec<_> = signal
        .inspect()
        .connections
        .iter()
        .map(|c| c.lost)
        .collect();
    assert_eq!(lost, [3, 3]);
    assert_eq!(signal.inspect().connections[1].queued, 1);
    debounced.disconnect();
}

#[test]
fn it_prints_and_draws_what_it_shows() {
    let signal = Signal::builder(0u32).name("orders").build();
    signal.connect_sync(|_| ()).name("store").key("a").now();
    let shown = signal.inspect();
    let table = shown.to_string();
    assert!(table.contains("orders") && table.contains("store") && table.contains("1 key"));
    let dot = shown.to_dot();
    assert!(dot.starts_with("digraph") && dot.contains("store"));
    #[cfg(feature = "serde")]
    assert!(shown.to_json().contains("\"name\":\"store\""));
}
