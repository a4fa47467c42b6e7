//! Order: one call at a time, one at a time of what belongs together, and one group after the other.
//!
//! `cargo run --example ordered`

use std::sync::{Arc, Mutex};

use fanfare::{Event, Executor, Signal};
use smol::future::yield_now;

#[derive(Clone, Default)]
struct Change {
    account: &'static str,
    amount: i32,
}

/// What happened, in order.
type Log = Arc<Mutex<Vec<String>>>;

/// Takes its time, the less the larger the amount is: left to themselves, later calls overtake earlier ones.
async fn book(log: Log, change: Arc<Event<Change>>) {
    let note = |what| {
        let line = format!("{what} {} {}", change.account, change.amount);
        log.lock().expect("nobody panics here").push(line);
    };
    note("begin");
    for _ in change.amount..10 {
        yield_now().await;
    }
    note("end");
}

/// Sends three changes, waits for all of them, and gives what was written down.
async fn three(changes: &Signal<Change>, log: &Log) -> Vec<String> {
    let mut deliveries = Vec::new();
    for (account, amount) in [("ann", 1), ("bob", 2), ("ann", 3)] {
        deliveries.push(changes.send().with(Change { account, amount }).await);
    }
    for delivery in deliveries {
        assert!(delivery.join().await.is_ok());
    }
    let lines = std::mem::take(&mut *log.lock().expect("nobody panics here"));
    for line in &lines {
        println!("  {line}");
    }
    lines
}

fn place(lines: &[String], line: &str) -> usize {
    let place = lines.iter().position(|other| other == line);
    place.expect("it was written down")
}

async fn run(executor: Executor) {
    let changes = Signal::builder(Change::default()).spawner(executor).build();
    let log = Log::default();

    println!("one call at a time, in the order in which they were sent:");
    let books = changes.connect_with(log.clone(), book).sequential().await;
    let lines = three(&changes, &log).await;
    let expected = [
        "begin ann 1",
        "end ann 1",
        "begin bob 2",
        "end bob 2",
        "begin ann 3",
        "end ann 3",
    ];
    assert_eq!(lines, expected);
    books.disconnect();

    println!("one at a time of each account, and accounts beside each other:");
    let books = changes
        .connect_with(log.clone(), book)
        .ordered_by(|change| change.account)
        .await;
    let lines = three(&changes, &log).await;
    assert!(place(&lines, "end ann 1") < place(&lines, "begin ann 3"));
    assert!(place(&lines, "begin bob 2") < place(&lines, "end ann 1"));
    books.disconnect();

    println!("one group after the other, the higher priority first:");
    // Callbacks start in order of priority, and then run beside each other. Here each group waits for the one before it.
    for (name, priority) in [("check", 2), ("check again", 2), ("book", 1), ("thank", 0)] {
        let log = log.clone();
        let step = move |_| {
            let log = log.clone();
            async move {
                yield_now().await;
                log.lock()
                    .expect("nobody panics here")
                    .push(name.to_owned());
            }
        };
        changes.connect(step).priority(priority).await;
    }
    let report = changes.send().join().by_priority().await;
    assert_eq!(report.count(), 4);
    let lines = log.lock().expect("nobody panics here");
    println!("  {lines:?}");
    assert!(place(&lines, "check again") < place(&lines, "book"));
    assert_eq!(lines[2..], ["book", "thank"]);
}

fn main() {
    // One thread for all, so that the same happens each time.
    let executor = Executor::new();
    smol::block_on(executor.run(run(executor.clone())));
}
