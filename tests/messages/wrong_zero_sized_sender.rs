use fanfare::{AsSender, Signal};

struct Marker;
impl AsSender for Marker {}

fn main() {
    let signal = Signal::new(7u8);
    signal.connect_sync(|_| ()).sender(&Marker).now();
}
