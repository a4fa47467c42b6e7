//! Everything that can be a callback: functions, methods, associated functions and closures, sync and async.
//!
//! The first eight are those of the example in `asyncio_dispatch`. What is not async goes to the method with `_sync` in
//! its name; it borrows the event, and runs within the send.
//!
//! `cargo run --example callables`

use std::future::{self, Future};
use std::sync::Arc;

use fanfare::{Callback, Event, Signal};

fn callback1(_: &Event<()>) {
    println!("callback1 was called");
}

/// What an async function is without the word `async`.
fn callback2(_: Arc<Event<()>>) -> impl Future<Output = ()> {
    println!("callback2 was called");
    future::ready(())
}

async fn callback3(_: Arc<Event<()>>) {
    println!("callback3 was called");
}

struct Test;

impl Test {
    fn callback4(&self, _: &Event<()>) {
        println!("callback4 was called");
    }

    fn callback5(self: Arc<Self>, _: Arc<Event<()>>) -> impl Future<Output = ()> {
        println!("callback5 was called");
        future::ready(())
    }

    async fn callback6(self: Arc<Self>, _: Arc<Event<()>>) {
        println!("callback6 was called");
    }

    async fn callback7(_: Arc<Event<()>>) {
        println!("callback7 was called");
    }

    fn callback8(_: &Event<()>) {
        println!("callback8 was called");
    }
}

async fn run() {
    let signal = Signal::new(());
    let test = Arc::new(Test);

    // Functions.
    signal.connect_sync(callback1).await;
    signal.connect(callback2).await;
    signal.connect(callback3).await;

    // Methods. The signal holds `test` weakly: when it dies, its connections go.
    signal.connect_method_sync(&test, Test::callback4).await;
    signal.connect_method(&test, Test::callback5).await;
    signal.connect_method(&test, Test::callback6).await;

    // Associated functions are functions.
    signal.connect(Test::callback7).await;
    signal.connect_sync(Test::callback8).await;

    // Closures. `async |_| ..` will do where nothing is captured; `connect_with` hands state to each call.
    let greeting = Arc::new(String::from("was called"));
    signal
        .connect_sync(|_| println!("callback9 was called"))
        .await;
    signal
        .connect(async |_| println!("callback10 was called"))
        .await;
    signal
        .connect_with(greeting, |greeting, _| async move {
            println!("callback11 {greeting}");
        })
        .await;

    // And a callback as a value, which can be kept, cloned and connected elsewhere too.
    let callback12 = Callback::sync(|_| println!("callback12 was called"));
    signal.connect_callback(&callback12).await;

    let report = signal.send().join().await;
    assert_eq!(report.count(), 12);
    assert!(report.is_ok());

    // What has a name is one callback, however often it is connected. A closure is a new one each time it is written.
    signal.connect(callback3).await;
    signal.connect_method(&test, Test::callback6).await;
    signal.connect_callback(&callback12).await;
    assert_eq!(signal.connection_count(), 12);
}

fn main() {
    smol::block_on(run());
}
