//! Senders and objects that die, and whom nobody may be taken for afterwards.

use std::sync::Arc;

use fanfare::{AsSender, Callback, Connection, Event, SenderId};

use crate::common::{Gate, Log, Person, opens};
use crate::runtime::Runtime;

struct Mike;

impl Mike {
    fn hear(&self, _: &Event<()>) {}
}

async fn a_connection_goes_when_its_sender_dies(on: Runtime) {
    let signal = on.signal(());
    let ashley = Arc::new(Person(1));
    let connection = signal.connect_sync(|_| ()).sender(&ashley).await;
    let also = ashley.clone();
    drop(ashley);
    assert!(connection.is_connected());
    drop(also);
    assert!(!connection.is_connected());
    assert_eq!(signal.connection_count(), 0);
}

async fn a_connection_stays_while_it_listens_to_anything_else(on: Runtime) {
    let signal = on.signal(());
    let (ashley, other, bare) = (Arc::new(Person(1)), Arc::new(Person(2)), Person(3));
    let unfiltered = Callback::sync(|_: &Event<()>| ());
    signal.connect_callback(&unfiltered).await;
    let connections: [Connection; 5] = [
        signal.connect_callback(&unfiltered).sender(&ashley).await,
        signal.connect_sync(|_| ()).sender(&ashley).key("a").await,
        signal.connect_sync(|_| ()).senders([&ashley, &other]).await,
        signal
            .connect_sync(|_| ())
            .sender(&ashley)
            .sender(&bare)
            .await,
        signal
            .connect_sync(|_| ())
            .sender(&ashley)
            .sender(SenderId::unique())
            .await,
    ];
    drop(ashley);
    assert!(connections.iter().all(Connection::is_connected));
    assert_eq!(signal.send().key("a").await.count(), 2);
    assert_eq!(signal.send().sender(&other).await.count(), 2);
    assert_eq!(signal.send().sender(&bare).await.count(), 2);
    drop(other);
    assert!(!connections[2].is_connected());
    assert_eq!(signal.connection_count(), 4);
}

async fn a_method_of_a_dead_object_is_a_dead_sender(on: Runtime) {
    let signal = on.signal(());
    let ashley = Arc::new(Person(1));
    let id = SenderId::method(&ashley, Person::clone);
    let connection = signal.connect_sync(|_| ()).sender(id.clone()).await;
    assert!(connection.is_connected() && id.is_alive());
    drop(ashley);
    assert!(!connection.is_connected() && !id.is_alive());
}

async fn a_sender_known_by_its_address_alone_does_not_die(on: Runtime) {
    let signal = on.signal(());
    let ashley = Arc::new(Person(1));
    let connection = signal.connect_sync(|_| ()).sender(&*ashley).await;
    drop(ashley);
    assert!(connection.is_connected());
}

async fn a_sender_that_died_before_the_connect_makes_no_connection(on: Runtime) {
    let signal = on.signal(());
    let ashley = Arc::new(Person(1));
    let connect = signal.connect_sync(|_| ()).sender(&ashley);
    drop(ashley);
    assert!(!connect.await.is_connected());
    assert_eq!(signal.connection_count(), 0);
}

async fn a_sender_added_later_is_watched_as_well(on: Runtime) {
    let signal = on.signal(());
    let (first, second) = (Arc::new(Person(1)), Arc::new(Person(2)));
    let connection = signal.connect_sync(|_| ()).sender(&first).await;
    assert!(connection.add_senders([&second]));
    drop(first);
    assert!(connection.is_connected());
    assert_eq!(signal.send().sender(&second).await.count(), 1);
    drop(second);
    assert!(!connection.is_connected());
}

async fn a_dead_senders_address_is_never_taken_for_anothers(on: Runtime) {
    let signal = on.signal(());
    let mut kept = Vec::new();
    for round in 0..20 {
        let ashley = Arc::new(Person(round));
        signal.connect_sync(|_| ()).sender(&ashley).await;
        assert_eq!(signal.send().sender(&ashley).await.count(), 1);
        drop(ashley);
        // An allocator likes to give the last place again.
        for _ in 0..50 {
            let stranger = Arc::new(Person(round));
            assert_eq!(signal.send().sender(&stranger).await.count(), 0);
            kept.push(stranger);
        }
    }
}

async fn an_id_keeps_its_address_from_being_another_objects(_: Runtime) {
    let ashley = Arc::new(Person(1));
    let id = ashley.as_sender();
    drop(ashley);
    assert!(!id.is_alive());
    let strangers: Vec<_> = (0..1000).map(|_| Arc::new(Person(1))).collect();
    assert!(strangers.iter().all(|stranger| stranger.as_sender() != id));
}

/// Nobody has to look at the dead ones: new connections to senders push them out.
async fn connections_to_dead_senders_do_not_pile_up(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    for number in 0..1000 {
        let dropped = log.clone();
        let guard = crate::common::OnDrop(move || dropped.push(()));
        let ashley = Arc::new(Person(1));
        signal
            .connect_with_sync((guard, number), |_, _| ())
            .sender(&ashley)
            .await;
    }
    assert!(log.len() > 900, "only {} of 1000 are gone", log.len());
}

async fn a_weak_methods_connection_goes_with_its_object(on: Runtime) {
    let signal = on.signal(());
    let (mike, dropped) = (Arc::new(Mike), Gate::new());
    let guard = opens(&dropped);
    let connection = signal
        .connect_method_sync(&mike, Mike::hear)
        .key("a")
        .when(move |_| {
            let _ = &guard;
            true
        })
        .await;
    assert_eq!(signal.send().key("a").await.count(), 1);
    drop(mike);
    // The first send that would have called it finds out.
    assert_eq!(signal.send().key("a").await.count(), 0);
    assert!(dropped.is_open());
    assert!(!connection.is_connected());
}

async fn a_dead_methods_address_is_never_taken_for_anothers(on: Runtime) {
    let signal = on.signal(());
    let mut kept = Vec::new();
    for _ in 0..20 {
        let mike = Arc::new(Mike);
        let old = signal.connect_method_sync(&mike, Mike::hear).await;
        drop(mike);
        for _ in 0..20 {
            let stranger = Arc::new(Mike);
            assert!(!signal.disconnect_method(&stranger, Mike::hear).await);
            let new = signal.connect_method_sync(&stranger, Mike::hear).await;
            assert_ne!(new.id(), old.id());
            assert!(new.disconnect());
            kept.push(stranger);
        }
    }
}

on_each_runtime![
    a_connection_goes_when_its_sender_dies,
    a_connection_stays_while_it_listens_to_anything_else,
    a_method_of_a_dead_object_is_a_dead_sender,
    a_sender_known_by_its_address_alone_does_not_die,
    a_sender_that_died_before_the_connect_makes_no_connection,
    a_sender_added_later_is_watched_as_well,
    a_dead_senders_address_is_never_taken_for_anothers,
    an_id_keeps_its_address_from_being_another_objects,
    connections_to_dead_senders_do_not_pile_up,
    a_weak_methods_connection_goes_with_its_object,
    a_dead_methods_address_is_never_taken_for_anothers,
];
