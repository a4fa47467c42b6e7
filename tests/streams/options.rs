//! Subscriptions that say more: `once`, `times`, `track`, `priority`, `name`; signals that reply.

use std::sync::{Arc, Mutex};

use fanfare::{Overflow, TryRecvError};

use crate::common::Log;
use crate::got::{Got, drain};
use crate::runtime::Runtime;

const ALL: [Overflow; 4] = [
    Overflow::Wait,
    Overflow::DropOldest,
    Overflow::DropNewest,
    Overflow::KeepLatest,
];

async fn once_is_one_event(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        let mut one = signal.subscribe().overflow(overflow).once().await;
        assert!(one.connection().is_connected());
        signal.send().with(1).await;
        assert!(!one.connection().is_connected(), "{overflow:?}");
        signal.send().with(2).await;
        assert_eq!(drain(&mut one), [Got::Event(1), Got::End]);
    }
}

async fn times_is_that_many_events(on: Runtime) {
    for overflow in ALL {
        for times in 0..=3 {
            let signal = on.signal(0);
            let subscribe = signal.subscribe().overflow(overflow).capacity(10);
            let mut some = subscribe.times(times as usize).await;
            for number in 1..=5 {
                signal.send().with(number).await;
            }
            let mut expected: Vec<_> = (1..=times).map(Got::Event).collect();
            expected.push(Got::End);
            assert_eq!(drain(&mut some), expected, "{overflow:?}");
            assert_eq!(signal.connection_count(), 0);
        }
    }
}

async fn events_that_are_lost_count_as_well(on: Runtime) {
    let signal = on.signal(0);
    let mut some = signal.subscribe().capacity(1).times(3).await;
    for number in 1..=5 {
        signal.send().with(number).await;
    }
    assert_eq!(drain(&mut some), [Got::Lost(2), Got::Event(3), Got::End]);
}

async fn events_that_do_not_match_do_not_count(on: Runtime) {
    let signal = on.signal(0);
    let subscribe = signal.subscribe().key("a").when(|ev| **ev > 1);
    let mut one = subscribe.overflow(Overflow::Wait).once().await;
    signal.send().with(1).key("a").await;
    signal.send().with(2).key("b").await;
    signal.send().with(3).key("a").await;
    assert_eq!(drain(&mut one), [Got::Event(3), Got::End]);
}

async fn it_ends_with_what_it_tracks(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        let object = Arc::new(());
        let mut numbers = signal.subscribe().overflow(overflow).track(&object).await;
        signal.send().with(1).await;
        assert_eq!(Arc::strong_count(&object), 1, "it keeps nothing alive");
        drop(object);
        assert_eq!(numbers.len(), 1);
        signal.send().with(2).await;
        assert_eq!(
            drain(&mut numbers),
            [Got::Event(1), Got::End],
            "{overflow:?}"
        );
        assert_eq!(signal.connection_count(), 0);
    }
}

async fn whoever_asks_the_connection_ends_it_too(on: Runtime) {
    let signal = on.signal(0);
    let object = Arc::new(());
    let mut numbers = signal.subscribe().track(&object).await;
    drop(object);
    assert_eq!(numbers.try_recv().err(), Some(TryRecvError::Empty));
    assert!(!numbers.connection().is_connected());
    assert_eq!(numbers.try_recv().err(), Some(TryRecvError::Closed));
}

async fn priority_says_whether_an_event_is_there_when_a_callback_runs(on: Runtime) {
    for overflow in ALL {
        let (signal, log) = (on.signal(0), Log::new());
        let early = Arc::new(Mutex::new(
            signal.subscribe().overflow(overflow).priority(1).await,
        ));
        let late = Arc::new(Mutex::new(
            signal.subscribe().overflow(overflow).priority(-1).await,
        ));
        let (seen, state) = (log.clone(), (early.clone(), late.clone()));
        signal
            .connect_with_sync(state, move |(early, late), _| {
                let len = |events: &Mutex<fanfare::Subscription<_>>| events.lock().unwrap().len();
                seen.push((len(early), len(late)));
            })
            .await;
        signal.send().with(1).await;
        assert_eq!(log.take(), [(1, 0)], "{overflow:?}");
        assert_eq!(late.lock().unwrap().len(), 1);
    }
}

async fn it_is_in_no_count_and_no_report(on: Runtime) {
    for overflow in ALL {
        let signal = on.builder(0).reply::<String>().build();
        let mut numbers = signal.subscribe().overflow(overflow).await;
        assert_eq!(signal.connection_count(), 1);
        let delivery = signal.send().with(1).await;
        assert_eq!(delivery.count(), 0);
        assert!(delivery.is_done());
        signal.connect_sync(std::string::ToString::to_string).await;
        signal
            .connect(|ev| async move { (**ev + 1).to_string() })
            .await;
        let report = signal.send().with(2).await.join().await;
        assert_eq!(report.replies(), ["2", "3"]);
        let report = signal.send().with(3).join().await;
        assert_eq!(report.replies(), ["3", "4"]);
        assert_eq!(drain(&mut numbers), [1, 2, 3].map(Got::Event));
        assert_eq!(signal.failure_count(), 0);
    }
}

async fn a_name_is_there_to_be_read(on: Runtime) {
    let signal = on.signal(0);
    let numbers = signal.subscribe().name("numbers").await;
    assert_eq!(numbers.connection().name().as_deref(), Some("numbers"));
    assert_eq!(signal.subscribe().now().connection().name(), None);
}

async fn each_subscription_is_a_connection_of_its_own(on: Runtime) {
    let signal = on.signal(0);
    let mut some: Vec<_> = (0..3).map(|_| signal.subscribe().now()).collect();
    assert_eq!(signal.connection_count(), 3);
    signal.send().with(7).await;
    for events in &mut some {
        assert_eq!(drain(events), [Got::Event(7)]);
    }
}

async fn a_capacity_of_0_counts_as_1(on: Runtime) {
    let signal = on.signal(0);
    for overflow in ALL {
        let mut one = signal.subscribe().capacity(0).overflow(overflow).await;
        assert_eq!(one.capacity(), 1);
        assert!(signal.send().with(1).now().is_ok());
        assert_eq!(drain(&mut one), [Got::Event(1)], "{overflow:?}");
    }
    assert_eq!(
        signal.subscribe().now().capacity(),
        64,
        "where nothing is said"
    );
}

on_each_runtime![
    once_is_one_event,
    times_is_that_many_events,
    events_that_are_lost_count_as_well,
    events_that_do_not_match_do_not_count,
    it_ends_with_what_it_tracks,
    whoever_asks_the_connection_ends_it_too,
    priority_says_whether_an_event_is_there_when_a_callback_runs,
    it_is_in_no_count_and_no_report,
    a_name_is_there_to_be_read,
    each_subscription_is_a_connection_of_its_own,
    a_capacity_of_0_counts_as_1,
];
