//! Calls on a thread or an executor that are stopped, or whose place has gone.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fanfare::dispatcher::{Dispatcher, OnExecutor, OnThread, Task};
use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{BoxFuture, Signal};
use futures_lite::future::{block_on, yield_now};

use crate::common::{Gate, Log, ON_PURPOSE, OnDrop, opens, poll, told};
use crate::kit::{Loop, Queue};
use crate::runtime::Runtime;

/// A signal without a payload and with this dispatcher.
fn through(dispatcher: impl Dispatcher) -> Signal<()> {
    Signal::builder(()).dispatcher(dispatcher).build()
}

#[test]
fn a_thread_that_drops_its_task_aborts_the_call() {
    let (queue, log) = (Queue::new(), Log::new());
    let signal = through(OnThread::new(queue.post()));
    signal.connect_sync(log.writes("ran")).now();
    signal.connect(log.writes_async("ran")).now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    drop(queue.take());
    drop(queue.take());
    assert_eq!(told(&block_on(join)), ["aborted", "aborted"]);
    assert_eq!(log.len(), 0);
}

#[test]
fn a_thread_that_has_gone_aborts_what_waits_when_it_is_woken() {
    let (queue, go, dropped) = (Queue::new(), Gate::new(), Gate::new());
    let signal = through(OnThread::new(queue.post()));
    let state = (go.clone(), dropped.clone());
    signal
        .connect_with(state, |(go, dropped), _| async move {
            let _opens = opens(&dropped);
            go.wait().await;
        })
        .now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    queue.run_all();
    go.open();
    assert!(!dropped.is_open());
    drop(queue.take());
    assert_eq!(told(&block_on(join)), ["aborted"]);
    assert!(dropped.is_open());
}

/// What it waits for is dropped with it, and the one who wakes it holds a lock on that: it must not be dropped there.
async fn a_loop_that_has_gone_may_drop_the_task_while_the_callback_is_woken(_: Runtime) {
    let (post, posted) = std::sync::mpsc::channel::<Task>();
    let go = Gate::new();
    let signal = through(OnThread::new(move |task| drop(post.send(task))));
    signal
        .connect_with(go.clone(), |go, _| async move { go.wait().await })
        .now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    posted.recv().expect("a task").run();
    drop(posted);
    go.open();
    assert_eq!(told(&join.await), ["aborted"]);
    assert!(poll(&mut signal.idle()).is_ready());
}

#[test]
fn a_post_that_panics_aborts_the_call() {
    let signal = through(OnThread::new(|_: Task| panic!("{ON_PURPOSE}: no loop")));
    signal.connect_sync(|_| ()).now();
    signal.connect(|_| async {}).now();
    let report = block_on(signal.send().join());
    assert_eq!(told(&report), ["aborted", "aborted"]);
}

async fn a_post_that_panics_later_aborts_the_call_then(_: Runtime) {
    let (queue, go) = (Queue::new(), Gate::new());
    let is_gone = Arc::new(AtomicBool::new(false));
    let (post, gone) = (queue.post(), Arc::clone(&is_gone));
    let signal = through(OnThread::new(move |task| {
        assert!(!gone.load(Ordering::SeqCst), "{ON_PURPOSE}: no loop");
        post(task);
    }));
    signal
        .connect_with(go.clone(), |go, _| async move { go.wait().await })
        .now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    queue.run_all();
    is_gone.store(true, Ordering::SeqCst);
    go.open();
    assert_eq!(told(&join.await), ["aborted"]);
}

