//! Connecting a callback that is connected already: its filters add up, and its last options stand.

use std::sync::Arc;

use fanfare::{Callback, Event};

use crate::common::{Gate, Log, ON_PURPOSE, opens};
use crate::runtime::Runtime;

async fn the_last_priority_stands_in_every_list(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let moved = Callback::sync(log.writes("moved"));
    signal.connect_callback(&moved).keys(["a", "b"]).await;
    signal.connect_sync(log.writes("bare")).await;
    signal
        .connect_sync(log.writes("keyed"))
        .keys(["a", "b"])
        .await;

    let _ = signal.send().key("a").join().await;
    assert_eq!(log.take(), ["moved", "bare", "keyed"]);

    signal.connect_callback(&moved).priority(-1).await; // bare from here on, too
    for key in ["a", "b", "none"] {
        let _ = signal.send().key(key).join().await;
        let heard = log.take();
        assert_eq!(heard.last(), Some(&"moved"), "{key}");
        assert_eq!(heard.len(), if key == "none" { 2 } else { 3 });
    }
    let _ = signal.send().to_all().join().await;
    assert_eq!(log.take(), ["bare", "keyed", "moved"]);
    signal.connect_callback(&moved).key("a").priority(7).await;
    let _ = signal.send().keys(["b", "a"]).join().await;
    assert_eq!(log.take(), ["moved", "bare", "keyed"]);
    let _ = signal.send().to_all().join().await;
    assert_eq!(log.take(), ["moved", "bare", "keyed"]);

    // Nothing said is the usual priority, not the old one; and the place among those is the old one.
    signal.connect_sync(log.writes("high")).priority(3).await;
    signal.connect_callback(&moved).key("a").await;
    let _ = signal.send().key("a").join().await;
    assert_eq!(log.take(), ["high", "moved", "bare", "keyed"]);
    assert!(signal.disconnect_callback(&moved).await);
    let _ = signal.send().to_all().join().await;
    assert_eq!(log.take(), ["high", "bare", "keyed"]);
    assert_eq!(signal.connection_count(), 3);
}

async fn the_last_name_stands(on: Runtime) {
    let signal = on.signal(());
    let callback = Callback::sync(|_| panic!("{ON_PURPOSE}"));
    let connection = signal.connect_callback(&callback).name("first").await;
    assert_eq!(connection.name().as_deref(), Some("first"));
    signal.connect_callback(&callback).name("last").await;
    assert_eq!(connection.name().as_deref(), Some("last"));
    let report = signal.send().join().await;
    let names: Vec<_> = report.failures().map(|failure| failure.name()).collect();
    assert_eq!(names, [Some("last")]);
    signal.connect_callback(&callback).await;
    assert_eq!(connection.name(), None);
}

async fn the_last_predicates_stand(on: Runtime) {
    let (signal, log) = (on.signal(0u8), Log::new());
    let seen = log.clone();
    let callback = Callback::sync(move |ev: &Event<u8>| seen.push(**ev));
    let (dropped, send) = (Gate::new(), |number| {
        signal.send().with(number).now().unwrap()
    });
    let guard = opens(&dropped);
    signal
        .connect_callback(&callback)
        .when(|ev| **ev > 2)
        .when(move |ev| {
            let _ = &guard;
            **ev > 3
        })
        .await;
    (0..6).for_each(|number| drop(send(number)));
    assert_eq!(log.take(), [4, 5]);

    signal.connect_callback(&callback).when(|ev| **ev < 2).await;
    assert!(dropped.is_open());
    (0..6).for_each(|number| drop(send(number)));
    assert_eq!(log.take(), [0, 1]);

    signal.connect_callback(&callback).await;
    (0..6).for_each(|number| drop(send(number)));
    assert_eq!(log.take(), [0, 1, 2, 3, 4, 5]);
}

async fn the_last_number_of_times_stands(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let callback = Callback::sync(log.writes("called"));
    let connection = signal.connect_callback(&callback).times(3).await;
    signal.send().now().unwrap();
    signal.send().now().unwrap();
    // The two calls there were do not count.
    signal.connect_callback(&callback).times(2).await;
    signal.send().now().unwrap();
    assert!(connection.is_connected());
    signal.send().now().unwrap();
    assert!(!connection.is_connected());
    signal.send().now().unwrap();
    assert_eq!(log.take().len(), 4);

    let connection = signal.connect_callback(&callback).once().await;
    signal.connect_callback(&callback).await;
    for _ in 0..3 {
        signal.send().now().unwrap();
    }
    assert_eq!(log.take().len(), 3);
    assert!(connection.is_connected());
    signal.connect_callback(&callback).once().await;
    signal.send().now().unwrap();
    signal.send().now().unwrap();
    assert_eq!(log.take().len(), 1);
    assert!(!connection.is_connected());
}

