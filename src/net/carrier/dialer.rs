//! Who connects, and connects again.

use std::future::Future;

use super::{Carrier, CarrierError};
use crate::net::frame::Framing;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Makes carriers to one other side, as often as it is asked to.
///
/// Any async function of a [`Framing`] that gives a carrier is one.
///
/// # Examples
/// ```
/// use fanfare::net::{Dialer, Framing, StreamCarrier};
///
/// async fn serial(framing: Framing) -> Result<StreamCarrier, fanfare::net::CarrierError> {
///     let port = futures_lite::io::Cursor::new(Vec::new()); // opened here
///     Ok(StreamCarrier::new(port, framing, "/dev/ttyS0"))
/// }
///
/// fn takes(_: impl Dialer) {}
/// takes(serial);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a dialer",
    label = "cannot connect",
    note = "pass `tcp::dial(..)`, `unix::dial(..)`, `tls::dial(..)`, or an async function of a `Framing` that gives a carrier"
)]
pub trait Dialer: Send + Sync + 'static {
    /// Connects. Frames are to be told apart like this, where they go through a stream.
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>>;
}

impl<F, Fut, C> Dialer for F
where
    F: Fn(Framing) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<C, CarrierError>> + Send + 'static,
    C: Carrier,
{
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        let dialing = self(framing);
        Box::pin(async move { Ok(Arc::new(dialing.await?) as Arc<dyn Carrier>) })
    }
}

impl Dialer for Box<dyn Dialer> {
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        (**self).dial(framing)
    }
}

impl Dialer for Arc<dyn Dialer> {
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        (**self).dial(framing)
    }
}
