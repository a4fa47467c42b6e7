//! The shop: everything but `main`, so that tests can have it as well.

pub(crate) mod handlers;
pub(crate) mod http;
pub(crate) mod messages;
pub(crate) mod parts;

use std::time::Duration;

use fanfare::Bus;
use fanfare::bus::StartError;

use handlers::{confirm, letters_to, order_of, place_order, reorder, restock, stock_of};
use parts::{Mail, Orders, Stock};

/// The bus of a shop without any stock.
pub(crate) async fn start() -> Result<Bus, StartError> {
    let bus = Bus::builder()
        .name("shop")
        .provide(Stock::default())
        .singleton(Orders::new)
        .singleton(async || Mail::connect().await)
        .command(restock)
        .command_with(place_order, |options| {
            options.timeout(Duration::from_secs(2))
        })
        .query(stock_of)
        .query(order_of)
        .query(letters_to)
        .event(confirm)
        .event(reorder)
        .stop_on_signals(Duration::from_secs(10))
        .start()
        .await?;
    bus.failures()
        .connect_sync(|failed| eprintln!("failed: {}", **failed))
        .await;
    Ok(bus)
}
