//! `OnThread`: what runs on its thread, when, and what is posted for it.

use std::sync::Arc;
use std::thread::{self, ThreadId};

use fanfare::dispatcher::OnThread;
use fanfare::{Event, Signal};
use futures_lite::future::{block_on, yield_now};

use crate::common::{Gate, Log, ON_PURPOSE, poll, told};
use crate::kit::{Loop, Queue};
use crate::runtime::Runtime;

/// Where its steps ran.
async fn steps(_: Arc<Event<u32>>) -> Vec<ThreadId> {
    let mut threads = Vec::new();
    for _ in 0..3 {
        threads.push(thread::current().id());
        yield_now().await;
    }
    threads
}

fn step(_: &Event<u32>) -> Vec<ThreadId> {
    vec![thread::current().id()]
}

async fn callbacks_run_on_the_thread_whoever_waits_for_them(on: Runtime) {
    let main = Loop::new();
    let signal = on.builder(0u32).reply::<Vec<ThreadId>>();
    let signal = signal.dispatcher(main.dispatcher()).build();
    signal.connect(steps).await;
    signal.connect_sync(step).await;
    let expected = [vec![main.thread(); 3], vec![main.thread()]];
    assert_eq!(signal.send().join().await.replies(), expected);
    let delivery = signal.send().await;
    assert_eq!(delivery.join().await.replies(), expected);
    let delivery = signal.send().now().expect("no limits");
    assert_eq!(delivery.join().await.replies(), expected);
    let first = signal.send().first().await.expect("one of them replies");
    assert!(expected.contains(&first));
    signal.idle().await;
    drop(signal);
    main.end();
}

async fn a_callback_may_send_to_its_own_signal(on: Runtime) {
    let main = Loop::new();
    let signal = on.builder(3u32).reply::<u32>();
    let signal = signal.dispatcher(main.dispatcher()).build();
    let again = |signal: fanfare::WeakSignal<u32, u32>, ev: Arc<Event<u32>>| async move {
        let inner = match (**ev, signal.upgrade()) {
            (0, _) | (_, None) => 0,
            (more, Some(signal)) => {
                let report = signal.send().with(more - 1).join().await;
                report.into_replies().into_iter().sum()
            }
        };
        inner + **ev
    };
    signal.connect_with(signal.downgrade(), again).await;
    assert_eq!(signal.send().join().await.replies(), [6]);
    drop(signal);
    main.end();
}

async fn a_panic_stays_out_of_the_loop(on: Runtime) {
    let main = Loop::new();
    let signal = on.builder(0u32).dispatcher(main.dispatcher()).build();
    signal.connect_sync(|_| panic!("{ON_PURPOSE}")).await;
    signal
        .connect(|_| async {
            yield_now().await;
            panic!("{ON_PURPOSE}")
        })
        .await;
    signal.connect_sync(|_| ()).await;
    let report = signal.send().join().await;
    assert_eq!(told(&report), [ON_PURPOSE, ON_PURPOSE, "()"]);
    drop(signal);
    main.end();
}

#[test]
fn a_sync_callback_is_one_task() {
    let (queue, log) = (Queue::new(), Log::new());
    let signal = Signal::builder(()).dispatcher(OnThread::new(queue.post()));
    let signal = signal.build();
    signal.connect_sync(log.writes("ran")).now();
    let mut join = signal.send().join();
    assert_eq!(queue.len(), 0, "nothing is sent before it is polled");
    assert!(poll(&mut join).is_pending());
    assert_eq!((queue.len(), log.len()), (1, 0));
    queue.take().run();
    assert_eq!(log.take(), ["ran"]);
    assert_eq!(told(&block_on(join)), ["()"]);
    assert_eq!(queue.len(), 0);
}

#[test]
fn each_wake_up_of_an_async_callback_posts_one_task() {
    let (queue, go) = (Queue::new(), [Gate::new(), Gate::new()]);
    let signal = Signal::builder(()).dispatcher(OnThread::new(queue.post()));
    let signal = signal.build();
    signal
        .connect_with(go.clone(), |go, _| async move {
            go[0].wait().await;
            go[1].wait().await;
        })
        .now();
    let mut join = signal.send().join();
    for gate in &go {
        assert!(poll(&mut join).is_pending());
        assert_eq!(queue.run_all(), 1);
        assert_eq!(queue.len(), 0, "it waits, and so does the loop");
        gate.open();
        assert_eq!(queue.len(), 1);
    }
    assert_eq!(queue.run_all(), 1);
    assert_eq!(told(&block_on(join)), ["()"]);
    assert_eq!(queue.len(), 0);
}

