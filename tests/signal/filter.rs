//! Which sends a connection gets: all of them, or those that name one of its senders or keys.

use std::sync::Arc;

use fanfare::{Callback, Event, Key, SenderId, Signal};

use crate::common::{Log, Person};
use crate::runtime::Runtime;

const NOTHING: [Key; 0] = [];
const NOBODY: [SenderId; 0] = [];

async fn without_filters_it_is_every_send(on: Runtime) {
    let signal = on.signal(());
    let ashley = Person(1);
    signal.connect_sync(|_| ()).await;
    signal.connect(|_| async {}).await;
    assert_eq!(signal.send().await.count(), 2);
    assert_eq!(signal.send().key("a").await.count(), 2);
    assert_eq!(signal.send().sender(&ashley).await.count(), 2);
    assert_eq!(
        signal.send().sender(&ashley).keys(["a", "b"]).await.count(),
        2
    );
}

async fn with_filters_it_is_the_sends_that_name_one_of_them(on: Runtime) {
    let signal = on.signal(());
    let (ashley, mike) = (Person(1), Person(2));
    signal
        .connect_sync(|_| ())
        .keys(["a", "b"])
        .sender(&ashley)
        .await;
    for send in [
        signal.send().key("a"),
        signal.send().key("b"),
        signal.send().sender(&ashley),
        signal.send().key("c").sender(&ashley),
        signal.send().key("a").sender(&mike),
        signal.send().keys(["c", "b"]),
        signal.send().senders([&mike, &ashley]),
    ] {
        assert_eq!(send.await.count(), 1);
    }
    for send in [
        signal.send(),
        signal.send().key("c"),
        signal.send().sender(&mike),
        signal.send().keys(["c", "d"]).sender(&mike),
    ] {
        assert_eq!(send.await.count(), 0);
    }
}

async fn however_many_filters_match_it_is_one_call(on: Runtime) {
    let signal = on.signal(());
    let (ashley, mike) = (Person(1), Person(2));
    let log = Log::new();
    let callback = Callback::sync(log.writes("sync"));
    signal
        .connect_callback(&callback)
        .keys(["a", "b", "c"])
        .senders([&ashley, &mike])
        .await;
    signal.connect_callback(&callback).await;
    signal
        .connect(log.writes_async("async"))
        .keys(["a", "b"])
        .sender(&ashley)
        .await;
    let send = signal
        .send()
        .keys(["a", "b", "c"])
        .senders([&ashley, &mike]);
    assert_eq!(send.join().await.count(), 2);
    assert_eq!(log.take(), ["sync", "async"]);
}

async fn a_filter_named_twice_is_one(on: Runtime) {
    let signal = on.signal(());
    let ashley = Person(1);
    let connection = signal
        .connect_sync(|_| ())
        .keys(["a", "a"])
        .key("a")
        .senders([&ashley, &ashley])
        .await;
    let send = signal
        .send()
        .keys(["a", "a", "a"])
        .senders([&ashley, &ashley]);
    assert_eq!(send.await.count(), 1);
    assert!(connection.remove_keys(["a"]));
    assert!(!connection.remove_keys(["a"]));
    assert_eq!(signal.send().key("a").await.count(), 0);
    assert_eq!(signal.send().sender(&ashley).await.count(), 1);
}

/// After `asyncio_dispatch`: the unfiltered set, the sender index and the key index are independent.
async fn bare_and_filtered_subscriptions_are_independent(on: Runtime) {
    fn listen(_: &Event<()>) {}
    let signal = on.signal(());
    signal.connect_sync(listen).await;
    signal.connect_sync(listen).key("a").await;
    assert_eq!(signal.send().key("a").await.count(), 1);
    assert!(signal.disconnect(listen).key("a").await);
    assert_eq!(signal.send().await.count(), 1);
    assert_eq!(signal.send().key("a").await.count(), 1);
    assert_eq!(signal.send().key("b").await.count(), 1);
    assert!(signal.disconnect(listen).await);
    assert_eq!(signal.send().key("a").await.count(), 0);
}

async fn an_empty_filter_matches_nothing(on: Runtime) {
    let signal = on.signal(());
    let ashley = Person(1);
    let no_keys = signal.connect_sync(|_| ()).keys(NOTHING).await;
    let no_senders = signal.connect_sync(|_| ()).senders(NOBODY).await;
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(signal.send().key("a").sender(&ashley).await.count(), 0);
    assert!(no_keys.is_connected() && no_senders.is_connected());
    assert_eq!(signal.connection_count(), 2);

    assert!(no_keys.add_keys(["a"]));
    assert_eq!(signal.send().key("a").await.count(), 1);
    assert_eq!(signal.send().await.count(), 0);
}

async fn an_empty_filter_beside_another_adds_nothing(on: Runtime) {
    let signal = on.signal(());
    signal.connect_sync(|_| ()).keys(NOTHING).key("a").await;
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(signal.send().key("a").await.count(), 1);
    let bare = Callback::sync(|_: &Event<()>| ());
    signal.connect_callback(&bare).await;
    signal.connect_callback(&bare).senders(NOBODY).await;
    assert_eq!(signal.send().await.count(), 1);
}

async fn a_send_with_empty_filters_names_nothing(on: Runtime) {
    let signal = on.signal(());
    signal.connect_sync(|_| ()).await;
    signal.connect_sync(|_| ()).key("a").await;
    signal.connect_sync(|_| ()).keys(NOTHING).await;
    let send = signal.send().keys(NOTHING).senders(NOBODY);
    assert_eq!(send.await.count(), 1);
}

