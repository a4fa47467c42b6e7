//! Addresses of sockets, from text.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::thread;

use async_io::Async;
use event_listener::Event;

use super::CarrierError;
use crate::sync::{Arc, OnceLock};

/// What `host:port` stands for, at least one address. Names are looked up by the system, on a thread of its own, since that
/// takes its time and blocks.
pub(super) async fn resolve(address: &str) -> Result<Vec<SocketAddr>, CarrierError> {
    if let Ok(address) = address.parse() {
        return Ok(vec![address]);
    }
    if !address.contains(':') {
        return Err(CarrierError::refused(format_args!(
            "{address:?} has no port; write it as host:port, \"127.0.0.1:4333\""
        )));
    }
    let found = Arc::new((OnceLock::new(), Event::new()));
    let (name, finder) = (address.to_owned(), Arc::clone(&found));
    let spawned = thread::Builder::new()
        .name("fanfare-names".into())
        .spawn(move || {
            let (result, event) = &*finder;
            let _ = result.set(name.to_socket_addrs().map(Vec::from_iter));
            event.notify(usize::MAX);
        });
    spawned.map_err(|error| CarrierError::io("looking up a name", error))?;
    let (result, event) = &*found;
    let done = event.listen();
    if result.get().is_none() {
        done.await;
    }
    match result.get() {
        Some(Ok(addresses)) if !addresses.is_empty() => Ok(addresses.clone()),
        Some(Err(error)) => {
            let error = io::Error::new(error.kind(), error.to_string());
            Err(CarrierError::io(
                format_args!("looking up {address:?}"),
                error,
            ))
        }
        _ => Err(CarrierError::io(
            format_args!("looking up {address:?}"),
            io::ErrorKind::NotFound.into(),
        )),
    }
}

/// The addresses to listen at, which have to be this machine's own unless everybody is welcome.
pub(super) async fn to_listen_at(
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

/// Connects to the first of the addresses that answers.
pub(super) async fn connect(address: &str) -> Result<Async<std::net::TcpStream>, CarrierError> {
    let mut last = None;
    for one in resolve(address).await? {
        match Async::<std::net::TcpStream>::connect(one).await {
            Ok(stream) => {
                // Messages are gathered here, and not by the system.
                let set = stream.get_ref().set_nodelay(true);
                set.map_err(|error| {
                    CarrierError::io(format_args!("connecting to {address}"), error)
                })?;
                return Ok(stream);
            }
            Err(error) => last = Some(error),
        }
    }
    let error = last.unwrap_or_else(|| io::ErrorKind::NotFound.into());
    Err(CarrierError::io(
        format_args!("connecting to {address}"),
        error,
    ))
}

/// Listens at the first of the addresses that can be listened at.
pub(super) fn listen(
    address: &str,
    addresses: &[SocketAddr],
) -> Result<Async<std::net::TcpListener>, CarrierError> {
    let mut last = None;
    for one in addresses {
        match Async::<std::net::TcpListener>::bind(*one) {
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
