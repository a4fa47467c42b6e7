//! A signal as a sink.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use fanfare::{Overflow, SignalSink, Unsent};
use futures_util::{Sink, SinkExt, StreamExt, stream};

use crate::common::{Gate, Log, Person, poll};
use crate::runtime::Runtime;

type Polled<P> = Poll<Result<(), Unsent<P>>>;

/// Polls with one of the sink's methods, to be woken by nobody.
fn ask<P>(
    sink: &mut SignalSink<P>,
    method: fn(Pin<&mut SignalSink<P>>, &mut Context<'_>) -> Polled<P>,
) -> Polled<P> {
    method(Pin::new(sink), &mut Context::from_waker(Waker::noop()))
}

fn is_done<P>(polled: Polled<P>) -> bool {
    match polled {
        Poll::Ready(result) => result.is_ok(),
        Poll::Pending => false,
    }
}

async fn items_are_sent_as_they_come(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    let seen = log.clone();
    signal.connect_sync(move |ev| seen.push(**ev)).await;
    let mut sink = signal.sink();
    // At once, whether it is flushed or not.
    sink.feed(1).await.unwrap();
    assert_eq!(log.take(), [1]);
    sink.send(2).await.unwrap();
    sink.send_all(&mut stream::iter([3, 4]).map(Ok))
        .await
        .unwrap();
    sink.close().await.unwrap();
    assert_eq!(log.take(), [2, 3, 4]);
    assert!(!signal.is_closed());
    sink.send(5).await.unwrap();
    assert_eq!(log.take(), [5]);
}

async fn each_item_is_sent_under_the_keys_and_senders(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    let sender = Arc::new(Person(1));
    let seen = log.clone();
    signal
        .connect_sync(move |ev| seen.push((**ev, ev.keys().to_vec(), ev.sender_as::<Person>())))
        .sender(&sender)
        .await;
    signal
        .connect_sync(|_| panic!("not reached"))
        .key("c")
        .await;
    let mut sink = signal.sink().key("a").keys(["b"]).sender(&sender);
    for item in 1..=2 {
        sink.send(item).await.unwrap();
    }
    let keys = vec!["a".into(), "b".into()];
    assert_eq!(
        log.take(),
        [
            (1, keys.clone(), Some(sender.clone())),
            (2, keys, Some(sender)),
        ]
    );
}

async fn a_stream_is_forwarded_at_the_pace_of_its_reader(on: Runtime) {
    const ITEMS: u32 = 500;
    let signal = on.signal(0);
    let mut events = signal
        .subscribe()
        .key("a")
        .capacity(3)
        .overflow(Overflow::Wait)
        .await;
    let offered = Log::new();
    let offering = offered.clone();
    let items = stream::iter(1..=ITEMS).inspect(move |_| offering.push(()));
    let sink = signal.sink().key("a");
    drop(signal);
    let finished = Gate::new();
    let done = finished.clone();
    on.spawn(async move {
        items.map(Ok).forward(sink).await.unwrap();
        done.open();
    });
    for number in 1..=ITEMS {
        assert_eq!(**events.recv().await.expect("nothing is lost"), number);
        // Those received, three in the queue, one that waits in the sink, one in the stream's hand.
        assert!(offered.len() <= number as usize + 5);
    }
    finished.wait().await;
    // With the sink the last handle of the signal has gone.
    assert!(events.recv().await.is_err());
    assert_eq!(offered.len(), ITEMS as usize);
}

async fn an_item_that_has_to_wait_waits_in_the_sink(on: Runtime) {
    let signal = on.signal(0u8);
    let mut events = signal
        .subscribe()
        .capacity(1)
        .overflow(Overflow::Wait)
        .await;
    let mut sink = signal.sink();
    for item in [1, 2] {
        assert!(is_done(ask(&mut sink, Sink::poll_ready)));
        Pin::new(&mut sink).start_send(item).unwrap();
    }
    assert!(ask(&mut sink, Sink::poll_ready).is_pending());
    assert!(ask(&mut sink, Sink::poll_flush).is_pending());
    assert!(ask(&mut sink, Sink::poll_close).is_pending());
    // Who does not ask first gets his item back.
    let unsent = Pin::new(&mut sink).start_send(3).expect_err("no room");
    assert!(unsent.is_full());
    assert_eq!(unsent.into_payload(), Some(3));
    assert_eq!(**events.try_recv().expect("the first"), 1);
    assert!(is_done(ask(&mut sink, Sink::poll_close)));
    assert!(is_done(ask(&mut sink, Sink::poll_ready)));
    assert_eq!(**events.try_recv().expect("the second"), 2);
    assert!(events.try_recv().is_err());
    drop(sink);
    drop(signal);
}

async fn who_waits_is_woken(on: Runtime) {
    let signal = on.builder(0u8).max_in_flight(1).build();
    let (leave, log) = (Gate::new(), Log::new());
    let state = (leave.clone(), log.clone());
    signal
        .connect_with(state, |(leave, log), ev| async move {
            leave.wait().await;
            log.push(**ev);
        })
        .await;
    let mut sink = signal.sink();
    sink.feed(1).await.unwrap();
    sink.feed(2).await.unwrap();
    let done = Gate::new();
    let flushed = done.clone();
    on.spawn(async move {
        sink.feed(3).await.unwrap();
        sink.flush().await.unwrap();
        flushed.open();
    });
    assert!(!done.is_open());
    leave.open();
    done.wait().await;
    signal.idle().await;
    assert_eq!(log.take(), [1, 2, 3]);
}

async fn waiting_can_be_given_up_without_losing_anything(on: Runtime) {
    let signal = on.signal(0u8);
    let mut events = signal
        .subscribe()
        .capacity(1)
        .overflow(Overflow::Wait)
        .await;
    let mut sink = signal.sink();
    sink.send(1).await.unwrap();
    let mut send = sink.send(2);
    assert!(poll(&mut send).is_pending());
    drop(send);
    let mut flush = SinkExt::<u8>::flush(&mut sink);
    assert!(poll(&mut flush).is_pending());
    drop(flush);
    assert_eq!(**events.recv().await.expect("the first"), 1);
    SinkExt::<u8>::flush(&mut sink).await.unwrap();
    assert_eq!(**events.recv().await.expect("it was kept"), 2);
    // What goes with the sink has been delivered to nobody.
    sink.send(3).await.unwrap();
    assert!(poll(&mut sink.send(4)).is_pending());
    drop(sink);
    drop(signal);
    assert_eq!(**events.recv().await.expect("it was sent"), 3);
    assert!(events.recv().await.is_err());
}

async fn a_closed_signal_gives_items_back(on: Runtime) {
    let signal = on.signal(0u8);
    let _events = signal
        .subscribe()
        .capacity(1)
        .overflow(Overflow::Wait)
        .await;
    let mut sink = signal.sink();
    sink.feed(1).await.unwrap();
    sink.feed(2).await.unwrap();
    let mut other: SignalSink<u8> = signal.sink();
    let mut waits = other.send(3);
    assert!(poll(&mut waits).is_pending());
    signal.close();
    let unsent = waits.await.expect_err("it was closed meanwhile");
    assert!(unsent.is_closed());
    assert_eq!(unsent.into_payload(), Some(3));
    let Poll::Ready(Err(unsent)) = ask(&mut sink, Sink::poll_flush) else {
        panic!("it waits for nothing that could come")
    };
    assert_eq!((unsent.is_closed(), unsent.payload()), (true, Some(&2)));
    // From now on it says so before there is anything to lose.
    let Poll::Ready(Err(unsent)) = ask(&mut sink, Sink::poll_ready) else {
        panic!("it is closed")
    };
    assert_eq!((unsent.is_closed(), unsent.payload()), (true, None));
    let unsent = Pin::new(&mut sink).start_send(4).expect_err("it is closed");
    assert_eq!((unsent.is_closed(), unsent.into_payload()), (true, Some(4)));
    assert!(is_done(ask(&mut sink, Sink::poll_close)));
}

async fn many_sinks_lose_nothing(on: Runtime) {
    const SINKS: u32 = 4;
    const ITEMS: u32 = 100;
    let signal = on.builder(0).max_in_flight(2).build();
    let events = signal
        .subscribe()
        .capacity(2)
        .overflow(Overflow::Wait)
        .await;
    for sink in 0..SINKS {
        let items = stream::iter(sink * ITEMS..(sink + 1) * ITEMS).map(Ok);
        let sink = signal.sink();
        on.spawn(async move { items.forward(sink).await.unwrap() });
    }
    drop(signal);
    let mut received: Vec<u32> = events.map(|ev| **ev).collect().await;
    let in_order = |sink: u32| {
        let of_sink = received.iter().filter(|number| **number / ITEMS == sink);
        of_sink.is_sorted()
    };
    assert!((0..SINKS).all(in_order));
    received.sort_unstable();
    assert_eq!(received, (0..SINKS * ITEMS).collect::<Vec<_>>());
}

async fn a_sink_and_a_forward_meet(on: Runtime) {
    let (from, to) = (on.signal(0u32), on.signal(String::new()));
    from.map(ToString::to_string).forward_to(&to).key("a").await;
    let texts = to.subscribe().key("a").await;
    let numbers = stream::iter([1, 2, 3]).map(Ok);
    numbers.forward(from.sink().key("a")).await.unwrap();
    drop((from, to));
    let texts: Vec<String> = texts.map(|ev| ev.to_string()).collect().await;
    assert_eq!(texts, ["1", "2", "3"]);
}

on_each_runtime![
    items_are_sent_as_they_come,
    each_item_is_sent_under_the_keys_and_senders,
    a_stream_is_forwarded_at_the_pace_of_its_reader,
    an_item_that_has_to_wait_waits_in_the_sink,
    who_waits_is_woken,
    waiting_can_be_given_up_without_losing_anything,
    a_closed_signal_gives_items_back,
    many_sinks_lose_nothing,
    a_sink_and_a_forward_meet,
];
