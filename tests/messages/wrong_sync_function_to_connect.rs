use std::sync::Arc;

use fanfare::{Event, Signal};

fn show(ev: Arc<Event<u8>>) {
    println!("{}", **ev);
}

fn main() {
    let signal = Signal::new(7u8);
    signal.connect(show).now();
}
