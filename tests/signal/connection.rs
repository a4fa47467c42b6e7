//! The handle of a connection: ending it, asking it, and changing its filters.

use fanfare::{Callback, Connection, Event, Signal};

use crate::common::{Gate, Log, Person};
use crate::runtime::Runtime;

async fn reached(signal: &Signal<()>, key: &str) -> usize {
    signal.send().key(key).await.count()
}

async fn disconnect_ends_it_once(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let connection = signal
        .connect_sync(log.writes("called"))
        .keys(["a", "b"])
        .await;
    let clone = connection.clone();
    assert!(connection.is_connected());
    assert!(clone.disconnect());
    assert!(!clone.disconnect() && !connection.disconnect());
    assert!(!connection.is_connected() && !clone.is_connected());
    assert_eq!(
        signal.send().keys(["a", "b"]).to_all().join().await.count(),
        0
    );
    assert_eq!(log.len(), 0);
}

async fn dropping_the_handle_changes_nothing(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).await;
    drop(connection.clone());
    drop(connection);
    drop(signal.connect_sync(|_| ()).now());
    assert_eq!(signal.send().await.count(), 2);
}

async fn the_handle_does_not_keep_the_signal(on: Runtime) {
    let signal = on.signal(());
    let weak = signal.downgrade();
    let connection = signal.connect_sync(|_| ()).await;
    drop(signal);
    assert!(weak.upgrade().is_none());
    assert!(!connection.is_connected());
}

async fn ids_rise_in_connection_order(on: Runtime) {
    let signal = on.signal(());
    let connections: Vec<_> = (0..10).map(|_| signal.connect_sync(|_| ()).now()).collect();
    let ids: Vec<_> = connections.iter().map(Connection::id).collect();
    assert!(ids.is_sorted_by(|one, next| one < next));
    assert_eq!(connections[3].clone().id(), ids[3]);
}

async fn the_name_is_there_as_long_as_it_is_connected(on: Runtime) {
    let signal = on.signal(());
    let named = signal.connect_sync(|_| ()).name("named").await;
    let nameless = signal.connect_sync(|_| ()).await;
    assert_eq!(named.name().as_deref(), Some("named"));
    assert_eq!(nameless.name(), None);
    named.disconnect();
    assert_eq!(named.name(), None);
}

async fn the_name_goes_while_a_call_is_running(on: Runtime) {
    let signal = on.signal(());
    let (started, go) = (Gate::new(), Gate::new());
    let connection = signal
        .connect_with(
            (started.clone(), go.clone()),
            |(started, go), _| async move {
                started.open();
                go.wait().await;
            },
        )
        .name("named")
        .await;
    let delivery = signal.send().await;
    started.wait().await;
    assert!(connection.disconnect());
    assert_eq!(connection.name(), None);
    go.open();
    assert!(delivery.join().await.is_ok());
}

async fn filters_can_be_added(on: Runtime) {
    let signal = on.signal(());
    let (ashley, mike) = (Person(1), Person(2));
    let connection = signal.connect_sync(|_| ()).key("a").await;
    assert!(connection.add_keys(["b", "c"]));
    assert!(connection.add_keys(["a"]), "it has that one");
    assert!(connection.add_senders([&ashley]));
    for key in ["a", "b", "c"] {
        assert_eq!(reached(&signal, key).await, 1);
    }
    assert_eq!(signal.send().sender(&ashley).await.count(), 1);
    assert_eq!(signal.send().sender(&mike).await.count(), 0);
    assert_eq!(
        signal.send().keys(["a", "b"]).sender(&ashley).await.count(),
        1
    );
    assert_eq!(signal.send().await.count(), 0);
}

async fn filters_can_be_removed(on: Runtime) {
    let signal = on.signal(());
    let (ashley, mike) = (Person(1), Person(2));
    let connection = signal
        .connect_sync(|_| ())
        .keys(["a", "b"])
        .senders([&ashley, &mike])
        .await;
    assert!(connection.remove_keys(["a", "unknown"]));
    assert!(!connection.remove_keys(["a", "unknown"]));
    assert_eq!(
        (reached(&signal, "a").await, reached(&signal, "b").await),
        (0, 1)
    );
    assert!(connection.remove_senders([&ashley]));
    assert!(!connection.remove_senders([&ashley]));
    assert_eq!(signal.send().sender(&ashley).await.count(), 0);
    assert_eq!(signal.send().sender(&mike).await.count(), 1);
}

