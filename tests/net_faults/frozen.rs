//! Connections that freeze: what is sent is taken, and nothing comes any more, not even an end.

use std::sync::{Arc, Mutex, PoisonError};

use fanfare::BoxFuture;
use fanfare::net::{Carrier, CarrierError, Dialer, Framing, PeerInfo, Progress};
use futures_lite::future::or;

use crate::common::Gate;

/// Connects, and freezes what it has connected. Clones are one.
#[derive(Clone)]
pub(crate) struct Frost {
    dialer: Arc<dyn Dialer>,
    made: Arc<Mutex<Vec<Gate>>>,
}

impl Frost {
    pub(crate) fn new(dialer: impl Dialer) -> Self {
        Self {
            dialer: Arc::new(dialer),
            made: Arc::default(),
        }
    }

    fn made(&self) -> std::sync::MutexGuard<'_, Vec<Gate>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that is connected by now.
    pub(crate) fn freeze(&self) {
        self.made().drain(..).for_each(|gate| gate.open());
    }
}

impl Dialer for Frost {
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        Box::pin(async move {
            let frozen = Gate::new();
            let carrier = self.dialer.dial(framing).await?;
            self.made().push(frozen.clone());
            Ok(Arc::new(Freezing { carrier, frozen }) as Arc<dyn Carrier>)
        })
    }
}

struct Freezing {
    carrier: Arc<dyn Carrier>,
    frozen: Gate,
}

impl Carrier for Freezing {
    fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        if self.frozen.is_open() {
            return Box::pin(std::future::ready(Ok(())));
        }
        self.carrier.send(frame)
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        let frozen = async {
            self.frozen.wait().await;
            None
        };
        let comes = async { Some(self.carrier.recv().await) };
        Box::pin(async {
            match or(frozen, comes).await {
                Some(frame) => frame,
                None => std::future::pending().await,
            }
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        if self.frozen.is_open() {
            // The other side hears nothing of it: what it is connected to stays.
            std::mem::forget(Arc::clone(&self.carrier));
            return Box::pin(std::future::ready(()));
        }
        self.carrier.close()
    }

    fn info(&self) -> PeerInfo {
        self.carrier.info()
    }

    fn progress(&self) -> Progress {
        self.carrier.progress()
    }
}
