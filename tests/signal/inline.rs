//! `Inline`, and what a signal does that was given no spawner.

use std::thread;

use fanfare::{Inline, Signal};
use futures_lite::future::{block_on, yield_now};
use tokio::runtime::Handle;

use crate::common::{Gate, Log, told};
use crate::runtime::Runtime;

async fn inline_runs_callbacks_within_the_send(_: Runtime) {
    let signal = Signal::builder(()).reply::<u8>().spawner(Inline).build();
    let log = Log::new();
    for number in [1, 2] {
        signal
            .connect_with(log.clone(), move |log, _| async move {
                log.push((number, thread::current().id()));
                yield_now().await;
                log.push((number, thread::current().id()));
                number
            })
            .await;
    }
    let delivery = signal.send().now().unwrap();
    let here = thread::current().id();
    assert_eq!(log.take(), [(1, here), (1, here), (2, here), (2, here)]);
    assert!(delivery.is_done());
    assert_eq!(delivery.join().await.replies(), [1, 2]);
}

async fn inline_can_be_nested_and_waits_for_other_threads(_: Runtime) {
    let signal = Signal::builder(3u8).reply::<u8>().spawner(Inline).build();
    signal
        .connect_with(signal.downgrade(), |weak, ev| async move {
            let signal = weak.upgrade().expect("it is being sent");
            if **ev > 0 {
                let delivery = signal.send().with(**ev - 1).await;
                assert!(delivery.is_done());
                return delivery.join().await.replies()[0] + 1;
            }
            let gate = Gate::new();
            let opens = gate.clone();
            let thread = thread::spawn(move || opens.open());
            gate.wait().await;
            thread.join().expect("no panic");
            10
        })
        .await;
    let delivery = signal.send().now().unwrap();
    assert!(delivery.is_done());
    assert_eq!(told(&delivery.join().await), ["13"]);
}

/// Inside tokio and with that feature, that tokio; else smol, with that feature; else within the send.
async fn a_signal_without_spawner_looks_around_at_each_send(_: Runtime) {
    let here = || Handle::try_current().ok().map(|handle| handle.id());
    let signal = Signal::builder(()).reply().build();
    signal
        .connect(move |_| async move { (here(), thread::current().id()) })
        .await;
    for _ in 0..2 {
        let report = signal.send().await.join().await;
        let (tokio, thread) = report.into_replies().remove(0);
        let is_in_tokio = cfg!(feature = "tokio") && here().is_some();
        if is_in_tokio || cfg!(feature = "smol") {
            assert_eq!(tokio, here().filter(|_| is_in_tokio));
        } else {
            assert_eq!(thread, thread::current().id());
        }
    }
    let sending = signal.clone();
    let thread = thread::spawn(move || block_on(sending.send().now().unwrap().join()));
    let report = thread.join().expect("no panic");
    assert_eq!(report.replies()[0].0, None, "that thread is in no tokio");
}

on_each_runtime![
    inline_runs_callbacks_within_the_send,
    inline_can_be_nested_and_waits_for_other_threads,
    a_signal_without_spawner_looks_around_at_each_send,
];
