//! Addresses of sockets, from text.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::thread;

use async_io::Async;

use super::CarrierError;
use crate::net::promise::Promise;
use crate::sync::Arc;

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
    let found = Arc::new(Promise::new());
    let (name, finder) = (address.to_owned(), Arc::clone(&found));
    let spawned = thread::Builder::new()
        .name("fanfare-names".into())
        .spawn(move || finder.keep(name.to_socket_addrs().map(Vec::from_iter)));
    spawned.map_err(|error| CarrierError::io("looking up a name", error))?;
    let error = match found.wait().await {
        Ok(addresses) if !addresses.is_empty() => return Ok(addresses.clone()),
        Ok(_) => io::ErrorKind::NotFound.into(),
        Err(error) => io::Error::new(error.kind(), error.to_string()),
    };
    Err(CarrierError::io(
        format_args!("looking up {address:?}"),
        error,
    ))
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
