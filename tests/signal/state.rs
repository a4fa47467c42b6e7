//! What callbacks hold is dropped when their connection has ended and no call of it is left.

use std::sync::Arc;
use std::thread;

use fanfare::{Signal, WeakSignal};

use crate::common::{Gate, Log, OnDrop, opens};
use crate::runtime::Runtime;

async fn state_is_dropped_at_the_disconnect(on: Runtime) {
    fn own(log: &Log<&'static str>, word: &'static str) -> OnDrop<impl FnMut() + use<>> {
        let log = log.clone();
        OnDrop(move || log.push(word))
    }
    let (signal, log) = (on.signal(()), Log::new());
    let (in_when, in_closure) = (own(&log, "when"), own(&log, "closure"));
    let closure = signal
        .connect_sync(move |_| {
            let _ = &in_closure;
        })
        .keys(["a", "b"])
        .when(move |_| {
            let _ = &in_when;
            true
        })
        .await;
    let sync = signal.connect_with_sync(own(&log, "sync"), |_, _| ()).await;
    let later = Arc::new(own(&log, "async"));
    let later = signal.connect_with(later, |_, _| async {}).await;
    let _ = signal.send().key("a").join().await;
    assert_eq!(log.len(), 0);
    assert!(closure.disconnect());
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ["closure", "when"]);
    assert!(sync.disconnect());
    assert_eq!(log.take(), ["sync"]);
    assert!(later.disconnect());
    assert_eq!(log.take(), ["async"]);
}

async fn state_outlives_a_call_that_runs(on: Runtime) {
    let signal = on.signal(());
    let (started, go, dropped) = (Gate::new(), Gate::new(), Gate::new());
    let (state, alive) = (opens(&dropped), dropped.clone());
    let gates = (started.clone(), go.clone());
    let connection = signal
        .connect_with_sync((state, gates), move |(_, (started, go)), _| {
            started.open();
            go.wait_blocking();
            assert!(!alive.is_open());
        })
        .await;
    let (sender, report) = smol::channel::bounded(1);
    let sending = signal.clone();
    let thread = thread::spawn(move || {
        let sent = sender.send_blocking(sending.send().now().unwrap());
        sent.expect("it is received");
    });
    started.wait().await;
    assert!(connection.disconnect());
    assert!(!dropped.is_open());
    go.open();
    let delivery = report.recv().await.expect("a report");
    assert!(delivery.join().await.is_ok());
    thread.join().expect("no panic");
    dropped.wait().await;
}

async fn state_of_the_last_call_is_dropped_after_it(on: Runtime) {
    let (signal, dropped) = (on.signal(()), Gate::new());
    signal
        .connect_with_sync(opens(&dropped), |state, _| {
            let _ = state;
        })
        .once()
        .await;
    let _ = signal.send().join().await;
    assert!(dropped.is_open());

    let dropped = Gate::new();
    let state = Arc::new(opens(&dropped));
    signal.connect_with(state, |_, _| async {}).once().await;
    let _ = signal.send().await.join().await;
    dropped.wait().await;
}

/// No lock is held while it is dropped.
async fn what_is_dropped_may_use_the_signal(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let state = |signal: &Signal<()>| {
        let (weak, log): (WeakSignal<()>, _) = (signal.downgrade(), log.clone());
        OnDrop(move || match weak.upgrade() {
            Some(signal) => {
                let connection = signal.connect_sync(|_| ()).key("a").once().now();
                log.push(signal.send().key("a").now().unwrap().count());
                log.push(signal.connection_count());
                connection.disconnect();
            }
            None => log.push(0),
        })
    };
    let connection = signal
        .connect_with_sync(state(&signal), |_, _| ())
        .key("a")
        .await;
    assert!(connection.disconnect());
    assert_eq!(log.take(), [1, 0]);
    signal
        .connect_with_sync(state(&signal), |_, _| ())
        .once()
        .await;
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), [1, 0]);
    signal.connect_with_sync(state(&signal), |_, _| ()).await;
    drop(signal);
    assert_eq!(log.take(), [0]);
}

on_each_runtime![
    state_is_dropped_at_the_disconnect,
    state_outlives_a_call_that_runs,
    state_of_the_last_call_is_dropped_after_it,
    what_is_dropped_may_use_the_signal,
];
