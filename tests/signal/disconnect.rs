//! Disconnecting a callback: from everything, or from some of its filters.

use std::sync::Arc;

use fanfare::{Callback, Event, Key, SenderId, Signal};

use crate::common::{Gate, Person, opens};
use crate::runtime::Runtime;

fn listen(_: &Event<()>) {}

async fn listen_async(_: Arc<Event<()>>) {}

async fn reached(signal: &Signal<()>, key: &str) -> usize {
    signal.send().key(key).await.count()
}

async fn bare_it_is_from_everything(on: Runtime) {
    let signal = on.signal(());
    let ashley = Person(1);
    for _ in 0..2 {
        signal.connect_sync(listen).await;
        signal
            .connect_sync(listen)
            .keys(["a", "b"])
            .sender(&ashley)
            .await;
        signal.connect(listen_async).key("a").await;
        assert_eq!(reached(&signal, "a").await, 2);
        assert!(signal.disconnect(listen).await);
        assert_eq!(signal.send().await.count(), 0);
        assert_eq!(signal.send().sender(&ashley).key("b").await.count(), 0);
        assert_eq!(reached(&signal, "a").await, 1);
        assert!(signal.disconnect(listen_async).now());
        assert_eq!(reached(&signal, "a").await, 0);
        assert_eq!(signal.connection_count(), 0);
    }
}

async fn with_filters_it_is_from_those_alone(on: Runtime) {
    let signal = on.signal(());
    let (ashley, mike) = (Person(1), Person(2));
    let connection = signal
        .connect_sync(listen)
        .keys(["a", "b", "c"])
        .senders([&ashley, &mike])
        .await;
    assert!(signal.disconnect(listen).key("a").await);
    assert_eq!(reached(&signal, "a").await, 0);
    assert_eq!(reached(&signal, "b").await, 1);
    assert!(signal.disconnect(listen).sender(&ashley).key("b").await);
    assert_eq!(reached(&signal, "b").await, 0);
    assert_eq!(signal.send().sender(&ashley).await.count(), 0);
    assert_eq!(signal.send().sender(&mike).await.count(), 1);
    assert_eq!(reached(&signal, "c").await, 1);
    assert!(connection.is_connected());
}

async fn what_is_not_there_is_ignored(on: Runtime) {
    fn stranger(_: &Event<()>) {}
    let signal = on.signal(());
    let ashley = Person(1);
    assert!(!signal.disconnect(listen).await);
    signal.connect_sync(listen).key("a").await;
    assert!(!signal.disconnect(stranger).await);
    assert!(!signal.disconnect(listen_async).await);
    assert!(!signal.disconnect(listen).key("b").await);
    assert!(!signal.disconnect(listen).sender(&ashley).await);
    assert!(!signal.disconnect_callback(&Callback::sync(|_| ())).await);
    assert_eq!(reached(&signal, "a").await, 1);
    // One of them is there: that one goes.
    assert!(
        signal
            .disconnect(listen)
            .keys(["b", "a", "c"])
            .sender(&ashley)
            .await
    );
    assert_eq!(reached(&signal, "a").await, 0);
}

async fn another_callbacks_filter_is_not_its_own(on: Runtime) {
    let signal = on.signal(());
    signal.connect_sync(listen).key("a").await;
    signal.connect(listen_async).key("b").await;
    assert!(!signal.disconnect(listen).key("b").await);
    assert_eq!(reached(&signal, "b").await, 1);
}

async fn without_its_last_filter_a_callback_is_gone(on: Runtime) {
    let signal = on.signal(());
    let (ashley, dropped) = (Person(1), Gate::new());
    let callback = Callback::with_sync(opens(&dropped), |_, _: &Event<()>| ());
    let connection = signal
        .connect_callback(&callback)
        .key("a")
        .sender(&ashley)
        .await;
    assert!(signal.disconnect_callback(&callback).key("a").await);
    assert!(connection.is_connected());
    assert!(signal.disconnect_callback(&callback).sender(&ashley).await);
    assert!(!connection.is_connected());
    assert_eq!(signal.connection_count(), 0);
    drop(callback);
    assert!(dropped.is_open());
}

