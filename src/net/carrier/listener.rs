//! Who is connected to.

use std::fmt;
use std::future::Future;

use super::{Carrier, CarrierError};
use crate::net::frame::Framing;
use crate::net::limits::Limits;
use crate::net::within::within;
use crate::spawn::{BoxFuture, Timer};
use crate::sync::Arc;

/// Waits for others to connect. One server can have several, of different kinds.
///
/// # Examples
/// Tokio's, with the `compat` of `tokio-util`:
/// ```
/// use fanfare::BoxFuture;
/// use fanfare::net::{CarrierError, Framing, Handshake, Listener, StreamCarrier};
/// use tokio_util::compat::TokioAsyncReadCompatExt;
///
/// struct Tokios(tokio::net::TcpListener);
///
/// impl Listener for Tokios {
///     fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
///         Box::pin(async move {
///             let accepted = self.0.accept().await;
///             let (stream, peer) = accepted.map_err(|error| CarrierError::io("accepting", error))?;
///             let carrier = StreamCarrier::new(stream.compat(), framing, peer.to_string());
///             Ok(Handshake::new(peer.to_string(), async move { Ok(carrier) }))
///         })
///     }
///
///     fn address(&self) -> String {
///         self.0.local_addr().map_or_else(|error| error.to_string(), |address| address.to_string())
///     }
/// }
/// ```
///
/// One of which there is no more than one carrier, a serial line say, has the next `accept` wait until that was dropped, or gives
/// [`CarrierError::closed`] then.
pub trait Listener: Send + Sync + 'static {
    /// The next one who connects. Frames are to be told apart like this, where they go through a stream.
    ///
    /// What it takes to make a carrier of him is in the [`Handshake`], so that he who takes his time with it holds up nobody else.
    ///
    /// # Errors
    /// This one could not be accepted, or none can be for now: [`Acceptor`](super::Acceptor) asks again, after a pause. Once the error
    /// [is one of being closed](CarrierError::is_closed), nobody will come any more.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has accepted nobody.
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>>;

    /// Where others can connect to, as text.
    fn address(&self) -> String;
}

impl<L: Listener + ?Sized> Listener for Box<L> {
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        (**self).accept(framing)
    }

    fn address(&self) -> String {
        (**self).address()
    }
}

/// Somebody who has connected, and of whom a carrier can be made.
pub struct Handshake {
    peer: String,
    carrier: BoxFuture<'static, Result<Arc<dyn Carrier>, CarrierError>>,
}

impl Handshake {
    /// Somebody who is called this in logs and errors, and what gives the carrier.
    pub fn new<C: Carrier>(
        peer: impl Into<String>,
        carrier: impl Future<Output = Result<C, CarrierError>> + Send + 'static,
    ) -> Self {
        Self {
            peer: peer.into(),
            carrier: Box::pin(async move { Ok(Arc::new(carrier.await?) as Arc<dyn Carrier>) }),
        }
    }

    /// What he is called in logs and errors.
    #[must_use]
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// Makes the carrier, in the time that [`Limits::handshake`] says.
    ///
    /// # Errors
    /// The time was up, or it failed.
    pub async fn complete(
        self,
        limits: &Limits,
        timer: &dyn Timer,
    ) -> Result<Arc<dyn Carrier>, CarrierError> {
        within(limits.handshake, timer, self.carrier).await
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
