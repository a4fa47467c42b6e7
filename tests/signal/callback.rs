//! Everything that can be called.

use std::sync::Arc;

use fanfare::{Callback, Event, Signal};
use futures_lite::future::yield_now;

use crate::common::{Gate, Log, opens};
use crate::runtime::Runtime;

/// The payload of these tests: callbacks that capture nothing write there that they were called.
type Words = Log<&'static str>;

fn sync_function(ev: &Event<Words>) {
    ev.push("sync function");
}

async fn async_function(ev: Arc<Event<Words>>) {
    yield_now().await;
    ev.push("async function");
}

fn function_to_future(ev: Arc<Event<Words>>) -> impl Future<Output = ()> + Send {
    ev.push("function");
    async move { ev.push("to future") }
}

struct Mike(&'static str);

impl Mike {
    fn associated(ev: &Event<Words>) {
        ev.push("associated");
    }

    async fn associated_async(ev: Arc<Event<Words>>) {
        ev.push("associated async");
    }

    fn method(&self, ev: &Event<Words>) {
        ev.push(self.0);
    }

    async fn method_async(self: Arc<Self>, ev: Arc<Event<Words>>) {
        yield_now().await;
        ev.push(self.0);
    }
}

trait Listen {
    fn listen(ev: &Event<Words>);
}

impl Listen for Mike {
    fn listen(ev: &Event<Words>) {
        ev.push("trait");
    }
}

/// Sends in each of the ways and gives what was written, the same for all.
async fn heard(signal: &Signal<Words>) -> Vec<&'static str> {
    let log = signal.defaults();
    assert!(signal.send().join().await.is_ok());
    let joined = log.take();
    assert!(signal.send().await.join().await.is_ok());
    assert_eq!(log.take(), joined, "joined, then delivered");
    assert!(signal.send().now().unwrap().join().await.is_ok());
    assert_eq!(log.take(), joined, "joined, then delivered from sync code");
    joined
}

async fn functions(on: Runtime) {
    let signal = on.signal(Words::new());
    signal.connect_sync(sync_function).await;
    assert_eq!(heard(&signal).await, ["sync function"]);
    assert!(signal.disconnect(sync_function).await);
    signal.connect(async_function).await;
    assert_eq!(heard(&signal).await, ["async function"]);
    assert!(signal.disconnect(async_function).await);
    signal.connect(function_to_future).await;
    assert_eq!(heard(&signal).await, ["function", "to future"]);
    assert!(signal.disconnect(function_to_future).await);
    assert!(heard(&signal).await.is_empty());
}

async fn associated_functions(on: Runtime) {
    let signal = on.signal(Words::new());
    signal.connect_sync(Mike::associated).await;
    assert_eq!(heard(&signal).await, ["associated"]);
    assert!(signal.disconnect(Mike::associated).await);
    signal.connect(Mike::associated_async).await;
    assert_eq!(heard(&signal).await, ["associated async"]);
    assert!(signal.disconnect(Mike::associated_async).await);
    signal.connect_sync(<Mike as Listen>::listen).await;
    assert_eq!(heard(&signal).await, ["trait"]);
    assert!(signal.disconnect(Mike::listen).await);
    assert!(heard(&signal).await.is_empty());
}

async fn function_pointers(on: Runtime) {
    let signal = on.signal(Words::new());
    let pointers: [fn(&Event<Words>); 2] = [sync_function, Mike::associated];
    for pointer in pointers {
        signal.connect_sync(pointer).await;
    }
    assert_eq!(heard(&signal).await, ["sync function", "associated"]);
}

async fn closures_without_captures(on: Runtime) {
    let signal = on.signal(Words::new());
    signal.connect_sync(|ev| ev.push("sync")).await;
    assert_eq!(heard(&signal).await, ["sync"]);
    let signal = on.signal(Words::new());
    signal.connect(|ev| async move { ev.push("async") }).await;
    assert_eq!(heard(&signal).await, ["async"]);
    let signal = on.signal(Words::new());
    signal
        .connect(async |ev: Arc<Event<Words>>| ev.push("async closure"))
        .await;
    assert_eq!(heard(&signal).await, ["async closure"]);
}

async fn closures_with_captures(on: Runtime) {
    let (one, other) = (Words::new(), Words::new());
    let signal = on.signal(Words::new());
    signal.connect_sync(one.writes("sync")).await;
    let captured = other.clone();
    signal
        .connect(move |_| {
            let log = captured.clone();
            async move { log.push("async") }
        })
        .await;
    heard(&signal).await;
    assert_eq!(one.take(), ["sync"; 3]);
    assert_eq!(other.take(), ["async"; 3]);
}

