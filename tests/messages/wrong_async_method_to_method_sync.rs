use std::sync::Arc;

use fanfare::{Event, Signal};

struct Mike;

impl Mike {
    async fn heard(self: Arc<Self>, _: Arc<Event<u8>>) {}
}

fn main() {
    let mike = Arc::new(Mike);
    let signal = Signal::new(7u8);
    signal.connect_method_sync(&mike, Mike::heard).now();
}