async fn a_bare_connection_stays_bare(on: Runtime) {
    let signal = on.signal(());
    let connection = signal.connect_sync(|_| ()).await;
    assert!(connection.add_keys(["a"]));
    assert_eq!(
        (reached(&signal, "a").await, reached(&signal, "b").await),
        (1, 1)
    );
    assert!(connection.remove_keys(["a"]));
    assert_eq!(
        (reached(&signal, "a").await, reached(&signal, "b").await),
        (1, 1)
    );
}

async fn without_its_last_filter_it_waits_for_another(on: Runtime) {
    let signal = on.signal(());
    let ashley = Person(1);
    let connection = signal.connect_sync(|_| ()).key("a").sender(&ashley).await;
    assert!(connection.remove_keys(["a"]));
    assert!(connection.remove_senders([&ashley]));
    assert!(connection.is_connected());
    assert_eq!(signal.connection_count(), 1);
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(signal.send().key("a").sender(&ashley).await.count(), 0);
    assert!(connection.add_keys(["b"]));
    assert_eq!(reached(&signal, "b").await, 1);
    assert_eq!(signal.send().await.count(), 0);
}

async fn an_ended_one_answers_false_to_everything(on: Runtime) {
    let signal = on.signal(());
    let ashley = Person(1);
    let disconnected = signal.connect_sync(|_| ()).key("a").sender(&ashley).await;
    disconnected.disconnect();
    let exhausted = signal
        .connect_sync(|_| ())
        .key("a")
        .sender(&ashley)
        .once()
        .await;
    let _ = signal.send().key("a").join().await;
    let never = signal
        .connect_sync(|_| ())
        .key("a")
        .sender(&ashley)
        .times(0)
        .await;
    for connection in [disconnected, exhausted, never] {
        assert!(!connection.is_connected());
        assert!(!connection.add_keys(["a"]));
        assert!(!connection.add_senders([&ashley]));
        assert!(!connection.remove_keys(["a"]));
        assert!(!connection.remove_senders([&ashley]));
        assert!(!connection.disconnect());
        assert!(!connection.disconnect_and_wait().await);
        assert_eq!(connection.name(), None);
    }
    assert_eq!(
        signal
            .send()
            .key("a")
            .sender(&ashley)
            .to_all()
            .await
            .count(),
        0
    );
    assert_eq!(signal.connection_count(), 0);
}

async fn a_key_can_be_added_where_another_ended_one_was_its_last_listener(on: Runtime) {
    let signal = on.signal(());
    for _ in 0..50 {
        let short = signal.connect_sync(|_| ()).key("a").await;
        let long = signal.connect_sync(|_| ()).key("b").await;
        assert!(short.disconnect());
        assert!(!short.add_keys(["a", "c"]));
        assert_eq!(reached(&signal, "a").await + reached(&signal, "c").await, 0);
        assert!(long.add_keys(["a"]));
        assert_eq!(
            (reached(&signal, "a").await, reached(&signal, "b").await),
            (1, 1)
        );
        long.disconnect();
    }
}

async fn the_count_is_of_those_that_stand(on: Runtime) {
    let signal = on.signal(());
    assert_eq!(signal.connection_count(), 0);
    let one = signal.connect_sync(|_| ()).await;
    let callback = Callback::sync(|_: &Event<()>| ());
    signal.connect_callback(&callback).key("a").await;
    signal.connect_callback(&callback).key("b").await;
    signal.connect(|_| async {}).once().await;
    assert_eq!(signal.connection_count(), 3);
    let _ = signal.send().join().await;
    assert_eq!(signal.connection_count(), 2);
    one.disconnect();
    assert!(signal.disconnect_callback(&callback).key("a").await);
    assert_eq!(signal.connection_count(), 1);
    assert!(signal.disconnect_callback(&callback).key("b").await);
    assert_eq!(signal.connection_count(), 0);
}

on_each_runtime![
    disconnect_ends_it_once,
    dropping_the_handle_changes_nothing,
    the_handle_does_not_keep_the_signal,
    ids_rise_in_connection_order,
    the_name_is_there_as_long_as_it_is_connected,
    the_name_goes_while_a_call_is_running,
    filters_can_be_added,
    filters_can_be_removed,
    a_bare_connection_stays_bare,
    without_its_last_filter_it_waits_for_another,
    an_ended_one_answers_false_to_everything,
    a_key_can_be_added_where_another_ended_one_was_its_last_listener,
    the_count_is_of_those_that_stand,
];
