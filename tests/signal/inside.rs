//! What callbacks do to the signal that is calling them.

use std::sync::{Arc, OnceLock};
use std::thread;

use fanfare::{Callback, Connection, Event, Signal, WeakSignal};
use futures_lite::future::yield_now;

use crate::common::{Gate, Log, poll, told};
use crate::runtime::Runtime;

type Words = Log<&'static str>;

fn upgrade<P>(weak: &WeakSignal<P>) -> Signal<P> {
    weak.upgrade().expect("it is being sent")
}

/// Connects a sync callback that goes first and does this.
fn first(signal: &Signal<()>, act: impl Fn(&Signal<()>) + Send + Sync + 'static) -> Connection {
    signal
        .connect_with_sync(signal.downgrade(), move |weak, _| act(&upgrade(weak)))
        .priority(i32::MAX)
        .now()
}

async fn what_is_connected_inside_is_not_reached_by_that_send(on: Runtime) {
    let (signal, log) = (on.signal(()), Words::new());
    let words = log.clone();
    let connecting = first(&signal, move |signal| {
        signal.connect_sync(words.writes("new")).now();
        signal
            .connect(words.writes_async("new async"))
            .key("a")
            .now();
    });
    signal.connect_sync(log.writes("old")).await;
    assert_eq!(signal.send().key("a").join().await.count(), 2);
    assert_eq!(log.take(), ["old"]);
    connecting.disconnect();
    assert_eq!(signal.send().key("a").join().await.count(), 3);
    assert_eq!(log.take(), ["old", "new", "new async"]);
}

async fn what_is_disconnected_before_its_turn_is_not_called(on: Runtime) {
    let (signal, log) = (on.signal(()), Words::new());
    let sync = Callback::sync(log.writes("sync"));
    let later = Callback::new(log.writes_async("async"));
    let gone = (sync.clone(), later.clone());
    first(&signal, move |signal| {
        let (sync, later) = &gone;
        signal.disconnect_callback(sync).now();
        signal.disconnect_callback(later).now();
    });
    signal.connect_sync(log.writes("before")).await;
    for _ in 0..2 {
        signal.connect_callback(&sync).await;
        signal.connect_callback(&later).key("a").await;
        signal.connect_sync(log.writes("after")).once().await;
        let delivery = signal.send().key("a").await;
        assert_eq!(delivery.count(), 3);
        assert_eq!(told(&delivery.join().await), ["()"; 3]);
        assert_eq!(log.take(), ["before", "after"]);
    }
}

async fn what_is_disconnected_and_connected_again_waits_for_the_next_send(on: Runtime) {
    let (signal, log) = (on.signal(()), Words::new());
    let callback = Callback::sync(log.writes("called"));
    let again = callback.clone();
    let acting = first(&signal, move |signal| {
        assert!(signal.disconnect_callback(&again).now());
        signal.connect_callback(&again).now();
    });
    signal.connect_callback(&callback).await;
    assert_eq!(told(&signal.send().join().await), ["()"]);
    assert_eq!(log.len(), 0);
    acting.disconnect();
    assert_eq!(signal.send().join().await.count(), 1);
    assert_eq!(log.take(), ["called"]);
}

async fn an_earlier_one_may_be_disconnected(on: Runtime) {
    let (signal, log) = (on.signal(()), Words::new());
    let sync = signal.connect_sync(log.writes("sync")).await;
    let (go, words) = (Gate::new(), log.clone());
    let later = signal
        .connect_with(go.clone(), move |go, _| {
            let words = words.clone();
            async move {
                go.wait().await;
                words.push("async");
            }
        })
        .await;
    let earlier = (sync, later);
    signal
        .connect_sync(move |_| {
            assert!(earlier.0.disconnect());
            assert!(earlier.1.disconnect());
        })
        .once()
        .await;
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    go.open();
    assert_eq!(
        told(&join.await),
        ["()"; 3],
        "a call that has started goes on"
    );
    assert_eq!(log.take(), ["sync", "async"]);
    assert_eq!(signal.connection_count(), 0);
}

async fn a_callback_may_disconnect_itself(on: Runtime) {
    let (signal, log) = (on.signal(()), Words::new());
    let own = Arc::new(OnceLock::<Connection>::new());
    let (me, words) = (own.clone(), log.clone());
    let connection = signal
        .connect_sync(move |_| {
            assert!(me.get().expect("it is connected").disconnect());
            words.push("sync");
        })
        .await;
    own.set(connection).expect("it is set once");
    let own = Arc::new(OnceLock::<Connection>::new());
    let connection = signal
        .connect_with((own.clone(), log.clone()), |(own, log), _| async move {
            assert!(own.get().expect("it is connected").disconnect());
            yield_now().await;
            log.push("async");
        })
        .await;
    own.set(connection).expect("it is set once");
    assert_eq!(told(&signal.send().join().await), ["()"; 2]);
    assert_eq!(log.take(), ["sync", "async"]);
    assert_eq!(signal.send().join().await.count(), 0);
}

