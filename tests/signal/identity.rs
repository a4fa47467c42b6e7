//! Which callbacks are one, so that connecting them again makes no second connection.

use std::any::type_name_of_val;
use std::sync::Arc;

use fanfare::{Callback, Event, Signal};

use crate::common::Log;
use crate::runtime::Runtime;

fn show(_: &Event<()>) {}

async fn store(_: Arc<Event<()>>) {}

fn generic<T>(_: &Event<()>) {}

struct Mike;

impl Mike {
    fn hear(&self, _: &Event<()>) {}

    fn see(&self, _: &Event<()>) {}

    async fn answer(self: Arc<Self>, _: Arc<Event<()>>) {}
}

/// How many callbacks a send with this key reaches.
async fn reached(signal: &Signal<()>, key: &str) -> usize {
    signal.send().key(key).await.count()
}

async fn a_function_is_one_callback_whose_filters_merge(on: Runtime) {
    let signal = on.signal(());
    let first = signal.connect_sync(show).key("a").await;
    let again = signal.connect_sync(show).key("b").await;
    signal.connect(store).key("b").await;
    signal.connect(store).key("c").await;
    assert_eq!(first.id(), again.id());
    assert_eq!(signal.connection_count(), 2);
    assert_eq!(reached(&signal, "a").await, 1);
    assert_eq!(reached(&signal, "b").await, 2);
    assert_eq!(reached(&signal, "c").await, 1);
    assert_eq!(signal.send().keys(["a", "b", "c"]).await.count(), 2);

    assert!(first.disconnect());
    assert!(!again.is_connected());
}

async fn functions_that_differ_are_different_callbacks(on: Runtime) {
    mod other {
        pub(super) fn show(_: &fanfare::Event<()>) {}
    }
    let signal = on.signal(());
    signal.connect_sync(show).await;
    signal.connect_sync(other::show).await;
    signal.connect_sync(generic::<u8>).await;
    signal.connect_sync(generic::<u16>).await;
    signal.connect_sync(generic::<&'static str>).await;
    signal.connect_sync(generic::<u8>).await;
    assert_eq!(signal.connection_count(), 5);
    assert!(signal.disconnect(generic::<u16>).await);
    assert!(!signal.disconnect(generic::<u16>).await);
    assert!(!signal.disconnect(generic::<u32>).await);
    assert_eq!(signal.connection_count(), 4);
}

async fn a_function_inside_a_closure_has_a_name(on: Runtime) {
    let signal = on.signal(());
    let connect = || {
        fn inner(_: &Event<()>) {}
        signal.connect_sync(inner).now()
    };
    assert_eq!(connect().id(), connect().id());
    assert_eq!(signal.connection_count(), 1);
}

/// Its type is named `deaf<..::{{closure}}>`.
async fn a_generic_function_of_a_closure_has_a_name(on: Runtime) {
    fn deaf<F: Fn()>(_: &Event<()>) {}
    fn deaf_to<F: Fn() + 'static>(_: F) -> impl Fn(&Event<()>) + Send + Sync + Copy + use<F> {
        deaf::<F>
    }
    let signal = on.signal(());
    let (one, other) = (deaf_to(|| ()), deaf_to(|| ()));
    for callback in [one, one] {
        signal.connect_sync(callback).await;
    }
    assert_eq!(signal.connection_count(), 1);
    signal.connect_sync(other).await;
    assert_eq!(signal.connection_count(), 2);
}

async fn a_closure_is_new_each_time(on: Runtime) {
    let signal = on.signal(());
    let log = Log::new();
    let callback = |_: &Event<()>| ();
    for _ in 0..2 {
        signal.connect_sync(callback).await;
        signal.connect_sync(|_| ()).await;
        signal.connect(|_| async {}).await;
        signal.connect(async |_: Arc<Event<()>>| ()).await;
        signal.connect_sync(log.writes("captures")).await;
    }
    assert_eq!(signal.connection_count(), 10);
    assert!(!signal.disconnect(callback).await);
    assert_eq!(signal.connection_count(), 10);
}

/// Telling a closure from a function is done by this ending: should it change, this is where it is noticed.
async fn the_type_name_of_a_closure_ends_in_closure(_: Runtime) {
    fn made_in_generic<T>() -> impl Fn(T) {
        |_| ()
    }
    let captured = 1u8;
    let names = [
        type_name_of_val(&|_: &Event<()>| ()),
        type_name_of_val(&move || captured),
        type_name_of_val(&|_: Arc<Event<()>>| async {}),
        type_name_of_val(&async |_: Arc<Event<()>>| ()),
        type_name_of_val(&made_in_generic::<Vec<u8>>()),
        type_name_of_val(&|| || ()),
    ];
    for name in names {
        assert!(name.ends_with("{{closure}}"), "{name}");
    }
    fn inner() {}
    let functions = [
        type_name_of_val(&show),
        type_name_of_val(&store),
        type_name_of_val(&generic::<u8>),
        type_name_of_val(&Mike::answer),
        type_name_of_val(&inner),
    ];
    for name in functions {
        assert!(!name.ends_with("{{closure}}"), "{name}");
    }
}

