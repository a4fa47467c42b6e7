//! What comes out of the other signal.

use std::sync::Arc;

use fanfare::{Cause, Event, SenderId, Signal};

use crate::common::{Log, ON_PURPOSE, Person, told};
use crate::runtime::Runtime;

async fn an_event_goes_on_as_it_is(on: Runtime) {
    let (from, to, log) = (on.signal("default"), on.signal("other"), Log::new());
    let seen = log.clone();
    let sender = Arc::new(Person(1));
    to.connect_sync(move |ev| {
        let id = ev.signal().id();
        seen.push((**ev, id, ev.keys().to_vec(), ev.sender_as::<Person>()));
    })
    .await;
    from.forward_to(&to).await;
    from.send().await;
    let all = from.send().with("all").sender(&sender).keys(["a", "b"]);
    assert_eq!(all.await.count(), 1);
    let keys = vec!["a".into(), "b".into()];
    assert_eq!(
        log.take(),
        [
            ("default", to.id(), vec![], None),
            ("all", to.id(), keys, Some(sender.clone())),
        ]
    );
    assert_eq!(to.defaults(), &"other");
}

async fn both_signals_filter(on: Runtime) {
    let (from, to, log) = (on.signal(()), on.signal(()), Log::new());
    let (one, two) = (SenderId::unique(), SenderId::unique());
    from.forward_to(&to).keys(["a", "b"]).sender(&one).await;
    for key in ["a", "c"] {
        to.connect_sync(log.writes(key)).key(key).await;
    }
    to.connect_sync(log.writes("one")).sender(&one).await;
    to.connect_sync(log.writes("two")).sender(&two).await;
    assert_eq!(from.send().await.count(), 0);
    assert_eq!(from.send().key("c").sender(&two).await.count(), 0);
    assert_eq!(log.take(), [] as [&str; 0]);
    assert_eq!(from.send().key("b").sender(&two).await.count(), 1);
    assert_eq!(log.take(), ["two"]);
    assert_eq!(from.send().keys(["a", "c"]).sender(&one).await.count(), 1);
    assert_eq!(log.take(), ["a", "c", "one"]);
}

async fn the_same_two_signals_are_one_connection(on: Runtime) {
    let (from, to, log) = (on.signal(()), on.signal(()), Log::new());
    to.connect_sync(log.writes(())).await;
    let one = from.forward_to(&to).key("a").await;
    let again = from.forward_to(&to.clone()).key("b").await;
    assert_eq!((one.id(), from.connection_count()), (again.id(), 1));
    from.send().keys(["a", "b"]).await;
    assert_eq!(log.take().len(), 1);
    // What changes events is a closure, and another callback each time.
    let as_they_are = || from.filter_map(|_| Some(())).forward_to(&to).now();
    assert_ne!(as_they_are().id(), as_they_are().id());
    from.forward_to(&on.signal(())).await;
    assert_eq!(from.connection_count(), 3, "the last one's target is gone");
    assert!(one.disconnect());
    assert_eq!(from.send().key("a").await.count(), 2);
}

async fn payloads_are_changed_on_the_way(on: Runtime) {
    let (from, to, log) = (on.signal(1u8), on.signal(String::new()), Log::new());
    let seen = log.clone();
    to.connect_sync(move |ev| seen.push((ev.to_string(), ev.keys().to_vec())))
        .await;
    let named = from.map(|ev| format!("{ev}{:?}", ev.keys()));
    named.forward_to(&to).key("a").await;
    from.send().with(2).key("a").await;
    assert_eq!(log.take(), [("2[\"a\"]".to_owned(), vec!["a".into()])]);
    let long_way = from.filter_map(|ev| ev.checked_sub(10));
    let long_way = long_way.map(|rest| rest * 2).filter_map(|twice| {
        let is_large = twice > 10;
        is_large.then(|| twice.to_string())
    });
    long_way.forward_to(&to).key("b").await;
    for number in [9, 10, 15, 16] {
        assert_eq!(from.send().with(number).key("b").await.count(), 1);
    }
    assert_eq!(log.take(), [("12".to_owned(), vec!["b".into()])]);
}

async fn neither_reply_is_the_others(on: Runtime) {
    let from = on.builder(3u8).reply::<Vec<u8>>().key::<u8>().build();
    let to = on.builder("").reply::<u8>().key::<u8>().build();
    let log = Log::new();
    let seen = log.clone();
    to.connect_sync(move |ev| {
        seen.push(ev.keys()[0]);
        9
    })
    .await;
    to.connect(|_| async { panic!("{ON_PURPOSE}") }).await;
    from.connect_sync(|ev| vec![**ev]).await;
    from.map(|_| "text").forward_to(&to).await;
    let report = from.send().key(7).join().await;
    assert_eq!(report.into_replies(), [vec![3], vec![]]);
    assert_eq!(log.take(), [7]);
    to.idle().await;
    assert_eq!((from.failure_count(), to.failure_count()), (0, 1));
}

