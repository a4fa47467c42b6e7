//! Accepting, whatever happens.

use std::fmt;
use std::io::ErrorKind;
use std::time::Duration;

use futures_lite::future::yield_now;

use super::{Handshake, Listener};
use crate::net::frame::Framing;
use crate::signal::Backoff;
use crate::spawn::{AmbientTimer, Timer};
use crate::sync::Arc;

/// Accepts from a [`Listener`], and does not stop at what passes: one who has gone before he was accepted, or a process that has too
/// many files open, after which it pauses.
pub struct Acceptor {
    listener: Arc<dyn Listener>,
    timer: Arc<dyn Timer>,
    pause: Backoff,
}

impl Acceptor {
    /// One that pauses a tenth of a second after a failure, and longer after further ones in a row, up to a second.
    pub fn new(listener: impl Listener) -> Self {
        Self {
            listener: Arc::new(listener),
            timer: AmbientTimer::shared(),
            pause: Backoff::new(Duration::from_millis(100))
                .max(Duration::from_secs(1))
                .attempts(u32::MAX)
                .jitter(0.0),
        }
    }

    /// What pauses are measured by.
    #[must_use]
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Arc::new(timer);
        self
    }

    /// Where others can connect to, as text.
    #[must_use]
    pub fn address(&self) -> String {
        self.listener.address()
    }

    /// The next one who connects; `None` once the listener is closed.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has accepted nobody.
    pub async fn next(&self, framing: Framing) -> Option<Handshake> {
        let mut failed = 0;
        loop {
            let error = match self.listener.accept(framing).await {
                Ok(handshake) => return Some(handshake),
                Err(error) => error,
            };
            if error.is_closed() {
                return None;
            }
            let kind = error.io_error().map(std::io::Error::kind);
            if matches!(
                kind,
                Some(
                    ErrorKind::ConnectionAborted
                        | ErrorKind::ConnectionReset
                        | ErrorKind::Interrupted
                )
            ) {
                // That one has gone; the next may be there already.
                yield_now().await;
                continue;
            }
            failed += 1;
            if let Some(pause) = self.pause.delay(failed) {
                self.timer.sleep(pause).await;
            }
        }
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}
