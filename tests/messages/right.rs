//! The right way of what the files beside this one get wrong.

use std::sync::Arc;

use fanfare::bus::{Body, Command, Dep, Emit, Emits, MessageInfo, Query};
use fanfare::{AsSender, Band, ChannelDef, Event, Signal, by_address, Bus, bus};

struct Valve(u8);
impl AsSender for Valve {}

struct Marker;
impl AsSender for Marker {}

static ALERT: ChannelDef<u8> = ChannelDef::new("alert");

fn double(ev: &Event<u32>) -> u32 {
    **ev * 2
}

struct Double(u32);
impl Command for Double {
    type Reply = Result<u32, String>;
}

struct Last;
impl Query for Last {
    type Reply = Option<u32>;
}

struct Doubled(u32);
impl bus::Event for Doubled {}

async fn double_it(double: Double, factor: Dep<u32>, emit: Emit) -> Result<u32, String> {
    emit.event(Doubled(double.0 * *factor));
    Ok(double.0 * *factor)
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

    let bus = Bus::builder()
        .provide(2u32)
        .singleton(async |factor: Dep<u32>| u64::from(*factor))
        .try_factory(|info: MessageInfo| info.key().is_none().then_some(7u8).ok_or("never with a key"))
        .command(double_it)
        .query(async |_: Last, seven: Dep<u8>, _: Dep<u64>| Some(u32::from(*seven)))
        .event(async |doubled: Arc<Doubled>| println!("{}", doubled.0))
        .named("started", async |by: Body<String>| Emits::new((), Doubled(by.len() as u32)));
    smol::block_on(async {
        let bus = bus.start().await.unwrap();
        assert_eq!(bus.execute(Double(4)).key("k").await.unwrap(), Ok(8));
        assert_eq!(bus.query(Last).await.unwrap(), Some(7));
        bus.publish(Doubled(1)).detached();
        bus.handle_named("started", String::from("me")).await.unwrap();
        bus.stop(std::time::Duration::from_secs(5)).await.unwrap();
    });
}
