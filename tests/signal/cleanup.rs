//! A drop that panics stays where it is: nobody else notices, and everything is dropped all the same.

use std::future::pending;
use std::panic::panic_any;
use std::sync::Arc;

use fanfare::{Callback, Event, Executor, Signal};

use crate::common::{Log, ON_PURPOSE, OnDrop, poll, told};
use crate::runtime::Runtime;

/// Writes that it is dropped, and then panics.
fn bad(log: &Log<&'static str>, word: &'static str) -> OnDrop<impl FnMut() + Send + Sync + use<>> {
    let log = log.clone();
    OnDrop(move || {
        log.push(word);
        panic!("{ON_PURPOSE}: {word}");
    })
}

async fn a_drop_that_panics_stays_with_the_one_who_ends_the_connection(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let connect = |word| {
        let state = bad(&log, word);
        signal.connect_with_sync(state, |_, _| ()).now()
    };
    assert!(connect("disconnect").disconnect());
    drop(connect("scoped").scoped());
    assert!(connect("disconnect and wait").disconnect_and_wait().await);
    signal
        .connect_with_sync(bad(&log, "once"), |_, _| ())
        .once()
        .await;
    assert!(signal.send().join().await.is_ok());
    let object = Arc::new(1);
    let state = bad(&log, "track");
    let tracked = signal
        .connect_with_sync(state, |_, _| ())
        .track(&object)
        .await;
    drop(object);
    assert!(!tracked.is_connected());
    let words = [
        "disconnect",
        "scoped",
        "disconnect and wait",
        "once",
        "track",
    ];
    assert_eq!(log.take(), words);

    signal.connect_sync(|_| ()).await;
    assert_eq!(told(&signal.send().join().await), ["()"]);
    connect("signal");
    connect("and again");
    drop(signal);
    assert_eq!(log.take().len(), 2);
}

async fn a_drop_of_old_options_that_panics_stays_with_the_connect(on: Runtime) {
    let (signal, log) = (on.signal(()), Log::new());
    let callback = Callback::sync(|_: &Event<()>| ());
    for word in ["first", "second"] {
        let state = bad(&log, word);
        signal
            .connect_callback(&callback)
            .when(move |_| {
                let _ = &state;
                true
            })
            .await;
    }
    assert_eq!(log.take(), ["first"]);
    assert_eq!(told(&signal.send().join().await), ["()"]);
    assert!(signal.disconnect_callback(&callback).await);
    assert_eq!(log.take(), ["second"]);
}

async fn a_drop_that_panics_with_what_panics_on_drop_is_let_go(on: Runtime) {
    struct Again;
    impl Drop for Again {
        fn drop(&mut self) {
            panic!("{ON_PURPOSE}: the payload of a panic");
        }
    }
    let signal = on.signal(());
    let state = OnDrop(|| panic_any(Again));
    let connection = signal.connect_with_sync(state, |_, _| ()).await;
    assert!(connection.disconnect());
    assert!(signal.send().join().await.is_ok());
}

/// Futures that wait for ever and panic when they are dropped.
fn stuck(signal: &Signal<(), u8>, log: &Log<&'static str>) {
    for word in ["first", "second"] {
        signal
            .connect_with(log.clone(), move |log, _| async move {
                let _guard = bad(&log, word);
                pending().await
            })
            .now();
    }
}

async fn a_cancelled_future_that_panics_on_drop_is_dropped_all_the_same(on: Runtime) {
    let (signal, log) = (on.builder(()).reply().build(), Log::new());
    stuck(&signal, &log);
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    drop(join);
    assert_eq!(log.take().len(), 2);

    signal.connect_sync(|_| 1).await;
    assert_eq!(signal.send().first().await, Some(1));
    assert_eq!(log.take().len(), 2);
}

async fn an_aborted_future_that_panics_on_drop_is_aborted(_: Runtime) {
    let (executor, log) = (Executor::new(), Log::new());
    let builder = Signal::builder(()).spawner(executor.clone());
    let signal = builder.reply().build();
    stuck(&signal, &log);
    signal.connect(|_| async { 1 }).await;
    let delivery = signal.send().await;
    while executor.try_tick() {}
    delivery.abort();
    let report = executor.run(delivery.join()).await;
    assert_eq!(told(&report), ["aborted", "aborted", "1"]);
    assert_eq!(log.take().len(), 2);

    let delivery = signal.send().await;
    while executor.try_tick() {}
    drop((signal, executor));
    assert_eq!(told(&delivery.join().await), ["aborted", "aborted", "1"]);
    assert_eq!(log.take().len(), 2);
}

