//! The consumer's end, its inbox filled by hand.

use std::future::IntoFuture;
use std::pin::pin;

use futures_lite::StreamExt;
use futures_lite::future::{block_on, poll_once};
use futures_util::stream::FusedStream;

use crate::signal::event::{Event, SignalId};
use crate::signal::handle::Signal;
use crate::signal::key::Key;
use crate::signal::overflow::Overflow;
use crate::signal::stream::error::{RecvError, TryRecvError};
use crate::signal::stream::subscription::Subscription;
use crate::sync::Arc;

fn event(number: u32) -> Arc<Event<u32>> {
    let mut event: Event<u32> = Event::new(SignalId(0));
    event.set(number);
    Arc::new(event)
}

fn feed(subscription: &Subscription<u32, Key>, numbers: impl IntoIterator<Item = u32>) {
    for number in numbers {
        subscription.inbox.push(event(number));
    }
}

type Result<T, E> = std::result::Result<T, E>;

fn number<E>(received: Result<Arc<Event<u32>>, E>) -> Result<u32, E> {
    received.map(|event| **event)
}

#[test]
fn it_receives_and_is_told_of_each_loss_once_and_in_place() {
    block_on(async {
        let signal = Signal::new(0);
        let mut events = signal
            .subscribe()
            .capacity(2)
            .overflow(Overflow::DropNewest)
            .await;
        feed(&events, 1..=4);
        assert_eq!((events.len(), events.lost(), events.capacity()), (2, 2, 2));
        assert_eq!(number(events.recv().await), Ok(1));
        feed(&events, [5]);
        assert_eq!(number(events.recv().await), Ok(2));
        assert_eq!(number(events.recv().await), Err(RecvError::Lost(2)));
        assert_eq!(number(events.try_recv()), Ok(5));
        assert_eq!(number(events.try_recv()), Err(TryRecvError::Empty));
        feed(&events, 6..=8);
        drop(signal);
        assert_eq!(number(events.try_recv()), Ok(6));
        assert_eq!(number(events.try_recv()), Ok(7));
        assert_eq!(number(events.try_recv()), Err(TryRecvError::Lost(1)));
        assert_eq!(number(events.try_recv()), Err(TryRecvError::Closed));
        assert_eq!(number(events.recv().await), Err(RecvError::Closed));
        assert_eq!(events.lost(), 3);
    });
}

#[test]
fn nothing_said_the_oldest_of_64_goes() {
    let signal = Signal::new(0);
    let mut events = signal.subscribe().now();
    assert_eq!(events.capacity(), 64);
    feed(&events, 0..65);
    assert_eq!(number(events.try_recv()), Err(TryRecvError::Lost(1)));
    assert_eq!(number(events.try_recv()), Ok(1));
    assert_eq!(signal.subscribe().capacity(0).now().capacity(), 1);
}

#[test]
fn a_stream_passes_over_losses_and_ends_once() {
    block_on(async {
        let signal = Signal::new(0);
        let mut events = signal
            .subscribe()
            .capacity(1)
            .overflow(Overflow::KeepLatest)
            .await;
        feed(&events, 1..=3);
        assert_eq!(events.next().await.map(|event| **event), Some(3));
        assert!(poll_once(events.next()).await.is_none());
        assert!(!events.is_terminated());
        drop(signal);
        assert!(events.next().await.is_none());
        assert!(events.is_terminated());
        assert!(events.next().await.is_none());
        assert_eq!(events.lost(), 2);
    });
}

#[test]
fn a_recv_that_is_dropped_loses_nothing_and_leaves_no_waker() {
    block_on(async {
        let signal = Signal::new(0);
        let mut events = signal.subscribe().await;
        let mut recv = events.recv();
        assert!(poll_once(&mut recv).await.is_none());
        drop(recv);
        assert!(events.inbox.forget_consumer().is_none());
        feed(&events, [1]);
        drop(events.recv());
        assert_eq!(number(events.recv().await), Ok(1));
    });
}

#[test]
fn it_stands_as_long_as_it_is_kept() {
    let signal = Signal::new(0);
    let events = signal.subscribe().key("a").name("stream").now();
    let connection = events.connection().clone();
    assert_eq!(connection.name().as_deref(), Some("stream"));
    assert!(connection.is_connected() && connection.add_keys(["b"]));
    assert_eq!(signal.connection_count(), 1);
    let inbox = Arc::clone(&events.inbox);
    feed(&events, [1, 2]);
    drop(events);
    assert!(!connection.is_connected());
    assert_eq!(signal.connection_count(), 0);
    assert!(inbox.is_closed());
    assert_eq!(inbox.len(), 0);
}

#[test]
fn it_ends_with_its_connection() {
    let signal = Signal::new(0);
    let mut events = signal.subscribe().now();
    feed(&events, [1]);
    assert!(events.connection().clone().disconnect());
    assert_eq!(number(events.try_recv()), Ok(1));
    assert_eq!(number(events.try_recv()), Err(TryRecvError::Closed));
    let mut none = signal.subscribe().times(0).now();
    assert_eq!(number(none.try_recv()), Err(TryRecvError::Closed));
    assert_eq!(signal.connection_count(), 0);
}

#[test]
fn it_is_subscribed_when_the_builder_is_awaited() {
    block_on(async {
        let signal = Signal::new(0);
        let subscribe = signal.subscribe().into_future();
        assert_eq!(signal.connection_count(), 0);
        let events = subscribe.await;
        assert_eq!(signal.connection_count(), 1);
        drop(events);
    });
}

#[test]
fn next_listens_from_where_it_is_awaited_until_it_is_dropped() {
    block_on(async {
        let signal = Signal::new(0);
        let builder = signal.next().key("a");
        assert_eq!(signal.connection_count(), 0);
        let next = builder.into_future();
        assert_eq!(signal.connection_count(), 1);
        drop(next);
        assert_eq!(signal.connection_count(), 0);

        let mut next = pin!(signal.next().into_future());
        assert!(poll_once(next.as_mut()).await.is_none());
        drop(signal);
        assert!(next.await.is_none());
    });
}

#[test]
fn errors_tell_what_to_do() {
    assert!(
        RecvError::Lost(1)
            .to_string()
            .starts_with("1 event was lost")
    );
    let lost = TryRecvError::from(RecvError::Lost(3)).to_string();
    assert!(lost.starts_with("3 events were lost") && lost.contains("capacity"));
    assert!(TryRecvError::Empty.to_string().contains("`recv` waits"));
    assert_eq!(
        TryRecvError::Closed.to_string(),
        RecvError::Closed.to_string()
    );
}
