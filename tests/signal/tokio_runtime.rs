//! The ready-made `Tokio`, and the choice a signal makes inside tokio.

use std::future::pending;
use std::thread;

use fanfare::{Signal, Tokio};
use futures_lite::future::block_on;
use tokio::runtime::{Builder, Handle, Id, Runtime as OwnRuntime};

use crate::common::{Gate, Log, opens, told};
use crate::runtime::Runtime;

/// A runtime beside the test's own, and its spawner.
fn another() -> (OwnRuntime, Tokio) {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .build()
        .expect("threads");
    let spawner = {
        let _inside = runtime.enter();
        Tokio::current().expect("inside a runtime")
    };
    (runtime, spawner)
}

fn here() -> Option<Id> {
    Handle::try_current().ok().map(|handle| handle.id())
}

async fn current_is_the_runtime_around(_: Runtime) {
    assert!(Tokio::current().is_some());
    let outside = thread::spawn(|| Tokio::current().is_none());
    assert!(outside.join().expect("no panic"));
}

async fn it_spawns_onto_its_runtime_from_anywhere(_: Runtime) {
    let (runtime, spawner) = another();
    let signal = Signal::builder(()).reply().spawner(spawner).build();
    signal
        .connect(|_| async {
            // Works inside of tokio alone.
            tokio::spawn(async { here() }).await.expect("no panic")
        })
        .await;
    let there = Some(runtime.handle().id());
    assert_ne!(there, here());
    assert_eq!(signal.send().await.join().await.replies(), [there]);
    let sending = signal.clone();
    let outside = thread::spawn(move || block_on(sending.send().now().unwrap().join()));
    assert_eq!(outside.join().expect("no panic").replies(), [there]);
    runtime.shutdown_background();
}

async fn a_runtime_that_was_shut_down_aborts_callbacks(_: Runtime) {
    let (runtime, spawner) = another();
    let (log, dropped, started) = (Log::new(), Gate::new(), Gate::new());
    let signal = Signal::builder(()).spawner(spawner).build();
    let state = (dropped.clone(), started.clone());
    let waits = signal
        .connect_with(state, |(dropped, started), _| async move {
            let _guard = opens(&dropped);
            started.open();
            pending::<()>().await;
        })
        .await;
    signal.connect_sync(log.writes("sync")).await;
    let delivery = signal.send().await;
    started.wait().await;
    runtime.shutdown_background();
    assert_eq!(told(&delivery.join().await), ["aborted", "()"]);
    assert!(dropped.is_open());
    assert!(waits.disconnect_and_wait().await);

    signal.connect(log.writes_async("async")).await;
    assert_eq!(told(&signal.send().await.join().await), ["()", "aborted"]);
    assert_eq!(log.take(), ["sync", "sync"]);
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), ["sync", "async"]);
}

async fn a_signal_without_spawner_uses_the_runtime_it_is_sent_in(_: Runtime) {
    let signal = Signal::builder(()).reply().build();
    signal.connect(|_| async { here() }).await;
    assert_eq!(signal.send().await.join().await.replies(), [here()]);
    let (runtime, _) = another();
    let delivery = {
        let _inside = runtime.enter();
        signal.send().now().unwrap()
    };
    assert_eq!(
        delivery.join().await.replies(),
        [Some(runtime.handle().id())]
    );
    let sending = signal.clone();
    let outside = thread::spawn(move || block_on(sending.send().now().unwrap().join()));
    assert_eq!(outside.join().expect("no panic").replies(), [None]);
    runtime.shutdown_background();
}

on_tokio![
    current_is_the_runtime_around,
    it_spawns_onto_its_runtime_from_anywhere,
    a_runtime_that_was_shut_down_aborts_callbacks,
    a_signal_without_spawner_uses_the_runtime_it_is_sent_in,
];