#[test]
fn a_spawner_that_drops_its_task_or_panics_aborts_the_call() {
    let drops = OnExecutor::new(|task: BoxFuture<'static, ()>| drop(task));
    let panics = OnExecutor::new(|_: BoxFuture<'static, ()>| panic!("{ON_PURPOSE}: no threads"));
    for dispatcher in [drops, panics] {
        let signal = through(dispatcher);
        signal.connect_sync(|_| ()).now();
        signal.connect(|_| async {}).now();
        let report = block_on(signal.send().join());
        assert_eq!(told(&report), ["aborted", "aborted"]);
    }
}

#[test]
fn an_executor_that_goes_aborts_what_has_begun() {
    let (executor, dropped) = (SeededExecutor::new(1), Gate::new());
    let other = SeededExecutor::new(2);
    let weak = Arc::new(Mutex::new(Some(executor.clone())));
    let spawner = Arc::clone(&weak);
    let signal = through(OnExecutor::new(move |task: BoxFuture<'static, ()>| {
        let executor = spawner.lock().expect("nobody panics here").clone();
        fanfare::Spawner::spawn(&executor.expect("it is there"), task);
    }));
    signal
        .connect_with(dropped.clone(), |dropped, _| async move {
            let _opens = opens(&dropped);
            pending::<()>().await;
        })
        .now();
    let mut join = signal.send().join();
    assert!(other.run_until(&mut join).is_none());
    executor.run_until_stalled();
    weak.lock().expect("nobody panics here").take();
    drop(executor);
    assert!(dropped.is_open());
    let report = other.run_until(join).expect("it has heard of it");
    assert_eq!(told(&report), ["aborted"]);
}

#[test]
fn what_nobody_waits_for_any_more_does_not_start() {
    let (queue, executor, log) = (Queue::new(), SeededExecutor::new(1), Log::new());
    let on_thread = through(OnThread::new(queue.post()));
    let on_executor = through(OnExecutor::new(executor.clone()));
    for signal in [&on_thread, &on_executor] {
        signal.connect_sync(log.writes("ran")).now();
        signal.connect(log.writes_async("ran")).now();
        let mut join = signal.send().join();
        assert!(poll(&mut join).is_pending());
        drop(join);
    }
    assert_eq!(queue.run_all(), 2);
    assert_eq!(executor.task_count(), 2);
    executor.run_until_stalled();
    assert!(executor.is_empty());
    assert_eq!(log.len(), 0);
}

#[test]
fn a_call_that_waits_is_cancelled_where_it_waits() {
    let (queue, executor, cancelled) = (Queue::new(), SeededExecutor::new(1), Log::new());
    let on_thread = through(OnThread::new(queue.post()));
    let on_executor = through(OnExecutor::new(executor.clone()));
    let run = || {
        executor.run_until_stalled();
        queue.run_all();
    };
    for signal in [&on_thread, &on_executor] {
        signal
            .connect_with(cancelled.clone(), |log, _| async move {
                let _writes = OnDrop(|| log.push(thread::current().id()));
                pending::<()>().await;
            })
            .now();
        let mut join = signal.send().join();
        assert!(poll(&mut join).is_pending());
        run();
        thread::scope(|scope| {
            scope.spawn(|| drop(join));
        });
        assert_eq!(cancelled.len(), 0, "it is cancelled over there");
        run();
        assert_eq!(cancelled.take(), [thread::current().id()]);
        assert!(poll(&mut signal.idle()).is_ready());
    }
    assert!(executor.is_empty() && queue.len() == 0);
}

#[test]
fn a_time_limit_counts_while_the_loop_does_not_go_round() {
    let (queue, clock, log) = (Queue::new(), ManualClock::new(), Log::new());
    let second = Duration::from_secs(1);
    let signal = Signal::builder(()).timer(clock.clone());
    let signal = signal.dispatcher(OnThread::new(queue.post())).build();
    signal.connect_sync(log.writes("ran")).timeout(second).now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    clock.advance(second);
    assert_eq!(told(&block_on(join)), ["TimedOut"]);
    assert_eq!(queue.run_all(), 1);
    assert_eq!(log.len(), 0, "it does not start any more");
}

/// What it is a reply for is not there when it is dropped.
struct Touchy;

impl Drop for Touchy {
    fn drop(&mut self) {
        panic!("{ON_PURPOSE}: dropped");
    }
}

#[test]
fn a_reply_that_nobody_hears_may_panic_when_it_is_dropped() {
    type Slot = Arc<Mutex<Option<BoxFuture<'static, ()>>>>;
    let queue = Queue::new();
    let signal = Signal::builder(()).reply::<Touchy>();
    let signal = signal.dispatcher(OnThread::new(queue.post())).build();
    let slot = Slot::default();
    let waiting = Arc::clone(&slot);
    signal
        .connect_sync(move |_| {
            // Nobody waits from now on, and the call has begun.
            drop(waiting.lock().expect("nobody panics here").take());
            Touchy
        })
        .now();
    let sending = signal.clone();
    let mut join: BoxFuture<'static, ()> = Box::pin(async move {
        std::mem::forget(sending.send().join().await);
    });
    assert!(poll(&mut join).is_pending());
    *slot.lock().expect("nobody panics here") = Some(join);
    assert_eq!(queue.run_all(), 1);
    assert!(slot.lock().expect("nobody panics here").is_none());
    assert!(poll(&mut signal.idle()).is_ready());
}

