//! A callback, a signal, a send: the first example of `asyncio_dispatch`, from a program that is not async itself.
//!
//! `cargo run --example basic`

use std::sync::Arc;

use fanfare::{Event, Signal};

async fn callback(_: Arc<Event<()>>) {
    println!("callback was called!");
}

fn main() {
    // This one carries nothing. `Signal::new` takes what a send delivers unless it says otherwise.
    let signal = Signal::new(());

    // Connecting never waits: `.now()` does from sync code what `.await` does in async code.
    signal.connect(callback).now();

    // Without filters the callback gets every send. `.join()` runs it in the task that awaits it.
    println!("sending the signal.");
    let report = smol::block_on(signal.send().join());

    assert_eq!(report.count(), 1);
    assert!(report.is_ok());
}
