//! Objects that a callback needs, the one of a weak method and those it tracks: alive as long as a call lasts.

use std::sync::{Arc, Weak};

use fanfare::{Connection, Event, Executor, Signal};

use crate::common::{Gate, Log, poll, told};
use crate::runtime::Runtime;

struct Mike {
    started: Gate,
    go: Gate,
    log: Log<&'static str>,
}

impl Mike {
    fn new(log: &Log<&'static str>) -> Arc<Self> {
        Arc::new(Self {
            started: Gate::new(),
            go: Gate::new(),
            log: log.clone(),
        })
    }

    /// The event has the last strong handle.
    fn hear(&self, ev: &Event<Log<Arc<Mike>>>) {
        drop(ev.take());
        self.log.push("heard");
    }

    async fn answer(self: Arc<Self>, _: Arc<Event<Log<Arc<Mike>>>>) {
        self.started.open();
        self.go.wait().await;
        self.log.push("answered");
    }
}

impl Drop for Mike {
    fn drop(&mut self) {
        self.log.push("died");
    }
}

async fn the_object_of_a_sync_method_lives_until_the_call_is_over(on: Runtime) {
    let (signal, log) = (on.signal(Log::new()), Log::new());
    let mike = Mike::new(&log);
    let connection = signal.connect_method_sync(&mike, Mike::hear).await;
    signal.defaults().push(mike);
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), ["heard", "died"]);
    assert!(!connection.is_connected());
    assert_eq!(signal.send().await.count(), 0);
}

async fn the_object_of_an_async_method_lives_until_the_call_is_over(on: Runtime) {
    let (signal, log) = (on.signal(Log::new()), Log::new());
    let mike = Mike::new(&log);
    let (started, go) = (mike.started.clone(), mike.go.clone());
    let connection = signal.connect_method(&mike, Mike::answer).await;
    let delivery = signal.send().await;
    started.wait().await;
    drop(mike);
    assert!(connection.is_connected() && log.len() == 0);
    go.open();
    assert_eq!(told(&delivery.join().await), ["()"]);
    assert_eq!(log.take(), ["answered", "died"]);
    assert!(!connection.is_connected());
}

async fn a_tracked_object_lives_until_the_call_is_over(on: Runtime) {
    let (signal, log) = (on.signal(Log::new()), Log::new());
    let mike = Mike::new(&log);
    let weak = Arc::downgrade(&mike);
    let sees = log.clone();
    signal
        .connect_with_sync(
            weak,
            move |weak: &Weak<Mike>, ev: &Event<Log<Arc<Mike>>>| {
                drop(ev.take());
                sees.push(if weak.upgrade().is_some() {
                    "alive"
                } else {
                    "dead"
                });
            },
        )
        .track(&mike)
        .await;
    signal.defaults().push(mike);
    assert!(signal.send().join().await.is_ok());
    assert_eq!(log.take(), ["alive", "died"]);

    let mike = Mike::new(&log);
    let go = mike.go.clone();
    signal
        .connect_with(go.clone(), |go, _| async move { go.wait().await })
        .track(&mike)
        .await;
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    drop(mike);
    assert_eq!(log.len(), 0);
    go.open();
    assert_eq!(told(&join.await), ["()"]);
    assert_eq!(log.take(), ["died"]);
    assert_eq!(signal.connection_count(), 0);
}

async fn a_call_that_is_cancelled_lets_its_object_go(on: Runtime) {
    let (signal, log) = (on.signal(Log::new()), Log::new());
    let (mike, tracked) = (Mike::new(&log), Mike::new(&log));
    signal
        .connect_method(&mike, Mike::answer)
        .track(&tracked)
        .await;
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    drop((mike, tracked));
    assert_eq!(log.len(), 0);
    drop(join);
    assert_eq!(log.take(), ["died", "died"]);
}

async fn nothing_is_held_between_calls(on: Runtime) {
    let (signal, log) = (on.signal(Log::new()), Log::new());
    let (mike, tracked) = (Mike::new(&log), Mike::new(&log));
    mike.go.open();
    signal
        .connect_method(&mike, Mike::answer)
        .track(&tracked)
        .await;
    assert!(signal.send().join().await.is_ok());
    assert!(signal.send().join().await.is_ok());
    assert_eq!(
        (Arc::strong_count(&mike), Arc::strong_count(&tracked)),
        (1, 1)
    );
}

