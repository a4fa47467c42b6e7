//! `.when(..)`: what narrows a connection to some events.

use std::thread;

use fanfare::Event;

use crate::common::{Log, Person};
use crate::runtime::Runtime;

async fn it_narrows_bare_and_filtered_connections(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    signal
        .connect_sync(log.writes("bare"))
        .when(|ev| **ev > 1)
        .await;
    signal
        .connect(log.writes_async("keyed"))
        .key("a")
        .when(|ev| **ev > 2)
        .await;
    let _ = signal.send().with(1).key("a").join().await;
    assert!(log.take().is_empty());
    let _ = signal.send().with(2).key("a").join().await;
    assert_eq!(log.take(), ["bare"]);
    let _ = signal.send().with(3).key("a").join().await;
    assert_eq!(log.take(), ["bare", "keyed"]);
    let _ = signal.send().with(3).join().await;
    assert_eq!(log.take(), ["bare"]);
}

async fn a_callback_it_keeps_out_is_not_counted(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    signal.connect_sync(|_| 1).when(|_| false).await;
    signal.connect(|_| async { 2 }).when(|_| false).await;
    signal.connect_sync(|_| 3).await;
    let delivery = signal.send().await;
    assert_eq!(delivery.count(), 1);
    assert_eq!(delivery.join().await.replies(), [3]);
    let report = signal.send().join().await;
    assert_eq!((report.count(), report.replies()), (1, &[3][..]));
}

async fn several_must_all_hold(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    let seen = log.clone();
    signal
        .connect_sync(move |ev| seen.push(**ev))
        .when(|ev| **ev % 2 == 0)
        .when(|ev| **ev % 3 == 0)
        .await;
    for number in 0..13 {
        signal.send().with(number).now().unwrap();
    }
    assert_eq!(log.take(), [0, 6, 12]);
}

async fn it_is_asked_once_a_send_and_only_where_filters_match(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let ashley = Person(1);
    let asked = log.clone();
    signal
        .connect_sync(log.writes("called"))
        .keys(["a", "b"])
        .sender(&ashley)
        .when(move |_| {
            asked.push("asked");
            true
        })
        .await;
    let _ = signal.send().key("c").join().await;
    assert!(log.take().is_empty());
    let send = signal.send().keys(["a", "b"]).sender(&ashley);
    let _ = send.join().await;
    assert_eq!(log.take(), ["asked", "called"]);
}

async fn it_sees_the_event_on_the_thread_that_sends(on: Runtime) {
    let (signal, log) = (on.signal(5u8), Log::new());
    let ashley = Person(1);
    let seen = log.clone();
    let is_from = {
        let id = fanfare::by_address(&ashley);
        move |ev: &Event<u8>| ev.is_from(id.clone())
    };
    signal
        .connect(|_| async {})
        .when(move |ev| {
            let keys = ev.keys().to_vec();
            seen.push((**ev, keys, is_from(ev), thread::current().id()));
            true
        })
        .await;
    let _ = signal.send().sender(&ashley).key("a").now().unwrap();
    let keys = vec!["a".into()];
    assert_eq!(log.take(), [(5, keys, true, thread::current().id())]);
}

async fn what_it_keeps_out_uses_up_no_call(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    let seen = log.clone();
    let connection = signal
        .connect_sync(move |ev| seen.push(**ev))
        .when(|ev| **ev > 2)
        .times(2)
        .await;
    for number in 0..7 {
        signal.send().with(number).now().unwrap();
    }
    assert_eq!(log.take(), [3, 4]);
    assert!(!connection.is_connected());
}

async fn it_may_use_the_signal(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    let (weak, heard) = (signal.downgrade(), log.writes("connected inside"));
    let heard = std::sync::Arc::new(heard);
    signal
        .connect_sync(log.writes("called"))
        .when(move |ev| {
            let signal = weak.upgrade().expect("it is being sent");
            let heard = heard.clone();
            signal.connect_sync(move |ev| heard(ev)).once().now();
            if **ev == 0 {
                signal.send().with(1).now().unwrap();
            }
            true
        })
        .await;
    signal.send().now().unwrap();
    // The send in the predicate comes first; it reaches what stood before it.
    assert_eq!(log.take(), ["called", "connected inside", "called"]);
}

on_each_runtime![
    it_narrows_bare_and_filtered_connections,
    a_callback_it_keeps_out_is_not_counted,
    several_must_all_hold,
    it_is_asked_once_a_send_and_only_where_filters_match,
    it_sees_the_event_on_the_thread_that_sends,
    what_it_keeps_out_uses_up_no_call,
    it_may_use_the_signal,
];
