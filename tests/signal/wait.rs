//! `disconnect_and_wait`: when it is done, no call of the connection is running.

use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::thread;

use fanfare::{Connection, Delivery, Executor, Signal};

use crate::common::{Gate, Log, OnDrop, opens, poll, told};
use crate::runtime::Runtime;

/// An async callback that says when it has started, waits to be let go, and says when it is gone.
#[derive(Clone)]
struct Waiter {
    started: Gate,
    go: Gate,
    gone: Gate,
}

impl Waiter {
    fn new() -> Self {
        let (started, go, gone) = (Gate::new(), Gate::new(), Gate::new());
        Self { started, go, gone }
    }

    async fn connected(on: Runtime) -> (Signal<()>, Self, Connection) {
        let (signal, waiter) = (on.signal(()), Self::new());
        let connection = signal
            .connect_with(waiter.clone(), |waiter, _| waiter.run())
            .await;
        (signal, waiter, connection)
    }

    async fn run(self) {
        let _guard = opens(&self.gone);
        self.started.open();
        self.go.wait().await;
    }
}

async fn it_is_done_at_once_if_nothing_runs(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect(|_| async {}).await;
    let _ = signal.send().join().await;
    assert_eq!(
        poll(&mut connection.disconnect_and_wait()),
        Poll::Ready(true)
    );
    assert_eq!(
        poll(&mut connection.disconnect_and_wait()),
        Poll::Ready(false)
    );
}

async fn the_connection_ends_before_the_first_poll(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).await;
    let wait = connection.disconnect_and_wait();
    assert!(!connection.is_connected());
    assert_eq!(signal.send().await.count(), 0);
    assert!(wait.await);
}

async fn it_waits_for_a_sync_call_on_another_thread(on: Runtime) {
    let signal = on.signal(());
    let waiter = Waiter::new();
    let connection = signal
        .connect_with_sync(waiter.clone(), |waiter, _| {
            waiter.started.open();
            waiter.go.wait_blocking();
            waiter.gone.open();
        })
        .await;
    let sending = signal.clone();
    let thread = thread::spawn(move || sending.send().now().unwrap().count());
    waiter.started.wait().await;
    let mut wait = connection.disconnect_and_wait();
    assert!(poll(&mut wait).is_pending());
    waiter.go.open();
    assert!(wait.await);
    assert!(waiter.gone.is_open());
    assert_eq!(thread.join().expect("no panic"), 1);
}

async fn it_waits_for_an_async_call(on: Runtime) {
    let (signal, waiter, connection) = Waiter::connected(on).await;
    let delivery = signal.send().await;
    waiter.started.wait().await;
    let mut wait = connection.disconnect_and_wait();
    assert!(poll(&mut wait).is_pending());
    waiter.go.open();
    assert!(wait.await);
    assert!(waiter.gone.is_open());
    assert!(delivery.join().await.is_ok());
}

async fn it_waits_for_a_call_in_a_task_that_joins(on: Runtime) {
    let (signal, waiter, connection) = Waiter::connected(on).await;
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    let mut wait = connection.disconnect_and_wait();
    assert!(poll(&mut wait).is_pending());
    waiter.go.open();
    assert!(poll(&mut wait).is_pending(), "the call has not gone on yet");
    assert!(join.await.is_ok());
    assert!(wait.await);
}

async fn it_waits_for_a_call_that_is_cancelled(on: Runtime) {
    let (signal, waiter, connection) = Waiter::connected(on).await;
    let delivery = signal.send().await;
    waiter.started.wait().await;
    let wait = connection.disconnect_and_wait();
    delivery.abort();
    assert!(wait.await);
    assert!(waiter.gone.is_open());
}

async fn it_waits_for_all_calls_and_all_who_wait_are_told(on: Runtime) {
    let signal = on.signal(0usize);
    let gates = Arc::new([(); 3].map(|()| Gate::new()));
    let connection = signal
        .connect_with(gates.clone(), |gates, ev| async move {
            gates[**ev].wait().await;
        })
        .await;
    let mut joins: Vec<_> = (0..3)
        .map(|number| signal.send().with(number).join())
        .collect();
    assert!(joins.iter_mut().all(|join| poll(join).is_pending()));
    let mut waits = [
        connection.disconnect_and_wait(),
        connection.disconnect_and_wait(),
    ];
    for number in [1, 0, 2] {
        assert!(waits.iter_mut().all(|wait| poll(wait).is_pending()));
        gates[number].open();
        while poll(&mut joins[number]).is_pending() {}
    }
    let [first, second] = waits;
    assert_eq!((first.await, second.await), (true, false));
}