async fn many_filters_are_each_found(on: Runtime) {
    let signal = on.signal(());
    let people: Vec<Person> = (0..100).map(Person).collect();
    let connection = signal
        .connect_sync(|_| ())
        .keys(0..1000)
        .senders(&people)
        .await;
    for key in 0..1000 {
        assert_eq!(signal.send().key(key).await.count(), 1, "{key}");
    }
    for person in &people {
        assert_eq!(signal.send().sender(person).await.count(), 1, "{person:?}");
    }
    assert!(connection.remove_keys((0..1000).filter(|key| key % 3 != 0)));
    for key in 0..1000 {
        let expected = usize::from(key % 3 == 0);
        assert_eq!(signal.send().key(key).await.count(), expected, "{key}");
    }
    assert_eq!(
        signal.send().keys(0..1000).senders(&people).await.count(),
        1
    );
}

async fn many_connections_share_a_filter(on: Runtime) {
    let signal = on.signal(());
    let connections: Vec<_> = (0..300)
        .map(|number| signal.connect_sync(|_| ()).keys([number % 3, 100]).now())
        .collect();
    assert_eq!(signal.send().key(1).await.count(), 100);
    assert_eq!(signal.send().key(100).await.count(), 300);
    assert_eq!(signal.send().keys([0, 1, 100]).await.count(), 300);
    for connection in connections.iter().step_by(2) {
        assert!(connection.disconnect());
    }
    assert_eq!(signal.send().key(1).await.count(), 50);
    assert_eq!(signal.send().keys([0, 1, 100]).await.count(), 150);
    assert_eq!(signal.connection_count(), 150);
}

async fn to_all_reaches_every_connection_whatever_its_filters(on: Runtime) {
    let signal = on.signal(());
    let ashley = Person(1);
    let log = Log::new();
    signal.connect_sync(log.writes("key")).key("a").await;
    signal.connect_sync(log.writes("bare")).await;
    signal
        .connect_sync(log.writes("sender"))
        .sender(&ashley)
        .await;
    let empty = signal.connect_sync(log.writes("empty")).keys(NOTHING).await;
    let lost = signal.connect_sync(log.writes("lost")).key("b").await;
    assert!(lost.remove_keys(["b"]));
    signal
        .connect_sync(log.writes("false"))
        .when(|_| false)
        .await;
    signal
        .connect(log.writes_async("async"))
        .keys(["a", "b"])
        .await;

    let all = ["key", "bare", "sender", "empty", "lost", "async"];
    assert_eq!(signal.send().to_all().await.join().await.count(), 6);
    assert_eq!(log.take().len(), 6);
    let _ = signal.send().to_all().join().await;
    assert_eq!(log.take(), all);
    let _ = signal.send().key("a").to_all().sender(&ashley).join().await;
    assert_eq!(log.take(), all);

    empty.disconnect();
    let _guard = lost.block();
    let _ = signal.send().to_all().join().await;
    assert_eq!(log.take(), ["key", "bare", "sender", "async"]);
}

/// "Mike and Ashley", the selective example of `asyncio_dispatch`: two signals, senders, keys, and still one call.
async fn mike_and_ashley_hear_what_they_asked_for(on: Runtime) {
    struct Listener(Log<String>);
    impl Listener {
        fn message_received(&self, ev: &Event<String>) {
            self.0.push((**ev).clone());
        }

        async fn status_changed(self: Arc<Self>, ev: Arc<Event<String>>) {
            self.0.push(format!("status: {}", **ev));
        }
    }
    async fn say(signal: &Signal<String>, by: &Arc<Listener>, keys: &[&str], text: &str) {
        let sender = fanfare::by_address(&**by);
        let send = signal.send().sender(sender).keys(keys.iter().copied());
        assert!(send.with(text.into()).await.join().await.is_ok());
    }

    let (message, status) = (on.signal(String::new()), on.signal(String::new()));
    let log = Log::new();
    let (mike, ashley) = (
        Arc::new(Listener(log.clone())),
        Arc::new(Listener(Log::new())),
    );
    message
        .connect_method_sync(&mike, Listener::message_received)
        .sender(fanfare::by_address(&*ashley))
        .await;
    message
        .connect_method_sync(&mike, Listener::message_received)
        .keys(["ask", "tell"])
        .await;
    status
        .connect_method(&mike, Listener::status_changed)
        .key("away")
        .await;

    say(&message, &ashley, &[], "by sender").await;
    say(&message, &mike, &["ask"], "by key").await;
    say(&message, &ashley, &["ask", "tell"], "by all three").await;
    say(&message, &mike, &["shout"], "unheard").await;
    say(&status, &ashley, &["away"], "gone").await;
    say(&status, &ashley, &["here"], "back").await;
    assert_eq!(
        log.take(),
        ["by sender", "by key", "by all three", "status: gone"]
    );
}

on_each_runtime![
    without_filters_it_is_every_send,
    with_filters_it_is_the_sends_that_name_one_of_them,
    however_many_filters_match_it_is_one_call,
    a_filter_named_twice_is_one,
    bare_and_filtered_subscriptions_are_independent,
    an_empty_filter_matches_nothing,
    an_empty_filter_beside_another_adds_nothing,
    a_send_with_empty_filters_names_nothing,
    many_filters_are_each_found,
    many_connections_share_a_filter,
    to_all_reaches_every_connection_whatever_its_filters,
    mike_and_ashley_hear_what_they_asked_for,
];
