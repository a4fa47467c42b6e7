//! `recv`, `try_recv`, the stream, and what a subscription tells of itself.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;

use fanfare::{Overflow, TryRecvError};
use futures_lite::StreamExt;
use futures_lite::future::{or, poll_once};
use futures_util::stream::FusedStream;

use crate::common::{Gate, Log, poll};
use crate::got::{Bell, Got, drain, events, recv};
use crate::runtime::Runtime;

async fn events_come_in_the_order_in_which_they_were_sent(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    for number in 1..=5 {
        signal.send().with(number).await;
    }
    assert_eq!(numbers.len(), 5);
    assert!(!numbers.is_empty());
    assert_eq!(recv(&mut numbers).await, Got::Event(1));
    assert_eq!(numbers.len(), 4);
    assert_eq!(drain(&mut numbers), events(2..=5));
    assert!(numbers.is_empty());
    assert_eq!(numbers.lost(), 0);
}

async fn what_was_sent_before_does_not_come(on: Runtime) {
    let signal = on.signal(0);
    signal.send().with(1).await;
    let mut numbers = signal.subscribe().now();
    signal.send().with(2).await;
    assert_eq!(drain(&mut numbers), events([2]));
}

async fn a_consumer_that_waits_is_woken_by_a_send(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    let (ready, done) = (Gate::new(), Log::new());
    let (told, log) = (ready.clone(), done.clone());
    let finished = Gate::new();
    let end = finished.clone();
    on.spawn(async move {
        {
            let mut first = numbers.recv();
            assert!(poll_once(&mut first).await.is_none());
            told.open();
            log.push(first.await.map(|event| **event));
        }
        log.push(numbers.recv().await.map(|event| **event));
        end.open();
    });
    ready.wait().await;
    signal.send().with(1).await;
    signal.send().with(2).await;
    finished.wait().await;
    assert_eq!(done.take(), [Ok(1), Ok(2)]);
}

async fn every_way_of_sending_fills_it(on: Runtime) {
    let signal = on.signal(9);
    let mut numbers = signal.subscribe().await;
    signal.send().with(1).await;
    signal.send().with(2).now().expect("nothing is full");
    assert!(signal.send().with(3).join().await.is_ok());
    assert!(signal.send().with(4).join().by_priority().await.is_ok());
    assert_eq!(signal.send().with(5).first().await, None);
    signal.send().with(6).fold((), |(), ()| ()).await;
    signal.send().update(|number| *number -= 2).await;
    signal.send().await;
    assert_eq!(drain(&mut numbers), events([1, 2, 3, 4, 5, 6, 7, 9]));
}

async fn nothing_waits_nothing_comes(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    assert_eq!(numbers.try_recv().err(), Some(TryRecvError::Empty));
    let mut next = numbers.recv();
    assert!(poll(&mut next).is_pending());
    drop(next);
    signal.send().with(1).await;
    assert_eq!(drain(&mut numbers), events([1]));
}

async fn it_is_a_stream(on: Runtime) {
    let signal = on.signal(0);
    let numbers = signal.subscribe().await;
    for number in 1..=4 {
        signal.send().with(number).await;
    }
    drop(signal);
    let even = numbers
        .map(|event| **event)
        .filter(|number| number % 2 == 0);
    assert_eq!(even.collect::<Vec<_>>().await, [2, 4]);
}

async fn a_stream_is_terminated_once_it_has_said_so(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    signal.send().with(1).await;
    signal.close();
    assert!(!numbers.is_terminated());
    assert!(numbers.next().await.is_some());
    assert!(!numbers.is_terminated(), "it has not said so yet");
    assert!(numbers.next().await.is_none());
    assert!(numbers.is_terminated());
    assert!(numbers.next().await.is_none(), "and goes on saying so");
}

async fn a_recv_that_is_dropped_takes_nothing(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    for number in 1..=3 {
        assert!(poll_once(numbers.recv()).await.is_none());
        signal.send().with(number).await;
        // Made, and dropped before it was polled.
        drop(numbers.recv());
        let other = async { Got::Lost(0) };
        let first = or(async { recv(&mut numbers).await }, other).await;
        assert_eq!(first, Got::Event(number));
    }
}

async fn the_waker_polled_with_last_is_woken(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    let ((old, old_waker), (new, new_waker)) = (Bell::new(), Bell::new());
    let mut next = numbers.recv();
    for waker in [&old_waker, &new_waker] {
        let polled = Pin::new(&mut next).poll(&mut Context::from_waker(waker));
        assert!(polled.is_pending());
    }
    signal.send().await;
    assert_eq!((old.rung(), new.rung()), (0, 1));
    drop(next);
    assert_eq!(Arc::strong_count(&new), 2, "the bell and its waker here");
}

async fn two_subscriptions_get_the_same_event(on: Runtime) {
    let signal = on.signal(0);
    let mut one = signal.subscribe().await;
    let mut other = signal.subscribe().await;
    signal.send().with(1).await;
    let (one, other) = (one.try_recv(), other.try_recv());
    assert!(Arc::ptr_eq(
        &one.expect("it waits"),
        &other.expect("it waits")
    ));
}

async fn it_moves_between_tasks(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal
        .subscribe()
        .capacity(1)
        .overflow(Overflow::Wait)
        .await;
    let (done, sum) = (Gate::new(), Log::new());
    let (end, log) = (done.clone(), sum.clone());
    on.spawn(async move {
        while let Some(event) = numbers.next().await {
            log.push(**event);
        }
        end.open();
    });
    for number in 0..200 {
        signal.send().with(number).await;
    }
    drop(signal);
    done.wait().await;
    assert_eq!(sum.take(), (0..200).collect::<Vec<_>>());
}

on_each_runtime![
    events_come_in_the_order_in_which_they_were_sent,
    what_was_sent_before_does_not_come,
    a_consumer_that_waits_is_woken_by_a_send,
    every_way_of_sending_fills_it,
    nothing_waits_nothing_comes,
    it_is_a_stream,
    a_stream_is_terminated_once_it_has_said_so,
    a_recv_that_is_dropped_takes_nothing,
    the_waker_polled_with_last_is_woken,
    two_subscriptions_get_the_same_event,
    it_moves_between_tasks,
];
