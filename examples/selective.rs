//! Mike and Ashley: callbacks that hear only some senders and some keys, on two signals.
//!
//! The story of the example in `asyncio_dispatch`, word for word.
//!
//! `cargo run --example selective`

use std::fmt;
use std::sync::Arc;

use fanfare::{AsSender, Event, Signal};

struct Somebody(&'static str);

/// All it takes to be named as a sender.
impl AsSender for Somebody {}

impl Somebody {
    fn message_received(&self, message: &Event<&str>) {
        // The sender itself: it was named by its `Arc`.
        let senders = Vec::from_iter(message.sender_as::<Self>());
        println!("{}", "-".repeat(50));
        println!("{self:?} received a message");
        println!("{}", "-".repeat(50));
        println!("{} received", message.signal().name().unwrap_or_default());
        println!("senders= {senders:?}");
        println!("keys= {:?}", message.keys());
        println!("message= {}", **message);
    }
}

impl fmt::Debug for Somebody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

async fn run() {
    let (mike, ashley) = (Arc::new(Somebody("Mike")), Arc::new(Somebody("Ashley")));
    let signal1 = Signal::builder("").name("SIGNAL #1").build();
    let signal2 = Signal::builder("").name("SIGNAL #2").build();

    // Each is called for sends that name one of these senders or keys, and for no others.
    signal1
        .connect_method_sync(&mike, Somebody::message_received)
        .sender(&ashley)
        .keys(["important", "books"])
        .await;
    signal2
        .connect_method_sync(&mike, Somebody::message_received)
        .key("logs")
        .await;
    signal1
        .connect_method_sync(&ashley, Somebody::message_received)
        .sender(&mike)
        .keys(["love-notes", "music"])
        .await;
    signal2
        .connect_method_sync(&ashley, Somebody::message_received)
        .key("alert")
        .await;

    // Neither sender nor key: nothing happens.
    let delivery = signal1.send().with("nobody is listening").await;
    assert_eq!(delivery.count(), 0);
    let delivery = signal2.send().with("nobody is listening").await;
    assert_eq!(delivery.count(), 0);

    // Ashley sends Mike a message, and Mike replies: matched by sender.
    signal1.send().sender(&ashley).with("hello Mike!").await;
    signal1.send().sender(&mike).with("hello Ashley!").await;

    // An important message and an alert come in: matched by key.
    let send = signal1.send().key("important");
    send.with("important message for Mike").await;
    signal2.send().key("alert").with("alert for Ashley").await;

    // Then a book full of love notes: the keys reach both Mike and Ashley.
    let delivery = signal1
        .send()
        .keys(["books", "love-notes"])
        .with("Mike is waiting for books, Ashley for love-notes")
        .await;
    assert_eq!(delivery.count(), 2);

    // However many senders and keys match, the callback is called once.
    let delivery = signal1
        .send()
        .keys(["important", "books", "logs"])
        .with("Mike is subscribed to three matching keys, but only one message is sent!")
        .await;
    assert_eq!(delivery.count(), 1);
}

fn main() {
    smol::block_on(run());
}
