//! `signal.next()`: one event.

use std::future::IntoFuture;
use std::sync::Arc;

use fanfare::Event;

use crate::common::{Gate, Person, poll};
use crate::runtime::Runtime;

fn number(event: Option<Arc<Event<u32>>>) -> Option<u32> {
    event.map(|event| **event)
}

async fn it_is_one_event_and_no_more(on: Runtime) {
    let signal = on.signal(0);
    let next = signal.next().into_future();
    assert_eq!(signal.connection_count(), 1);
    for sent in 1..=3 {
        signal.send().with(sent).await;
    }
    assert_eq!(signal.connection_count(), 0, "it has what it wanted");
    assert_eq!(number(next.await), Some(1));
}

async fn filters_say_which(on: Runtime) {
    let signal = on.signal(0);
    let (ann, bob) = (Arc::new(Person(1)), Arc::new(Person(2)));
    let by_key = signal.next().keys(["a", "b"]).into_future();
    let by_sender = signal.next().sender(&ann).into_future();
    let picky = signal.next().when(|ev| **ev > 2).when(|ev| **ev % 2 == 1);
    let picky = picky.into_future();
    let either = signal.next().key("z").senders([&bob]).into_future();
    signal.send().with(1).await;
    signal.send().with(2).key("b").await;
    signal.send().with(3).sender(&bob).await;
    signal.send().with(4).sender(&ann).key("a").await;
    assert_eq!(number(by_key.await), Some(2));
    assert_eq!(number(by_sender.await), Some(4));
    assert_eq!(number(picky.await), Some(3));
    assert_eq!(number(either.await), Some(3));
}

async fn it_listens_from_into_future(on: Runtime) {
    let signal = on.signal(0);
    let builder = signal.next();
    signal.send().with(1).await;
    let next = builder.into_future();
    signal.send().with(2).await;
    assert_eq!(number(next.await), Some(2));
}

async fn it_waits(on: Runtime) {
    let signal = on.signal(0);
    let mut next = signal.next().into_future();
    assert!(poll(&mut next).is_pending());
    let (sender, sent) = (signal.clone(), Gate::new());
    let told = sent.clone();
    on.spawn(async move {
        sender.send().with(7).await;
        told.open();
    });
    assert_eq!(number(next.await), Some(7));
    sent.wait().await;
    assert_eq!(signal.connection_count(), 0);
}

async fn none_once_the_signal_is_closed(on: Runtime) {
    let signal = on.signal(0);
    let mut early = signal.next().into_future();
    assert!(poll(&mut early).is_pending());
    signal.close();
    assert_eq!(number(early.await), None);
    assert_eq!(number(signal.next().await), None);
}

async fn none_once_the_signal_is_gone(on: Runtime) {
    let signal = on.signal(0);
    let next = signal.next().into_future();
    let builder = signal.next();
    drop(signal);
    assert_eq!(number(next.await), None);
    assert_eq!(
        number(builder.await),
        None,
        "there is nothing left to listen to"
    );
}

async fn what_came_before_the_end_is_given(on: Runtime) {
    let signal = on.signal(0);
    let next = signal.next().into_future();
    signal.send().with(1).await;
    drop(signal);
    assert_eq!(number(next.await), Some(1));
}

async fn dropping_it_ends_it(on: Runtime) {
    let signal = on.signal(0);
    let mut next = signal.next().into_future();
    assert!(poll(&mut next).is_pending());
    drop(next);
    assert_eq!(signal.connection_count(), 0);
    drop(signal.next());
    assert!(signal.send().now().is_ok());
}

async fn it_ends_with_the_sender_it_listens_to(on: Runtime) {
    let signal = on.signal(0);
    let ann = Arc::new(Person(1));
    let mut next = signal.next().sender(&ann).into_future();
    assert!(poll(&mut next).is_pending());
    drop(ann);
    assert_eq!(signal.connection_count(), 0);
    assert_eq!(number(next.await), None);
}

async fn a_predicate_that_panics_does_not_end_it(on: Runtime) {
    let signal = on.signal(0);
    let next = signal.next().when(|ev| **ev > 1 || panic!("on purpose"));
    let next = next.into_future();
    assert!(!signal.send().with(1).join().await.is_ok());
    signal.send().with(2).await;
    assert_eq!(number(next.await), Some(2));
}

async fn it_is_in_no_report(on: Runtime) {
    let signal = on.builder(0).reply::<u32>().build();
    let next = signal.next().into_future();
    let report = signal.send().with(1).join().await;
    assert_eq!((report.count(), report.is_ok()), (0, true));
    assert_eq!(number(next.await), Some(1));
}

async fn many_can_wait_for_the_same(on: Runtime) {
    let signal = on.signal(0);
    let some: Vec<_> = (0..100).map(|_| signal.next().into_future()).collect();
    signal.send().with(5).await;
    for next in some {
        assert_eq!(number(next.await), Some(5));
    }
}

on_each_runtime![
    it_is_one_event_and_no_more,
    filters_say_which,
    it_listens_from_into_future,
    it_waits,
    none_once_the_signal_is_closed,
    none_once_the_signal_is_gone,
    what_came_before_the_end_is_given,
    dropping_it_ends_it,
    it_ends_with_the_sender_it_listens_to,
    a_predicate_that_panics_does_not_end_it,
    it_is_in_no_report,
    many_can_wait_for_the_same,
];
