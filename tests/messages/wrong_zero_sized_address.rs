use fanfare::{Signal, by_address};

struct Marker;

fn main() {
    let signal = Signal::new(7u8);
    signal.send().sender(by_address(&Marker)).now().unwrap();
}
