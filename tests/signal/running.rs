//! A call that runs on another thread is waited for, however it came about and whatever has changed since.

use std::task::Poll;
use std::thread::{self, JoinHandle};

use fanfare::{Callback, Connection, Signal};

use crate::common::{Gate, poll};
use crate::runtime::Runtime;

/// A sync callback in the middle of a call, on a thread of its own.
struct Busy {
    callback: Callback<()>,
    connection: Connection,
    go: Gate,
    gone: Gate,
    thread: JoinHandle<usize>,
}

impl Busy {
    /// Listens to the keys "a" and "b", and is called by this send.
    async fn new(signal: &Signal<()>, send: fn(&Signal<()>) -> usize) -> Self {
        let (started, go, gone) = (Gate::new(), Gate::new(), Gate::new());
        let state = (started.clone(), go.clone(), gone.clone());
        let callback = Callback::with_sync(state, |(started, go, gone), _| {
            started.open();
            go.wait_blocking();
            gone.open();
        });
        let connection = signal.connect_callback(&callback).keys(["a", "b"]).await;
        let sending = signal.clone();
        let thread = thread::spawn(move || send(&sending));
        started.wait().await;
        Self {
            callback,
            connection,
            go,
            gone,
            thread,
        }
    }

    /// Who waits for it has to wait until it is done.
    async fn must_be_waited_for(self) {
        let mut wait = self.connection.disconnect_and_wait();
        assert!(poll(&mut wait).is_pending());
        assert!(!self.gone.is_open());
        self.go.open();
        wait.await;
        assert!(self.gone.is_open());
        assert_eq!(self.thread.join().expect("no panic"), 1);
    }
}

fn by_one_key(signal: &Signal<()>) -> usize {
    signal.send().key("a").now().unwrap().count()
}

async fn a_call_by_one_key(on: Runtime) {
    let signal = on.signal(());
    Busy::new(&signal, by_one_key)
        .await
        .must_be_waited_for()
        .await;
}

async fn a_call_by_several_keys(on: Runtime) {
    let signal = on.signal(());
    let send = |signal: &Signal<()>| signal.send().keys(["a", "b", "c"]).now().unwrap().count();
    Busy::new(&signal, send).await.must_be_waited_for().await;
}

async fn a_call_by_a_send_to_all(on: Runtime) {
    let signal = on.signal(());
    let send = |signal: &Signal<()>| signal.send().to_all().now().unwrap().count();
    Busy::new(&signal, send).await.must_be_waited_for().await;
}

async fn a_call_in_a_task_that_joins(on: Runtime) {
    let signal = on.signal(());
    let send =
        |signal: &Signal<()>| futures_lite::future::block_on(signal.send().key("a").join()).count();
    Busy::new(&signal, send).await.must_be_waited_for().await;
}

async fn a_call_by_a_key_that_it_has_left(on: Runtime) {
    let signal = on.signal(());
    let busy = Busy::new(&signal, by_one_key).await;
    assert!(busy.connection.remove_keys(["a"]));
    assert_eq!(signal.send().key("a").await.count(), 0);
    assert!(busy.connection.add_keys(["a", "c"]));
    busy.must_be_waited_for().await;
}

async fn a_call_by_its_last_key_that_it_has_left(on: Runtime) {
    let signal = on.signal(());
    let busy = Busy::new(&signal, by_one_key).await;
    assert!(busy.connection.remove_keys(["a", "b"]));
    busy.must_be_waited_for().await;
}

async fn a_call_from_before_it_moved_to_another_priority(on: Runtime) {
    let signal = on.signal(());
    let busy = Busy::new(&signal, by_one_key).await;
    for priority in [5, -5] {
        signal
            .connect_callback(&busy.callback)
            .priority(priority)
            .await;
    }
    busy.must_be_waited_for().await;
}

async fn a_call_from_before_others_came_and_went(on: Runtime) {
    let signal = on.signal(());
    let busy = Busy::new(&signal, by_one_key).await;
    let guard = busy.connection.block();
    for _ in 0..10 {
        let other = signal.connect_sync(|_| ()).key("a").await;
        assert_eq!(signal.send().key("a").await.count(), 1);
        assert!(other.disconnect());
        assert_eq!(signal.send().key("a").await.count(), 0);
    }
    drop(guard);
    busy.must_be_waited_for().await;
}

async fn a_call_from_before_somebody_else_ended_it(on: Runtime) {
    let signal = on.signal(());
    let busy = Busy::new(&signal, by_one_key).await;
    assert!(signal.disconnect_callback(&busy.callback).await);
    assert_eq!(signal.send().key("a").await.count(), 0);
    busy.must_be_waited_for().await;
}

async fn a_call_of_a_callback_that_is_connected_again(on: Runtime) {
    let signal = on.signal(());
    let busy = Busy::new(&signal, by_one_key).await;
    assert!(busy.connection.disconnect());
    let again = signal.connect_callback(&busy.callback).key("a").await;
    assert_eq!(poll(&mut again.disconnect_and_wait()), Poll::Ready(true));
    busy.must_be_waited_for().await;
}

async fn calls_on_several_threads(on: Runtime) {
    let signal = on.signal(0usize);
    let gates: [[Gate; 3]; 3] = [(); 3].map(|()| [(); 3].map(|()| Gate::new()));
    let connection = signal
        .connect_with_sync(gates.clone(), |gates, ev| {
            let [started, go, gone] = &gates[**ev];
            started.open();
            go.wait_blocking();
            gone.open();
        })
        .await;
    let threads: Vec<_> = (0..3)
        .map(|number| {
            let signal = signal.clone();
            thread::spawn(move || signal.send().with(number).now().unwrap().count())
        })
        .collect();
    for [started, ..] in &gates {
        started.wait().await;
    }
    let mut wait = connection.disconnect_and_wait();
    for number in [1, 2, 0] {
        assert!(poll(&mut wait).is_pending());
        let [_, go, gone] = &gates[number];
        go.open();
        gone.wait().await;
    }
    assert!(wait.await);
    for thread in threads {
        assert_eq!(thread.join().expect("no panic"), 1);
    }
}

on_each_runtime![
    a_call_by_one_key,
    a_call_by_several_keys,
    a_call_by_a_send_to_all,
    a_call_in_a_task_that_joins,
    a_call_by_a_key_that_it_has_left,
    a_call_by_its_last_key_that_it_has_left,
    a_call_from_before_it_moved_to_another_priority,
    a_call_from_before_others_came_and_went,
    a_call_from_before_somebody_else_ended_it,
    a_call_of_a_callback_that_is_connected_again,
    calls_on_several_threads,
];
