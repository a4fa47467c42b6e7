//! The guards of a connection: `block`, which suspends it, and `scoped`, which ends it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fanfare::{Event, Signal};

use crate::common::{Gate, Log, ON_PURPOSE};
use crate::runtime::Runtime;

async fn a_blocked_connection_is_passed_by(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    let connection = signal.connect_sync(|_| 1).keys(["a", "b"]).await;
    signal.connect(|_| async { 2 }).await;
    let guard = connection.block();
    assert!(connection.is_connected());
    assert_eq!(signal.send().keys(["a", "b"]).join().await.replies(), [2]);
    assert_eq!(signal.send().to_all().await.join().await.replies(), [2]);
    assert_eq!(signal.send().key("a").await.count(), 1);
    drop(guard);
    assert_eq!(
        signal.send().keys(["a", "b"]).join().await.replies(),
        [1, 2]
    );
}

async fn it_goes_on_when_the_last_guard_is_dropped(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).await;
    let mut guards: Vec<_> = (0..1000).map(|_| connection.clone().block()).collect();
    while let Some(guard) = guards.pop() {
        assert_eq!(signal.send().await.count(), 0);
        drop(guard);
    }
    assert_eq!(signal.send().await.count(), 1);
    let (first, second) = (connection.block(), connection.block());
    drop(first);
    assert_eq!(signal.send().await.count(), 0);
    drop(second);
    assert_eq!(signal.send().await.count(), 1);
}

async fn the_callback_keeps_its_state_and_its_limit(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let connection = signal.connect_sync(log.writes("called")).times(2).await;
    let asked = signal
        .connect_sync(|_| ())
        .when({
            let log = log.clone();
            move |_| {
                log.push("asked");
                true
            }
        })
        .await;
    signal.send().now().unwrap();
    assert_eq!(log.take(), ["called", "asked"]);
    let guards = (connection.block(), asked.block());
    for _ in 0..5 {
        signal.send().now().unwrap();
    }
    assert_eq!(log.len(), 0);
    drop(guards);
    signal.send().now().unwrap();
    assert_eq!(log.take(), ["called", "asked"]);
    assert!(!connection.is_connected());
}

async fn filters_can_change_while_it_is_blocked(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).key("a").await;
    let guard = connection.block();
    assert!(connection.add_keys(["b"]));
    assert!(connection.remove_keys(["a"]));
    drop(guard);
    assert_eq!(signal.send().key("a").await.count(), 0);
    assert_eq!(signal.send().key("b").await.count(), 1);
}

async fn a_call_that_has_started_goes_on(on: Runtime) {
    let signal = on.builder(()).reply::<u8>().build();
    let (started, go) = (Gate::new(), Gate::new());
    let connection = signal
        .connect_with(
            (started.clone(), go.clone()),
            |(started, go), _| async move {
                started.open();
                go.wait().await;
                1
            },
        )
        .await;
    let delivery = signal.send().await;
    started.wait().await;
    let _guard = connection.block();
    go.open();
    assert_eq!(delivery.join().await.replies(), [1]);
}

async fn a_callback_may_block_a_later_one_and_itself(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let guards = Log::new();
    let (first, blocked) = (log.writes("first"), log.writes("later"));
    let later = signal.connect_sync(blocked).await;
    let kept = guards.clone();
    signal
        .connect_sync(move |ev: &Event<()>| {
            first(ev);
            kept.push(later.block());
        })
        .priority(1)
        .await;
    signal.send().now().unwrap();
    assert_eq!(log.take(), ["first"]);
    drop(guards.take());

    let signal = on.signal(());
    let own = std::sync::Arc::new(std::sync::OnceLock::new());
    let (me, called, kept) = (own.clone(), log.clone(), guards.clone());
    let connection = signal
        .connect_sync(move |_| {
            let me: &fanfare::Connection = me.get().expect("it is connected");
            kept.push(me.block());
            called.push("once");
        })
        .await;
    own.set(connection).expect("it is set once");
    signal.send().now().unwrap();
    signal.send().now().unwrap();
    assert_eq!(log.take(), ["once"]);
    drop(guards.take());
    signal.send().now().unwrap();
    assert_eq!(log.take(), ["once"]);
    drop(guards.take());
}

async fn a_guard_may_outlive_its_connection_and_its_signal(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).await;
    let guard = connection.block();
    assert!(connection.disconnect());
    let late = connection.block();
    drop(guard);
    drop(late);
    assert!(!connection.is_connected());
    assert_eq!(signal.send().await.count(), 0);

    let connection = signal.connect_sync(|_| ()).await;
    let guard = connection.block();
    drop(signal);
    drop(guard);
    drop(connection.block());
}

async fn a_scoped_connection_ends_when_it_is_dropped(on: Runtime) {
    let signal = on.signal(());
    let scoped = signal.connect_sync(|_| ()).await.scoped();
    assert_eq!(signal.send().await.count(), 1);
    let handle = scoped.clone();
    assert!(handle.is_connected());
    drop(handle);
    assert!(scoped.is_connected() && scoped.add_keys(["a"]));
    drop(scoped);
    assert_eq!(signal.send().key("a").await.count(), 0);
    assert_eq!(signal.connection_count(), 0);
}

async fn a_scoped_connection_ends_where_a_panic_leaves_its_scope(on: Runtime) {
    let signal = on.signal(());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _scoped = signal.connect_sync(|_| ()).now().scoped();
        assert_eq!(signal.send().now().unwrap().count(), 1);
        panic!("{ON_PURPOSE}");
    }));
    assert!(panicked.is_err());
    assert_eq!(signal.connection_count(), 0);
}

async fn a_released_connection_lives_on(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).await.scoped().release();
    assert_eq!(signal.send().await.count(), 1);
    assert!(connection.disconnect());
}

async fn a_scope_may_end_after_its_connection_and_its_signal(on: Runtime) {
    let signal: Signal<()> = on.signal(());
    let scoped = signal.connect_sync(|_| ()).await.scoped();
    assert!(scoped.disconnect());
    drop(scoped);
    let scoped = signal.connect_sync(|_| ()).await.scoped();
    drop(signal);
    drop(scoped);
}

async fn a_callback_may_drop_its_own_scope(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let scopes = Log::new();
    let (called, own) = (log.clone(), scopes.clone());
    let connection = signal
        .connect_sync(move |_| {
            called.push("called");
            drop(own.take());
            called.push("and done");
        })
        .await;
    scopes.push(connection.scoped());
    assert!(signal.send().join().await.is_ok());
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), ["called", "and done"]);
}

on_each_runtime![
    a_blocked_connection_is_passed_by,
    it_goes_on_when_the_last_guard_is_dropped,
    the_callback_keeps_its_state_and_its_limit,
    filters_can_change_while_it_is_blocked,
    a_call_that_has_started_goes_on,
    a_callback_may_block_a_later_one_and_itself,
    a_guard_may_outlive_its_connection_and_its_signal,
    a_scoped_connection_ends_when_it_is_dropped,
    a_scoped_connection_ends_where_a_panic_leaves_its_scope,
    a_released_connection_lives_on,
    a_scope_may_end_after_its_connection_and_its_signal,
    a_callback_may_drop_its_own_scope,
];
