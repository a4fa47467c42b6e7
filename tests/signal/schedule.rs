//! `Schedule::Spawn` hands over every async callback, `Schedule::Eager` only those that wait.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fanfare::spawn::BoxFuture;
use fanfare::{Executor, Schedule, Signal, SignalBuilder};
use futures_lite::future::yield_now;

use crate::common::{Gate, Log, ON_PURPOSE, OnDrop, opens, poll, told};
use crate::runtime::Runtime;

/// A builder with this schedule, and how many tasks were handed over.
fn counted<P: Send + Sync + 'static>(
    on: &Runtime,
    schedule: Schedule,
    defaults: P,
) -> (SignalBuilder<P>, impl Fn() -> usize) {
    let (count, spawner) = (Arc::new(AtomicUsize::new(0)), on.spawner());
    let counter = count.clone();
    let counting = move |task: BoxFuture<'static, ()>| {
        counter.fetch_add(1, Ordering::SeqCst);
        spawner.spawn(task);
    };
    let builder = Signal::builder(defaults)
        .schedule(schedule)
        .spawner(counting);
    (builder, move || count.load(Ordering::SeqCst))
}

/// Connects callbacks that are ready at once, and one that waits.
fn connected(signal: &Signal<(), u8>) {
    signal.connect_sync(|_| 1).now();
    signal.connect(|_| ready(2)).now();
    signal.connect(|_| async { 3 }).now();
    signal
        .connect(|_| async {
            yield_now().await;
            4
        })
        .now();
    signal.connect(|_| async { 5 }).now();
}

async fn spawn_hands_over_every_async_callback(on: Runtime) {
    for schedule in [Schedule::Spawn, Schedule::default()] {
        let (builder, handed_over) = counted(&on, schedule, ());
        let signal = builder.reply().build();
        connected(&signal);
        assert_eq!(signal.send().await.join().await.replies(), [1, 2, 3, 4, 5]);
        assert_eq!(handed_over(), 4);
    }
}

async fn eager_hands_over_only_what_waits(on: Runtime) {
    let (builder, handed_over) = counted(&on, Schedule::Eager, ());
    let signal = builder.reply().build();
    connected(&signal);
    assert_eq!(signal.send().await.join().await.replies(), [1, 2, 3, 4, 5]);
    assert_eq!(handed_over(), 1);
    let delivery = signal.send().now().unwrap();
    assert_eq!(delivery.count(), 5);
    assert_eq!(delivery.join().await.replies(), [1, 2, 3, 4, 5]);
    assert_eq!(handed_over(), 2);
}

async fn an_eager_send_without_anything_that_waits_is_done_at_once(on: Runtime) {
    let (builder, handed_over) = counted(&on, Schedule::Eager, ());
    let signal = builder.build();
    let log = Log::new();
    signal.connect(log.writes_async("first")).await;
    signal.connect_sync(log.writes("second")).await;
    signal.connect(|_| async { panic!("{ON_PURPOSE}") }).await;
    let delivery = signal.send().now().unwrap();
    assert!(delivery.is_done());
    assert_eq!(log.take(), ["first", "second"]);
    assert_eq!(told(&delivery.join().await), ["()", "()", "on purpose"]);
    assert_eq!(handed_over(), 0);
}

async fn an_eager_callback_starts_on_the_thread_that_sends(_: Runtime) {
    let (executor, log) = (Executor::new(), Log::new());
    let builder = Signal::builder(()).schedule(Schedule::Eager);
    let signal = builder.spawner(executor.clone()).build();
    signal
        .connect_with(log.clone(), |log, _| async move {
            log.push(thread::current().id());
            yield_now().await;
            log.push(thread::current().id());
        })
        .await;
    let delivery = signal.send().now().unwrap();
    let here = thread::current().id();
    assert_eq!(log.take(), [here]);
    let drive = move || {
        while executor.try_tick() {}
        thread::current().id()
    };
    let there = thread::spawn(drive).join().expect("no panic");
    assert_eq!(log.take(), [there]);
    assert_eq!(told(&delivery.join().await), ["()"]);
}

/// Its first poll has nobody to wake: what happens before the executor has it must not be lost.
async fn an_eager_callback_misses_no_wake_up(on: Runtime) {
    let (builder, _) = counted(&on, Schedule::Eager, ());
    let signal = builder.reply::<u8>().build();
    for _ in 0..20 {
        let go = Gate::new();
        let waits = signal
            .connect_with(go.clone(), |go, _| async move {
                go.wait().await;
                1
            })
            .await;
        let opens = signal
            .connect_sync(move |_| {
                go.open();
                2
            })
            .await;
        assert_eq!(signal.send().await.join().await.replies(), [1, 2]);
        waits.disconnect();
        opens.disconnect();
    }
}

