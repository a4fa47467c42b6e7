//! A send that ends in `.join()`: everything runs inside the task that awaits it.

use std::future::pending;
use std::task::Poll;
use std::thread;

use fanfare::spawn::BoxFuture;
use fanfare::{Event, Signal};
use futures_lite::future::{block_on, yield_now};

use crate::common::{Gate, Log, ON_PURPOSE, opens, poll, told};
use crate::runtime::Runtime;

/// A signal whose spawner must not be asked.
fn alone() -> Signal<(), u8> {
    Signal::builder(())
        .spawner(|_: BoxFuture<'static, ()>| panic!("{ON_PURPOSE}: there is no executor"))
        .reply()
        .build()
}

async fn it_needs_no_executor(_: Runtime) {
    let signal = alone();
    signal.connect_sync(|_| 1).await;
    signal.connect(|_| async { 2 }).await;
    signal
        .connect(|_| async {
            yield_now().await;
            3
        })
        .await;
    assert_eq!(signal.send().join().await.replies(), [1, 2, 3]);
    assert_eq!(signal.send().first().await, Some(1));
    assert_eq!(signal.send().fold(0, |sum, reply| sum + reply).await, 6);
    assert_eq!(block_on(signal.send().join()).replies(), [1, 2, 3]);
}

async fn it_runs_on_the_thread_that_polls(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let here = |log: &Log<_>| log.push(thread::current().id());
    signal
        .connect_with_sync(log.clone(), move |log, _| here(log))
        .await;
    signal
        .connect_with(log.clone(), move |log, _| async move {
            here(&log);
            yield_now().await;
            here(&log);
        })
        .await;
    let mut join = signal.send().join();
    while poll(&mut join).is_pending() {}
    assert_eq!(log.take(), [thread::current().id(); 3]);
}

async fn nothing_happens_before_the_first_poll(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    signal.connect_sync(log.writes("sync")).await;
    signal.connect(log.writes_async("async")).await;
    drop(signal.send().join());
    let mut join = signal.send().join();
    assert_eq!(log.len(), 0);
    assert!(poll(&mut join).is_ready());
    assert_eq!(log.take(), ["sync", "async"]);
}

async fn what_is_connected_between_the_call_and_the_await_is_reached(on: Runtime) {
    let signal = on.builder(()).reply().build();
    let gone = signal.connect_sync(|_| 1).await;
    let join = signal.send().join();
    gone.disconnect();
    signal.connect_sync(|_| 2).await;
    assert_eq!(join.await.replies(), [2]);
}

async fn callbacks_run_side_by_side(on: Runtime) {
    let signal = on.signal(());
    let (here, there) = (Gate::new(), Gate::new());
    for (mine, other) in [(here.clone(), there.clone()), (there, here)] {
        signal
            .connect_with((mine, other), |(mine, other), _| async move {
                mine.open();
                other.wait().await;
                yield_now().await;
            })
            .await;
    }
    assert!(signal.send().join().await.is_ok());
}

async fn it_is_woken_when_a_callback_can_go_on(on: Runtime) {
    let signal = on.builder(()).reply().build();
    let (started, go) = (Gate::new(), Gate::new());
    signal
        .connect_with(
            (started.clone(), go.clone()),
            |(started, go), _| async move {
                started.open();
                go.wait().await;
                1
            },
        )
        .await;
    on.spawn(async move {
        started.wait().await;
        go.open();
    });
    assert_eq!(signal.send().join().await.replies(), [1]);
}

async fn callbacks_may_finish_in_any_order(on: Runtime) {
    let signal = on.builder(()).reply().build();
    let gates = [(); 3].map(|()| Gate::new());
    for (number, gate) in gates.iter().enumerate() {
        signal
            .connect_with(gate.clone(), move |gate, _| async move {
                gate.wait().await;
                number
            })
            .await;
    }
    let mut join = signal.send().join();
    for number in [1, 2] {
        assert!(poll(&mut join).is_pending());
        gates[number].open();
    }
    assert!(poll(&mut join).is_pending());
    gates[0].open();
    assert_eq!(join.await.replies(), [0, 1, 2]);
}

/// Writes a word when it is dropped.
struct Says(Log<&'static str>, &'static str);

impl Drop for Says {
    fn drop(&mut self) {
        self.0.push(self.1);
    }
}

async fn dropping_it_cancels_what_runs(on: Runtime) {
    let log = Log::new();
    let signal = on.signal(Says(Log::new(), "defaults"));
    for word in ["first", "second"] {
        signal
            .connect_with(log.clone(), move |log, ev| async move {
                let _guard = Says(log, word);
                let _payload = &ev.1;
                pending::<()>().await;
            })
            .await;
    }
    signal
        .connect_with(log.clone(), move |log, _| async move {
            let _guard = Says(log, "done already");
        })
        .await;
    let waiting = signal.connect(|_| pending()).await;

    let mut join = signal.send().with(Says(log.clone(), "payload")).join();
    assert!(poll(&mut join).is_pending());
    assert_eq!(log.take(), ["done already"]);
    drop(join);
    let mut dropped = log.take();
    // What the callbacks shared goes after them.
    assert_eq!(dropped.pop(), Some("payload"));
    dropped.sort_unstable();
    assert_eq!(dropped, ["first", "second"]);
    // They do not count as running either, and the connections are there.
    assert!(poll(&mut waiting.disconnect_and_wait()) == Poll::Ready(true));
    assert_eq!(signal.connection_count(), 3);
}

async fn dropping_it_keeps_cancelled_callbacks_from_going_on(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let (go, dropped) = (Gate::new(), Gate::new());
    let state = (log.clone(), go.clone(), dropped.clone());
    signal
        .connect_with(state, |(log, go, dropped), _| async move {
            let _guard = opens(&dropped);
            log.push("started");
            go.wait().await;
            log.push("went on");
        })
        .await;
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    drop(join);
    assert!(dropped.is_open());
    go.open();
    assert_eq!(log.take(), ["started"]);
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), ["started", "went on"]);
}

