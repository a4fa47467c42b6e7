use std::sync::Arc;

use fanfare::{Event, Signal};

fn shown(_: &Event<u8>) {}

async fn stored(_: Arc<Event<u8>>) {}

fn main() {
    let signal = Signal::new(7u8);
    signal.connect(shown).now();
    signal.connect_sync(stored).now();
}
