//! Who is woken when there is room: nobody waits on while a seat is free.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use fanfare::{Overflow, Signal, Subscription};

use crate::common::Person;
use crate::got::{Bell, Got, drain, recv};
use crate::runtime::Runtime;

/// A subscription with room for one, which waits in it.
async fn full(signal: &Signal<u32>) -> Subscription<u32> {
    let subscribe = signal.subscribe().capacity(1).overflow(Overflow::Wait);
    let numbers = subscribe.await;
    signal.send().with(1).await;
    numbers
}

fn is_pending<F: Future + Unpin>(future: &mut F, waker: &Waker) -> bool {
    let polled = Pin::new(future).poll(&mut Context::from_waker(waker));
    polled.is_pending()
}

async fn one_seat_wakes_one_send_in_the_order_in_which_they_wait(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = full(&signal).await;
    let ((one, one_waker), (two, two_waker)) = (Bell::new(), Bell::new());
    let mut first = signal.send().with(2).into_future();
    let mut second = signal.send().with(3).into_future();
    assert!(is_pending(&mut first, &one_waker) && is_pending(&mut second, &two_waker));
    assert_eq!(recv(&mut numbers).await, Got::Event(1));
    assert_eq!((one.rung(), two.rung()), (1, 0));
    assert!(!is_pending(&mut first, &one_waker));
    assert_eq!(two.rung(), 0);
    assert_eq!(recv(&mut numbers).await, Got::Event(2));
    assert_eq!(two.rung(), 1);
    assert!(!is_pending(&mut second, &two_waker));
    assert_eq!(recv(&mut numbers).await, Got::Event(3));
}

async fn who_is_woken_and_is_dropped_has_the_next_one_woken(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = full(&signal).await;
    let ((one, one_waker), (two, two_waker)) = (Bell::new(), Bell::new());
    let mut first = signal.send().with(2).into_future();
    let mut second = signal.send().with(3).join();
    assert!(is_pending(&mut first, &one_waker) && is_pending(&mut second, &two_waker));
    assert_eq!(recv(&mut numbers).await, Got::Event(1));
    assert_eq!((one.rung(), two.rung()), (1, 0));
    drop(first);
    assert_eq!(two.rung(), 1);
    assert!(!is_pending(&mut second, &two_waker));
    assert_eq!(recv(&mut numbers).await, Got::Event(3));
}

async fn who_is_woken_and_still_cannot_begin_has_the_next_one_woken(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = full(&signal).await;
    let subscribe = signal.subscribe().key("both").capacity(1);
    let mut other = subscribe.overflow(Overflow::Wait).await;
    // Fills the other one alone: the first is blocked meanwhile.
    let guard = numbers.connection().block();
    signal.send().with(9).key("both").await;
    drop(guard);
    let ((one, one_waker), (two, two_waker)) = (Bell::new(), Bell::new());
    let mut first = signal.send().with(2).key("both").into_future();
    let mut second = signal.send().with(3).into_future();
    assert!(is_pending(&mut first, &one_waker) && is_pending(&mut second, &two_waker));
    assert_eq!(recv(&mut numbers).await, Got::Event(1));
    assert_eq!(one.rung(), 1);
    assert!(is_pending(&mut first, &one_waker), "the other one is full");
    assert_eq!(two.rung(), 1, "the seat is not the first one's");
    assert!(!is_pending(&mut second, &two_waker));
    assert_eq!(drain(&mut numbers), [Got::Event(3)]);
    assert_eq!(drain(&mut other), [Got::Event(9)]);
    assert_eq!(one.rung(), 1);
    assert!(!is_pending(&mut first, &one_waker));
}

/// Something happens that lets a send go on, which is told of it.
async fn wakes(on: &Runtime, what: &str, happens: impl FnOnce(&Signal<u32>, Subscription<u32>)) {
    let signal = on.signal(0);
    let numbers = full(&signal).await;
    let (bell, waker) = Bell::new();
    let mut send = signal.send().with(2).key("a").into_future();
    assert!(is_pending(&mut send, &waker));
    happens(&signal, numbers);
    assert!(bell.rung() > 0, "{what}: nobody tells the send that waits");
    assert!(!is_pending(&mut send, &waker), "{what}");
}

async fn sends_are_told_of_whatever_ends_their_wait(on: Runtime) {
    wakes(&on, "drop", |_, numbers| drop(numbers)).await;
    wakes(&on, "disconnect", |_, numbers| {
        assert!(numbers.connection().clone().disconnect());
        drop(numbers);
    })
    .await;
    wakes(&on, "disconnect, kept", |signal, numbers| {
        assert!(numbers.connection().disconnect());
        let _kept = Box::leak(Box::new(numbers));
        assert_eq!(signal.connection_count(), 0);
    })
    .await;
    wakes(&on, "close", |signal, numbers| {
        assert!(signal.close());
        let _kept = Box::leak(Box::new(numbers));
    })
    .await;
    wakes(&on, "recv", |_, mut numbers| {
        assert!(numbers.try_recv().is_ok());
        let _kept = Box::leak(Box::new(numbers));
    })
    .await;
    wakes(&on, "block", |_, numbers| {
        let guard = numbers.connection().block();
        let _kept = Box::leak(Box::new((guard, numbers)));
    })
    .await;
}

async fn sends_are_told_when_the_filter_goes_that_they_were_held_up_by(on: Runtime) {
    let signal = on.signal(0);
    let ann = Arc::new(Person(1));
    for by_key in [true, false] {
        let subscribe = signal.subscribe().key("a").sender(&ann).capacity(1);
        let numbers = subscribe.overflow(Overflow::Wait).await;
        signal.send().with(1).key("a").await;
        let (bell, waker) = Bell::new();
        let send = signal.send().with(2);
        let mut send = if by_key {
            send.key("a")
        } else {
            send.sender(&ann)
        }
        .into_future();
        assert!(is_pending(&mut send, &waker));
        if by_key {
            assert!(numbers.connection().remove_keys(["a"]));
        } else {
            assert!(numbers.connection().remove_senders([&ann]));
        }
        assert!(bell.rung() > 0, "nobody tells the send that waits");
        assert!(!is_pending(&mut send, &waker));
        assert_eq!(numbers.len(), 1);
    }
}

on_each_runtime![
    one_seat_wakes_one_send_in_the_order_in_which_they_wait,
    who_is_woken_and_is_dropped_has_the_next_one_woken,
    who_is_woken_and_still_cannot_begin_has_the_next_one_woken,
    sends_are_told_of_whatever_ends_their_wait,
    sends_are_told_when_the_filter_goes_that_they_were_held_up_by,
];