async fn state_is_borrowed_by_sync_callbacks_and_cloned_for_async_ones(on: Runtime) {
    struct Counted(Words);
    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.0.push("cloned");
            Self(self.0.clone())
        }
    }

    let log = Words::new();
    let signal = on.signal(Words::new());
    let callback = |state: &Counted, _: &Event<_>| state.0.push("sync");
    let connection = signal
        .connect_with_sync(Counted(log.clone()), callback)
        .await;
    heard(&signal).await;
    assert_eq!(log.take(), ["sync"; 3]);

    connection.disconnect();
    signal
        .connect_with(Counted(log.clone()), |state, _| async move {
            state.0.push("async");
        })
        .await;
    heard(&signal).await;
    assert_eq!(log.take(), ["cloned", "async"].repeat(3));
}

async fn methods(on: Runtime) {
    let mike = Arc::new(Mike("mike"));
    let signal = on.signal(Words::new());
    signal.connect_method_sync(&mike, Mike::method).await;
    assert_eq!(heard(&signal).await, ["mike"]);
    signal.connect_method(&mike, Mike::method_async).await;
    assert_eq!(heard(&signal).await, ["mike", "mike"]);
}

async fn methods_hold_their_object_weakly(on: Runtime) {
    let mike = Arc::new(Mike("mike"));
    let signal = on.signal(Words::new());
    let sync = signal.connect_method_sync(&mike, Mike::method).await;
    let later = signal.connect_method(&mike, Mike::method_async).await;
    assert_eq!(Arc::strong_count(&mike), 1);
    drop(mike);
    assert!(heard(&signal).await.is_empty());
    assert!(!sync.is_connected() && !later.is_connected());
    assert_eq!(signal.connection_count(), 0);
}

async fn strong_methods_keep_their_object_as_long_as_the_connection(on: Runtime) {
    struct Kept {
        _opens: Box<dyn Send + Sync>,
    }
    impl Kept {
        fn method(&self, ev: &Event<Words>) {
            ev.push("kept");
        }

        async fn method_async(self: Arc<Self>, ev: Arc<Event<Words>>) {
            ev.push("kept");
        }
    }

    let dropped = Gate::new();
    let object = Arc::new(Kept {
        _opens: Box::new(opens(&dropped)),
    });
    let signal = on.signal(Words::new());
    let sync = signal
        .connect_method_sync(&object, Kept::method)
        .strong()
        .await;
    let later = signal
        .connect_method(&object, Kept::method_async)
        .key("unused")
        .strong()
        .await;
    drop(object);
    assert_eq!(heard(&signal).await, ["kept"]);
    assert!(sync.is_connected() && later.is_connected());
    sync.disconnect();
    assert!(!dropped.is_open());
    later.disconnect();
    dropped.wait().await;
}

async fn a_method_whose_connect_was_never_awaited_keeps_nothing(on: Runtime) {
    let mike = Arc::new(Mike("mike"));
    let signal = on.signal(Words::new());
    drop(signal.connect_method_sync(&mike, Mike::method));
    drop(signal.connect_method(&mike, Mike::method_async).strong());
    assert_eq!((Arc::strong_count(&mike), Arc::weak_count(&mike)), (1, 0));
    assert_eq!(signal.connection_count(), 0);
}

async fn callback_handles_of_every_kind(on: Runtime) {
    let (log, mike) = (Words::new(), Arc::new(Mike("method")));
    let callbacks: [Callback<Words>; 7] = [
        Callback::new(async_function),
        Callback::sync(sync_function),
        Callback::new(|ev: Arc<Event<Words>>| async move { ev.push("closure") }),
        Callback::method(&mike, Mike::method_async),
        Callback::method_sync(&mike, Mike::method),
        Callback::with(log.clone(), |log, ev: Arc<Event<Words>>| async move {
            log.push("state");
            ev.push("with");
        }),
        Callback::with_sync(log.clone(), |log, ev: &Event<Words>| {
            log.push("state");
            ev.push("with sync");
        }),
    ];
    let words = [
        "async function",
        "sync function",
        "closure",
        "method",
        "method",
        "with",
        "with sync",
    ];
    for (callback, word) in callbacks.iter().zip(words) {
        let signal = on.signal(Words::new());
        signal.connect_callback(callback).await;
        assert_eq!(heard(&signal).await, [word]);
        assert!(signal.disconnect_callback(callback).await);
        assert!(heard(&signal).await.is_empty());
    }
    assert_eq!(log.take(), ["state"; 6]);
}

on_each_runtime![
    functions,
    associated_functions,
    function_pointers,
    closures_without_captures,
    closures_with_captures,
    state_is_borrowed_by_sync_callbacks_and_cloned_for_async_ones,
    methods,
    methods_hold_their_object_weakly,
    strong_methods_keep_their_object_as_long_as_the_connection,
    a_method_whose_connect_was_never_awaited_keeps_nothing,
    callback_handles_of_every_kind,
];
