//! What is lost where there is no room, and that it is told in its place.

use fanfare::{Overflow, Subscription};
use futures_lite::StreamExt;

use crate::got::Got::{self, Event, Lost};
use crate::got::{drain, events, recv};
use crate::runtime::Runtime;

/// A subscription for two events that has been sent four.
async fn sent_four(on: &Runtime, overflow: Overflow) -> (fanfare::Signal<u32>, Subscription<u32>) {
    let signal = on.signal(0);
    let numbers = signal.subscribe().capacity(2).overflow(overflow).await;
    for number in 1..=4 {
        assert!(signal.send().with(number).await.join().await.is_ok());
    }
    (signal, numbers)
}

async fn the_oldest_goes(on: Runtime) {
    let (signal, mut numbers) = sent_four(&on, Overflow::DropOldest).await;
    assert_eq!((numbers.len(), numbers.lost()), (2, 2));
    assert_eq!(drain(&mut numbers), [Lost(2), Event(3), Event(4)]);
    signal.send().with(5).await;
    assert_eq!(drain(&mut numbers), [Event(5)], "a loss is told once");
    assert_eq!(numbers.lost(), 2);
}

async fn the_oldest_goes_unless_something_else_is_said(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    for number in 0..65 {
        signal.send().with(number).await;
    }
    let mut expected = vec![Lost(1)];
    expected.extend(events(1..65));
    assert_eq!(drain(&mut numbers), expected);
}

async fn the_newest_goes(on: Runtime) {
    let (signal, mut numbers) = sent_four(&on, Overflow::DropNewest).await;
    assert_eq!((numbers.len(), numbers.lost()), (2, 2));
    assert_eq!(recv(&mut numbers).await, Event(1));
    signal.send().with(5).await;
    assert_eq!(numbers.len(), 2);
    assert_eq!(drain(&mut numbers), [Event(2), Lost(2), Event(5)]);
}

async fn everything_but_the_latest_goes(on: Runtime) {
    let (signal, mut numbers) = sent_four(&on, Overflow::KeepLatest).await;
    // 1 and 2 gave way to 3, and there was room for 4.
    assert_eq!((numbers.len(), numbers.lost()), (2, 2));
    signal.send().with(5).await;
    assert_eq!((numbers.len(), numbers.lost()), (1, 4));
    assert_eq!(drain(&mut numbers), [Lost(4), Event(5)]);
}

async fn losses_stand_where_events_are_missing(on: Runtime) {
    let signal = on.signal(0);
    let subscribe = signal.subscribe().capacity(2);
    let mut numbers = subscribe.overflow(Overflow::DropNewest).await;
    let (mut got, mut sent) = (Vec::new(), 0);
    // Three come for each one that is taken: gaps of different size, at different places.
    for _ in 0..4 {
        for _ in 0..3 {
            sent += 1;
            signal.send().with(sent).await;
        }
        got.push(recv(&mut numbers).await);
    }
    got.extend(drain(&mut numbers));
    assert_eq!(
        got,
        [
            Event(1), // while 2 waits, 3 is lost
            Event(2), // 4 came after it, and there was no room for 5 and 6
            Lost(1),  // 3; 7 came after 4 and the gap of 5 and 6
            Event(4), // 10 is lost behind 7, with 8 and 9
            Lost(2),
            Event(7),
            Lost(5),
        ]
    );
    check_sum(&got, sent, numbers.lost());
}

/// What was received and what was lost is what was sent, in order.
fn check_sum(got: &[Got], sent: u32, lost: u64) {
    let mut next = 1;
    let mut missing = 0;
    for one in got {
        match *one {
            Event(number) => {
                assert_eq!(u64::from(number), next, "in its place: {got:?}");
                next += 1;
            }
            Lost(count) => {
                assert!(count > 0, "{got:?}");
                next += count;
                missing += count;
            }
            Got::End => {}
        }
    }
    assert_eq!((next - 1, missing), (u64::from(sent), lost), "{got:?}");
}

async fn every_number_is_there_or_missing_in_its_place(on: Runtime) {
    for overflow in [
        Overflow::DropOldest,
        Overflow::DropNewest,
        Overflow::KeepLatest,
    ] {
        for (capacity, burst) in [(1, 1), (1, 2), (2, 3), (3, 7), (5, 4), (8, 30)] {
            let signal = on.signal(0);
            let subscribe = signal.subscribe().capacity(capacity);
            let mut numbers = subscribe.overflow(overflow).await;
            let (mut got, mut sent) = (Vec::new(), 0);
            for round in 0..20 {
                for _ in 0..burst {
                    sent += 1;
                    signal.send().with(sent).await;
                    assert!(numbers.len() <= capacity);
                }
                for _ in 0..round % 4 {
                    if !numbers.is_empty() {
                        got.push(recv(&mut numbers).await);
                    }
                }
            }
            drop(signal);
            got.extend(drain(&mut numbers));
            assert_eq!(got.pop(), Some(Got::End));
            check_sum(&got, sent, numbers.lost());
        }
    }
}

async fn a_stream_passes_over_losses_and_counts_them(on: Runtime) {
    let (signal, mut numbers) = sent_four(&on, Overflow::DropOldest).await;
    drop(signal);
    let mut seen = Vec::new();
    while let Some(event) = numbers.next().await {
        seen.push(**event);
    }
    assert_eq!((seen, numbers.lost()), (vec![3, 4], 2));
}

async fn a_loss_is_no_failure_of_the_send(on: Runtime) {
    let (signal, numbers) = sent_four(&on, Overflow::DropNewest).await;
    assert_eq!((numbers.lost(), signal.failure_count()), (2, 0));
}

async fn one_that_loses_takes_nothing_from_another(on: Runtime) {
    let signal = on.signal(0);
    let mut short = signal.subscribe().capacity(1).await;
    let mut long = signal.subscribe().capacity(10).await;
    for number in 1..=3 {
        signal.send().with(number).await;
    }
    assert_eq!(drain(&mut short), [Lost(2), Event(3)]);
    assert_eq!(drain(&mut long), events(1..=3));
}

on_each_runtime![
    the_oldest_goes,
    the_oldest_goes_unless_something_else_is_said,
    the_newest_goes,
    everything_but_the_latest_goes,
    losses_stand_where_events_are_missing,
    every_number_is_there_or_missing_in_its_place,
    a_stream_passes_over_losses_and_counts_them,
    a_loss_is_no_failure_of_the_send,
    one_that_loses_takes_nothing_from_another,
];
