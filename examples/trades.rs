//! Trades of several exchanges: publishers with a prefix, and listeners by patterns of topics.
//!
//! `cargo run --example trades`

use std::fmt;
use std::sync::{Arc, Mutex};

use fanfare::hub::{Hub, Message};

/// A price in cents, so that it is exact.
#[derive(Clone, Copy)]
struct Price(u64);

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

struct Trade {
    timestamp: f64,
    quantity: u32,
    price: Price,
}

impl fmt::Display for Trade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Trade(timestamp={}, quantity={}, price={})",
            self.timestamp, self.quantity, self.price
        )
    }
}

/// What has been written, to be looked at in the end.
static WRITTEN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn write(line: String) {
    println!("{line}");
    WRITTEN.lock().expect("nobody panics here").push(line);
}

async fn on_trade(trade: Arc<Message<Trade>>) {
    let topic = trade.topic();
    write(format!("Processing trade = {trade} with topic = {topic}."));
}

async fn on_nyse_trade(trade: Arc<Message<Trade>>) {
    let topic = trade.topic();
    write(format!(
        "Processing trade = {trade} with topic = {topic} that happened in NYSE"
    ));
}

async fn trades() -> Result<(), Box<dyn std::error::Error>> {
    let hub = Hub::new();
    let trade = Trade {
        timestamp: 123.5,
        quantity: 56,
        price: Price(163_943),
    };

    // Listens to every trade, wherever it happens.
    let subscriber = hub.subscriber("trades");
    subscriber.connect(on_trade).topic("*.trade.*").await?;

    // Publishes under topics that begin with NASDAQ.
    let nasdaq = hub.publisher("NASDAQ")?;
    let delivery = nasdaq.publish("trade.GOOGL", trade).await?;
    // Instead of a sleep, so that the listener has processed it: it is told when that is.
    assert!(delivery.join().await.is_ok());

    // Another exchange, with a listener of its own.
    let trade = Trade {
        timestamp: 127.45,
        quantity: 67,
        price: Price(163_944),
    };
    subscriber
        .connect(on_nyse_trade)
        .topic("NYSE.trade.*")
        .await?;
    let nyse = hub.publisher("NYSE")?;
    assert!(nyse.has_subscribers("trade.GOOGL")?);
    let report = nyse.publish("trade.GOOGL", trade).await?.join().await;
    assert_eq!(report.count(), 2);

    subscriber.remove_all_listeners().await;
    assert!(!hub.has_subscribers("*")?);
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    smol::block_on(trades())?;
    let mut written = WRITTEN.lock().expect("nobody panics here");
    // The two of the second trade run beside each other.
    written[1..].sort();
    let nyse = "Processing trade = Trade(timestamp=127.45, quantity=67, price=1639.44) with topic = NYSE.trade.GOOGL";
    assert_eq!(
        *written,
        [
            "Processing trade = Trade(timestamp=123.5, quantity=56, price=1639.43) with topic = NASDAQ.trade.GOOGL."
                .to_owned(),
            format!("{nyse} that happened in NYSE"),
            format!("{nyse}."),
        ]
    );
    Ok(())
}