async fn it_may_start_here_and_finish_on_another_thread(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    let go = Gate::new();
    signal
        .connect_with(go.clone(), |go, _| async move {
            go.wait().await;
            1
        })
        .await;
    let mut task: BoxFuture<'static, _> =
        Box::pin(async move { signal.send().join().await.into_replies() });
    assert!(poll(&mut task).is_pending());
    let thread = thread::spawn(move || block_on(task));
    go.open();
    assert_eq!(thread.join().expect("no panic"), [1]);
}

async fn sends_can_be_joined_together(on: Runtime) {
    let signal = on.builder(0u8).reply::<u8>().build();
    signal
        .connect(|ev| async move {
            yield_now().await;
            **ev
        })
        .await;
    let sends = (0..50).map(|number| signal.send().with(number).join());
    let reports = futures_util::future::join_all(sends).await;
    for (number, report) in (0..50).zip(reports) {
        assert_eq!(report.replies(), [number]);
    }
}

async fn joins_can_be_nested(on: Runtime) {
    let signal = on.builder(3u8).reply::<String>().build();
    signal
        .connect_with(
            signal.downgrade(),
            |weak, ev: std::sync::Arc<Event<u8>>| async move {
                let signal = weak.upgrade().expect("it is being sent");
                yield_now().await;
                match **ev {
                    0 => "end".to_owned(),
                    depth => told(&signal.send().with(depth - 1).join().await).concat(),
                }
            },
        )
        .await;
    let report = signal.send().join().await;
    assert_eq!(report.replies(), [r#""\"\\\"end\\\"\"""#]);
}

on_each_runtime![
    it_needs_no_executor,
    it_runs_on_the_thread_that_polls,
    nothing_happens_before_the_first_poll,
    what_is_connected_between_the_call_and_the_await_is_reached,
    callbacks_run_side_by_side,
    it_is_woken_when_a_callback_can_go_on,
    callbacks_may_finish_in_any_order,
    dropping_it_cancels_what_runs,
    dropping_it_keeps_cancelled_callbacks_from_going_on,
    it_may_start_here_and_finish_on_another_thread,
    sends_can_be_joined_together,
    joins_can_be_nested,
];
