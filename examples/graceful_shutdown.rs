//! A program that works until it is told to stop, by Ctrl-C say, and then finishes what it has accepted, as far as time allows.
//!
//! `cargo run --example graceful_shutdown` tells itself after ten orders; with `-- wait` it waits for Ctrl-C.

use std::env;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_signal::{Signal as Interrupt, Signals};
use fanfare::{Event, Signal};
use futures_lite::StreamExt;
use smol::Timer;

const SOON: Duration = Duration::from_millis(20);

async fn ship(order: Arc<Event<u32>>) {
    Timer::after(SOON).await;
    println!("  shipped {}", **order);
}

/// Never gets finished.
async fn handwritten_card(_: Arc<Event<u32>>) {
    smol::future::pending::<()>().await;
}

/// Takes orders until the program is interrupted.
async fn work(orders: &Signal<u32>, raises: bool) -> io::Result<()> {
    let mut signals = Signals::new([Interrupt::Int])?;
    let take_orders = async {
        for number in 1.. {
            println!("order {number}");
            orders.send().with(number).await;
            if raises && number == 10 {
                signal_hook::low_level::raise(signal_hook::consts::SIGINT)?;
            }
            Timer::after(SOON / 4).await;
        }
        Ok(())
    };
    let interrupted = async {
        let signal = signals.next().await.transpose()?;
        println!("told to stop: {signal:?}");
        Ok(())
    };
    smol::future::or(interrupted, take_orders).await
}

async fn run() -> io::Result<()> {
    let orders = Signal::builder(0u32).name("orders").build();
    orders.connect(ship).name("ship").await;
    orders
        .connect(handwritten_card)
        .name("card")
        .key("card")
        .sequential()
        .await;
    for number in 0..3 {
        orders.send().key("card").with(number).await;
    }

    work(&orders, env::args().len() == 1).await?;

    // From now on nothing new is accepted, and what was accepted has a while to finish.
    let drained = orders.drain().timeout(50 * SOON).await;
    let refused = orders.send().with(0).now().expect_err("it is closed");
    assert!(refused.is_closed());
    let unfinished = drained.expect_err("cards take for ever");
    println!("{unfinished}");
    let names = unfinished
        .connections
        .iter()
        .map(|calls| calls.name.as_deref());
    assert_eq!(names.collect::<Vec<_>>(), [Some("card")]);
    let card = &unfinished.connections[0];
    assert_eq!((card.running, card.waiting), (1, 2));
    Ok(())
}

fn main() -> io::Result<()> {
    smol::block_on(run())
}
