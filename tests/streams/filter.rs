//! Which events come: every filter that a connection has.

use std::sync::Arc;

use fanfare::Signal;

use crate::common::Person;
use crate::got::{Got, drain, events};
use crate::runtime::Runtime;

async fn without_filters_every_send_comes(on: Runtime) {
    let signal = on.signal(0);
    let mut all = signal.subscribe().await;
    signal.send().with(1).await;
    signal.send().with(2).key("a").await;
    signal.send().with(3).sender(&Arc::new(Person(1))).await;
    signal.send().with(4).to_all().await;
    assert_eq!(drain(&mut all), events(1..=4));
}

async fn with_keys_those_come_that_name_one(on: Runtime) {
    let signal = on.signal(0);
    let mut one = signal.subscribe().key("a").await;
    let mut two = signal.subscribe().keys(["a", "b"]).await;
    signal.send().with(1).await;
    signal.send().with(2).key("a").await;
    signal.send().with(3).key("b").await;
    signal.send().with(4).key("c").await;
    signal.send().with(5).keys(["a", "b"]).await;
    signal.send().with(6).to_all().await;
    assert_eq!(drain(&mut one), events([2, 5, 6]));
    assert_eq!(drain(&mut two), events([2, 3, 5, 6]), "each once");
}

async fn with_senders_those_come_that_name_one(on: Runtime) {
    let signal = on.signal(0);
    let (ann, bob, eve) = (
        Arc::new(Person(1)),
        Arc::new(Person(1)),
        Arc::new(Person(1)),
    );
    let mut one = signal.subscribe().sender(&ann).await;
    let mut two = signal.subscribe().senders([&ann, &bob]).await;
    signal.send().with(1).await;
    signal.send().with(2).sender(&ann).await;
    signal.send().with(3).sender(&bob).await;
    signal.send().with(4).sender(&eve).await;
    signal.send().with(5).senders([&ann, &bob]).await;
    assert_eq!(drain(&mut one), events([2, 5]));
    assert_eq!(drain(&mut two), events([2, 3, 5]));
}

async fn a_key_or_a_sender_is_enough(on: Runtime) {
    let signal = on.signal(0);
    let (ann, bob) = (Arc::new(Person(1)), Arc::new(Person(2)));
    let mut either = signal.subscribe().key("a").sender(&ann).await;
    signal.send().with(1).key("a").await;
    signal.send().with(2).sender(&ann).await;
    signal.send().with(3).key("b").sender(&ann).await;
    signal.send().with(4).key("b").sender(&bob).await;
    signal.send().with(5).key("a").sender(&ann).await;
    assert_eq!(drain(&mut either), events([1, 2, 3, 5]));
}

async fn a_filter_of_nothing_matches_nothing(on: Runtime) {
    let signal = on.signal(0);
    let mut nothing = signal.subscribe().keys([] as [fanfare::Key; 0]).await;
    signal.send().with(1).await;
    signal.send().with(2).key("a").await;
    assert_eq!(drain(&mut nothing), []);
    assert!(nothing.connection().is_connected());
}

async fn predicates_narrow_it(on: Runtime) {
    let signal = on.signal(0);
    let mut even = signal.subscribe().when(|ev| **ev % 2 == 0).await;
    let subscribe = signal.subscribe().key("a").when(|ev| **ev % 2 == 0);
    let mut both = subscribe.when(|ev| **ev > 2).await;
    for number in 1..=6 {
        signal.send().with(number).key("a").await;
    }
    signal.send().with(8).key("b").await;
    assert_eq!(drain(&mut even), events([2, 4, 6, 8]));
    assert_eq!(drain(&mut both), events([4, 6]));
}

async fn a_predicate_that_panics_is_a_failure_and_no_event(on: Runtime) {
    let signal = on.signal(0);
    let subscribe = signal.subscribe().name("picky");
    let mut picky = subscribe
        .when(|ev| **ev < 2 || panic!("on purpose: {ev}", ev = **ev))
        .await;
    assert!(signal.send().with(1).join().await.is_ok());
    let report = signal.send().with(2).join().await;
    let names: Vec<_> = report.failures().map(|failure| failure.name()).collect();
    assert_eq!(names, [Some("picky")]);
    assert_eq!((report.count(), signal.failure_count()), (1, 1));
    assert!(signal.send().with(0).join().await.is_ok());
    assert_eq!(drain(&mut picky), events([1, 0]));
}

async fn filters_are_changed_through_the_connection(on: Runtime) {
    let signal = on.signal(0);
    let mut some = signal.subscribe().key("a").await;
    let ann = Arc::new(Person(1));
    assert!(some.connection().add_keys(["b"]));
    assert!(some.connection().add_senders([&ann]));
    signal.send().with(1).key("b").await;
    signal.send().with(2).sender(&ann).await;
    assert!(some.connection().remove_keys(["a", "b"]));
    signal.send().with(3).keys(["a", "b"]).await;
    signal.send().with(4).sender(&ann).await;
    assert!(some.connection().remove_senders([&ann]));
    signal.send().with(5).sender(&ann).await;
    assert_eq!(drain(&mut some), events([1, 2, 4]));
    assert!(some.connection().is_connected(), "it can be given another");
}

async fn a_blocked_one_is_passed_by(on: Runtime) {
    let signal = on.signal(0);
    let mut numbers = signal.subscribe().await;
    signal.send().with(1).await;
    let guard = numbers.connection().block();
    signal.send().with(2).await;
    drop(guard);
    signal.send().with(3).await;
    assert_eq!(drain(&mut numbers), events([1, 3]));
    assert_eq!(numbers.lost(), 0, "what is not sent to it is not lost");
}

async fn it_ends_with_the_last_sender_it_listens_to(on: Runtime) {
    let signal = on.signal(0);
    let (ann, bob) = (Arc::new(Person(1)), Arc::new(Person(2)));
    let mut one = signal.subscribe().sender(&ann).await;
    let mut other = signal.subscribe().senders([&ann, &bob]).await;
    signal.send().with(1).sender(&ann).await;
    drop(ann);
    assert_eq!(signal.connection_count(), 1);
    assert_eq!(drain(&mut one), [Got::Event(1), Got::End]);
    assert_eq!(drain(&mut other), events([1]));
    drop(bob);
    assert!(!other.connection().is_connected());
    assert_eq!(drain(&mut other), [Got::End]);
}

async fn keys_of_any_type_filter(on: Runtime) {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    enum Topic {
        Rain,
        Snow,
    }
    let signal: Signal<u32, (), Topic> = on.builder(0).key::<Topic>().build();
    let mut rain = signal.subscribe().key(Topic::Rain).await;
    signal.send().with(1).key(Topic::Rain).await;
    signal.send().with(2).key(Topic::Snow).await;
    assert_eq!(drain(&mut rain), events([1]));
}

on_each_runtime![
    without_filters_every_send_comes,
    with_keys_those_come_that_name_one,
    with_senders_those_come_that_name_one,
    a_key_or_a_sender_is_enough,
    a_filter_of_nothing_matches_nothing,
    predicates_narrow_it,
    a_predicate_that_panics_is_a_failure_and_no_event,
    filters_are_changed_through_the_connection,
    a_blocked_one_is_passed_by,
    it_ends_with_the_last_sender_it_listens_to,
    keys_of_any_type_filter,
];
