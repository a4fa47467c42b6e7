//! The executor of a seeded random order.

use std::cell::Cell;
use std::collections::HashSet;
use std::future::{Future, pending, poll_fn, ready};
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;

use fanfare::testing::SeededExecutor;
use fanfare::{Signal, Spawner};
use futures_lite::future::yield_now;

use crate::common::{Log, OnDrop};

fn spawn(executor: &SeededExecutor, task: impl Future<Output = ()> + Send + 'static) {
    executor.spawn(Box::pin(task));
}

/// The order in which ten tasks take three steps each.
fn order(seed: u64) -> Vec<usize> {
    let (executor, log) = (SeededExecutor::new(seed), Log::new());
    for name in 0..10 {
        let log = log.clone();
        spawn(&executor, async move {
            for _ in 0..3 {
                log.push(name);
                yield_now().await;
            }
        });
    }
    // The last yield is a step, too.
    assert_eq!(executor.run_until_stalled(), 40);
    assert!(executor.is_empty());
    log.take()
}

#[test]
fn one_seed_is_one_order() {
    for seed in 0..20 {
        assert_eq!(order(seed), order(seed), "{seed}");
    }
}

#[test]
fn seeds_differ() {
    let orders: HashSet<Vec<usize>> = (0..20).map(order).collect();
    assert_eq!(orders.len(), 20);
}

#[test]
fn every_order_of_three_occurs() {
    let order = |seed| {
        let (executor, log) = (SeededExecutor::new(seed), Log::new());
        for name in 0..3 {
            let log = log.clone();
            spawn(&executor, async move { log.push(name) });
        }
        executor.run_until_stalled();
        log.take()
    };
    let orders: HashSet<Vec<i32>> = (0..200).map(order).collect();
    assert_eq!(orders.len(), 6);
}

#[test]
fn nothing_runs_until_it_is_driven_and_then_on_the_thread_that_drives() {
    let (executor, log) = (SeededExecutor::new(1), Log::new());
    let to = log.clone();
    let of_thread = executor.clone();
    let spawning =
        thread::spawn(move || spawn(&of_thread, async move { to.push(thread::current().id()) }));
    spawning.join().expect("no panic");
    assert_eq!((executor.task_count(), executor.is_empty()), (1, false));
    assert_eq!(log.take(), []);
    assert!(executor.tick());
    assert_eq!(log.take(), [thread::current().id()]);
    assert!(!executor.tick());
    assert_eq!((executor.task_count(), executor.is_empty()), (0, true));
}

#[test]
fn a_task_that_waits_is_not_run_until_it_is_woken() {
    let executor = SeededExecutor::new(1);
    let waker: Arc<Mutex<Option<Waker>>> = Arc::default();
    let left = Arc::clone(&waker);
    let mut is_first = true;
    spawn(
        &executor,
        poll_fn(move |cx| {
            if !std::mem::take(&mut is_first) {
                return Poll::Ready(());
            }
            *left.lock().expect("no panic") = Some(cx.waker().clone());
            Poll::Pending
        }),
    );
    assert_eq!(executor.run_until_stalled(), 1);
    assert_eq!(
        (executor.run_until_stalled(), executor.task_count()),
        (0, 1)
    );
    let waker = waker.lock().expect("no panic").take().expect("left there");
    let twice = waker.clone();
    thread::spawn(move || {
        twice.wake_by_ref();
        twice.wake();
    })
    .join()
    .expect("no panic");
    assert_eq!(
        (executor.run_until_stalled(), executor.task_count()),
        (1, 0)
    );
    // What is over is not run again, nor is one whose executor is gone.
    waker.wake_by_ref();
    assert_eq!(executor.run_until_stalled(), 0);
    drop(executor);
    waker.wake();
}

#[test]
fn a_task_that_wakes_itself_goes_on() {
    let (executor, log) = (SeededExecutor::new(1), Log::new());
    let to = log.clone();
    let mut left = 3;
    spawn(
        &executor,
        poll_fn(move |cx| {
            to.push(left);
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            // Twice is once.
            cx.waker().wake_by_ref();
            cx.waker().wake_by_ref();
            Poll::Pending
        }),
    );
    assert_eq!(executor.run_until_stalled(), 4);
    assert_eq!(log.take(), [3, 2, 1, 0]);
}

#[test]
fn tasks_may_spawn_tasks() {
    let (executor, log) = (SeededExecutor::new(1), Log::new());
    let (of_task, to) = (executor.clone(), log.clone());
    spawn(&executor, async move {
        let inner = to.clone();
        spawn(&of_task, async move { inner.push("inner") });
        to.push("outer");
    });
    assert_eq!(executor.run_until_stalled(), 2);
    assert_eq!(log.take(), ["outer", "inner"]);
}

