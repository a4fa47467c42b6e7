//! smol's timers.

use std::time::Duration;

use super::Timer;
use crate::spawn::{BoxFuture, Smol};

/// The timers of smol's reactor, which has a thread of its own: they fire whatever drives the program.
#[cfg_attr(docsrs, doc(cfg(feature = "smol")))]
impl Timer for Smol {
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let timer = ::smol::Timer::after(duration);
        Box::pin(async move {
            timer.await;
        })
    }
}