async fn a_function_may_disconnect_itself_by_name(on: Runtime) {
    struct Payload(OnceLock<WeakSignal<Payload>>);
    fn sync(ev: &Event<Payload>) {
        let signal = upgrade(ev.0.get().expect("it is set"));
        assert!(signal.disconnect(sync).now());
        assert!(!signal.disconnect(sync).now());
    }
    async fn later(ev: Arc<Event<Payload>>) {
        yield_now().await;
        let signal = upgrade(ev.0.get().expect("it is set"));
        assert!(signal.disconnect(later).await);
    }
    let signal = on.signal(Payload(OnceLock::new()));
    assert!(signal.defaults().0.set(signal.downgrade()).is_ok());
    signal.connect_sync(sync).keys(["a", "b"]).await;
    signal.connect(later).await;
    assert_eq!(told(&signal.send().key("a").join().await), ["()"; 2]);
    assert_eq!(signal.connection_count(), 0);
}

async fn the_last_other_handle_may_be_dropped_inside(on: Runtime) {
    let (signal, log) = (on.signal(()), Words::new());
    let handles = Log::new();
    let (kept, words) = (handles.clone(), log.clone());
    signal
        .connect_sync(move |_| {
            drop(kept.take());
            words.push("dropped");
        })
        .await;
    signal.connect_sync(log.writes("after")).await;
    let connection = signal.connect(log.writes_async("async")).await;
    handles.push(signal.clone());
    // The send borrows this handle, which goes with the send's task.
    let sending = async move { told(&signal.send().join().await) };
    assert_eq!(sending.await, ["()"; 3]);
    assert_eq!(log.take(), ["dropped", "after", "async"]);
    assert!(!connection.is_connected());
}

async fn another_thread_may_change_what_a_callback_is_in(on: Runtime) {
    let (signal, log) = (on.signal(()), Words::new());
    let own = Arc::new(OnceLock::<Connection>::new());
    let (me, words) = (own.clone(), log.clone());
    let connection = signal
        .connect_with_sync(signal.downgrade(), move |weak, _| {
            let (signal, me) = (upgrade(weak), me.get().expect("it is connected"));
            let act = || {
                signal.connect_sync(words.writes("new")).key("a").now();
                assert!(me.add_keys(["b"]));
                assert!(me.remove_keys(["b"]));
                assert_eq!(signal.send().key("c").now().unwrap().count(), 1);
                assert!(me.disconnect());
                assert!(!me.is_connected());
            };
            thread::scope(|scope| scope.spawn(act).join().expect("no panic"));
        })
        .key("a")
        .await;
    own.set(connection).expect("it is set once");
    signal
        .connect_sync(log.writes("after"))
        .keys(["a", "c"])
        .await;
    assert_eq!(told(&signal.send().key("a").join().await), ["()"; 2]);
    assert_eq!(log.take(), ["after", "after"]);
    assert_eq!(signal.send().key("a").await.count(), 2);
    assert_eq!(log.take(), ["after", "new"]);
}

async fn filters_may_change_inside(on: Runtime) {
    let (signal, log) = (on.signal(()), Words::new());
    let listening = signal.connect_sync(log.writes("listens")).key("b").await;
    let leaving = signal
        .connect_sync(log.writes("leaves"))
        .keys(["a", "b"])
        .await;
    signal
        .connect_sync(move |_| {
            assert!(listening.add_keys(["a"]));
            leaving.remove_keys(["b"]);
        })
        .priority(1)
        .await;
    // What a send reaches is settled when it begins.
    assert_eq!(signal.send().key("a").join().await.count(), 2);
    assert_eq!(log.take(), ["leaves"]);
    assert_eq!(signal.send().key("a").join().await.count(), 3);
    assert_eq!(log.take(), ["listens", "leaves"]);
    assert_eq!(signal.send().key("b").join().await.count(), 2);
    assert_eq!(log.take(), ["listens"]);
}

on_each_runtime![
    what_is_connected_inside_is_not_reached_by_that_send,
    what_is_disconnected_before_its_turn_is_not_called,
    what_is_disconnected_and_connected_again_waits_for_the_next_send,
    an_earlier_one_may_be_disconnected,
    a_callback_may_disconnect_itself,
    a_function_may_disconnect_itself_by_name,
    the_last_other_handle_may_be_dropped_inside,
    another_thread_may_change_what_a_callback_is_in,
    filters_may_change_inside,
];