/// Their addresses are neither unique nor stable.
async fn a_function_pointer_names_nothing(on: Runtime) {
    let signal = on.signal(());
    let pointer: fn(&Event<()>) = show;
    signal.connect_sync(pointer).await;
    signal.connect_sync(pointer).await;
    signal.connect_sync(show).await;
    assert_eq!(signal.connection_count(), 3);
}

async fn a_callback_handle_is_one_callback(on: Runtime) {
    let signal = on.signal(());
    let handle = Callback::sync(|_| ());
    let other = Callback::sync(|_| ());
    signal.connect_callback(&handle).key("a").await;
    signal.connect_callback(&handle.clone()).key("b").await;
    assert_eq!(signal.connection_count(), 1);
    signal.connect_callback(&other).key("a").await;
    assert_eq!(signal.connection_count(), 2);
    assert_eq!(reached(&signal, "a").await, 2);
    assert_eq!(reached(&signal, "b").await, 1);
    assert!(handle == handle.clone() && handle != other);

    assert!(signal.disconnect_callback(&handle.clone()).await);
    assert_eq!(reached(&signal, "b").await, 0);
    assert_eq!(signal.connection_count(), 1);
}

async fn a_callback_handle_stands_for_the_function_in_it(on: Runtime) {
    let signal = on.signal(());
    let (one, other) = (Callback::sync(show), Callback::sync(show));
    assert!(one == other);
    signal.connect_callback(&one).key("a").await;
    signal.connect_callback(&other).key("b").await;
    signal.connect_sync(show).key("c").await;
    assert_eq!(signal.connection_count(), 1);
    assert_eq!(reached(&signal, "c").await, 1);
    assert!(signal.disconnect(show).await);
    assert!(!signal.disconnect_callback(&one).await);

    signal.connect(store).await;
    assert!(signal.disconnect_callback(&Callback::new(store)).await);
}

async fn a_method_is_one_callback_for_each_object(on: Runtime) {
    let signal = on.signal(());
    let (mike, other) = (Arc::new(Mike), Arc::new(Mike));
    let first = signal.connect_method_sync(&mike, Mike::hear).key("a").await;
    let again = signal
        .connect_method_sync(&mike.clone(), Mike::hear)
        .key("b")
        .await;
    assert_eq!(first.id(), again.id());
    signal.connect_method_sync(&mike, Mike::see).key("a").await;
    signal.connect_method(&mike, Mike::answer).key("a").await;
    signal
        .connect_method_sync(&other, Mike::hear)
        .key("a")
        .await;
    let handle = Callback::method_sync(&mike, Mike::hear);
    signal.connect_callback(&handle).key("c").await;
    assert_eq!(signal.connection_count(), 4);
    assert_eq!(reached(&signal, "a").await, 4);
    assert_eq!(reached(&signal, "c").await, 1);

    assert!(signal.disconnect_method(&mike, Mike::hear).await);
    assert!(!signal.disconnect_method(&mike, Mike::hear).await);
    assert!(!signal.disconnect_method(&other, Mike::answer).await);
    assert_eq!(reached(&signal, "a").await, 3);
}

async fn a_closure_in_the_place_of_a_method_is_new_each_time(on: Runtime) {
    let signal = on.signal(());
    let mike = Arc::new(Mike);
    for _ in 0..2 {
        signal.connect_method_sync(&mike, |_, _| ()).await;
        signal.connect_method(&mike, |_, _| async {}).await;
    }
    assert_eq!(signal.connection_count(), 4);
}

async fn a_callback_with_state_is_new_each_time(on: Runtime) {
    fn count(_: &u8, _: &Event<()>) {}
    async fn count_async(_: u8, _: Arc<Event<()>>) {}
    let signal = on.signal(());
    for _ in 0..2 {
        signal.connect_with_sync(1, count).await;
        signal.connect_with(1, count_async).await;
    }
    assert_eq!(signal.connection_count(), 4);
    assert!(!signal.disconnect(count).await);
}

async fn two_signals_can_have_one_callback(on: Runtime) {
    let (one, other) = (on.signal(()), on.signal(()));
    let log = Log::new();
    let callback = Callback::sync(log.writes("called"));
    let first = one.connect_callback(&callback).await;
    let second = other.connect_callback(&callback).key("a").await;
    one.connect_sync(show).await;
    other.connect_sync(show).await;
    let _ = one.send().join().await;
    assert_eq!(log.take().len(), 1);
    let _ = other.send().key("a").join().await;
    assert_eq!(log.take().len(), 1);

    assert!(one.disconnect_callback(&callback).await);
    assert!(one.disconnect(show).await);
    assert!(!first.is_connected() && second.is_connected());
    let _ = one.send().join().await;
    assert!(log.take().is_empty());
    assert_eq!(other.send().key("a").await.count(), 2);
}

on_each_runtime![
    a_function_is_one_callback_whose_filters_merge,
    functions_that_differ_are_different_callbacks,
    a_function_inside_a_closure_has_a_name,
    a_generic_function_of_a_closure_has_a_name,
    a_closure_is_new_each_time,
    the_type_name_of_a_closure_ends_in_closure,
    a_function_pointer_names_nothing,
    a_callback_handle_is_one_callback,
    a_callback_handle_stands_for_the_function_in_it,
    a_method_is_one_callback_for_each_object,
    a_closure_in_the_place_of_a_method_is_new_each_time,
    a_callback_with_state_is_new_each_time,
    two_signals_can_have_one_callback,
];
