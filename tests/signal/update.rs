//! A payload that cannot be made: nothing is sent, and the report says why.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fanfare::{Cause, Report, SendBuilder, Signal};

use crate::common::{Log, ON_PURPOSE};
use crate::runtime::Runtime;

/// Clones unless it is told not to.
struct Payload {
    is_bad: Arc<AtomicBool>,
    text: String,
}

impl Clone for Payload {
    fn clone(&self) -> Self {
        assert!(!self.is_bad.load(Ordering::SeqCst), "{ON_PURPOSE}: clone");
        Self {
            is_bad: Arc::clone(&self.is_bad),
            text: self.text.clone(),
        }
    }
}

/// A signal that does or does not clone, and what its callbacks hear.
fn listened(on: &Runtime, is_bad: bool) -> (Signal<Payload, u8>, Log<String>) {
    let payload = Payload {
        is_bad: Arc::new(is_bad.into()),
        text: "default".into(),
    };
    let (signal, log) = (on.builder(payload).reply().build(), Log::new());
    signal
        .connect_with_sync(log.clone(), |log, ev| {
            log.push(ev.text.clone());
            1
        })
        .now();
    signal
        .connect_with(log.clone(), |log, ev| async move {
            log.push(ev.text.clone());
            2
        })
        .now();
    (signal, log)
}

fn check(report: &Report<u8>, message: &str) {
    assert_eq!((report.count(), report.is_ok()), (0, false));
    assert!(report.replies().is_empty());
    assert_eq!(report.iter().count(), 0);
    let failures: Vec<_> = report.failures().collect();
    let [failure] = failures[..] else {
        panic!("{failures:?}")
    };
    assert_eq!((failure.connection(), failure.name()), (None, None));
    match failure.cause() {
        Cause::Panicked(panic) => assert_eq!(panic.message(), message),
        other => panic!("{other:?}"),
    }
}

type Send<'a> = SendBuilder<'a, Payload, u8>;

/// Nothing is delivered, however the send ends, and the next one is as ever.
async fn check_all_ends(
    (signal, log): (Signal<Payload, u8>, Log<String>),
    spoil: fn(Send<'_>) -> Send<'_>,
    message: &str,
) {
    let send = || spoil(signal.send());
    check(&send().join().await, message);
    let delivery = send().await;
    assert_eq!((delivery.count(), delivery.is_done()), (0, true));
    delivery.abort();
    check(&delivery.join().await, message);
    check(&send().now().unwrap().join().await, message);
    assert_eq!(send().first().await, None);
    assert_eq!(send().fold(7, |_, _| 0).await, 7);
    assert_eq!(log.len(), 0);

    signal.defaults().is_bad.store(false, Ordering::SeqCst);
    let changed = signal.send().update(|payload| payload.text.push('!'));
    assert_eq!(changed.await.join().await.replies(), [1, 2]);
    assert_eq!(signal.send().join().await.replies(), [1, 2]);
    assert_eq!(log.take(), ["default!", "default!", "default", "default"]);
}

async fn a_clone_that_panics_sends_nothing(on: Runtime) {
    fn spoil(send: Send<'_>) -> Send<'_> {
        send.update(|payload| payload.text.clear())
    }
    check_all_ends(listened(&on, true), spoil, "on purpose: clone").await;
}

async fn a_change_that_panics_sends_nothing(on: Runtime) {
    fn spoil(send: Send<'_>) -> Send<'_> {
        send.update(|payload| {
            payload.text.clear();
            panic!("{ON_PURPOSE}: change")
        })
    }
    check_all_ends(listened(&on, false), spoil, "on purpose: change").await;
}

async fn a_change_after_one_that_panicked_is_not_made(on: Runtime) {
    let (signal, log) = listened(&on, false);
    let mut is_called = false;
    let send = signal
        .send()
        .update(|_| panic!("{ON_PURPOSE}: first"))
        .update(|_| is_called = true);
    check(&send.key("a").join().await, "on purpose: first");
    assert!(!is_called);
    assert_eq!(log.len(), 0);
}

async fn a_change_of_an_own_payload_that_panics_sends_nothing(on: Runtime) {
    let (signal, log) = listened(&on, true);
    let own = Payload {
        is_bad: Arc::default(),
        text: "own".into(),
    };
    let send = signal.send().with(own);
    let send = send.update(|_| panic!("{ON_PURPOSE}: own"));
    check(&send.await.join().await, "on purpose: own");
    assert_eq!(log.len(), 0);
}

async fn no_call_is_used_up(on: Runtime) {
    let signal = on.signal(0u8);
    let once = signal.connect_sync(|_| ()).once().await;
    let send = signal.send().update(|_| panic!("{ON_PURPOSE}"));
    assert_eq!(send.await.count(), 0);
    assert!(once.is_connected());
    assert_eq!(signal.send().await.count(), 1);
}

on_each_runtime![
    a_clone_that_panics_sends_nothing,
    a_change_that_panics_sends_nothing,
    a_change_after_one_that_panicked_is_not_made,
    a_change_of_an_own_payload_that_panics_sends_nothing,
    no_call_is_used_up,
];