#[test]
fn run_until_gives_the_output_and_leaves_the_rest() {
    let (executor, log) = (SeededExecutor::new(1), Log::new());
    let (sender, receiver) = smol::channel::bounded(1);
    let to = log.clone();
    spawn(&executor, async move {
        sender.send(42).await.expect("it is waited for");
        pending::<()>().await;
        to.push("never");
    });
    let output = executor.run_until(async { receiver.recv().await });
    assert_eq!(output, Some(Ok(42)));
    assert_eq!((executor.task_count(), log.take().len()), (1, 0));
    assert_eq!(executor.run_until(ready(7)), Some(7));
}

#[test]
fn run_until_tells_when_nothing_can_go_on() {
    let executor = SeededExecutor::new(1);
    spawn(&executor, pending());
    assert_eq!(executor.run_until(pending::<()>()), None);
    let (sender, receiver) = smol::channel::bounded(1);
    let mut waiting = Box::pin(async { receiver.recv().await });
    assert_eq!(executor.run_until(&mut waiting), None);
    sender.try_send("later").expect("there is room");
    assert_eq!(executor.run_until(&mut waiting), Some(Ok("later")));
}

#[test]
fn the_future_that_is_run_takes_its_turn_among_the_tasks() {
    let before = |seed| {
        let (executor, log) = (SeededExecutor::new(seed), Log::new());
        for _ in 0..4 {
            let log = log.clone();
            spawn(&executor, async move { log.push(()) });
        }
        executor
            .run_until(async { log.take().len() })
            .expect("it is ready")
    };
    let seen: HashSet<usize> = (0..200).map(before).collect();
    assert_eq!(seen, HashSet::from([0, 1, 2, 3, 4]));
}

#[test]
fn it_need_not_be_sendable() {
    let executor = SeededExecutor::new(1);
    let cell = Cell::new(1);
    let output = executor.run_until(async {
        yield_now().await;
        cell.get() + 1
    });
    assert_eq!(output, Some(2));
}

#[test]
fn a_task_that_panics_takes_nobody_down() {
    struct Nasty;
    impl Drop for Nasty {
        fn drop(&mut self) {
            resume_unwind(Box::new("in its payload, when that is dropped"));
        }
    }
    let (executor, log) = (SeededExecutor::new(1), Log::new());
    spawn(&executor, async { resume_unwind(Box::new("in its run")) });
    spawn(&executor, async { resume_unwind(Box::new(Nasty)) });
    spawn(&executor, {
        let on_drop = OnDrop(|| resume_unwind(Box::new("in its drop")));
        async move {
            let _on_drop = on_drop;
        }
    });
    let to = log.clone();
    spawn(&executor, async move { to.push("done") });
    assert_eq!(executor.run_until_stalled(), 4);
    assert_eq!((log.take(), executor.task_count()), (vec!["done"], 0));
}

#[test]
fn dropping_it_drops_the_tasks_in_the_order_they_came() {
    let (executor, log) = (SeededExecutor::new(1), Log::new());
    for name in 0..5 {
        let log = log.clone();
        let on_drop = OnDrop(move || {
            log.push(name);
            if name == 2 {
                resume_unwind(Box::new("in a drop"));
            }
        });
        spawn(&executor, async move {
            let _on_drop = on_drop;
            pending::<()>().await;
        });
    }
    assert!(executor.tick() && executor.tick());
    let clone = executor.clone();
    drop(executor);
    assert!(log.take().is_empty());
    drop(clone);
    assert_eq!(log.take(), [0, 1, 2, 3, 4]);
}

#[test]
fn callbacks_that_are_left_are_aborted() {
    let executor = SeededExecutor::new(1);
    let signal = Signal::builder(()).spawner(executor.clone()).build();
    signal.connect(|_| pending::<()>()).now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    drop((executor, signal));
    let report = futures_lite::future::block_on(delivery.join());
    assert_eq!(report.failures().count(), 1);
}

#[test]
fn threads_may_drive_it_together() {
    let executor = SeededExecutor::new(1);
    let (sender, receiver) = smol::channel::unbounded();
    for number in 0..100 {
        let sender = sender.clone();
        spawn(&executor, async move {
            yield_now().await;
            sender.try_send(number).expect("there is room");
        });
    }
    let threads = [(); 4].map(|()| {
        let executor = executor.clone();
        thread::spawn(move || {
            while !executor.is_empty() {
                if !executor.tick() {
                    thread::yield_now();
                }
            }
        })
    });
    for thread in threads {
        thread.join().expect("no panic");
    }
    let mut numbers: Vec<i32> = std::iter::from_fn(|| receiver.try_recv().ok()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}

#[test]
fn it_tells_its_seed() {
    let executor = SeededExecutor::new(7);
    assert_eq!(executor.seed(), 7);
    assert_eq!(
        format!("{executor:?}"),
        "SeededExecutor { seed: 7, tasks: 0 }"
    );
}