async fn a_reply_that_nobody_collects_may_panic_on_drop(_: Runtime) {
    let (executor, log) = (Executor::new(), Log::new());
    let builder = Signal::builder(()).spawner(executor.clone());
    let signal = builder.reply::<Box<dyn Send + Sync>>().build();
    signal
        .connect_with(log.clone(), |log, _| async move {
            Box::new(bad(&log, "reply")) as Box<dyn Send + Sync>
        })
        .await;
    drop(signal.send().await);
    while executor.try_tick() {}
    assert_eq!(log.take(), ["reply"]);
}

async fn an_object_that_dies_in_its_own_call_may_panic_on_drop(on: Runtime) {
    struct Mike(Log<&'static str>);
    impl Mike {
        fn hear(&self, ev: &Event<Log<Arc<Mike>>>) {
            drop(ev.take());
        }
    }
    impl Drop for Mike {
        fn drop(&mut self) {
            self.0.push("mike");
            panic!("{ON_PURPOSE}: mike");
        }
    }
    let (keeper, log) = (Log::new(), Log::new());
    let signal = on.signal(keeper.clone());
    keeper.push(Arc::new(Mike(log.clone())));
    let mike = keeper.take().pop().expect("it was pushed");
    signal.connect_method_sync(&mike, Mike::hear).await;
    signal.connect_sync(log.writes("after")).await;
    keeper.push(mike);
    assert_eq!(signal.send().join().await.count(), 2);
    assert_eq!(log.take(), ["mike", "after"]);

    let mike = Arc::new(Mike(log.clone()));
    let connect = signal.connect_sync(|ev| drop(ev.take())).track(&mike);
    let connection = connect.priority(1).await;
    keeper.push(mike);
    assert_eq!(signal.send().await.join().await.count(), 2);
    assert_eq!(log.take(), ["mike", "after"]);
    assert!(!connection.is_connected());
}

/// A payload that panics on drop is nobody's fault, and no reason to wait for ever.
async fn a_payload_that_panics_on_drop_leaves_no_report_waiting(_: Runtime) {
    let (executor, log) = (Executor::new(), Log::new());
    let none = None::<Box<dyn Send + Sync>>;
    let signal = Signal::builder(none).spawner(executor.clone()).build();
    let connect = || signal.connect(|_| async { pending().await }).now();
    let send = || {
        let payload: Box<dyn Send + Sync> = Box::new(bad(&log, "payload"));
        signal.send().with(Some(payload)).now().unwrap().join()
    };
    let drive = || while executor.try_tick() {};

    // Disconnected before it starts: the task is what drops the payload.
    let connection = connect();
    let mut join = send();
    connection.disconnect();
    drive();
    assert_eq!(log.take(), ["payload"]);
    assert!(poll(&mut join).is_ready());

    connect();
    let payload: Box<dyn Send + Sync> = Box::new(bad(&log, "payload"));
    let delivery = signal.send().with(Some(payload)).now().unwrap();
    delivery.abort();
    drive();
    assert_eq!(log.take(), ["payload"]);
    assert!(poll(&mut delivery.join()).is_ready());

    let mut join = send();
    drop((signal, executor));
    assert_eq!(log.take(), ["payload"]);
    assert!(poll(&mut join).is_ready());
}

on_each_runtime![
    a_drop_that_panics_stays_with_the_one_who_ends_the_connection,
    a_drop_of_old_options_that_panics_stays_with_the_connect,
    a_drop_that_panics_with_what_panics_on_drop_is_let_go,
    a_cancelled_future_that_panics_on_drop_is_dropped_all_the_same,
    an_aborted_future_that_panics_on_drop_is_aborted,
    a_reply_that_nobody_collects_may_panic_on_drop,
    an_object_that_dies_in_its_own_call_may_panic_on_drop,
    a_payload_that_panics_on_drop_leaves_no_report_waiting,
];
