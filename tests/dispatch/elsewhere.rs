//! Dispatchers that have receivers called by other threads and executors, or later than anybody waits for.

use std::future::pending;
use std::sync::Arc;
use std::thread::{self, ThreadId};

use fanfare::dispatcher::{Dispatcher, Outcome, Receiver};
use fanfare::{BoxFuture, Executor, Spawner};
use smol::channel::{Sender, bounded, unbounded};

use crate::common::{Gate, Log, OnDrop, opens, poll, told};
use crate::kit::{Acting, Keeper, Scribe, boxed, by_hand};
use crate::runtime::Runtime;

/// Has receivers called by this executor, and waits for that.
fn moving(executor: impl Spawner) -> impl Dispatcher {
    Acting(move |receiver: Receiver| {
        let (done, outcome) = bounded(1);
        executor.spawn(boxed(async move {
            let _ = done.send(receiver.call().await).await;
        }));
        boxed(async move {
            let outcome = outcome.recv().await;
            outcome.unwrap_or_else(|_| Outcome::failed("the executor has gone"))
        })
    })
}

/// Gives an outcome at once, and keeps the receiver.
fn keeping(keeper: &Keeper) -> impl Dispatcher + use<> {
    let keeper = keeper.clone();
    Acting(move |receiver| {
        keeper.keep(receiver);
        boxed(async { Outcome::replied(0u32) })
    })
}

/// A thread that runs tasks, one after the other.
fn event_loop() -> (Sender<BoxFuture<'static, ()>>, ThreadId, impl Drop) {
    let (sender, tasks) = unbounded::<BoxFuture<'static, ()>>();
    let run = move || {
        while let Ok(task) = tasks.recv_blocking() {
            futures_lite::future::block_on(task);
        }
    };
    let thread = thread::spawn(run);
    let (id, mut thread) = (thread.thread().id(), Some(thread));
    let closing = sender.clone();
    let ends = OnDrop(move || {
        closing.close();
        if let Some(thread) = thread.take() {
            thread.join().expect("it only runs tasks");
        }
    });
    (sender, id, ends)
}

async fn callbacks_run_on_the_thread_that_they_are_moved_to(on: Runtime) {
    let (tasks, main, _ends) = event_loop();
    let spawner = move |task: BoxFuture<'static, ()>| drop(tasks.try_send(task));
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let signal = builder.dispatcher(moving(spawner)).build();
    let threads = Log::new();
    let sync = threads.clone();
    signal
        .connect_sync(move |ev| {
            sync.push(thread::current().id());
            **ev
        })
        .await;
    signal
        .connect_with(threads.clone(), |threads, ev| async move {
            threads.push(thread::current().id());
            futures_lite::future::yield_now().await;
            threads.push(thread::current().id());
            **ev + 1
        })
        .await;
    assert_eq!(told(&signal.send().join().await), ["7", "8"]);
    assert_eq!(threads.take(), [main; 3]);
    assert_eq!(told(&signal.send().with(1).await.join().await), ["1", "2"]);
    assert_eq!(threads.take(), [main; 3]);
    let delivery = signal.send().with(2).now().unwrap();
    assert_eq!(told(&delivery.join().await), ["2", "3"]);
    signal.idle().await;
    assert_eq!(scribe.take().pop().as_deref(), Some("after [2 3]"));
}

async fn nothing_runs_before_the_executor_that_it_is_moved_to_does(_: Runtime) {
    let (executor, _, builder) = by_hand();
    let elsewhere = Arc::new(Executor::new());
    let signal = builder.dispatcher(moving(Arc::clone(&elsewhere))).build();
    let log = Log::new();
    let called = log.clone();
    let connection = signal
        .connect_sync(move |ev| {
            called.push(());
            **ev
        })
        .now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    assert!(log.len() == 0 && !delivery.is_done());
    assert!(elsewhere.try_tick());
    executor.run_until_stalled();
    assert_eq!(
        (log.len(), told(&delivery.join().await)),
        (1, vec!["7".to_owned()])
    );

    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    connection.disconnect();
    executor.run_until_stalled();
    assert!(delivery.is_done(), "it will not start any more");
    while elsewhere.try_tick() {}
    assert_eq!(
        (log.len(), told(&delivery.join().await)),
        (1, vec!["aborted".to_owned()])
    );
}

