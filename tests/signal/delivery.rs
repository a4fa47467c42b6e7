//! A send that ends in `.await` or `.now()`: sync callbacks have run, async ones are with the spawner.

use std::future::pending;
use std::thread;

use fanfare::{Executor, Signal};

use crate::common::{Gate, Log, opens, poll, told};
use crate::runtime::Runtime;

async fn sync_callbacks_have_run_when_it_is_there(_: Runtime) {
    let executor = Executor::new();
    let (signal, log) = (
        Signal::builder(()).spawner(executor.clone()).build(),
        Log::new(),
    );
    signal.connect(log.writes_async("async")).await;
    signal.connect_sync(log.writes("sync")).await;
    let delivery = signal.send().await;
    assert_eq!((delivery.count(), log.take()), (2, vec!["sync"]));
    assert!(!delivery.is_done());
    let from_sync_code = signal.send().now().unwrap();
    assert_eq!((from_sync_code.count(), log.take()), (2, vec!["sync"]));
    assert!(!from_sync_code.is_done());
    while executor.try_tick() {}
    assert_eq!(log.take(), ["async", "async"]);
    assert!(delivery.is_done() && from_sync_code.is_done());
    assert_eq!(delivery.join().await.count(), 2);
}

async fn without_async_callbacks_it_is_done_at_once(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    let nobody = signal.send().await;
    assert_eq!((nobody.count(), nobody.is_done()), (0, true));
    let report = nobody.join().await;
    assert_eq!((report.count(), report.is_ok()), (0, true));
    signal.connect_sync(|_| 1).await;
    let delivery = signal.send().now().unwrap();
    assert_eq!((delivery.count(), delivery.is_done()), (1, true));
    delivery.abort();
    assert_eq!(delivery.join().await.replies(), [1]);
}

async fn nothing_happens_before_the_first_poll(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    signal.connect_sync(log.writes("sync")).await;
    signal.connect(log.writes_async("async")).await;
    drop(signal.send());
    drop(IntoFuture::into_future(signal.send().key("a")));
    let mut send = IntoFuture::into_future(signal.send());
    assert_eq!(log.len(), 0);
    let delivery = poll(&mut send);
    let std::task::Poll::Ready(delivery) = delivery else {
        panic!("a send never waits")
    };
    assert_eq!(delivery.join().await.count(), 2);
    assert_eq!(log.take().len(), 2);
}

async fn join_waits_for_every_callback(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    let gates = [Gate::new(), Gate::new()];
    for (gate, number) in gates.iter().zip(1..) {
        signal
            .connect_with(gate.clone(), move |gate, _| async move {
                gate.wait().await;
                number
            })
            .await;
    }
    let delivery = signal.send().await;
    let mut join = delivery.join();
    assert!(poll(&mut join).is_pending());
    gates[1].open();
    assert!(poll(&mut join).is_pending());
    gates[0].open();
    assert_eq!(join.await.replies(), [1, 2]);
}

async fn async_callbacks_run_side_by_side(on: Runtime) {
    let signal = on.signal(());
    let (here, there) = (Gate::new(), Gate::new());
    for (mine, other) in [(here.clone(), there.clone()), (there, here)] {
        signal
            .connect_with((mine, other), |(mine, other), _| async move {
                mine.open();
                other.wait().await;
            })
            .await;
    }
    assert!(signal.send().await.join().await.is_ok());
}

/// A callback that waits until it is let go, and the gates it opens when it starts, ends, and is dropped.
struct Waiter {
    started: Gate,
    go: Gate,
    ended: Gate,
    dropped: Gate,
}

impl Waiter {
    fn connect(signal: &Signal<(), u8>) -> Self {
        let [started, go, ended, dropped] = [(); 4].map(|()| Gate::new());
        let state = (started.clone(), go.clone(), ended.clone(), dropped.clone());
        signal
            .connect_with(state, |(started, go, ended, dropped), _| async move {
                let _guard = opens(&dropped);
                started.open();
                go.wait().await;
                ended.open();
                7
            })
            .now();
        Self {
            started,
            go,
            ended,
            dropped,
        }
    }
}

async fn dropping_it_detaches(on: Runtime) {
    let signal = on.builder(()).reply().build();
    let waiter = Waiter::connect(&signal);
    drop(signal.send().await);
    waiter.started.wait().await;
    waiter.go.open();
    waiter.ended.wait().await;
}

async fn dropping_its_join_detaches(on: Runtime) {
    let signal = on.builder(()).reply().build();
    let waiter = Waiter::connect(&signal);
    let mut join = signal.send().await.join();
    waiter.started.wait().await;
    assert!(poll(&mut join).is_pending());
    drop(join);
    waiter.go.open();
    waiter.ended.wait().await;
}