async fn connecting_again_for_no_times_ends_the_connection(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let callback = Callback::sync(log.writes("called"));
    let connection = signal.connect_callback(&callback).await;
    assert!(
        !signal
            .connect_callback(&callback)
            .times(0)
            .await
            .is_connected()
    );
    assert!(!connection.is_connected());
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(signal.connection_count(), 0);
}

async fn the_last_tracked_objects_stand(on: Runtime) {
    let signal = on.signal(());
    let callback = Callback::sync(|_: &Event<()>| ());
    let (old, new) = (Arc::new(1), Arc::new(2));
    let connection = signal.connect_callback(&callback).track(&old).await;
    signal.connect_callback(&callback).track(&new).await;
    assert_eq!((Arc::weak_count(&old), Arc::weak_count(&new)), (0, 1));
    drop(old);
    assert!(connection.is_connected());
    drop(new);
    assert!(!connection.is_connected());
}

async fn a_strong_method_connected_again_without_it_is_weak(on: Runtime) {
    struct Mike;
    impl Mike {
        fn hear(&self, _: &Event<()>) {}
    }
    let signal = on.signal(());
    let mike = Arc::new(Mike);
    let connection = signal.connect_method_sync(&mike, Mike::hear).strong().await;
    assert_eq!(Arc::strong_count(&mike), 2);
    signal.connect_method_sync(&mike, Mike::hear).await;
    assert_eq!(Arc::strong_count(&mike), 1);
    drop(mike);
    assert!(!connection.is_connected());
}

async fn bare_and_filtered_add_up(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let callback = Callback::sync(log.writes("called"));
    signal.connect_callback(&callback).key("a").await;
    assert_eq!(signal.send().await.count(), 0);
    signal.connect_callback(&callback).await;
    assert_eq!(signal.send().await.count(), 1);
    assert_eq!(signal.send().key("a").await.count(), 1);
    signal.connect_callback(&callback).key("b").await;
    assert_eq!(signal.send().key("c").await.count(), 1);
    assert_eq!(log.take().len(), 3);
}

async fn a_blocked_connection_stays_blocked(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let callback = Callback::sync(log.writes("called"));
    let guard = signal.connect_callback(&callback).await.block();
    signal
        .connect_callback(&callback)
        .key("a")
        .priority(1)
        .await;
    assert_eq!(signal.send().key("a").await.count(), 0);
    drop(guard);
    assert_eq!(signal.send().key("a").await.count(), 1);
}

async fn a_callback_whose_connection_has_ended_gets_a_new_one_at_the_end(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let callback = Callback::sync(log.writes("again"));
    let old = signal
        .connect_callback(&callback)
        .keys(["a", "b"])
        .once()
        .await;
    signal.connect_sync(log.writes("between")).key("b").await;
    let _ = signal.send().key("a").join().await;
    assert_eq!(log.take(), ["again"]);

    let new = signal.connect_callback(&callback).key("b").await;
    assert!(old.id() < new.id());
    assert!(!old.is_connected() && new.is_connected());
    let _ = signal.send().keys(["a", "b"]).join().await;
    assert_eq!(log.take(), ["between", "again"]);
    // The new one has neither the old filters nor the old limit, and the old handle does not reach it.
    assert_eq!(signal.send().key("a").await.count(), 0);
    assert!(!old.disconnect());
    assert!(new.is_connected());
}

on_each_runtime![
    the_last_priority_stands_in_every_list,
    the_last_name_stands,
    the_last_predicates_stand,
    the_last_number_of_times_stands,
    connecting_again_for_no_times_ends_the_connection,
    the_last_tracked_objects_stand,
    a_strong_method_connected_again_without_it_is_weak,
    bare_and_filtered_add_up,
    a_blocked_connection_stays_blocked,
    a_callback_whose_connection_has_ended_gets_a_new_one_at_the_end,
];
