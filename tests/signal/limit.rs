//! `.once()` and `.times(n)`: connections that end by themselves.

use std::sync::{Arc, Barrier};
use std::thread;

use fanfare::{Event, Executor, Signal, WeakSignal};

use crate::common::{Gate, Log, poll, told};
use crate::runtime::Runtime;

async fn once_is_one_call(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let sync = signal.connect_sync(log.writes("sync")).once().await;
    let later = signal.connect(log.writes_async("async")).once().await;
    assert!(sync.is_connected() && later.is_connected());
    assert_eq!(signal.send().await.join().await.count(), 2);
    assert!(!sync.is_connected() && !later.is_connected());
    assert_eq!(signal.send().join().await.count(), 0);
    assert_eq!(log.take().len(), 2);
}

async fn times_is_that_many_calls(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    for count in [0, 1, 2, 5] {
        let seen = log.clone();
        let connection = signal
            .connect_sync(move |ev| seen.push(**ev))
            .times(count)
            .await;
        assert_eq!(connection.is_connected(), count > 0);
        for number in 0..10 {
            let reached = signal.send().with(number).join().await.count();
            assert_eq!(reached, usize::from(usize::from(number) < count));
        }
        assert_eq!(log.take().len(), count);
        assert_eq!(signal.connection_count(), 0);
    }
}

async fn only_sends_that_match_count(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).keys(["a", "b"]).once().await;
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(signal.send().key("c").await.count(), 0);
    assert!(connection.is_connected());
    assert_eq!(signal.send().keys(["a", "b"]).await.count(), 1);
    assert_eq!(signal.send().keys(["a", "b"]).await.count(), 0);
}

async fn it_has_ended_by_the_time_of_its_last_call(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let own = Arc::new(std::sync::OnceLock::new());
    let (me, seen) = (own.clone(), log.clone());
    let connection = signal
        .connect_sync(move |_| {
            let me: &fanfare::Connection = me.get().expect("it is connected");
            seen.push((me.is_connected(), me.add_keys(["a"]), me.disconnect()));
        })
        .times(2)
        .await;
    own.set(connection).expect("it is set once");
    signal.send().now().unwrap();
    assert_eq!(log.take(), [(true, true, true)]);
    let other = on.signal(());
    let (own, seen) = (Arc::new(std::sync::OnceLock::new()), log.clone());
    let me = own.clone();
    let connection = other
        .connect(move |_| {
            let me: &fanfare::Connection = me.get().expect("it is connected");
            seen.push((me.is_connected(), me.add_keys(["a"]), me.disconnect()));
            async {}
        })
        .once()
        .await;
    own.set(connection).expect("it is set once");
    assert!(other.send().join().await.is_ok());
    assert_eq!(log.take(), [(false, false, false)]);
}

/// Sends again from inside its call, if it is not too deep already.
fn again(weak: &WeakSignal<u8>, log: &Log<u8>, ev: &Event<u8>) {
    let signal = weak.upgrade().expect("it is being sent");
    log.push(**ev);
    if **ev < 5 {
        signal.send().with(**ev + 1).now().unwrap();
    }
}

async fn a_send_from_inside_the_last_call_does_not_reach_it(on: Runtime) {
    for (times, expected) in [(1, vec![0]), (3, vec![0, 1, 2])] {
        let (signal, log) = (on.signal(0u8), Log::new());
        let state = (signal.downgrade(), log.clone());
        signal
            .connect_with_sync(state, |(weak, log), ev| again(weak, log, ev))
            .times(times)
            .await;
        assert!(signal.send().join().await.is_ok());
        assert_eq!(log.take(), expected);
    }
    let (signal, log) = (on.signal(0u8), Log::new());
    signal
        .connect_with(
            (signal.downgrade(), log.clone()),
            |(weak, log), ev| async move {
                again(&weak, &log, &ev);
            },
        )
        .once()
        .await;
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), [0]);
}

async fn sends_from_many_threads_share_the_calls(on: Runtime) {
    const THREADS: usize = 8;
    const SENDS: usize = 50;
    for (times, is_sync) in [(1, true), (1, false), (7, true), (7, false), (100, true)] {
        let (signal, log) = (on.signal(()), Log::new());
        let connect = match is_sync {
            true => signal.connect_sync(log.writes(())),
            false => signal.connect(log.writes_async(())),
        };
        let connection = connect.times(times).await;
        let start = Barrier::new(THREADS);
        let reached: usize = thread::scope(|scope| {
            let sends = || {
                start.wait();
                let send = |_| futures_lite::future::block_on(signal.send().join()).count();
                (0..SENDS).map(send).sum::<usize>()
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(sends)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("no panic"))
                .sum()
        });
        assert_eq!((reached, log.len()), (times, times));
        assert!(!connection.is_connected());
    }
}

async fn a_call_counts_when_it_is_handed_over(_: Runtime) {
    let executor = Executor::new();
    let (signal, log) = (
        Signal::builder(()).spawner(executor.clone()).build(),
        Log::new(),
    );
    let connection = signal.connect(log.writes_async("ran")).once().await;
    let (one, other) = (signal.send().await, signal.send().await);
    assert_eq!((one.count(), other.count()), (1, 0));
    assert!(!connection.is_connected());
    assert_eq!(told(&executor.run(one.join()).await), ["()"]);
    assert_eq!(log.take(), ["ran"]);
}

async fn its_last_call_can_be_stopped_before_it_starts(_: Runtime) {
    let executor = Executor::new();
    let (signal, log) = (
        Signal::builder(()).spawner(executor.clone()).build(),
        Log::new(),
    );
    let connection = signal.connect(log.writes_async("ran")).once().await;
    let delivery = signal.send().await;
    assert!(!connection.disconnect(), "it has ended already");
    assert_eq!(told(&executor.run(delivery.join()).await), ["aborted"]);
    assert_eq!(log.len(), 0);
}

async fn a_call_that_is_cancelled_is_used_up(on: Runtime) {
    let signal = on.signal(());
    let never = Gate::new();
    let connection = signal
        .connect_with(never, |never, _| async move { never.wait().await })
        .times(2)
        .await;
    for is_left in [true, false] {
        let mut join = signal.send().join();
        assert!(poll(&mut join).is_pending());
        drop(join);
        assert_eq!(connection.is_connected(), is_left);
    }
}

on_each_runtime![
    once_is_one_call,
    times_is_that_many_calls,
    only_sends_that_match_count,
    it_has_ended_by_the_time_of_its_last_call,
    a_send_from_inside_the_last_call_does_not_reach_it,
    sends_from_many_threads_share_the_calls,
    a_call_counts_when_it_is_handed_over,
    its_last_call_can_be_stopped_before_it_starts,
    a_call_that_is_cancelled_is_used_up,
];
