//! What a dispatcher is told of a send and of its receivers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver};
use fanfare::{AsSender, BoxFuture, ConnectionKind, Event, Overflow, Signal};

use crate::common::{Log, Person};
use crate::kit::{Acting, by_hand};
use crate::runtime::Runtime;

/// Looks at contexts.
struct Looking<F>(F);

impl<F: Fn(&Context) + Send + Sync + 'static> Dispatcher for Looking<F> {
    fn before(&self, cx: &Context) {
        (self.0)(cx);
    }

    fn call(&self, cx: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        (self.0)(cx);
        receiver.call()
    }
}

/// Keeps the last context.
fn keeping() -> (Arc<Mutex<Option<Context>>>, impl Dispatcher) {
    let kept = Arc::new(Mutex::new(None));
    let keeper = Arc::clone(&kept);
    let keeps = Looking(move |cx: &Context| *keeper.lock().unwrap() = Some(cx.clone()));
    (kept, keeps)
}

async fn it_tells_who_sends_what(on: Runtime) {
    let (kept, keeps) = keeping();
    let signal = on.builder(7u32).name("started").dispatcher(keeps).build();
    let parent = Arc::new(Person(1));
    signal.connect_sync(|_| {}).await;
    let send = signal.send().sender(&parent).sender(&Person(2)).with(8);
    drop(send.join().await);
    let cx = kept.lock().unwrap().take().expect("it was told");
    assert_eq!((cx.identifier(), cx.receivers()), ("started", 1));
    assert_eq!(
        (cx.signal().id(), cx.signal().name()),
        (signal.id(), Some("started"))
    );
    assert_eq!(cx.parent(), Some(&parent.as_sender()));
    assert_eq!(cx.senders().len(), 2);
    assert!(Arc::ptr_eq(
        &cx.parent_as::<Person>().expect("it lives"),
        &parent
    ));
    assert!(cx.parent_as::<String>().is_none());
    assert_eq!(cx.payload_as::<u32>(), Some(&8));
    assert_eq!(cx.payload().downcast_ref::<u32>(), Some(&8));
    assert_eq!((cx.payload_as::<u64>(), cx.payload_type()), (None, "u32"));
    assert!(format!("{cx:?}").contains("started"));
    drop(parent);
    assert!(
        cx.parent_as::<Person>().is_none(),
        "it keeps no sender alive"
    );
}

async fn without_a_name_without_senders_and_with_the_defaults(on: Runtime) {
    let (kept, keeps) = keeping();
    let signal = on.builder("default").dispatcher(keeps).build();
    drop(signal.send().await);
    let cx = kept.lock().unwrap().take().expect("it was told");
    drop(signal);
    assert_eq!((cx.identifier(), cx.receivers()), ("", 0));
    assert!(cx.parent().is_none() && cx.senders().is_empty());
    assert_eq!(cx.payload_as::<&str>(), Some(&"default"));
}

async fn it_counts_whom_the_send_reaches(_: Runtime) {
    let (_executor, clock, builder) = by_hand();
    let counts = Log::new();
    let counted = counts.clone();
    let counting = Looking(move |cx: &Context| counted.push(cx.receivers()));
    let signal = builder.dispatcher(counting).build();
    let count = || {
        let delivery = signal.send().now().expect("nothing holds it up");
        let (told, mut calls) = (delivery.count(), counts.take());
        calls.dedup();
        assert_eq!(
            calls,
            [told],
            "before and call are told the same, and it is what the report will tell"
        );
        told
    };
    assert_eq!(count(), 0);
    let first = signal.connect_sync(|_| 1).now();
    signal.connect(|_| async { 2 }).now();
    assert_eq!(count(), 2);
    signal.connect_sync(|_| 3).when(|_| false).now();
    assert_eq!(count(), 2, "one whose predicate refuses");
    signal
        .connect_sync(|_| 4)
        .when(|_| true)
        .queue(1, Overflow::DropNewest)
        .now();
    assert_eq!(count(), 3);
    let _stream = signal.subscribe().overflow(Overflow::DropOldest).now();
    let _waiting = signal.subscribe().now();
    assert_eq!(count(), 3, "streams");
    signal
        .connect_sync(|_| 5)
        .debounce(Duration::from_secs(1))
        .now();
    assert_eq!(count(), 3, "one that is debounced");
    let blocked = first.block();
    assert_eq!(count(), 2, "one that is blocked");
    drop(blocked);
    first.disconnect();
    assert_eq!(count(), 2, "one that has ended");
    signal
        .connect_sync(|_| 6)
        .throttle(Duration::from_secs(1))
        .now();
    assert_eq!((count(), count()), (3, 2), "one that is throttled");
    clock.advance(Duration::from_secs(1));
    assert_eq!(count(), 3);
    let object = Arc::new(());
    signal
        .connect_method_sync(&object, |_: &(), _: &Event<u32>| 7)
        .now();
    signal.connect_sync(|_| 8).track(&object).now();
    assert_eq!(count(), 4, "the throttled one has just been called");
    drop(object);
    assert_eq!(count(), 2, "those whose object has died");
    signal.connect_sync(|_| 9).once().now();
    assert_eq!((count(), count()), (3, 2));
    signal
        .connect_sync(|_| 10)
        .when(|_| panic!("on purpose"))
        .now();
    assert_eq!(
        count(),
        3,
        "a predicate that panics is its callback's failure"
    );
}

async fn a_receiver_tells_which_connection_it_is_of(on: Runtime) {
    let seen = Log::new();
    let log = seen.clone();
    let looking = Acting(move |receiver: Receiver| {
        let name = receiver.name().map(str::to_owned);
        assert!(format!("{receiver:?}").contains("Receiver"));
        log.push((receiver.connection(), name, receiver.kind()));
        receiver.call()
    });
    let inner = Acting(Receiver::call);
    let signal = on.builder(()).dispatcher(looking).dispatcher(inner).build();
    let one = signal.connect_sync(|_| {}).name("store").await;
    let two = signal.connect(|_| async {}).await;
    assert!(signal.send().join().await.is_ok());
    let expected = [
        (
            one.id(),
            Some("store".to_owned()),
            ConnectionKind::SyncCallback,
        ),
        (two.id(), None, ConnectionKind::AsyncCallback),
    ];
    assert_eq!(seen.take(), expected);
}

async fn what_is_forwarded_comes_through_the_dispatchers_of_both(on: Runtime) {
    let seen = Log::new();
    let looking = |name: &'static str| {
        let log = seen.clone();
        Looking(move |cx: &Context| log.push((name, cx.payload_as::<u32>().copied())))
    };
    let from = on.builder(1u32).dispatcher(looking("from")).build();
    let to: Signal<u32> = on.builder(2u32).dispatcher(looking("to")).build();
    from.forward_to(&to).await;
    to.connect_sync(|_| {}).await;
    assert!(from.send().with(5).join().await.is_ok());
    let five = Some(5);
    assert_eq!(
        seen.take(),
        [("from", five), ("from", five), ("to", five), ("to", five)]
    );
}

on_each_runtime!(
    it_tells_who_sends_what,
    without_a_name_without_senders_and_with_the_defaults,
    it_counts_whom_the_send_reaches,
    a_receiver_tells_which_connection_it_is_of,
    what_is_forwarded_comes_through_the_dispatchers_of_both,
);
