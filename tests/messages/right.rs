//! The right way of what the files beside this one get wrong.

use std::sync::Arc;

use fanfare::{AsSender, Signal, by_address};

struct Valve(u8);
impl AsSender for Valve {}

struct Marker;
impl AsSender for Marker {}

fn main() {
    let signal = Signal::new(7u8);
    signal.connect(|ev| async move { println!("{}", **ev) }).now();
    signal.connect(async |ev| println!("{}", **ev)).now();
    signal.connect_sync(|ev| println!("{}", **ev)).now();
    signal.connect_with(Arc::new(1), async |state: Arc<i32>, ev| println!("{state} {}", **ev)).now();

    let (valve, text, marker) = (Valve(1), String::from("text"), Arc::new(Marker));
    signal.connect_sync(|_| ()).sender(&valve).sender(by_address(&text)).sender(&marker).now();

    let numbers = Signal::builder(()).reply::<u32>().build();
    numbers.connect(|_| async { 1 }).now();
    numbers.connect_sync(|_| 2).now();
    numbers.connect_sync(|_| panic!()).now();
    let _ = valve.0;
}
