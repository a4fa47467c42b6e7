//! Sockets that listen, whatever goes through what they accept.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};

use async_io::Async;

use super::CarrierError;
use super::names::resolve;

/// A socket that listens.
pub(super) struct Listening {
    listener: Async<TcpListener>,
    address: SocketAddr,
}

impl Listening {
    /// At an address of this machine's own, unless everybody is welcome.
    pub(super) async fn at(address: &str, is_for_everybody: bool) -> Result<Self, CarrierError> {
        let addresses = to_listen_at(address, is_for_everybody).await?;
        let listener = listen(address, &addresses)?;
        let address = listener.get_ref().local_addr();
        let address = address.map_err(|error| CarrierError::io("listening", error))?;
        Ok(Self { listener, address })
    }

    /// With the port that was found free.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next who connects, and where he is.
    pub(super) async fn accept(&self) -> Result<(Async<TcpStream>, String), CarrierError> {
        let accepted = self.listener.accept().await;
        let (stream, peer) = accepted.map_err(|error| CarrierError::io("accepting", error))?;
        // Messages are gathered here, and not by the system.
        let nodelay = stream.get_ref().set_nodelay(true);
        nodelay.map_err(|error| CarrierError::io("accepting", error))?;
        Ok((stream, peer.to_string()))
    }
}

/// The addresses to listen at, which have to be this machine's own unless everybody is welcome.
async fn to_listen_at(
    address: &str,
    is_for_everybody: bool,
) -> Result<Vec<SocketAddr>, CarrierError> {
    let addresses = resolve(address).await?;
    match addresses.iter().find(|address| !address.ip().is_loopback()) {
        Some(open) if !is_for_everybody => Err(CarrierError::refused(format_args!(
            "{open} can be reached from other machines, and nothing is encrypted: listen at 127.0.0.1, use `tls::bind`, or say `.insecure()`"
        ))),
        _ => Ok(addresses),
    }
}

/// Listens at the first of the addresses that can be listened at.
fn listen(address: &str, addresses: &[SocketAddr]) -> Result<Async<TcpListener>, CarrierError> {
    let mut last = None;
    for one in addresses {
        match Async::<TcpListener>::bind(*one) {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    let error = last.unwrap_or_else(|| io::ErrorKind::NotFound.into());
    Err(CarrierError::io(
        format_args!("listening at {address}"),
        error,
    ))
}