#[test]
fn a_future_that_panics_when_it_is_dropped_stays_out_of_the_loop() {
    let queue = Queue::new();
    let signal = through(OnThread::new(queue.post()));
    signal
        .connect(|_| async {
            let _touchy = Touchy;
            pending::<()>().await;
        })
        .now();
    for is_dropped in [false, true] {
        let mut join = signal.send().join();
        assert!(poll(&mut join).is_pending());
        queue.run_all();
        drop(join);
        let task = queue.take();
        if is_dropped { drop(task) } else { task.run() }
    }
    assert!(poll(&mut signal.idle()).is_ready());
}

async fn an_abort_reaches_calls_on_a_thread(on: Runtime) {
    let (main, began, dropped) = (Loop::new(), Gate::new(), Gate::new());
    let signal = on.builder(()).dispatcher(main.dispatcher()).build();
    let state = (began.clone(), dropped.clone());
    signal
        .connect_with(state, |(began, dropped), _| async move {
            let _opens = opens(&dropped);
            began.open();
            pending::<()>().await;
        })
        .await;
    let delivery = signal.send().await;
    began.wait().await;
    delivery.abort();
    assert_eq!(told(&delivery.join().await), ["aborted"]);
    dropped.wait().await;
    signal.idle().await;
    drop(signal);
    main.end();
}

async fn idle_waits_for_a_sync_callback_on_a_thread(on: Runtime) {
    let (main, began, go) = (Loop::new(), Gate::new(), Gate::new());
    let signal = on.builder(()).dispatcher(main.dispatcher()).build();
    let (begins, goes) = (began.clone(), go.clone());
    signal
        .connect_sync(move |_| {
            begins.open();
            goes.wait_blocking();
        })
        .await;
    let delivery = signal.send().await;
    began.wait().await;
    delivery.abort();
    assert_eq!(told(&delivery.join().await), ["aborted"]);
    let mut idle = signal.idle();
    assert!(poll(&mut idle).is_pending(), "it cannot be stopped");
    go.open();
    idle.await;
    drop(signal);
    main.end();
}

/// On a thread and on an executor, with as much of the call done as chance has it.
async fn sends_that_are_given_up_at_any_moment_leave_nothing_behind(on: Runtime) {
    let (main, alive) = (Loop::new(), Arc::new(()));
    let on_thread = on.builder(()).dispatcher(main.dispatcher()).build();
    let on_executor = OnExecutor::new(on.spawner());
    let on_executor = on.builder(()).dispatcher(on_executor).build();
    let signals = [on_thread, on_executor];
    for signal in &signals {
        for _ in 0..3 {
            signal
                .connect_with(Arc::clone(&alive), |alive, _| async move {
                    for _ in 0..5 {
                        yield_now().await;
                    }
                    drop(alive);
                })
                .await;
        }
    }
    let connected = Arc::strong_count(&alive);
    for round in 0..200 {
        for signal in &signals {
            let mut join = signal.send().join();
            for _ in 0..round % 7 {
                let _ = poll(&mut join);
                yield_now().await;
            }
            if round % 3 == 0 {
                drop(join);
            } else if poll(&mut join).is_pending() {
                assert_eq!(told(&join.await), ["()"; 3]);
            }
        }
    }
    for signal in &signals {
        signal.idle().await;
    }
    assert_eq!(Arc::strong_count(&alive), connected);
    drop(signals);
    main.end();
    assert_eq!(Arc::strong_count(&alive), 1);
}

on_each_runtime! {
    a_post_that_panics_later_aborts_the_call_then,
    a_loop_that_has_gone_may_drop_the_task_while_the_callback_is_woken,
    sends_that_are_given_up_at_any_moment_leave_nothing_behind,
    an_abort_reaches_calls_on_a_thread,
    idle_waits_for_a_sync_callback_on_a_thread,
}
