//! Signals that a server exports and clients import.

use std::sync::Arc;

use fanfare::net::{ClientRouter, ExportError, ListenProblem, ServerRouter, local};
use fanfare::router::Router;
use fanfare::testing::Recorder;
use fanfare::{AsSender, Event, Key, Overflow, SenderId, Signal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::common::Log;
use crate::kit::{Net, settled, until};
use crate::runtime::Runtime;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Order {
    id: u32,
    lines: Vec<Option<String>>,
}

fn order(id: u32) -> Order {
    Order {
        id,
        lines: vec![Some("bolts".into()), None],
    }
}

async fn events_come_as_they_are_sent(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let orders = Signal::new(Order::default());
    let export = orders.export(&net.server, "orders").await.unwrap();
    assert_eq!(export.name(), "orders");
    let imported = Signal::<Order>::import(&client, "orders").await.unwrap();
    let mut heard = imported.subscribe().capacity(200).await;
    for id in 0..100 {
        orders.send().with(order(id)).key("a").key(7).await;
    }
    orders.send().await;
    for id in 0..100 {
        let event = heard.recv().await.unwrap();
        assert_eq!(**event, order(id));
        assert_eq!(event.keys(), [Key::from("a"), Key::from(7)]);
    }
    assert_eq!(**heard.recv().await.unwrap(), Order::default());
    assert_eq!((export.unsent(), imported.unreadable()), (0, 0));
    // What is sent here stays here.
    imported.send().with(order(500)).await;
    assert_eq!(heard.recv().await.unwrap().id, 500);
    assert!(net.server.inspect().to_string().contains(" 1 "));
}

/// What nobody has asked for does not come over the network.
async fn filters_are_applied_at_the_source(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let orders = Signal::new(0u32);
    let _export = orders.export(&net.server, "orders").await.unwrap();
    let imported = Signal::<u32>::import(&client, "orders");
    let imported = imported.keys(["large", "odd"]).await.unwrap();
    let log = Recorder::new();
    imported.connect_callback(&log.callback()).await;
    settled(&client).await;
    let received = client.link_stats().unwrap().received;
    orders.send().with(1).await;
    orders.send().with(2).key("small").await;
    orders.send().with(3).keys(["small", "odd"]).await;
    orders.send().with(4).keys(["large", "odd"]).await;
    orders.send().with(5).keys([7, 8]).await;
    settled(&client).await;
    assert_eq!(log.payloads(), [3, 4]);
    // Two events, and the reply to the question whether that was all.
    assert_eq!(client.link_stats().unwrap().received, received + 3);
}

struct Office;
impl AsSender for Office {}

async fn senders_have_names(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let (north, south, west) = (Arc::new(Office), Arc::new(Office), SenderId::unique());
    let orders = Signal::new(0u32);
    let export = orders.export(&net.server, "orders");
    let export = export.sender_name(&north, "north");
    let export = export
        .sender_name(&south, "south")
        .sender_name(&west, "west");
    let _export = export.await.unwrap();
    let imported = Signal::<u32>::import(&client, "orders");
    let imported = imported.senders(["north", "south"]).await.unwrap();
    let all = Log::new();
    let noted = all.clone();
    let names = |event: &Event<u32>| -> Vec<SenderId> { event.senders().to_vec() };
    imported
        .connect_sync(move |event| noted.push((**event, names(event))))
        .now();
    let of_north = Log::new();
    let noted = of_north.clone();
    imported
        .connect_sync(move |event| noted.push(**event))
        .sender(imported.sender("north"))
        .now();
    orders.send().with(1).sender(&north).await;
    orders.send().with(2).sender(&south).await;
    orders.send().with(3).sender(&west).await;
    orders
        .send()
        .with(4)
        .senders([SenderId::of_arc(&south), west.clone()])
        .await;
    orders.send().with(5).sender(SenderId::unique()).await;
    settled(&client).await;
    assert_eq!(of_north.take(), [1]);
    let (one, two) = (imported.sender("north"), imported.sender("south"));
    // Of west nobody has asked here.
    assert_eq!(
        all.take(),
        [
            (1, vec![one.clone()]),
            (2, vec![two.clone()]),
            (4, vec![two.clone()])
        ]
    );
    assert_eq!(imported.sender_name(&one).as_deref(), Some("north"));
    assert_eq!(imported.sender_name(&west), None);
    assert_ne!(one, two);
    // One of which the server knows nothing is a mistake.
    let error = Signal::<u32>::import(&client, "orders")
        .sender("east")
        .await
        .unwrap_err();
    assert_eq!(error.problem(), ListenProblem::Undeclared);
    assert!(
        error.to_string().contains("`orders` has no sender east"),
        "{error}"
    );
}

/// Keys of a type of one's own, and payloads that are handed through.
async fn types_of_ones_own(on: Runtime) {
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    enum Size {
        Small,
        Of { tons: u8 },
    }
    let (listener, dialer) = local::listen();
    let server = ServerRouter::builder(Router::<Order>::builder().spawner(on.spawner()).build())
        .spawner(on.spawner())
        .listen(listener);
    let server = server.start().await.unwrap();
    let client = ClientRouter::<Order>::builder()
        .spawner(on.spawner())
        .connect(dialer);
    let client = client.start().await.unwrap();
    let orders = Signal::builder(Order::default()).key::<Size>().build();
    let _export = orders.export(&server, "orders").await.unwrap();
    let imported = Signal::<Order, (), Size>::import(&client, "orders");
    let imported = imported.key(Size::Of { tons: 3 }).await.unwrap();
    let mut heard = imported.subscribe().await;
    orders.send().with(order(1)).key(Size::Small).await;
    let sizes = [Size::Small, Size::Of { tons: 3 }];
    orders.send().with(order(2)).keys(sizes).await;
    let event = heard.recv().await.unwrap();
    assert_eq!((event.id, event.keys()), (2, &sizes[..]));
    // A signal of another type is none of its business.
    let numbers = Signal::new(0u32);
    let export = numbers.export(&server, "numbers").await.unwrap();
    let wrong = Signal::<u32>::import(&client, "numbers").await.unwrap();
    numbers.send().await;
    assert_eq!(export.unsent(), 1);
    drop(wrong);
}

async fn what_cannot_be_read_is_counted(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let values = Signal::new(json!(null));
    let _export = values.export(&net.server, "values").await.unwrap();
    let numbers = Signal::<u32>::import(&client, "values").await.unwrap();
    let log = Recorder::new();
    numbers.connect_callback(&log.callback()).await;
    for value in [json!(1), json!("two"), json!(-3), json!(4)] {
        values.send().with(value).await;
    }
    settled(&client).await;
    assert_eq!((log.payloads(), numbers.unreadable()), (vec![1, 4], 2));
    // Keys that stay behind.
    let key = Key::of(vec![1]);
    values
        .send()
        .with(json!(5))
        .keys([key.clone(), Key::from("a")])
        .await;
    settled(&client).await;
    assert_eq!(log.events()[2].keys(), [Key::from("a")]);
    let error = Signal::<u32>::import(&client, "values")
        .key(key)
        .await
        .unwrap_err();
    assert_eq!(error.problem(), ListenProblem::UnwritableKey);
    assert!(
        error
            .to_string()
            .contains("none of text, a number or a bool"),
        "{error}"
    );
}

/// A signal that has no room has the server wait, and loses nothing.
async fn an_imported_signal_may_have_limits(on: Runtime) {
    let net = Net::new(&on).await;
    let client = net.client().await;
    let source = Signal::new(0u32);
    let _export = source.export(&net.server, "numbers").await.unwrap();
    let numbers = Signal::new(0u32);
    let import = numbers.import_from(&client, "numbers").await.unwrap();
    let mut heard = numbers
        .subscribe()
        .capacity(2)
        .overflow(Overflow::Wait)
        .await;
    for n in 0..500 {
        source.send().with(n).key("k").await;
    }
    for n in 0..500 {
        let event = heard.recv().await.unwrap();
        assert_eq!((**event, event.keys()), (n, &[Key::from("k")][..]));
    }
    drop(import);
}

async fn one_name_is_one_signals(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (Signal::new(0u8), Signal::new(0u8));
    let export = one.export(&net.server, "s").await.unwrap();
    let error = two.export(&net.server, "s").await.unwrap_err();
    assert_eq!(error, ExportError::NameTaken("s".into()));
    assert!(error.to_string().contains("take another name"), "{error}");
    export.end();
    let export = two.export(&net.server, "s").await.unwrap();
    // One whose signal is gone is no obstacle, and when it ends it ends itself alone.
    drop(two);
    let next = one.export(&net.server, "s").await.unwrap();
    drop(export);
    let client = net.client().await;
    let imported = Signal::<u8>::import(&client, "s").await.unwrap();
    let mut heard = imported.subscribe().await;
    one.send().with(3).await;
    assert_eq!(**heard.recv().await.unwrap(), 3);
    net.server.close();
    assert_eq!(
        one.export(&net.server, "t").await.unwrap_err(),
        ExportError::Closed
    );
    drop(next);
}

/// Many clients, each with filters of its own.
async fn many_import(on: Runtime) {
    let net = Net::new(&on).await;
    let orders = Signal::new(0usize);
    let _export = orders.export(&net.server, "orders").await.unwrap();
    let mut all = Vec::new();
    for n in 0..20usize {
        let client = net.client().await;
        let imported = Signal::<usize>::import(&client, "orders")
            .key(n % 5)
            .await
            .unwrap();
        let log = Log::new();
        let noted = log.clone();
        imported
            .connect_sync(move |event| noted.push(**event))
            .now();
        all.push((n, client, imported, log));
    }
    for n in 0..100 {
        orders.send().with(n).key(n % 5).await;
    }
    for (n, client, _imported, log) in &all {
        settled(client).await;
        let expected: Vec<_> = (0..100).filter(|sent| sent % 5 == n % 5).collect();
        assert_eq!(log.take(), expected);
    }
    all.clear();
    until(|| net.server.peers().is_empty()).await;
    assert_eq!(orders.connection_count(), 0);
    let nobody: Value = json!(net.server.peers().len());
    assert_eq!(nobody, 0);
}

on_each_runtime!(
    events_come_as_they_are_sent,
    filters_are_applied_at_the_source,
    senders_have_names,
    types_of_ones_own,
    what_cannot_be_read_is_counted,
    an_imported_signal_may_have_limits,
    one_name_is_one_signals,
    many_import,
);
