//! The same as `basic`, in async code: connect, send, and wait for what was sent.
//!
//! `cargo run --example async_await`

use std::sync::Arc;

use fanfare::{Event, Signal};

async fn callback(_: Arc<Event<()>>) {
    println!("callback was called!");
}

async fn connect_and_send_signal(signal: &Signal<()>) {
    signal.connect(callback).await;

    println!("sending the signal.");
    // From here on the callback is an executor's business (smol's, where nobody names another one). The send does not
    // wait for it, and tells how many callbacks matched.
    let delivery = signal.send().await;
    assert_eq!(delivery.count(), 1);

    // Whoever drops the delivery lets the callbacks run on alone; whoever joins it learns how they fared.
    let report = delivery.join().await;
    assert!(report.is_ok());
}

fn main() {
    let signal = Signal::new(());
    smol::block_on(connect_and_send_signal(&signal));
}