async fn it_waits_for_the_call_that_was_the_last_one_allowed(on: Runtime) {
    let signal = on.signal(());
    let waiter = Waiter::new();
    let connection = signal
        .connect_with(waiter.clone(), |waiter, _| waiter.run())
        .once()
        .await;
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    let mut wait = connection.disconnect_and_wait();
    assert!(poll(&mut wait).is_pending());
    waiter.go.open();
    assert!(join.await.is_ok());
    assert!(!wait.await, "it had ended before");
}

async fn it_does_not_wait_for_other_connections(on: Runtime) {
    let signal = on.signal(());
    let waiter = Waiter::new();
    signal
        .connect_with(waiter.clone(), |waiter, _| waiter.run())
        .await;
    let connection = signal.connect(|_| async {}).await;
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    assert_eq!(
        poll(&mut connection.disconnect_and_wait()),
        Poll::Ready(true)
    );
    waiter.go.open();
    assert!(join.await.is_ok());
}

async fn it_does_not_wait_for_sends_of_which_it_is_no_part(on: Runtime) {
    let signal = on.signal(());
    let waiter = Waiter::new();
    signal
        .connect_with_sync(waiter.clone(), |waiter, _| {
            waiter.started.open();
            waiter.go.wait_blocking();
        })
        .key("a")
        .await;
    let bystander = signal.connect_sync(|_| ()).key("b").await;
    let sending = signal.clone();
    let thread = thread::spawn(move || sending.send().key("a").now().unwrap().count());
    waiter.started.wait().await;
    let late = signal.connect_sync(|_| ()).key("a").await;
    for connection in [bystander, late] {
        let mut wait = connection.disconnect_and_wait();
        assert_eq!(poll(&mut wait), Poll::Ready(true));
    }
    waiter.go.open();
    assert_eq!(thread.join().expect("no panic"), 1);
}

async fn who_has_a_report_has_nothing_to_wait_for(_: Runtime) {
    let (executor, seen) = (Executor::new(), Log::new());
    let signal = Signal::builder(()).spawner(executor.clone()).build();
    let delivery = Arc::new(OnceLock::<Delivery>::new());
    let connection = signal
        .connect_with(
            (delivery.clone(), seen.clone()),
            |(delivery, seen), _| async move {
                let _guard = OnDrop(|| {
                    let delivery = delivery.get().expect("it is sent");
                    seen.push(delivery.is_done());
                });
                std::future::pending::<()>().await;
            },
        )
        .await;
    let sent = delivery.set(signal.send().await);
    assert!(sent.is_ok() && executor.try_tick());
    let delivery = delivery.get().expect("it was set");
    delivery.abort();
    assert!(executor.try_tick());
    assert_eq!(
        seen.take(),
        [false],
        "it is reported when all of it is gone"
    );
    assert!(delivery.is_done());
    assert!(poll(&mut connection.disconnect_and_wait()).is_ready());
}

async fn it_does_not_wait_for_what_has_not_started(_: Runtime) {
    let executor = Executor::new();
    let (signal, log) = (
        Signal::builder(()).spawner(executor.clone()).build(),
        Log::new(),
    );
    let connection = signal.connect(log.writes_async("ran")).await;
    let delivery = signal.send().await;
    assert_eq!(
        poll(&mut connection.disconnect_and_wait()),
        Poll::Ready(true)
    );
    let report = executor.run(delivery.join()).await;
    assert_eq!(told(&report), ["aborted"]);
    assert_eq!(log.len(), 0);
}

async fn giving_up_waiting_changes_nothing(on: Runtime) {
    let (signal, waiter, connection) = Waiter::connected(on).await;
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    let mut wait = connection.disconnect_and_wait();
    assert!(poll(&mut wait).is_pending());
    drop(wait);
    drop(connection.disconnect_and_wait());
    assert!(!connection.is_connected());
    waiter.go.open();
    assert!(join.await.is_ok());
}

on_each_runtime![
    it_is_done_at_once_if_nothing_runs,
    the_connection_ends_before_the_first_poll,
    it_waits_for_a_sync_call_on_another_thread,
    it_waits_for_an_async_call,
    it_waits_for_a_call_in_a_task_that_joins,
    it_waits_for_a_call_that_is_cancelled,
    it_waits_for_all_calls_and_all_who_wait_are_told,
    it_waits_for_the_call_that_was_the_last_one_allowed,
    it_does_not_wait_for_other_connections,
    it_does_not_wait_for_sends_of_which_it_is_no_part,
    who_has_a_report_has_nothing_to_wait_for,
    it_does_not_wait_for_what_has_not_started,
    giving_up_waiting_changes_nothing,
];
