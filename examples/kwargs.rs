//! Keyword arguments: the payload is a struct, the signal holds the defaults, and each send may change some fields.
//!
//! The story of the example in `asyncio_dispatch`. There, an argument that the signal does not have is an error when it
//! is sent; here it does not compile.
//!
//! `cargo run --example kwargs`

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fanfare::{Event, Signal};

#[derive(Clone)]
struct Kwargs {
    my_kwarg: &'static str,
    payload: BTreeMap<&'static str, &'static str>,
}

static SIGNAL: LazyLock<Signal<Kwargs>> = LazyLock::new(|| {
    Signal::new(Kwargs {
        my_kwarg: "default",
        payload: BTreeMap::new(),
    })
});

fn callback(ev: &Event<Kwargs>) {
    println!("\n{}", "-".repeat(50));
    if ev.signal().id() == SIGNAL.id() {
        println!("signals match as expected!");
    }
    println!("senders= {:?}", ev.senders());
    println!("keys= {:?}", ev.keys());
    // The event derefs to its payload.
    println!("my_kwarg= {}", ev.my_kwarg);
    println!("payload= {:?}", ev.payload);
}

async fn run() {
    SIGNAL.connect_sync(callback).await;

    // With the defaults, which are not even copied.
    SIGNAL.send().await;

    // With some fields of a copy changed. `.with(Kwargs { .. })` would replace them all.
    SIGNAL
        .send()
        .update(|kwargs| {
            kwargs.my_kwarg = "changed with send";
            kwargs.payload.insert("anything", "a map can hold!");
            kwargs.payload.insert("really", "powerful");
        })
        .await;

    // That was one send's copy.
    assert_eq!(SIGNAL.defaults().my_kwarg, "default");
    assert!(SIGNAL.defaults().payload.is_empty());
}

fn main() {
    smol::block_on(run());
}
