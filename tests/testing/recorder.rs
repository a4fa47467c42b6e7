//! The recorder.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use fanfare::testing::{Recorder, SeededExecutor};
use fanfare::{AsSender, Signal, SignalInfo};
use futures_lite::future::block_on;

use crate::common::{Woken, poll_with};

struct Person;

impl AsSender for Person {}

fn heard(signal: &Signal<u32>) -> Recorder<u32> {
    let recorder = Recorder::new();
    recorder.connect(signal).now();
    recorder
}

#[test]
fn it_writes_down_what_comes_in_order() {
    let signal = Signal::new(0);
    let recorder = heard(&signal);
    assert!(recorder.is_empty());
    for number in 1..4 {
        signal.send().with(number).now().unwrap();
    }
    assert_eq!((recorder.len(), recorder.is_empty()), (3, false));
    assert_eq!(recorder.payloads(), [1, 2, 3]);
    recorder.assert_payloads(&[1, 2, 3]);
}

#[test]
fn filters_are_those_of_any_connection() {
    let (signal, person) = (Signal::new(0), Arc::new(Person));
    let recorder = Recorder::new();
    recorder
        .connect(&signal)
        .key("a")
        .sender(&person)
        .when(|ev| **ev != 3)
        .times(3)
        .now();
    signal.send().with(0).now().unwrap();
    signal.send().with(1).key("a").now().unwrap();
    signal.send().with(2).sender(&person).now().unwrap();
    signal.send().with(3).key("a").now().unwrap();
    signal.send().with(4).key("b").now().unwrap();
    signal
        .send()
        .with(5)
        .keys(["a", "b"])
        .sender(&person)
        .now()
        .unwrap();
    signal.send().with(6).key("a").now().unwrap();
    recorder.assert_payloads(&[1, 2, 5]);
}

#[test]
fn events_are_whole() {
    let (signal, person) = (
        Signal::builder(7u32).name("numbers").build(),
        Arc::new(Person),
    );
    let recorder = heard(&signal);
    signal
        .send()
        .sender(&person)
        .keys(["a", "b"])
        .now()
        .unwrap();
    signal.send().with(8).now().unwrap();
    let (id, events) = (signal.id(), recorder.events());
    drop(signal);
    let [defaults, own] = &events[..] else {
        panic!("two were sent, {events:?} came");
    };
    assert_eq!((***defaults, ***own), (7, 8));
    assert_eq!(defaults.keys(), ["a".into(), "b".into()]);
    assert!(defaults.is_from(&person));
    assert!(
        defaults
            .sender_as::<Person>()
            .is_some_and(|sender| Arc::ptr_eq(&sender, &person))
    );
    assert!(own.keys().is_empty() && own.senders().is_empty());
    for info in [defaults.signal(), own.signal()] {
        assert_eq!((info.id(), SignalInfo::name(info)), (id, Some("numbers")));
    }
}

#[test]
fn it_records_within_every_end_of_a_send() {
    let executor = SeededExecutor::new(1);
    let signal = Signal::builder(0u32).spawner(executor.clone()).build();
    let recorder = heard(&signal);
    signal.connect(|_| async {}).now();
    signal.send().with(1).now().unwrap();
    recorder.assert_payloads(&[1]);
    block_on(async {
        drop(signal.send().with(2).await);
        recorder.assert_payloads(&[1, 2]);
        assert!(signal.send().with(3).join().await.is_ok());
        recorder.assert_payloads(&[1, 2, 3]);
        assert!(signal.send().with(4).first().await.is_some());
    });
    recorder.assert_payloads(&[1, 2, 3, 4]);
    assert_eq!(executor.task_count(), 2, "it has run nothing so far");
}

#[test]
fn it_replies_the_default() {
    let signal = Signal::builder(())
        .reply::<Option<u8>>()
        .key::<u8>()
        .build();
    let recorder = Recorder::new();
    recorder.connect(&signal).key(1).now();
    let report = block_on(signal.send().key(1).join());
    assert_eq!(report.replies(), [None]);
    assert_eq!(recorder.events()[0].keys(), [1]);
}

#[test]
fn one_recorder_may_listen_to_several_signals() {
    let (first, second) = (
        Signal::new(1u32),
        Signal::builder(2u32).reply::<u8>().build(),
    );
    let recorder = Recorder::new();
    recorder.connect(&first).now();
    recorder.clone().connect(&second).now();
    first.send().now().unwrap();
    second.send().now().unwrap();
    recorder.assert_payloads(&[1, 2]);
    let ids: Vec<_> = recorder
        .events()
        .iter()
        .map(|event| event.signal().id())
        .collect();
    assert_eq!(ids, [first.id(), second.id()]);
}

#[test]
fn take_begins_anew() {
    let signal = Signal::new(0);
    let recorder = heard(&signal);
    signal.send().with(1).now().unwrap();
    assert_eq!(recorder.take().len(), 1);
    assert!(recorder.is_empty());
    signal.send().with(2).now().unwrap();
    recorder.assert_payloads(&[2]);
}

#[test]
fn a_wrong_expectation_shows_both_and_where_it_was_written() {
    let signal = Signal::new(0);
    let recorder = heard(&signal);
    signal.send().with(1).now().unwrap();
    signal.send().with(2).now().unwrap();
    for (expected, place) in [
        (&[1, 3][..], 1),
        (&[1], 1),
        (&[1, 2, 3], 2),
        (&[], 0),
        (&[2, 1], 0),
    ] {
        let failed = catch_unwind(AssertUnwindSafe(|| recorder.assert_payloads(expected)));
        let payload = failed.expect_err("it is wrong");
        let message = payload.downcast_ref::<String>().expect("a text");
        for part in [
            format!("place {place}"),
            format!("({}) {expected:?}", expected.len()),
            "(2) [1, 2]".to_owned(),
        ] {
            assert!(message.contains(&part), "{part:?} is not in {message:?}");
        }
    }
}

#[test]
fn wait_for_is_ready_once_they_have_come() {
    let signal = Signal::new(0);
    let (recorder, woken) = (heard(&signal), Woken::new());
    assert!(poll_with(&mut Box::pin(recorder.wait_for(0)), &woken).is_ready());
    let mut waiting = Box::pin(recorder.wait_for(2));
    assert!(poll_with(&mut waiting, &woken).is_pending());
    signal.send().now().unwrap();
    assert_eq!(woken.count(), 1);
    assert!(poll_with(&mut waiting, &woken).is_pending());
    signal.send().now().unwrap();
    assert_eq!(woken.count(), 2);
    assert!(poll_with(&mut waiting, &woken).is_ready());
}

#[test]
fn wait_for_learns_of_events_from_other_threads() {
    let signal = Signal::new(0);
    let recorder = heard(&signal);
    let threads = [(); 3].map(|()| {
        let signal = signal.clone();
        thread::spawn(move || {
            (0..100).for_each(|number| drop(signal.send().with(number).now().unwrap()));
        })
    });
    block_on(recorder.wait_for(300));
    for thread in threads {
        thread.join().expect("no panic");
    }
    assert_eq!(recorder.len(), 300);
}

#[test]
fn a_connection_keeps_it_and_it_keeps_no_signal() {
    let signal = Signal::new(0);
    let recorder = Recorder::new();
    let connection = recorder.connect(&signal).now();
    signal.send().now().unwrap();
    let weak = signal.downgrade();
    drop(signal);
    assert!(weak.upgrade().is_none());
    assert!(!connection.is_connected());
    recorder.assert_payloads(&[0]);
}