async fn an_executor_that_goes_takes_its_calls_along(_: Runtime) {
    let (executor, _, builder) = by_hand();
    let elsewhere = Arc::new(Executor::new());
    let spawner = Arc::downgrade(&elsewhere);
    let moves = move |task: BoxFuture<'static, ()>| {
        if let Some(elsewhere) = spawner.upgrade() {
            elsewhere.spawn(task);
        }
    };
    let signal = builder.dispatcher(moving(moves)).build();
    signal.connect(|_| pending::<u32>()).now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    assert!(elsewhere.try_tick());
    drop(elsewhere);
    executor.run_until_stalled();
    let report = delivery.join().await;
    let failure = report.failures().next().expect("it did not reply");
    assert!(
        failure
            .to_string()
            .ends_with("failed: the executor has gone")
    );
    let rest = signal.idle();
    rest.await;
}

async fn a_receiver_can_be_called_when_its_send_is_over(on: Runtime) {
    let keeper = Keeper::default();
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let signal = builder.dispatcher(keeping(&keeper)).build();
    let log = Log::new();
    let called = log.clone();
    signal
        .connect_sync(move |ev| {
            called.push(**ev);
            **ev
        })
        .await;
    assert_eq!(told(&signal.send().join().await), ["0"]);
    assert_eq!(scribe.take(), ["before 1", "call", "got 0", "after [0]"]);
    let mut idle = signal.idle();
    assert!(
        poll(&mut idle).is_pending(),
        "somebody has yet to be called"
    );
    let outcome = keeper.take().call().await;
    assert_eq!(outcome.reply::<u32>(), Some(&7));
    assert_eq!(log.take(), [7]);
    idle.await;

    drop(signal.send().join().await);
    let mut idle = signal.idle();
    assert!(poll(&mut idle).is_pending());
    drop(keeper.take());
    idle.await;
    assert_eq!((log.len(), signal.failure_count()), (0, 0));
}

async fn one_that_is_kept_is_not_called_when_its_connection_has_ended(on: Runtime) {
    let keeper = Keeper::default();
    let builder = on.builder(7).reply::<u32>();
    let signal = builder.dispatcher(keeping(&keeper)).build();
    let connection = signal.connect(|_| async { panic!("it is called") }).await;
    drop(signal.send().join().await);
    let receiver = keeper.take();
    connection.disconnect_and_wait().await;
    let outcome = receiver.call().await;
    assert!(matches!(outcome.cause(), Some(fanfare::Cause::Aborted)));
}

async fn one_that_is_kept_is_not_called_when_its_call_was_stopped(on: Runtime) {
    let keeper = Keeper::default();
    let keeps = keeper.clone();
    let withholding = Acting(move |receiver| {
        keeps.keep(receiver);
        boxed(pending())
    });
    let signal = on.builder(7).reply::<u32>().dispatcher(withholding).build();
    signal.connect_sync(|_| panic!("it is called")).await;
    let mut joined = signal.send().join();
    assert!(poll(&mut joined).is_pending());
    drop(joined);
    let outcome = keeper.take().call().await;
    assert!(matches!(outcome.cause(), Some(fanfare::Cause::Aborted)));
    let delivery = signal.send().now().unwrap();
    delivery.abort();
    assert_eq!(told(&delivery.join().await), ["aborted"]);
    let outcome = keeper.take().call().await;
    assert!(matches!(outcome.cause(), Some(fanfare::Cause::Aborted)));
    signal.idle().await;
}