async fn an_eager_callback_can_be_aborted(on: Runtime) {
    let (builder, _) = counted(&on, Schedule::Eager, ());
    let signal = builder.reply::<u8>().build();
    let dropped = Gate::new();
    signal.connect(|_| async { 1 }).await;
    signal
        .connect_with(dropped.clone(), |dropped, _| async move {
            let _guard = opens(&dropped);
            pending().await
        })
        .await;
    let delivery = signal.send().await;
    assert!(!delivery.is_done());
    delivery.abort();
    dropped.wait().await;
    assert_eq!(told(&delivery.join().await), ["1", "aborted"]);
}

/// It has started: nobody may take it for one that was only handed over.
async fn an_eager_callback_that_was_handed_over_is_running(_: Runtime) {
    let (executor, go) = (Executor::new(), Gate::new());
    let builder = Signal::builder(()).schedule(Schedule::Eager);
    let signal = builder.reply::<u8>().spawner(executor.clone()).build();
    let connection = signal
        .connect_with(go.clone(), |go, _| async move {
            go.wait().await;
            1
        })
        .await;
    let delivery = signal.send().await;
    let mut wait = connection.disconnect_and_wait();
    assert!(poll(&mut wait).is_pending());
    go.open();
    assert!(poll(&mut wait).is_pending());
    while executor.try_tick() {}
    assert!(wait.await);
    assert_eq!(told(&delivery.join().await), ["1"], "it goes on to its end");
}

async fn an_eager_callback_may_disconnect_a_later_one(on: Runtime) {
    let (builder, handed_over) = counted(&on, Schedule::Eager, ());
    let (signal, log) = (builder.build(), Log::new());
    let later = signal.connect(log.writes_async("later")).await;
    signal
        .connect_with(later.clone(), |later, _| async move {
            assert!(later.disconnect());
        })
        .priority(1)
        .await;
    let delivery = signal.send().await;
    assert_eq!(delivery.count(), 1);
    assert_eq!(told(&delivery.join().await), ["()"]);
    assert_eq!((log.len(), handed_over()), (0, 0));
}

async fn a_spawner_that_panics_aborts_an_eager_callback(_: Runtime) {
    let builder = Signal::builder(()).schedule(Schedule::Eager);
    let signal = builder
        .spawner(|_: BoxFuture<'static, ()>| panic!("{ON_PURPOSE}: no room"))
        .build();
    let log = Log::new();
    for word in ["first", "second"] {
        signal
            .connect_with(log.clone(), move |log, _| async move {
                // Dropped while the spawner's panic is under way.
                let _guard = OnDrop(|| {
                    log.push(word);
                    panic!("{ON_PURPOSE}: drop");
                });
                pending::<()>().await;
            })
            .await;
    }
    let connection = signal.connect(|_| async {}).await;
    let delivery = signal.send().await;
    assert!(delivery.is_done());
    assert_eq!(log.take(), ["first", "second"]);
    assert_eq!(told(&delivery.join().await), ["aborted", "aborted", "()"]);
    assert!(connection.is_connected());
}

async fn a_join_never_asks_the_spawner(on: Runtime) {
    for schedule in [Schedule::Spawn, Schedule::Eager] {
        let (builder, handed_over) = counted(&on, schedule, ());
        let signal = builder.reply().build();
        connected(&signal);
        assert_eq!(signal.send().join().await.replies(), [1, 2, 3, 4, 5]);
        assert_eq!(signal.send().fold(0, |sum, reply| sum + reply).await, 15);
        assert_eq!(signal.send().first().await, Some(1));
        assert_eq!(handed_over(), 0);
    }
}

on_each_runtime![
    spawn_hands_over_every_async_callback,
    eager_hands_over_only_what_waits,
    an_eager_send_without_anything_that_waits_is_done_at_once,
    an_eager_callback_starts_on_the_thread_that_sends,
    an_eager_callback_misses_no_wake_up,
    an_eager_callback_can_be_aborted,
    an_eager_callback_that_was_handed_over_is_running,
    an_eager_callback_may_disconnect_a_later_one,
    a_spawner_that_panics_aborts_an_eager_callback,
    a_join_never_asks_the_spawner,
];
