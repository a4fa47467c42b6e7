//! What is counted of calls, where that is switched on.

use std::time::Duration;

use fanfare::testing::ManualClock;
use fanfare::{CallCounts, Connection, Inline, Signal};
use futures_lite::future::block_on;

const SECOND: Duration = Duration::from_secs(1);

fn numbers(connection: &Connection) -> (u64, u64, Duration, Duration) {
    let CallCounts {
        calls,
        failures,
        total,
        longest,
        ..
    } = connection.stats().expect("they are counted");
    (calls, failures, total, longest)
}

#[test]
fn nothing_is_counted_unless_asked_for() {
    let signal = Signal::new(0u32);
    let connection = signal.connect_sync(|_| ()).now();
    drop(signal.send().now());
    assert_eq!(connection.stats(), None);
}

#[test]
fn calls_are_counted_and_timed_whatever_their_kind_and_their_end() {
    let clock = ManualClock::new();
    let signal = Signal::builder(0u64)
        .timer(clock.clone())
        .spawner(Inline)
        .stats()
        .build();
    let (sync_clock, async_clock) = (clock.clone(), clock.clone());
    let sync = signal
        .connect_sync(move |ev| {
            sync_clock.advance(**ev as u32 * SECOND);
            assert!(**ev < 5, "on purpose");
        })
        .now();
    let asynchronous = signal
        .connect_with(async_clock, |clock, ev| async move {
            clock.advance(**ev as u32 * SECOND);
        })
        .now();
    drop(signal.send().with(2).now());
    assert!(block_on(signal.send().with(1).join()).is_ok());
    assert!(!block_on(signal.send().with(5).join()).is_ok());
    let expected = (3, 1, 8 * SECOND, 5 * SECOND);
    assert_eq!(numbers(&sync), expected);
    assert_eq!(numbers(&asynchronous), (3, 0, 8 * SECOND, 5 * SECOND));
}

#[test]
fn they_are_kept_when_the_callback_is_connected_again() {
    fn store(_: &fanfare::Event<u32>) {}
    let signal = Signal::builder(0u32).stats().build();
    let connection = signal.connect_sync(store).now();
    drop(signal.send().now());
    let again = signal.connect_sync(store).name("store").sequential().now();
    drop(signal.send().now());
    assert_eq!(connection.id(), again.id());
    assert_eq!(numbers(&again).0, 2);
}

#[test]
fn errors_of_fallible_replies_are_failures() {
    let signal = Signal::builder(0u32)
        .fallible::<u32, String>()
        .stats()
        .build();
    let connection = signal
        .connect_sync(|ev| {
            if **ev > 1 {
                Err("too much".into())
            } else {
                Ok(**ev)
            }
        })
        .now();
    for number in 0..4 {
        drop(signal.send().with(number).now());
    }
    let (calls, failures, ..) = numbers(&connection);
    assert_eq!((calls, failures), (4, 2));
    assert_eq!(signal.failure_count(), 2);
}