async fn what_has_started_elsewhere_goes_on_there(_: Runtime) {
    let (executor, _, builder) = by_hand();
    let elsewhere = Arc::new(Executor::new());
    let signal = builder.dispatcher(moving(Arc::clone(&elsewhere))).build();
    let (gate, ended) = (Gate::new(), Gate::new());
    let waits = |(gate, ended): (Gate, Gate), _| async move {
        let _ended = opens(&ended);
        gate.wait().await;
        1
    };
    let connection = signal
        .connect_with((gate.clone(), ended.clone()), waits)
        .now();
    let delivery = signal.send().now().unwrap();
    executor.run_until_stalled();
    assert!(elsewhere.try_tick());
    delivery.abort();
    executor.run_until_stalled();
    assert_eq!(told(&delivery.join().await), ["aborted"]);
    let (mut idle, mut rest) = (signal.idle(), connection.disconnect_and_wait());
    assert!(poll(&mut idle).is_pending() && poll(&mut rest).is_pending());
    gate.open();
    while elsewhere.try_tick() {}
    assert!(ended.is_open());
    idle.await;
    rest.await;
}

async fn who_waits_for_the_end_waits_for_a_sync_callback_on_another_thread(on: Runtime) {
    let (tasks, _, _ends) = event_loop();
    let spawner = move |task: BoxFuture<'static, ()>| drop(tasks.try_send(task));
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(moving(spawner))
        .build();
    let (begun, gate, log) = (Gate::new(), Gate::new(), Log::new());
    let (begins, waits, ends) = (begun.clone(), gate.clone(), log.clone());
    let connection = signal
        .connect_sync(move |_| {
            begins.open();
            waits.wait_blocking();
            ends.push("ended");
            1
        })
        .await;
    let delivery = signal.send().await;
    begun.wait().await;
    let (mut rest, mut idle) = (connection.disconnect_and_wait(), signal.idle());
    assert!(poll(&mut rest).is_pending() && poll(&mut idle).is_pending());
    gate.open();
    rest.await;
    assert_eq!(log.take(), ["ended"]);
    assert_eq!(told(&delivery.join().await), ["1"], "it had started");
    idle.await;
}

async fn a_callback_may_wait_for_its_own_connection_where_it_is_moved_to(on: Runtime) {
    let (tasks, _, _ends) = event_loop();
    let spawner = move |task: BoxFuture<'static, ()>| drop(tasks.try_send(task));
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(moving(spawner))
        .build();
    let own = Arc::new(std::sync::OnceLock::<fanfare::Connection>::new());
    let rest = |own: &Arc<std::sync::OnceLock<fanfare::Connection>>| {
        own.get().expect("it is connected").disconnect_and_wait()
    };
    let sync = Arc::clone(&own);
    let connection = signal
        .connect_sync(move |_| {
            futures_lite::future::block_on(rest(&sync));
            1
        })
        .await;
    own.set(connection).expect("set once");
    assert_eq!(told(&signal.send().join().await), ["1"]);
    let own = Arc::new(std::sync::OnceLock::new());
    let connection = signal
        .connect_with(Arc::clone(&own), move |own, _| async move {
            futures_lite::future::yield_now().await;
            rest(&own).await;
            2
        })
        .await;
    own.set(connection).expect("set once");
    assert_eq!(told(&signal.send().await.join().await), ["2"]);
}

on_each_runtime!(
    callbacks_run_on_the_thread_that_they_are_moved_to,
    nothing_runs_before_the_executor_that_it_is_moved_to_does,
    an_executor_that_goes_takes_its_calls_along,
    a_receiver_can_be_called_when_its_send_is_over,
    one_that_is_kept_is_not_called_when_its_connection_has_ended,
    one_that_is_kept_is_not_called_when_its_call_was_stopped,
    what_has_started_elsewhere_goes_on_there,
    who_waits_for_the_end_waits_for_a_sync_callback_on_another_thread,
    a_callback_may_wait_for_its_own_connection_where_it_is_moved_to,
);
