//! The library: everything but `main`, so that tests can have it as well.

pub(crate) mod bindings;
pub(crate) mod decorators;
pub(crate) mod handlers;
pub(crate) mod http;
pub(crate) mod messages;
pub(crate) mod store;
pub(crate) mod transaction;

use std::path::Path;
use std::time::Duration;

use fanfare::Bus;
use fanfare::bus::BusBuilder;

use store::{Store, StoreError};
use transaction::Transactions;

/// A bus on this database, with handlers that were registered in one way or the other.
pub(crate) async fn start(
    file: &Path,
    register: fn(BusBuilder) -> BusBuilder,
) -> Result<Bus, Box<dyn std::error::Error>> {
    let path = file.to_owned();
    let store: Store = smol::unblock(move || Store::open(&path)).await?;
    let builder = Bus::builder()
        .name("books")
        .provide(store.clone())
        .dispatcher(Transactions::new(store))
        .stop_on_signals(Duration::from_secs(5));
    let bus = register(builder).start().await?;
    bus.failures()
        .connect_sync(|failed| eprintln!("  failed: {}", **failed))
        .await;
    Ok(bus)
}

/// What everything here fails with.
pub(crate) type Failed = StoreError;
