//! The right way of what the files beside this one get wrong.

use std::sync::Arc;

use fanfare::{AsSender, Band, ChannelDef, Event, Signal, by_address};

struct Valve(u8);
impl AsSender for Valve {}

struct Marker;
impl AsSender for Marker {}

static ALERT: ChannelDef<u8> = ChannelDef::new("alert");

fn double(ev: &Event<u32>) -> u32 {
    **ev * 2
}

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

    let (band, component) = (Band::new(), Arc::new(Valve(2)));
    ALERT.of(&component).connect_sync(|ev| println!("{}", **ev)).when(|ev| **ev > 3).now();
    ALERT.of(&component).connect(async |ev| println!("{}", **ev)).now();
    ALERT.unbound().send_detached(7);
    let _ = ALERT.of(&component).send(7).now();
    band.channel::<u32, u32>("double").unwrap().connect_sync(double).now();
    smol::block_on(band.scope(async { fanfare::band::send("double", 2u32).parent(&component).await })).unwrap();
    let _ = valve.0;
}
