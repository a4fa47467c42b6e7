//! Signals of the system that end a bus.

use std::io;
use std::thread;
use std::time::Duration;

use async_signal::{Signal, Signals};
use futures_lite::{StreamExt, future};

use super::core::Core;
use super::stop::Ending;
use super::weak::WeakBus;
use crate::sync::Arc;

#[cfg(unix)]
const WATCHED: &[Signal] = &[Signal::Int, Signal::Term];
#[cfg(not(unix))]
const WATCHED: &[Signal] = &[Signal::Int];

/// Has a thread listen until the bus has ended. It does not keep the bus.
pub(super) fn listen(core: &Arc<Core>, deadline: Duration) -> io::Result<()> {
    let signals = Signals::new(WATCHED)?;
    let (bus, ending) = (WeakBus::new(core), Arc::clone(&core.ending));
    let listening = move || future::block_on(stop_when_told(signals, &bus, &ending, deadline));
    thread::Builder::new()
        .name("fanfare-signals".to_owned())
        .spawn(listening)?;
    Ok(())
}

async fn stop_when_told(mut signals: Signals, bus: &WeakBus, ending: &Ending, deadline: Duration) {
    let has_ended = async {
        ending.is_over().await;
        None
    };
    if future::or(has_ended, signals.next()).await.is_none() {
        return;
    }
    let Some(bus) = bus.upgrade() else {
        return;
    };
    let in_time = async {
        drop(bus.stop(deadline).await);
    };
    let at_once = async {
        signals.next().await;
        drop(bus.stop(Duration::ZERO).await);
    };
    future::or(in_time, at_once).await;
}