#[test]
fn one_that_wakes_itself_lets_others_have_their_turn() {
    let (queue, log) = (Queue::new(), Log::new());
    let signal = Signal::builder(()).dispatcher(OnThread::new(queue.post()));
    let signal = signal.build();
    for name in ["one", "two"] {
        signal
            .connect_with(log.clone(), move |log, _| async move {
                log.push(name);
                yield_now().await;
                log.push(name);
            })
            .now();
    }
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    assert_eq!(queue.run_all(), 4);
    assert_eq!(log.take(), ["one", "two", "one", "two"]);
    assert_eq!(told(&block_on(join)), ["()", "()"]);
}

#[test]
fn here_a_callback_runs_at_once() {
    let queue = Queue::new();
    let signal = Signal::builder(0u32).reply::<Vec<ThreadId>>();
    let signal = signal.dispatcher(OnThread::here(queue.post())).build();
    signal.connect_sync(step).now();
    let here = [vec![thread::current().id()]];
    assert_eq!(block_on(signal.send().join()).replies(), here);
    let delivery = signal.send().now().expect("no limits");
    assert!(delivery.is_done(), "it ran within the send");
    assert_eq!(block_on(delivery.join()).replies(), here);
    assert_eq!(queue.len(), 0, "the loop has heard nothing of it");
}

#[test]
fn here_an_async_callback_begins_at_once_and_goes_on_by_way_of_the_loop() {
    let queue = Queue::new();
    let signal = Signal::builder(0u32).reply::<Vec<ThreadId>>();
    let signal = signal.dispatcher(OnThread::here(queue.post())).build();
    signal.connect(steps).now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    assert_eq!(queue.len(), 1, "its second step");
    // Whoever waits now, its steps stay where they are.
    thread::scope(|scope| {
        let waiting = scope.spawn(|| block_on(join));
        while !waiting.is_finished() {
            queue.run_all();
            thread::yield_now();
        }
        let report = waiting.join().expect("no panic");
        assert_eq!(report.replies(), [vec![thread::current().id(); 3]]);
    });
}

#[test]
fn here_what_is_called_from_other_threads_is_posted() {
    let queue = Queue::new();
    let signal = Signal::builder(0u32).reply::<Vec<ThreadId>>();
    let signal = signal.dispatcher(OnThread::here(queue.post())).build();
    signal.connect_sync(step).now();
    let mut join = signal.send().join();
    thread::scope(|scope| {
        scope.spawn(|| assert!(poll(&mut join).is_pending()));
    });
    assert_eq!(queue.run_all(), 1);
    assert_eq!(block_on(join).replies(), [[thread::current().id()]]);
}

#[test]
fn not_here_even_its_own_thread_posts() {
    let queue = Queue::new();
    let signal = Signal::builder(()).dispatcher(OnThread::new(queue.post()));
    let signal = signal.build();
    signal.connect_sync(|_| ()).now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    assert_eq!(queue.run_all(), 1);
    assert!(poll(&mut join).is_ready());
}

#[test]
fn several_signals_may_share_a_thread() {
    let (queue, log) = (Queue::new(), Log::new());
    let main = OnThread::new(queue.post());
    let signals = ["one", "two"].map(|name| {
        let signal = Signal::builder(()).dispatcher(main.clone()).build();
        signal.connect_sync(log.writes(name)).now();
        signal
    });
    let mut joins = signals.each_ref().map(|signal| signal.send().join());
    for join in joins.iter_mut().rev() {
        assert!(poll(join).is_pending());
    }
    assert_eq!(queue.run_all(), 2);
    assert_eq!(log.take(), ["two", "one"]);
    assert!(joins.iter_mut().all(|join| poll(join).is_ready()));
}

on_each_runtime! {
    callbacks_run_on_the_thread_whoever_waits_for_them,
    a_callback_may_send_to_its_own_signal,
    a_panic_stays_out_of_the_loop,
}