async fn abort_drops_what_waits(on: Runtime) {
    let signal = on.builder(()).reply().build();
    let waiter = Waiter::connect(&signal);
    signal.connect_sync(|_| 1).await;
    let delivery = signal.send().await;
    waiter.started.wait().await;
    delivery.abort();
    waiter.dropped.wait().await;
    assert_eq!(told(&delivery.join().await), ["aborted", "1"]);
    waiter.go.open();
    assert!(!waiter.ended.is_open());
}

async fn abort_spares_what_has_finished(_: Runtime) {
    let executor = Executor::new();
    let signal = Signal::builder(())
        .reply()
        .spawner(executor.clone())
        .build();
    signal.connect(|_| async { 1 }).await;
    let waiter = Waiter::connect(&signal);
    signal.connect(|_| async { 2 }).await;
    let delivery = signal.send().await;
    while executor.try_tick() {}
    delivery.abort();
    let report = executor.run(delivery.join()).await;
    assert_eq!(told(&report), ["1", "aborted", "2"]);
    assert!(waiter.dropped.is_open() && !waiter.ended.is_open());
}

async fn abort_leaves_other_sends_and_the_connection_alone(on: Runtime) {
    let signal = on.builder(()).reply().build();
    let waiter = Waiter::connect(&signal);
    let (one, other) = (signal.send().await, signal.send().await);
    one.abort();
    one.abort();
    assert_eq!(told(&one.join().await), ["aborted"]);
    waiter.go.open();
    assert_eq!(told(&other.join().await), ["7"]);
    let again = signal.send().await;
    assert_eq!(told(&again.join().await), ["7"]);
}

async fn abort_before_the_start_keeps_the_callback_from_running(_: Runtime) {
    let executor = Executor::new();
    let (signal, log) = (
        Signal::builder(()).spawner(executor.clone()).build(),
        Log::new(),
    );
    signal.connect(log.writes_async("ran")).await;
    signal.connect_sync(|_| ()).await;
    let delivery = signal.send().await;
    delivery.abort();
    let report = executor.run(delivery.join()).await;
    assert_eq!(told(&report), ["aborted", "()"]);
    assert_eq!(log.len(), 0);
}

async fn abort_after_the_end_changes_nothing(_: Runtime) {
    let executor = Executor::new();
    let signal = Signal::builder(())
        .reply::<u8>()
        .spawner(executor.clone())
        .build();
    signal.connect(|_| async { 5 }).await;
    let delivery = signal.send().await;
    while executor.try_tick() {}
    delivery.abort();
    assert_eq!(told(&delivery.join().await), ["5"]);
}

/// It returns at once; who wants to know when all have stopped joins.
async fn abort_does_not_wait_for_the_executor(_: Runtime) {
    let executor = Executor::new();
    let signal = Signal::builder(()).spawner(executor.clone()).build();
    let dropped = Gate::new();
    signal
        .connect_with(dropped.clone(), |dropped, _| async move {
            let _guard = opens(&dropped);
            pending::<()>().await;
        })
        .await;
    let delivery = signal.send().await;
    assert!(executor.try_tick());
    delivery.abort();
    assert!(!dropped.is_open() && !delivery.is_done());
    while executor.try_tick() {}
    assert!(dropped.is_open() && delivery.is_done());
    assert_eq!(told(&delivery.join().await), ["aborted"]);
}

async fn it_can_be_made_and_joined_on_any_thread(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    signal.connect(|_| async { 1 }).await;
    signal.connect_sync(|_| 2).await;
    let (sender, receiver) = smol::channel::bounded(1);
    let sending = signal.clone();
    let thread = thread::spawn(move || {
        let sent = sender.send_blocking(sending.send().now().unwrap());
        sent.expect("it is received");
    });
    let delivery = receiver.recv().await.expect("it is sent");
    assert_eq!(delivery.join().await.replies(), [1, 2]);
    thread.join().expect("no panic");
}

async fn many_deliveries_are_under_way_at_once(on: Runtime) {
    let signal = on.builder(0usize).reply::<usize>().build();
    let go = Gate::new();
    signal
        .connect_with(go.clone(), |go, ev| async move {
            go.wait().await;
            **ev
        })
        .await;
    let deliveries: Vec<_> = (0..200)
        .map(|number| signal.send().with(number).now().unwrap())
        .collect();
    go.open();
    for (number, delivery) in deliveries.into_iter().enumerate() {
        assert_eq!(delivery.join().await.replies(), [number]);
    }
}

on_each_runtime![
    sync_callbacks_have_run_when_it_is_there,
    without_async_callbacks_it_is_done_at_once,
    nothing_happens_before_the_first_poll,
    join_waits_for_every_callback,
    async_callbacks_run_side_by_side,
    dropping_it_detaches,
    dropping_its_join_detaches,
    abort_drops_what_waits,
    abort_spares_what_has_finished,
    abort_leaves_other_sends_and_the_connection_alone,
    abort_before_the_start_keeps_the_callback_from_running,
    abort_after_the_end_changes_nothing,
    abort_does_not_wait_for_the_executor,
    it_can_be_made_and_joined_on_any_thread,
    many_deliveries_are_under_way_at_once,
];
