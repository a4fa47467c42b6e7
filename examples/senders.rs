//! Who sends: senders are told apart by where they are, never by what they hold.
//!
//! `cargo run --example senders`

use std::sync::Arc;

use fanfare::{AsSender, Event, SenderId, Signal, by_address};

#[derive(PartialEq)]
struct Sensor {
    celsius: i32,
}

impl AsSender for Sensor {}

impl Sensor {
    /// A sensor that speaks for itself names itself.
    async fn report(&self, readings: &Signal<i32>) -> usize {
        let send = readings.send().sender(self).with(self.celsius);
        send.await.count()
    }

    // Two things that a sensor tells apart from its readings, see below.
    fn calibrated(&self) {}
    fn failed(&self) {}
}

fn show(what: &'static str) -> impl Fn(&Event<i32>) {
    move |reading| println!("{what}: {} degrees", **reading)
}

async fn run() {
    let readings = Signal::new(0);

    println!("-- identity");
    let (attic, cellar) = (Sensor { celsius: 15 }, Sensor { celsius: 15 });
    readings.connect_sync(show("cellar")).sender(&cellar).await;
    assert!(attic == cellar);
    assert_eq!(attic.report(&readings).await, 0);
    assert_eq!(cellar.report(&readings).await, 1);

    println!("-- a sender in an `Arc`");
    let garden = Arc::new(Sensor { celsius: 8 });
    let connection = readings
        .connect_sync(|reading| {
            // The callback can have the sender itself.
            let garden = reading.sender_as::<Sensor>().expect("sent by its Arc");
            println!("garden: {} degrees, again {}", **reading, garden.celsius);
        })
        .sender(&garden)
        .await;
    let send = readings.send().sender(&garden).with(garden.celsius);
    assert_eq!(send.await.count(), 1);
    // The connection holds it weakly, and has nothing left to listen to once it is gone.
    drop(garden);
    assert!(!connection.is_connected());

    println!("-- a type of somebody else's");
    let thermometer = String::from("a thermometer");
    readings
        .connect_sync(show("thermometer"))
        .sender(by_address(&thermometer))
        .await;
    let send = readings.send().sender(by_address(&thermometer)).with(21);
    assert_eq!(send.await.count(), 1);

    println!("-- no object at all");
    let forecast = SenderId::unique();
    readings
        .connect_sync(show("forecast"))
        .sender(forecast.clone())
        .await;
    let send = readings.send().sender(forecast).with(30);
    assert_eq!(send.await.count(), 1);

    println!("-- one method of an object");
    readings
        .connect_sync(show("the cellar sensor has failed at"))
        .sender(SenderId::method(&cellar, Sensor::failed))
        .await;
    let calibrated = SenderId::method(&cellar, Sensor::calibrated);
    assert_eq!(readings.send().sender(calibrated).await.count(), 0);
    let failed = SenderId::method(&cellar, Sensor::failed);
    assert_eq!(readings.send().sender(failed).with(99).await.count(), 1);

    println!("-- several at once");
    let delivery = readings
        .send()
        .senders([&attic, &cellar])
        .sender(by_address(&thermometer))
        .with(16)
        .await;
    assert_eq!(delivery.count(), 2);
}

fn main() {
    smol::block_on(run());
}
