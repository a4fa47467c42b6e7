//! What carries frames from one side to the other: [`Carrier`], who makes them, and those that are ready-made.

mod acceptor;
mod dialer;
mod error;
mod info;
mod listener;
mod listening;
pub mod local;
mod names;
mod redial;
mod socket;
mod stream;
pub mod tcp;
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub mod tls;
#[cfg(unix)]
pub mod unix;

pub use acceptor::Acceptor;
pub use dialer::Dialer;
pub use error::CarrierError;
pub use info::{Identity, PeerInfo, Progress};
pub use listener::{Handshake, Listener};
pub(in crate::net) use redial::Attempt;
pub use redial::Redialer;
pub use stream::StreamCarrier;

use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Carries frames between two sides, in order, each way.
///
/// A [`Link`](super::Link) is all that is needed on top of it. Ready-made are [`local`], [`tcp`], `unix` and `tls`, and
/// [`StreamCarrier`] for any stream of bytes; what has messages of its own (a web socket, a queue) is easily made one.
///
/// # Examples
/// ```
/// use fanfare::BoxFuture;
/// use fanfare::net::{Carrier, CarrierError, PeerInfo};
/// use smol::channel::{Receiver, Sender};
///
/// /// Two channels.
/// struct Channels(Sender<Vec<u8>>, Receiver<Vec<u8>>);
///
/// impl Carrier for Channels {
///     fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
///         Box::pin(async move { self.0.send(frame).await.map_err(|_| CarrierError::closed()) })
///     }
///
///     fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
///         Box::pin(async move { self.1.recv().await.map_err(|_| CarrierError::ended()) })
///     }
///
///     fn close(&self) -> BoxFuture<'_, ()> {
///         self.0.close();
///         self.1.close();
///         Box::pin(async {})
///     }
///
///     fn info(&self) -> PeerInfo {
///         PeerInfo::new("a channel")
///     }
/// }
/// ```
pub trait Carrier: Send + Sync + 'static {
    /// Takes a frame. It may wait for room, and it may keep the frame until it is [flushed](Self::flush): accepted is not delivered.
    ///
    /// # Errors
    /// The frame will not arrive: the carrier is closed, the other side has gone, or it is too large.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has taken all of the frame or none of it.
    fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>>;

    /// Writes what was taken and kept. A carrier that keeps nothing has nothing to do.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has written some of it, and the next one goes on.
    fn flush(&self) -> BoxFuture<'_, Result<(), CarrierError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The next frame. One task at a time receives.
    ///
    /// # Errors
    /// The other side has gone, in order or not; the carrier is closed; or what came is no frame.
    ///
    /// # Cancel safety
    /// Dropped before it is ready, it has lost nothing.
    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>>;

    /// Writes what was taken, if it can be written, and ends: whoever receives or sends gets an error from then on, on both sides.
    fn close(&self) -> BoxFuture<'_, ()>;

    /// Who is at the other end.
    fn info(&self) -> PeerInfo;

    /// How far it has come. A carrier that cannot tell says nothing: then a slow peer cannot be told from a dead one.
    fn progress(&self) -> Progress {
        Progress::default()
    }
}

impl<C: Carrier + ?Sized> Carrier for Arc<C> {
    fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        (**self).send(frame)
    }

    fn flush(&self) -> BoxFuture<'_, Result<(), CarrierError>> {
        (**self).flush()
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        (**self).recv()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        (**self).close()
    }

    fn info(&self) -> PeerInfo {
        (**self).info()
    }

    fn progress(&self) -> Progress {
        (**self).progress()
    }
}
