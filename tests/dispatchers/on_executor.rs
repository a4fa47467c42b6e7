//! `OnExecutor`: each call is a task there.

use std::iter;
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use fanfare::dispatcher::OnExecutor;
use fanfare::testing::SeededExecutor;
use fanfare::{BoxFuture, Event, Inline, Signal};
use futures_lite::future::{block_on, yield_now};

use crate::common::{Gate, Log, ON_PURPOSE, poll, told};
use crate::runtime::Runtime;

async fn double(ev: Arc<Event<u32>>) -> u32 {
    yield_now().await;
    **ev * 2
}

async fn replies_come_back_from_another_runtime(on: Runtime) {
    // The signal is smol's or tokio's, and waits wherever this test runs.
    let signal = Signal::builder(21u32).reply::<u32>();
    let signal = signal.dispatcher(OnExecutor::new(on.spawner())).build();
    signal.connect(double).await;
    signal.connect_sync(|ev| **ev + 1).await;
    for _ in 0..10 {
        assert_eq!(signal.send().join().await.replies(), [42, 22]);
        let delivery = signal.send().await;
        assert_eq!(delivery.join().await.replies(), [42, 22]);
    }
}

async fn many_calls_on_threads_all_come_back(on: Runtime) {
    let (post, posted) = smol::channel::unbounded::<BoxFuture<'static, ()>>();
    let threads: Vec<_> = iter::repeat_with(|| {
        let posted = posted.clone();
        thread::spawn(move || {
            while let Ok(task) = posted.recv_blocking() {
                block_on(task);
            }
        })
    })
    .take(3)
    .collect();
    let spawner = move |task: BoxFuture<'static, ()>| drop(post.try_send(task));
    let signal = on.builder(1u32).reply::<u32>();
    let signal = signal.dispatcher(OnExecutor::new(spawner)).build();
    signal.connect(double).await;
    for _ in 0..20 {
        signal.connect_sync(|ev| **ev).await;
    }
    for _ in 0..20 {
        let replies = signal.send().join().await.into_replies();
        assert_eq!(replies.iter().sum::<u32>(), 22);
    }
    drop(signal);
    drop(posted);
    for thread in threads {
        thread.join().expect("no panic got that far");
    }
}

#[test]
fn each_call_is_a_task() {
    let (executor, log) = (SeededExecutor::new(1), Log::new());
    let dispatcher = OnExecutor::new(executor.clone());
    let signal = Signal::builder(()).dispatcher(dispatcher).build();
    signal.connect_sync(log.writes("sync")).now();
    signal.connect(log.writes_async("async")).now();
    let mut join = signal.send().join();
    assert!(executor.is_empty());
    assert!(poll(&mut join).is_pending());
    assert_eq!((executor.task_count(), log.len()), (2, 0));
    executor.run_until_stalled();
    let mut ran = log.take();
    ran.sort_unstable();
    assert_eq!(ran, ["async", "sync"]);
    assert!(executor.is_empty());
    assert_eq!(told(&block_on(join)), ["()", "()"]);
}

#[test]
fn a_call_that_waits_is_one_task_all_the_time() {
    let (executor, go) = (SeededExecutor::new(1), Gate::new());
    let dispatcher = OnExecutor::new(executor.clone());
    let signal = Signal::builder(()).dispatcher(dispatcher).build();
    signal
        .connect_with(go.clone(), |go, _| async move { go.wait().await })
        .now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    executor.run_until_stalled();
    assert_eq!(executor.task_count(), 1);
    go.open();
    executor.run_until_stalled();
    assert!(executor.is_empty());
    assert_eq!(told(&block_on(join)), ["()"]);
}

#[test]
fn inline_is_an_executor_as_well() {
    let signal = Signal::builder(4u32).reply::<u32>();
    let signal = signal.dispatcher(OnExecutor::new(Inline)).build();
    signal.connect(double).now();
    signal.connect_sync(|ev| **ev).now();
    let mut join = signal.send().join();
    let Poll::Ready(report) = poll(&mut join) else {
        panic!("it runs within the send")
    };
    assert_eq!(report.replies(), [8, 4]);
}

#[test]
fn a_panic_is_the_calls_alone() {
    let executor = SeededExecutor::new(1);
    let dispatcher = OnExecutor::new(executor.clone());
    let signal = Signal::builder(()).dispatcher(dispatcher).build();
    signal.connect_sync(|_| panic!("{ON_PURPOSE}")).now();
    signal.connect_sync(|_| ()).now();
    let report = executor.run_until(signal.send().join());
    let report = report.expect("nothing waits for ever");
    assert_eq!(told(&report), [ON_PURPOSE, "()"]);
}

#[test]
fn calls_wait_for_their_turn_before_they_are_spawned() {
    let (executor, log) = (SeededExecutor::new(1), Log::new());
    let dispatcher = OnExecutor::new(executor.clone());
    let signal = Signal::builder(0u32).spawner(Inline).dispatcher(dispatcher);
    let signal = signal.build();
    let course = |log: Log<String>, ev: Arc<Event<u32>>| async move {
        log.push(format!("+{}", **ev));
        yield_now().await;
        log.push(format!("-{}", **ev));
    };
    signal.connect_with(log.clone(), course).sequential().now();
    let mut joins = [0, 1, 2].map(|number| signal.send().with(number).join());
    for join in &mut joins {
        assert!(poll(join).is_pending());
    }
    assert_eq!(executor.task_count(), 1);
    for join in joins {
        assert!(executor.run_until(join).expect("its turn comes").is_ok());
    }
    assert_eq!(log.take(), ["+0", "-0", "+1", "-1", "+2", "-2"]);
}

on_each_runtime! {
    replies_come_back_from_another_runtime,
    many_calls_on_threads_all_come_back,
}