async fn without_its_filters_a_bare_callback_is_still_there(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(listen).await;
    assert!(!signal.disconnect(listen).key("a").await);
    signal.connect_sync(listen).key("a").await;
    assert!(signal.disconnect(listen).key("a").await);
    assert!(!signal.disconnect(listen).key("a").await);
    assert!(connection.is_connected());
    assert_eq!(signal.send().await.count(), 1);
}

async fn an_empty_filter_removes_nothing(on: Runtime) {
    let signal = on.signal(());
    signal.connect_sync(listen).await;
    signal.connect_sync(listen).key("a").await;
    assert!(!signal.disconnect(listen).keys([] as [Key; 0]).await);
    assert!(!signal.disconnect(listen).senders([] as [SenderId; 0]).await);
    assert_eq!(signal.send().await.count(), 1);
}

async fn a_callback_with_an_empty_filter_can_be_disconnected(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(listen).keys([] as [Key; 0]).await;
    assert!(!signal.disconnect(listen).key("a").await);
    assert!(connection.is_connected());
    assert!(signal.disconnect(listen).await);
    assert!(!connection.is_connected());
}

async fn methods_and_handles_are_found_by_the_same_rules(on: Runtime) {
    struct Mike;
    impl Mike {
        fn hear(&self, _: &Event<()>) {}

        async fn answer(self: Arc<Self>, _: Arc<Event<()>>) {}
    }
    let signal = on.signal(());
    let mike = Arc::new(Mike);
    signal
        .connect_method_sync(&mike, Mike::hear)
        .keys(["a", "b"])
        .await;
    signal
        .connect_method(&mike, Mike::answer)
        .keys(["a", "b"])
        .strong()
        .await;
    let handle = Callback::new(|_| async {});
    signal.connect_callback(&handle).keys(["a", "b"]).await;
    assert_eq!(reached(&signal, "a").await, 3);

    assert!(signal.disconnect_method(&mike, Mike::hear).key("a").await);
    assert!(
        signal
            .disconnect_method(&mike, Mike::answer)
            .keys(["a"])
            .await
    );
    assert!(signal.disconnect_callback(&handle).key("a").await);
    assert_eq!(reached(&signal, "a").await, 0);
    assert_eq!(reached(&signal, "b").await, 3);
    assert!(signal.disconnect_method(&mike, Mike::hear).await);
    assert!(signal.disconnect_method(&mike, Mike::answer).await);
    assert!(signal.disconnect_callback(&handle).await);
    assert_eq!(signal.connection_count(), 0);
}

async fn nothing_happens_before_it_is_awaited(on: Runtime) {
    let signal = on.signal(());
    drop(signal.connect_sync(listen));
    drop(IntoFuture::into_future(signal.connect_sync(listen)));
    assert_eq!(signal.connection_count(), 0);
    signal.connect_sync(listen).await;
    drop(signal.disconnect(listen));
    drop(IntoFuture::into_future(signal.disconnect(listen)));
    assert_eq!(signal.connection_count(), 1);
    // What counts is the moment of the await, not that of the call.
    let disconnect = signal.disconnect(listen_async);
    signal.connect(listen_async).await;
    assert!(disconnect.await);
}

async fn a_filter_that_was_removed_can_be_connected_again(on: Runtime) {
    let signal = on.signal(());
    for _ in 0..100 {
        signal.connect_sync(listen).keys(["a", "b"]).await;
        assert_eq!(reached(&signal, "a").await, 1);
        assert!(signal.disconnect(listen).key("a").await);
        assert_eq!(reached(&signal, "a").await, 0);
        assert_eq!(reached(&signal, "b").await, 1);
    }
    assert_eq!(signal.connection_count(), 1);
}

on_each_runtime![
    bare_it_is_from_everything,
    with_filters_it_is_from_those_alone,
    what_is_not_there_is_ignored,
    another_callbacks_filter_is_not_its_own,
    without_its_last_filter_a_callback_is_gone,
    without_its_filters_a_bare_callback_is_still_there,
    an_empty_filter_removes_nothing,
    a_callback_with_an_empty_filter_can_be_disconnected,
    methods_and_handles_are_found_by_the_same_rules,
    nothing_happens_before_it_is_awaited,
    a_filter_that_was_removed_can_be_connected_again,
];
