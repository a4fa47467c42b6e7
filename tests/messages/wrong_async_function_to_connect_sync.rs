use fanfare::{Event, Signal};

async fn show(ev: &Event<u8>) {
    println!("{}", **ev);
}

fn main() {
    let signal = Signal::new(7u8);
    signal.connect_sync(show).now();
}
