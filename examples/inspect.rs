//! What a signal shows of itself: a table, a graph, JSON, and what its calls took.
//!
//! `cargo run --example inspect`, or with `--features serde` for the JSON.

use std::sync::Arc;
use std::time::Duration;

use fanfare::{AsSender, Backoff, ConnectionKind, Event, Overflow, Signal};
use smol::channel;

struct Shop;
impl AsSender for Shop {}

async fn store(_: Arc<Event<u32>>) {}

fn audit(order: &Event<u32>) {
    assert!(**order < 1000, "too much");
}

async fn run() {
    // Counting and timing calls costs a little, so it is asked for.
    let orders = Signal::builder(0u32).name("orders").stats().build();
    let shop = Arc::new(Shop);
    let (open, door) = channel::bounded::<()>(1);

    let store = orders
        .connect(store)
        .name("store")
        .priority(10)
        .retry(Backoff::new(Duration::from_millis(10)))
        .timeout(Duration::from_secs(1))
        .await;
    orders
        .connect_with(door, |door, _| async move {
            let _ = door.recv().await;
        })
        .name("ship")
        .queue(16, Overflow::DropOldest)
        .sender(&shop)
        .await;
    let audit = orders
        .connect_sync(audit)
        .name("audit")
        .keys(["large", "odd"])
        .await;
    let _nap = orders.connect_sync(|_| ()).await.block();
    let _board = orders.subscribe().name("board").capacity(2).await;

    // Two wait for the door, one is too much, and the board has room for two of four.
    for number in [1, 2, 3] {
        orders.send().sender(&shop).with(number).await;
    }
    // The panic is said on stderr, as always.
    assert!(!orders.send().key("large").with(5000).join().await.is_ok());

    let shown = orders.inspect();
    println!("{shown}");
    assert_eq!(shown.name.as_deref(), Some("orders"));
    assert_eq!(shown.connections.len(), 5);
    assert_eq!(shown.failures, 1);
    let find = |name| {
        let mut all = shown.connections.iter();
        all.find(|one| one.name.as_deref() == Some(name))
            .expect("it is connected")
    };
    assert_eq!(find("ship").queued, 2);
    assert_eq!(find("ship").policies, ["queue 16 drop-oldest"]);
    assert_eq!(
        (find("audit").keys, find("audit").kind),
        (2, ConnectionKind::SyncCallback)
    );
    assert_eq!((find("board").queued, find("board").lost), (2, 2));

    // For `dot -Tsvg`, or whatever else reads the language of Graphviz.
    let dot = shown.to_dot();
    println!("{dot}");
    assert!(dot.starts_with("digraph"));

    #[cfg(feature = "serde")]
    {
        let json = shown.to_json();
        println!("{json}");
        assert!(json.contains("\"audit\""));
    }

    // One connection's numbers, without a look at the others.
    let counts = audit.stats().expect("calls are counted");
    println!(
        "audit: {} calls, {} failed, {:?}",
        counts.calls, counts.failures, counts.total
    );
    assert_eq!((counts.calls, counts.failures), (1, 1));
    open.close();
    orders.idle().await;
    assert_eq!(store.stats().expect("calls are counted").calls, 4);
}

fn main() {
    smol::block_on(run());
}