async fn tracked_objects_must_all_live(on: Runtime) {
    let signal = on.signal(());
    let connect = |first: &Arc<u8>, second: &Arc<u8>| -> Connection {
        signal.connect_sync(|_| ()).track(first).track(second).now()
    };
    let (first, second) = (Arc::new(1), Arc::new(2));
    let connection = connect(&first, &second);
    assert_eq!(signal.send().await.count(), 1);
    drop(second);
    assert_eq!(signal.send().await.count(), 0);
    assert!(!connection.is_connected());
    let second = Arc::new(2);
    let connection = connect(&first, &second);
    drop(first);
    assert!(!connection.is_connected());
    assert_eq!(signal.connection_count(), 0);
}

async fn an_object_that_is_dead_at_the_connect_makes_no_connection(on: Runtime) {
    let (signal, log) = (on.signal(Log::new()), Log::new());
    let mike = Mike::new(&log);
    let callback = fanfare::Callback::method_sync(&mike, Mike::hear);
    let tracking = signal.connect_sync(|_| ()).track(&mike);
    drop(mike);
    assert!(!tracking.await.is_connected());
    assert!(!signal.connect_callback(&callback).await.is_connected());
    assert_eq!(signal.send().await.count(), 0);
    assert_eq!(signal.connection_count(), 0);
}

async fn an_object_that_dies_earlier_in_the_send_is_not_called(on: Runtime) {
    let (signal, log) = (on.signal(Log::new()), Log::new());
    let connect = || {
        let (sync, later, tracked) = (Mike::new(&log), Mike::new(&log), Mike::new(&log));
        let connections = [
            signal.connect_method_sync(&sync, Mike::hear).now(),
            signal.connect_method(&later, Mike::answer).now(),
            signal
                .connect_sync(log.writes("tracked"))
                .track(&tracked)
                .now(),
        ];
        for mike in [sync, later, tracked] {
            signal.defaults().push(mike);
        }
        connections
    };
    signal.connect_sync(|ev| drop(ev.take())).priority(1).await;
    let connections = connect();
    assert_eq!(signal.send().join().await.count(), 1);
    assert_eq!(log.take(), ["died", "died", "died"]);
    assert!(!connections.iter().any(Connection::is_connected));
    connect();
    let delivery = signal.send().await;
    assert_eq!(delivery.count(), 1);
    assert_eq!(told(&delivery.join().await), ["()"]);
    assert_eq!(signal.connection_count(), 1);
}

async fn an_object_that_dies_before_its_call_starts_aborts_it(_: Runtime) {
    let (executor, log) = (Executor::new(), Log::new());
    let signal = Signal::builder(Log::new())
        .spawner(executor.clone())
        .build();
    let mike = Mike::new(&log);
    let connection = signal.connect_method(&mike, Mike::answer).await;
    let delivery = signal.send().await;
    assert_eq!(delivery.count(), 1);
    drop(mike);
    assert_eq!(log.take(), ["died"], "what has not started holds nothing");
    let report = executor.run(delivery.join()).await;
    assert_eq!(told(&report), ["aborted"]);
    assert!(!connection.is_connected());
}

/// Where a tracked object is held from is for the docs to say: from the hand-over, or from the start.
async fn a_tracked_object_that_dies_before_its_call_starts_never_meets_it(_: Runtime) {
    let (executor, log) = (Executor::new(), Log::new());
    let signal = Signal::builder(()).spawner(executor.clone()).build();
    let tracked = Arc::new(());
    let weak = Arc::downgrade(&tracked);
    signal
        .connect_with((weak, log.clone()), |(weak, log), _| async move {
            log.push(weak.strong_count() > 0);
        })
        .track(&tracked)
        .await;
    let delivery = signal.send().await;
    drop(tracked);
    assert_eq!(executor.run(delivery.join()).await.count(), 1);
    assert!(!log.take().contains(&false));
}

on_each_runtime![
    the_object_of_a_sync_method_lives_until_the_call_is_over,
    the_object_of_an_async_method_lives_until_the_call_is_over,
    a_tracked_object_lives_until_the_call_is_over,
    a_call_that_is_cancelled_lets_its_object_go,
    nothing_is_held_between_calls,
    tracked_objects_must_all_live,
    an_object_that_is_dead_at_the_connect_makes_no_connection,
    an_object_that_dies_earlier_in_the_send_is_not_called,
    an_object_that_dies_before_its_call_starts_aborts_it,
    a_tracked_object_that_dies_before_its_call_starts_never_meets_it,
];
