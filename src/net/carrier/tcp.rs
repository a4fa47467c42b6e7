//! Carriers over TCP, unencrypted: on one machine, or where something else encrypts.

use std::fmt;
use std::future::IntoFuture;
use std::net::{SocketAddr, TcpStream};

use async_io::Async;

use super::listening::Listening;
use super::names::connect;
use super::socket::Socket;
use super::{Carrier, CarrierError, Dialer, Handshake, Listener, PeerInfo, StreamCarrier};
use crate::net::frame::Framing;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Listens at `host:port`; port 0 is one that is free. Made by `.await`.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::net::{Listener, tcp};
///
/// let listener = tcp::bind("127.0.0.1:0").await?;
/// println!("listening at {}", listener.address());
///
/// let error = tcp::bind("0.0.0.0:0").await.unwrap_err();
/// assert!(error.is_refused()); // it says what to do
/// # Ok::<(), fanfare::net::CarrierError>(()) }).unwrap();
/// ```
pub fn bind(address: impl Into<String>) -> Bind {
    Bind {
        address: address.into(),
        is_for_everybody: false,
    }
}

/// A listener in the making. Made by [`bind`].
#[derive(Debug, Clone)]
#[must_use = "nothing is listened at until it is awaited"]
pub struct Bind {
    address: String,
    is_for_everybody: bool,
}

impl Bind {
    /// Listens at addresses that other machines reach, although nothing is encrypted: everybody in between can read, and be anybody.
    pub fn insecure(mut self) -> Self {
        self.is_for_everybody = true;
        self
    }

    async fn bind(self) -> Result<TcpListener, CarrierError> {
        let listening = Listening::at(&self.address, self.is_for_everybody).await?;
        Ok(TcpListener(listening))
    }
}

impl IntoFuture for Bind {
    type Output = Result<TcpListener, CarrierError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.bind())
    }
}

/// Accepts connections over TCP. Made by [`bind`].
pub struct TcpListener(Listening);

impl TcpListener {
    /// Where it listens, with the port that was found free.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.0.address()
    }
}

impl Listener for TcpListener {
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        Box::pin(async move {
            let (stream, peer) = self.0.accept().await?;
            let carrier = over(stream, framing, &peer);
            Ok(Handshake::new(peer, async move { Ok(carrier) }))
        })
    }

    fn address(&self) -> String {
        self.0.address().to_string()
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TcpListener")
            .field(&self.0.address())
            .finish()
    }
}

/// Connects to `host:port`, whenever it is asked to.
pub fn dial(address: impl Into<String>) -> TcpDialer {
    TcpDialer {
        address: address.into(),
    }
}

/// Connects over TCP. Made by [`dial`].
#[derive(Debug, Clone)]
#[must_use = "nobody is connected to until it is asked to"]
pub struct TcpDialer {
    address: String,
}

impl Dialer for TcpDialer {
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        Box::pin(async move {
            let stream = connect(&self.address).await?;
            Ok(Arc::new(over(stream, framing, &self.address)) as Arc<dyn Carrier>)
        })
    }
}

fn over(stream: Async<TcpStream>, framing: Framing, peer: &str) -> StreamCarrier {
    let socket = Socket::new(stream);
    StreamCarrier::of_halves(socket.clone(), socket, framing, PeerInfo::new(peer))
}
