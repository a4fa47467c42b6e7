//! How to test a program with signals: without sleeping, without luck, and in every order that matters.
//!
//! `cargo run --example testing`

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use fanfare::testing::{ManualClock, Recorder, SeededExecutor};
use fanfare::{Event, Signal};
use smol::future::yield_now;

/// The program: a thermometer, whose readings a heater acts on and a display shows.
struct House {
    readings: Signal<i32>,
    heater: Signal<bool>,
}

impl House {
    /// A test passes a builder with a timer and a spawner of its own.
    fn new(readings: fanfare::SignalBuilder<i32>) -> Self {
        let house = Self {
            readings: readings.build(),
            heater: Signal::new(false),
        };
        // It makes up its mind once the readings have settled.
        house
            .readings
            .connect_with(house.heater.clone(), Self::decide)
            .debounce(Duration::from_secs(60))
            .now();
        house
    }

    async fn decide(heater: Signal<bool>, reading: Arc<Event<i32>>) {
        yield_now().await;
        let _ = heater.send().with(**reading < 20).join().await;
    }
}

/// A clock that is moved on by hand, and a recorder that writes down what comes.
fn the_heater_waits_until_readings_have_settled() {
    let (clock, executor) = (ManualClock::new(), SeededExecutor::new(1));
    let builder = Signal::builder(0)
        .timer(clock.clone())
        .spawner(executor.clone());
    let house = House::new(builder);
    let switched = Recorder::new();
    switched.connect(&house.heater).now();

    for reading in [21, 18, 19] {
        house
            .readings
            .send()
            .with(reading)
            .now()
            .expect("no limits");
        executor.run_until_stalled();
        clock.advance(Duration::from_secs(59));
        executor.run_until_stalled();
    }
    switched.assert_payloads(&[]);
    clock.advance(Duration::from_secs(1));
    executor.run_until_stalled();
    switched.assert_payloads(&[true]);
    println!(
        "the heater was switched {} time, after {:?}",
        switched.len(),
        clock.elapsed()
    );
}

/// Which of two callbacks is done first is luck. The seed decides it, so that a test can go through many cases, and tell
/// which one failed.
fn displays_may_finish_in_any_order() {
    let mut orders = HashSet::new();
    for seed in 0..50 {
        let executor = SeededExecutor::new(seed);
        let readings = Signal::builder(20).spawner(executor.clone()).build();
        let shown = Signal::new("");
        let order = Recorder::new();
        order.connect(&shown).now();
        for name in ["kitchen", "hall"] {
            let display = |(shown, name): (Signal<&'static str>, &'static str), _| async move {
                yield_now().await;
                let _ = shown.send().with(name).join().await;
            };
            readings.connect_with((shown.clone(), name), display).now();
        }
        let report = executor.run_until(async { readings.send().await.join().await });
        let report = report.expect("nothing waits for ever");
        assert!(report.is_ok() && order.len() == 2, "seed {seed}");
        orders.insert(order.payloads());
    }
    println!("orders of 50 seeds: {orders:?}");
    assert_eq!(orders.len(), 2);
}

fn main() {
    the_heater_waits_until_readings_have_settled();
    displays_may_finish_in_any_order();
}
