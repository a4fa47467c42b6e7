//! A connection that has lost what it cannot live without has ended, though nobody may have noticed yet.

use std::sync::Arc;

use fanfare::{AsSender, Callback, Connection, Event, SenderId, Signal};

use crate::common::{Log, Person};
use crate::runtime::Runtime;

struct Mike;

impl Mike {
    fn hear(&self, _: &Event<()>) {}

    async fn answer(self: Arc<Self>, _: Arc<Event<()>>) {}
}

/// Ends connections by the death of what they need, each in another way, unnoticed so far.
fn bereaved(signal: &Signal<()>) -> [(&'static str, Connection); 4] {
    let (mike, tracked, ashley) = (Arc::new(Mike), Arc::new(1), Arc::new(Person(1)));
    let method = signal.connect_method_sync(&mike, Mike::hear);
    let later = signal.connect_method(&mike, Mike::answer);
    let tracking = signal.connect_sync(|_| ()).track(&tracked);
    [
        ("method", method.key("a").name("method").now()),
        ("async method", later.key("a").name("async").now()),
        ("tracked", tracking.key("a").name("tracked").now()),
        (
            "sender",
            signal
                .connect_sync(|_| ())
                .sender(&ashley)
                .name("sender")
                .now(),
        ),
    ]
}

async fn it_does_not_disconnect_again(on: Runtime) {
    let signal = on.signal(());
    for (kind, connection) in bereaved(&signal) {
        assert!(!connection.disconnect(), "{kind}");
    }
    for (kind, connection) in bereaved(&signal) {
        assert!(!connection.disconnect_and_wait().await, "{kind}");
    }
}

async fn it_takes_and_gives_no_filters(on: Runtime) {
    let signal = on.signal(());
    for (kind, connection) in bereaved(&signal) {
        assert!(!connection.add_keys(["b"]), "{kind}");
        assert!(!connection.is_connected(), "{kind}");
    }
    for (kind, connection) in bereaved(&signal) {
        assert!(!connection.add_senders([SenderId::unique()]), "{kind}");
    }
    for (kind, connection) in bereaved(&signal) {
        assert!(!connection.remove_keys(["a"]), "{kind}");
    }
}

async fn it_has_no_name(on: Runtime) {
    let signal = on.signal(());
    for (kind, connection) in bereaved(&signal) {
        assert_eq!(connection.name(), None, "{kind}");
    }
}

async fn a_callback_connected_again_after_a_death_has_a_new_connection(on: Runtime) {
    fn listen(_: &Event<()>) {}
    let signal = on.signal(());
    let (ashley, tracked) = (Arc::new(Person(1)), Arc::new(1));
    let old = signal.connect_sync(listen).sender(&ashley).await;
    drop(ashley);
    let new = signal.connect_sync(listen).key("a").track(&tracked).await;
    assert_ne!(old.id(), new.id());
    drop(tracked);
    let newest = signal.connect_sync(listen).await;
    assert_ne!(newest.id(), new.id());
    assert_eq!(signal.send().key("a").await.count(), 1);
}

async fn it_is_reached_by_no_send(on: Runtime) {
    let signal = on.signal(());
    bereaved(&signal);
    assert_eq!(signal.send().key("a").await.count(), 0);
}

async fn it_is_reached_by_no_send_to_all(on: Runtime) {
    let signal = on.signal(());
    bereaved(&signal);
    assert_eq!(signal.send().to_all().await.count(), 0);
    bereaved(&signal);
    assert_eq!(signal.send().to_all().join().await.count(), 0);
}

async fn a_send_that_names_a_dead_sender_reaches_nobody_who_listened_to_it_alone(on: Runtime) {
    let signal = on.signal(());
    let ashley = Arc::new(Person(1));
    let id = ashley.as_sender();
    let connection = signal.connect_sync(|_| ()).sender(&ashley).await;
    assert_eq!(signal.send().sender(id.clone()).await.count(), 1);
    drop(ashley);
    assert_eq!(signal.send().sender(id).await.count(), 0);
    assert!(!connection.is_connected());
}

async fn its_predicate_is_not_asked(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let asks = |word| {
        let log = log.clone();
        move |_: &Event<()>| {
            log.push(word);
            true
        }
    };
    let (mike, tracked) = (Arc::new(Mike), Arc::new(1));
    let method = signal.connect_method_sync(&mike, Mike::hear);
    method.when(asks("method")).await;
    let later = signal.connect_method(&mike, Mike::answer);
    later.when(asks("async method")).await;
    let tracking = signal.connect_sync(|_| ()).track(&tracked);
    tracking.when(asks("tracked")).await;
    assert_eq!(signal.send().join().await.count(), 3);
    assert_eq!(log.take().len(), 3);
    drop((mike, tracked));
    assert_eq!(signal.send().join().await.count(), 0);
    assert!(log.take().is_empty());
}

async fn its_callback_is_not_there_to_be_disconnected(on: Runtime) {
    fn listen(_: &Event<()>) {}
    let signal = on.signal(());
    let (ashley, mike) = (Arc::new(Person(1)), Arc::new(Mike));
    let handle = Callback::method_sync(&mike, Mike::hear);
    signal.connect_sync(listen).sender(&ashley).await;
    signal.connect_callback(&handle).keys(["a", "b"]).await;
    drop((ashley, mike));
    assert!(!signal.disconnect(listen).await);
    assert!(!signal.disconnect_callback(&handle).key("a").await);
    assert!(!signal.disconnect_callback(&handle).await);
}

/// A connection that has lost its last filter waits for another, and a dead sender is no filter.
async fn without_its_last_filter_it_waits_whoever_looks_at_its_dead_sender(on: Runtime) {
    for others in [0, 1, 10] {
        let signal = on.signal(());
        let (ashley, other) = (Arc::new(Person(1)), Arc::new(Person(2)));
        let connection = signal.connect_sync(|_| ()).sender(&ashley).key("a").await;
        drop(ashley);
        // Each looks after some of the senders there are.
        for _ in 0..others {
            signal.connect_sync(|_| ()).sender(&other).await;
        }
        assert!(connection.is_connected());
        assert!(connection.remove_keys(["a"]));
        assert!(connection.is_connected(), "after {others}");
        assert!(connection.add_keys(["b"]));
        assert_eq!(signal.send().key("b").await.count(), 1);
    }
}

on_each_runtime![
    it_does_not_disconnect_again,
    it_takes_and_gives_no_filters,
    it_has_no_name,
    a_callback_connected_again_after_a_death_has_a_new_connection,
    it_is_reached_by_no_send,
    it_is_reached_by_no_send_to_all,
    a_send_that_names_a_dead_sender_reaches_nobody_who_listened_to_it_alone,
    its_predicate_is_not_asked,
    its_callback_is_not_there_to_be_disconnected,
    without_its_last_filter_it_waits_whoever_looks_at_its_dead_sender,
];
