//! The handles of a signal, strong and weak: clones are one signal, and it lives as long as one of them.

use std::sync::Arc;

use fanfare::{Callback, Event, Signal, WeakSignal};

use crate::common::{Gate, Log, opens, told};
use crate::runtime::Runtime;

async fn clones_are_one_signal(on: Runtime) {
    let signal = on.builder(1u8).name("one").build();
    let clone = signal.clone();
    let log = Log::new();
    let connection = clone.connect_sync(log.writes("heard")).await;
    let _ = signal.send().join().await;
    assert_eq!(log.take(), ["heard"]);
    assert_eq!((signal.id(), signal.name()), (clone.id(), clone.name()));
    assert_eq!(signal.connection_count(), 1);

    drop(signal);
    assert!(connection.is_connected());
    let _ = clone.send().join().await;
    assert_eq!(log.take(), ["heard"]);
}

async fn two_signals_are_two(on: Runtime) {
    let (one, other) = (on.signal(()), on.signal(()));
    let log = Log::new();
    one.connect_sync(log.writes("one")).await;
    other.connect_sync(log.writes("other")).await;
    let _ = other.send().join().await;
    assert_eq!(log.take(), ["other"]);
    assert_ne!(one.id(), other.id());
}

async fn the_name_is_the_builders(on: Runtime) {
    assert_eq!(on.signal(()).name(), None);
    let named = on.builder(()).name(String::from("named")).build();
    assert_eq!(named.name(), Some("named"));
}

async fn the_default_signal_has_the_default_payload(_: Runtime) {
    #[derive(Default)]
    struct Line {
        level: u8,
        text: Option<String>,
    }
    let signal: Signal<Line> = Signal::default();
    assert_eq!(
        (signal.defaults().level, &signal.defaults().text),
        (0, &None)
    );
    let log = Log::new();
    signal
        .connect_with_sync(log.clone(), |log, ev: &Event<Line>| log.push(ev.level))
        .await;
    let _ = signal.send().join().await;
    assert_eq!(log.take(), [0]);
}

async fn a_weak_signal_upgrades_while_a_handle_lives(on: Runtime) {
    let signal = on.signal(1);
    let weak = signal.downgrade();
    let again = weak.upgrade().expect("it lives");
    assert_eq!(again.id(), signal.id());
    drop(signal);
    assert!(weak.clone().upgrade().is_some());
    drop(again);
    assert!(weak.upgrade().is_none());
}

async fn the_connections_end_with_the_last_handle(on: Runtime) {
    let signal = on.signal(());
    let clone = signal.clone();
    let connection = signal.connect_sync(|_| ()).key("a").await;
    drop(signal);
    assert!(connection.is_connected());
    drop(clone);
    assert!(!connection.is_connected());
    assert!(!connection.add_keys(["b"]));
    assert!(!connection.remove_keys(["a"]));
    assert!(!connection.disconnect());
    assert!(!connection.disconnect_and_wait().await);
    assert_eq!(connection.name(), None);
}

async fn what_callbacks_hold_is_dropped_with_the_last_handle(on: Runtime) {
    let (sync, later, when) = (Gate::new(), Gate::new(), Gate::new());
    let signal = on.signal(());
    let state = opens(&sync);
    let guard = opens(&when);
    signal
        .connect_with_sync(state, |_, _| ())
        .key("a")
        .when(move |_| {
            let _ = &guard;
            true
        })
        .await;
    let state = Arc::new(opens(&later));
    signal.connect_with(state, |_, _| async {}).await;
    let clone = signal.clone();
    let _ = signal.send().key("a").join().await;
    drop(signal);
    assert!(!sync.is_open() && !later.is_open() && !when.is_open());
    drop(clone);
    assert!(sync.is_open() && later.is_open() && when.is_open());
}

async fn a_callback_that_is_kept_keeps_its_state(on: Runtime) {
    let dropped = Gate::new();
    let callback = Callback::with_sync(opens(&dropped), |_, _: &Event<()>| ());
    let signal = on.signal(());
    signal.connect_callback(&callback).await;
    drop(signal);
    assert!(!dropped.is_open());
    drop(callback);
    assert!(dropped.is_open());
}

async fn a_callback_with_a_weak_signal_does_not_keep_it(on: Runtime) {
    let signal = on.signal(0u8);
    let log = Log::new();
    let state = (signal.downgrade(), log.clone());
    signal
        .connect_with_sync(state, |(weak, log): &(WeakSignal<u8>, _), ev| {
            let signal = weak.upgrade().expect("it is being sent");
            log.push(**ev);
            if **ev < 2 {
                signal.send().with(**ev + 1).now().unwrap();
            }
        })
        .await;
    let _ = signal.send().join().await;
    assert_eq!(log.take(), [0, 1, 2]);
    let weak = signal.downgrade();
    drop(signal);
    assert!(weak.upgrade().is_none());
}

async fn a_call_that_runs_outlives_the_signal(on: Runtime) {
    let (started, go) = (Gate::new(), Gate::new());
    let signal = on.builder(5u8).reply::<u8>().build();
    let state = (started.clone(), go.clone());
    signal
        .connect_with(state, |(started, go), ev| async move {
            started.open();
            go.wait().await;
            **ev
        })
        .await;
    let delivery = signal.send().await;
    started.wait().await;
    drop(signal);
    go.open();
    assert_eq!(told(&delivery.join().await), ["5"]);
}

on_each_runtime![
    clones_are_one_signal,
    two_signals_are_two,
    the_name_is_the_builders,
    the_default_signal_has_the_default_payload,
    a_weak_signal_upgrades_while_a_handle_lives,
    the_connections_end_with_the_last_handle,
    what_callbacks_hold_is_dropped_with_the_last_handle,
    a_callback_that_is_kept_keeps_its_state,
    a_callback_with_a_weak_signal_does_not_keep_it,
    a_call_that_runs_outlives_the_signal,
];
