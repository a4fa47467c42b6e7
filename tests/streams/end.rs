//! How a subscription ends: the signal closes or goes, somebody disconnects it, or it is dropped.

use std::sync::{Arc, Mutex};

use fanfare::{Event, Overflow, RecvError, Signal, TryRecvError};
use futures_lite::StreamExt;
use futures_lite::future::poll_once;

use crate::common::{Gate, Log, OnDrop, opens};
use crate::got::{Got, drain, events, recv};
use crate::runtime::Runtime;

const ALL: [Overflow; 4] = [
    Overflow::Wait,
    Overflow::DropOldest,
    Overflow::DropNewest,
    Overflow::KeepLatest,
];

async fn closing_the_signal_drains_it_and_ends_it(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        let mut numbers = signal.subscribe().overflow(overflow).await;
        signal.send().with(1).await;
        signal.send().with(2).await;
        assert!(signal.close());
        assert!(signal.send().with(3).now().is_err());
        assert_eq!(numbers.len(), 2);
        assert_eq!(recv(&mut numbers).await, Got::Event(1));
        assert_eq!(recv(&mut numbers).await, Got::Event(2));
        assert_eq!(recv(&mut numbers).await, Got::End, "{overflow:?}");
        assert_eq!(recv(&mut numbers).await, Got::End, "and goes on saying so");
        assert_eq!(numbers.try_recv().err(), Some(TryRecvError::Closed));
    }
}

async fn losses_are_told_before_the_end(on: Runtime) {
    let signal = on.signal(0);
    let subscribe = signal.subscribe().capacity(1);
    let mut numbers = subscribe.overflow(Overflow::DropNewest).await;
    signal.send().with(1).await;
    signal.send().with(2).await;
    signal.close();
    assert_eq!(drain(&mut numbers), [Got::Event(1), Got::Lost(1), Got::End]);
}

async fn dropping_the_last_handle_ends_it(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        let other = signal.clone();
        let mut numbers = signal.subscribe().overflow(overflow).await;
        signal.send().with(1).await;
        drop(signal);
        other.send().with(2).await;
        assert_eq!(drain(&mut numbers), events([1, 2]));
        drop(other);
        assert_eq!(drain(&mut numbers), [Got::End], "{overflow:?}");
        assert!(!numbers.connection().is_connected());
    }
}

async fn a_consumer_that_waits_is_told_of_the_end(on: Runtime) {
    for ending in ["drop", "close", "disconnect"] {
        let signal = on.signal(0);
        let mut numbers = signal.subscribe().await;
        let connection = numbers.connection().clone();
        let (waits, done, log) = (Gate::new(), Gate::new(), Log::new());
        let (ready, finished, seen) = (waits.clone(), done.clone(), log.clone());
        on.spawn(async move {
            {
                let mut next = numbers.recv();
                assert!(poll_once(&mut next).await.is_none());
                ready.open();
                seen.push(next.await.map(|event| **event));
            }
            finished.open();
        });
        waits.wait().await;
        match ending {
            "drop" => drop(signal),
            "close" => assert!(signal.close()),
            _ => assert!(connection.disconnect()),
        }
        done.wait().await;
        assert_eq!(log.take(), [Err(RecvError::Closed)], "{ending}");
    }
}

/// Takes the last handle away in the middle of its own call.
fn goes(place: &Mutex<Option<Signal<u32>>>) {
    let last = place.lock().expect("nobody panics").take();
    drop(last);
}

async fn the_last_handle_may_go_inside_a_callback(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    let (dropped, place, begin) = (Gate::new(), Arc::new(Mutex::new(None)), Gate::new());
    let state = (place.clone(), Arc::new(opens(&dropped)), begin.clone());
    let call = |(place, kept, begin): (Arc<Mutex<_>>, Arc<OnDrop<_>>, Gate), _| async move {
        begin.wait().await;
        goes(&place);
        drop(kept);
    };
    signal.connect_with(state, call).await;
    let delivery = signal.send().with(1).await;
    *place.lock().expect("nobody panics") = Some(signal);
    begin.open();
    assert!(delivery.join().await.is_ok());
    dropped.wait().await;
    assert_eq!(recv(&mut numbers).await, Got::Event(1));
    assert_eq!(recv(&mut numbers).await, Got::End);
}

async fn closing_inside_a_callback_still_delivers_what_is_being_sent(on: Runtime) {
    for overflow in ALL {
        let (signal, log) = (on.signal(0), Log::new());
        signal
            .connect_with_sync(signal.downgrade(), |weak, _: &Event<u32>| {
                assert!(weak.upgrade().expect("it is being sent").close());
            })
            .priority(1)
            .await;
        signal.connect_sync(log.writes("sync")).await;
        let mut numbers = signal.subscribe().overflow(overflow).await;
        assert!(signal.send().with(1).join().await.is_ok());
        assert_eq!(log.take(), ["sync"], "what was accepted goes on");
        assert_eq!(
            drain(&mut numbers),
            [Got::Event(1), Got::End],
            "{overflow:?}"
        );
    }
}