async fn a_chain_of_three(on: Runtime) {
    let [first, second, third] = [0u32; 3].map(|number| on.signal(number));
    let log = Log::new();
    first.map(|ev| **ev + 1).forward_to(&second).key("a").await;
    second.map(|ev| **ev * 2).forward_to(&third).await;
    for (name, signal) in [("first", &first), ("second", &second), ("third", &third)] {
        let seen = log.clone();
        signal
            .connect_sync(move |ev| seen.push((name, **ev)))
            .priority(1)
            .await;
    }
    first.send().with(5).key("a").await;
    assert_eq!(log.take(), [("first", 5), ("second", 6), ("third", 12)]);
    second.send().with(5).await;
    assert_eq!(log.take(), [("second", 5), ("third", 10)]);
    // By two ways it comes twice.
    first.forward_to(&third).key("b").await;
    first.send().with(5).keys(["a", "b"]).await;
    let thirds: Vec<_> = log
        .take()
        .into_iter()
        .filter(|one| one.0 == "third")
        .collect();
    assert_eq!(thirds, [("third", 12), ("third", 5)]);
}

async fn a_change_that_panics_is_a_failure(on: Runtime) {
    let (from, to, log) = (on.signal(0u8), on.signal(0u8), Log::new());
    to.connect_sync(log.writes(())).await;
    from.map(|ev| 10u8.checked_sub(**ev).expect("on purpose"))
        .map(|rest| {
            if rest == 0 {
                panic!("{ON_PURPOSE}, 0")
            } else {
                rest
            }
        })
        .forward_to(&to)
        .name("rest")
        .await;
    let report = from.send().with(10).join().await;
    assert_eq!(told(&report), ["on purpose, 0"]);
    assert_eq!(report.failures().next().expect("one").name(), Some("rest"));
    let report = from.send().with(11).join().await;
    assert_eq!(told(&report), ["on purpose"]);
    assert_eq!((log.len(), from.failure_count()), (0, 2));
    assert_eq!(told(&from.send().join().await), ["()"]);
    assert_eq!(log.len(), 1);
}

/// A payload whose copy is not to be had.
struct Unique;

impl Clone for Unique {
    fn clone(&self) -> Self {
        panic!("{ON_PURPOSE}")
    }
}

async fn a_payload_that_cannot_be_copied_is_a_failure(on: Runtime) {
    let (from, to) = (on.signal(Unique), on.signal(Unique));
    from.forward_to(&to).await;
    assert_eq!(told(&from.send().join().await), [ON_PURPOSE]);
    assert_eq!((from.failure_count(), to.failure_count()), (1, 0));
}

async fn failures_can_be_forwarded(on: Runtime) {
    let (signal, all, log) = (on.signal(()), on.signal(String::new()), Log::new());
    let seen = log.clone();
    all.connect_sync(move |ev| seen.push((ev.to_string(), ev.keys().to_vec())))
        .await;
    let failures: Signal<_> = signal.failures();
    let texts = failures.map(|failed| match failed.cause() {
        Cause::Panicked(panic) => panic.message().to_owned(),
        other => format!("{other:?}"),
    });
    texts.forward_to(&all).await;
    signal
        .connect_sync(|_| panic!("{ON_PURPOSE}"))
        .name("bad")
        .await;
    signal.send().await;
    assert_eq!(log.take(), [(ON_PURPOSE.to_owned(), vec!["bad".into()])]);
}

/// Where the reply has no default, and what is forwarded is counted as a reply and not as a failure.
async fn a_reply_without_a_default_is_said(on: Runtime) {
    let from = on.builder(0u32).fallible::<u32, String>().build();
    let (to, texts, log) = (on.signal(0u32), on.signal(String::new()), Log::new());
    let (seen, read) = (log.clone(), log.clone());
    to.connect_sync(move |ev| seen.push(ev.to_string())).await;
    texts
        .connect_sync(move |ev| read.push((**ev).clone()))
        .await;
    let forwarding = from.forward_to_with(&to, || Ok(7)).await;
    let again = from.forward_to_with(&to, || Ok(8)).await;
    assert_eq!(forwarding.id(), again.id());
    let odd = |ev: &Event<u32>| (**ev % 2 == 1).then(|| format!("odd {}", **ev));
    let changed = from.filter_map(odd);
    changed.forward_to_with(&texts, || Err("seen".into())).await;
    let report = from.send().with(3).join().await;
    assert_eq!(report.replies(), [Ok(7), Err("seen".to_owned())]);
    assert_eq!(log.take(), ["3", "odd 3"]);
    assert_eq!(from.send().with(4).join().await.count(), 2);
    assert_eq!(log.take(), ["4"]);
    assert_eq!(from.failure_count(), 2);
}

on_each_runtime![
    a_reply_without_a_default_is_said,
    an_event_goes_on_as_it_is,
    both_signals_filter,
    the_same_two_signals_are_one_connection,
    payloads_are_changed_on_the_way,
    neither_reply_is_the_others,
    a_chain_of_three,
    a_change_that_panics_is_a_failure,
    a_payload_that_cannot_be_copied_is_a_failure,
    failures_can_be_forwarded,
];
