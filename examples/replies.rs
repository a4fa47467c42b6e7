//! Replies: what callbacks answer, what a report tells, and asking for less than all of it.
//!
//! One callback panics, which Rust says on stderr, as always.
//!
//! `cargo run --example replies`

use std::future;
use std::ops::ControlFlow::{Break, Continue};
use std::sync::Arc;

use fanfare::{Cause, Event, Signal};

#[derive(Clone)]
struct Order {
    item: &'static str,
    pieces: u32,
}

/// What callbacks answer: a price in cents.
type Quote = u32;

async fn market(order: Arc<Event<Order>>) -> Quote {
    290 * order.pieces
}

async fn warehouse(order: Arc<Event<Order>>) -> Quote {
    assert!(order.pieces >= 10, "no less than 10 of {}", order.item);
    200 * order.pieces
}

async fn run() {
    let order = Order {
        item: "tea",
        pieces: 10,
    };
    let quotes = Signal::builder(order).reply::<Quote>().build();
    quotes.connect_sync(|order| 350 * order.pieces).await;
    quotes.connect(warehouse).name("warehouse").await;
    quotes.connect(market).await;

    // A report has one entry a callback, in the order in which they were connected.
    let report = quotes.send().join().await;
    println!("quotes: {:?}", report.replies());
    assert_eq!(report.replies(), [3500, 2000, 2900]);

    // A panic is that callback's own affair. The others answer all the same.
    let report = quotes.send().update(|order| order.pieces = 2).join().await;
    println!("quotes for less: {:?}", report.replies());
    assert_eq!(report.replies(), [700, 580]);
    assert_eq!(report.count(), 3);
    assert!(!report.is_ok());
    for failure in report.failures() {
        println!("{failure}");
        assert_eq!(failure.name(), Some("warehouse"));
        assert!(matches!(failure.cause(), Cause::Panicked(_)));
    }
    let results = report.into_results();
    assert!(results[0].is_ok() && results[1].is_err() && results[2].is_ok());

    // Replies can be folded as they come, none of them stored.
    let cheapest = quotes.send().fold(Quote::MAX, Quote::min).await;
    println!("cheapest: {cheapest}");
    assert_eq!(cheapest, 2000);

    // This one never answers. Neither of the next two sends waits for it; they cancel its call.
    quotes.connect(|_| future::pending()).name("mail").await;

    let first = quotes.send().first().await;
    println!("first: {first:?}");
    assert_eq!(first, Some(3500));

    // A quorum: two quotes will do.
    let quorum = quotes.send().try_fold(vec![], |mut quotes, quote| {
        quotes.push(quote);
        if quotes.len() < 2 {
            Continue(quotes)
        } else {
            Break(quotes)
        }
    });
    let quorum = quorum.await;
    println!("two quotes: {quorum:?}");
    assert_eq!(quorum, Break(vec![3500, 2000]));

    // What runs on an executor can be stopped as well, and is reported as aborted.
    let delivery = quotes.send().await;
    delivery.abort();
    let report = delivery.join().await;
    let mail = report.failures().last().expect("mail never answers");
    println!("{mail}");
    assert!(matches!(mail.cause(), Cause::Aborted));
}

fn main() {
    smol::block_on(run());
}