async fn disconnecting_inside_a_callback_passes_it_by(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        let place = Arc::new(Mutex::new(None::<fanfare::Connection>));
        let end = |place: &Arc<Mutex<Option<fanfare::Connection>>>, _: &Event<u32>| {
            let connection = place.lock().expect("nobody panics").clone();
            assert!(connection.is_some_and(|connection| connection.disconnect()));
        };
        let first = signal.connect_with_sync(place.clone(), end);
        first.priority(1).await;
        let mut numbers = signal.subscribe().overflow(overflow).await;
        *place.lock().expect("nobody panics") = Some(numbers.connection().clone());
        assert!(signal.send().with(1).join().await.is_ok());
        assert_eq!(drain(&mut numbers), [Got::End], "{overflow:?}");
        assert_eq!(numbers.lost(), 0);
    }
}

async fn dropping_it_disconnects_it(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        let numbers = signal.subscribe().capacity(1).overflow(overflow).await;
        let connection = numbers.connection().clone();
        signal.send().with(1).await;
        drop(numbers);
        assert!(!connection.is_connected());
        assert_eq!(signal.connection_count(), 0);
        assert!(signal.send().with(2).now().is_ok(), "{overflow:?}");
        assert_eq!(connection.name(), None);
    }
}

async fn events_go_with_it(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(None::<Arc<()>>);
        let payload = Arc::new(());
        let numbers = signal.subscribe().overflow(overflow).await;
        for _ in 0..3 {
            signal.send().with(Some(payload.clone())).await;
        }
        assert_eq!(Arc::strong_count(&payload), 4);
        drop(numbers);
        assert_eq!(Arc::strong_count(&payload), 1, "{overflow:?}");
    }
}

async fn it_keeps_no_signal_and_no_callback(on: Runtime) {
    let signal = on.signal(0);
    let dropped = Gate::new();
    let kept = opens(&dropped);
    signal
        .connect_sync(move |_| {
            let _ = &kept;
        })
        .await;
    let weak = signal.downgrade();
    let mut numbers = signal.subscribe().await;
    signal.send().with(1).await;
    drop(signal);
    assert!(weak.upgrade().is_none() && dropped.is_open());
    assert_eq!(drain(&mut numbers), [Got::Event(1), Got::End]);
}

async fn disconnected_it_can_be_read_to_its_end(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        let mut numbers = signal.subscribe().overflow(overflow).await;
        signal.send().with(1).await;
        assert!(numbers.connection().clone().disconnect_and_wait().await);
        signal.send().with(2).await;
        assert_eq!(
            drain(&mut numbers),
            [Got::Event(1), Got::End],
            "{overflow:?}"
        );
    }
}

async fn one_of_a_closed_signal_has_ended_from_the_beginning(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        signal.close();
        let mut numbers = signal.subscribe().overflow(overflow).await;
        assert!(!numbers.connection().is_connected());
        assert!(numbers.next().await.is_none(), "{overflow:?}");
    }
}

async fn it_may_be_dropped_while_it_is_being_filled(on: Runtime) {
    for overflow in ALL {
        let signal = on.signal(0);
        let place = Arc::new(Mutex::new(None::<fanfare::Subscription<u32>>));
        let drops = |place: &Arc<Mutex<Option<fanfare::Subscription<u32>>>>, _: &Event<u32>| {
            let gone = place.lock().expect("nobody panics").take();
            drop(gone);
        };
        let first = signal.connect_with_sync(place.clone(), drops);
        first.priority(1).await;
        let numbers = signal.subscribe().overflow(overflow).now();
        *place.lock().expect("nobody panics") = Some(numbers);
        assert!(signal.send().with(1).join().await.is_ok());
        assert_eq!(signal.connection_count(), 1, "{overflow:?}");
        assert!(signal.send().with(2).now().is_ok());
    }
}

on_each_runtime![
    closing_the_signal_drains_it_and_ends_it,
    losses_are_told_before_the_end,
    dropping_the_last_handle_ends_it,
    a_consumer_that_waits_is_told_of_the_end,
    the_last_handle_may_go_inside_a_callback,
    closing_inside_a_callback_still_delivers_what_is_being_sent,
    disconnecting_inside_a_callback_passes_it_by,
    dropping_it_disconnects_it,
    events_go_with_it,
    it_keeps_no_signal_and_no_callback,
    disconnected_it_can_be_read_to_its_end,
    one_of_a_closed_signal_has_ended_from_the_beginning,
    it_may_be_dropped_while_it_is_being_filled,
];
