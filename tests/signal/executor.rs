//! `Executor`, which runs tasks where its owner runs it, and only then.

use std::future::pending;
use std::thread;

use fanfare::{Executor, Signal};
use futures_lite::future::{block_on, yield_now};

use crate::common::{Gate, Log, opens, poll, told};
use crate::runtime::Runtime;

fn driven<P: Send + Sync + 'static>(defaults: P) -> (Executor, Signal<P>) {
    let executor = Executor::new();
    let signal = Signal::builder(defaults).spawner(executor.clone()).build();
    (executor, signal)
}

async fn nothing_runs_until_it_is_driven(_: Runtime) {
    let ((executor, signal), log) = (driven(()), Log::new());
    assert!(executor.is_empty() && !executor.try_tick());
    signal.connect(log.writes_async("one")).await;
    signal.connect(log.writes_async("two")).await;
    drop(signal.send().await);
    assert!(!executor.is_empty());
    assert_eq!(log.len(), 0);
    assert!(executor.try_tick());
    assert_eq!(log.take(), ["one"]);
    assert!(!executor.is_empty());
    assert!(executor.try_tick());
    assert_eq!(log.take(), ["two"]);
    assert!(executor.is_empty() && !executor.try_tick());
}

async fn try_tick_runs_one_step(_: Runtime) {
    let ((executor, signal), log) = (driven(()), Log::new());
    let go = Gate::new();
    signal
        .connect_with((log.clone(), go.clone()), |(log, go), _| async move {
            log.push("first");
            yield_now().await;
            log.push("second");
            go.wait().await;
            log.push("third");
        })
        .await;
    let delivery = signal.send().await;
    assert!(executor.try_tick());
    assert_eq!(log.take(), ["first"]);
    assert!(executor.try_tick());
    assert_eq!(log.take(), ["second"]);
    assert!(!executor.try_tick(), "it waits");
    assert!(!executor.is_empty() && !delivery.is_done());
    go.open();
    assert!(executor.try_tick());
    assert_eq!(log.take(), ["third"]);
    assert!(executor.is_empty() && delivery.is_done());
}

async fn tick_waits_for_something_to_do(on: Runtime) {
    let ((executor, signal), log) = (driven(()), Log::new());
    signal.connect(log.writes_async("ran")).await;
    let mut tick = Box::pin(executor.tick());
    assert!(poll(&mut tick).is_pending());
    let sending = signal.clone();
    on.spawn(async move { drop(sending.send().await) });
    tick.await;
    assert_eq!(log.take(), ["ran"]);
}

async fn run_drives_tasks_beside_a_future_and_gives_its_output(_: Runtime) {
    let (executor, signal) = driven(20u32);
    let replying = Signal::builder(1u32)
        .reply::<u32>()
        .spawner(executor.clone())
        .build();
    signal.connect(|_| async {}).await;
    replying.connect(|ev| async move { **ev * 2 }).await;
    let output = executor
        .run(async {
            assert!(signal.send().await.join().await.is_ok());
            replying.send().with(21).await.join().await.into_replies()
        })
        .await;
    assert_eq!(output, [42]);
    assert!(executor.is_empty());
}

async fn run_leaves_what_is_not_done_for_the_next_run(_: Runtime) {
    let ((executor, signal), go) = (driven(()), Gate::new());
    signal
        .connect_with(go.clone(), |go, _| async move { go.wait().await })
        .await;
    let delivery = executor.run(async { signal.send().await }).await;
    assert!(!delivery.is_done());
    go.open();
    assert_eq!(told(&executor.run(delivery.join()).await), ["()"]);
}

async fn clones_are_one_executor(_: Runtime) {
    let ((executor, signal), log) = (driven(()), Log::new());
    signal.connect(log.writes_async("ran")).await;
    drop(signal.send().await);
    let clone = executor.clone();
    drop(executor);
    assert!(!clone.is_empty());
    assert!(clone.try_tick());
    assert_eq!(log.take(), ["ran"]);
}

async fn several_threads_may_run_it(_: Runtime) {
    let executor = Executor::new();
    let signal = Signal::builder(0u8)
        .reply::<u8>()
        .spawner(executor.clone())
        .build();
    for _ in 0..20 {
        signal
            .connect(|ev| async move {
                yield_now().await;
                **ev
            })
            .await;
    }
    let stop = Gate::new();
    let threads = [(); 3].map(|()| {
        let (executor, stop) = (executor.clone(), stop.clone());
        thread::spawn(move || block_on(executor.run(stop.wait())))
    });
    for number in 0..20 {
        let report = signal.send().with(number).await.join().await;
        assert_eq!(report.replies(), [number; 20]);
    }
    stop.open();
    for thread in threads {
        thread.join().expect("no panic");
    }
}

async fn dropping_it_aborts_what_is_left(_: Runtime) {
    let ((executor, signal), log) = (driven(()), Log::new());
    let dropped = Gate::new();
    signal
        .connect_with(dropped.clone(), |dropped, _| async move {
            let _guard = opens(&dropped);
            pending::<()>().await;
        })
        .await;
    signal.connect(|_| async {}).await;
    signal.connect(log.writes_async("not started")).await;
    let delivery = signal.send().await;
    assert!(executor.try_tick() && executor.try_tick());
    let mut join = delivery.join();
    drop(executor);
    assert!(poll(&mut join).is_pending(), "the signal still has a clone");
    drop(signal);
    assert!(dropped.is_open());
    assert_eq!(told(&join.await), ["aborted", "()", "aborted"]);
    assert_eq!(log.len(), 0);
}

async fn callbacks_may_send_to_a_signal_on_the_same_executor(_: Runtime) {
    let executor = Executor::new();
    let signal = Signal::builder(4u8)
        .reply::<u8>()
        .spawner(executor.clone())
        .build();
    signal
        .connect_with(signal.downgrade(), |weak, ev| async move {
            let signal = weak.upgrade().expect("it is being sent");
            match **ev {
                0 => 0,
                depth => signal.send().with(depth - 1).await.join().await.replies()[0] + 1,
            }
        })
        .await;
    let report = executor
        .run(async { signal.send().await.join().await })
        .await;
    assert_eq!(told(&report), ["4"]);
}

on_each_runtime![
    nothing_runs_until_it_is_driven,
    try_tick_runs_one_step,
    tick_waits_for_something_to_do,
    run_drives_tasks_beside_a_future_and_gives_its_output,
    run_leaves_what_is_not_done_for_the_next_run,
    clones_are_one_executor,
    several_threads_may_run_it,
    dropping_it_aborts_what_is_left,
    callbacks_may_send_to_a_signal_on_the_same_executor,
];
