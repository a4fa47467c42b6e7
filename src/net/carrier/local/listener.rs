//! Connecting within the process.

use std::collections::VecDeque;
use std::fmt;
use std::future::ready;
use std::io;
use std::mem;

use event_listener::Event;

use super::{LocalCarrier, pair};
use crate::net::carrier::{Carrier, CarrierError, Dialer, Handshake, Listener};
use crate::net::frame::Framing;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock};

/// A listener, and what connects to it: a server within the process.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::net::{Dialer, Framing, Listener, local};
///
/// let (listener, dialer) = local::listen();
/// let client = dialer.dial(Framing::objects()).await?;
/// let handshake = listener.accept(Framing::detect()).await?;
/// assert_eq!(handshake.peer(), "this process");
/// # let _ = client;
/// # Ok::<(), fanfare::net::CarrierError>(()) }).unwrap();
/// ```
#[must_use]
pub fn listen() -> (LocalListener, LocalDialer) {
    let door = Arc::new(Door {
        state: Lock::new(Waiting::default()),
        has_come: Event::new(),
    });
    let dialer = LocalDialer(Arc::clone(&door));
    (LocalListener(door), dialer)
}

/// Accepts connections of this process. Made by [`listen`].
pub struct LocalListener(Arc<Door>);

/// Connects to a [`LocalListener`]. Clones connect to the same.
#[derive(Clone)]
pub struct LocalDialer(Arc<Door>);

struct Door {
    state: Lock<Waiting>,
    has_come: Event,
}

#[derive(Default)]
struct Waiting {
    carriers: VecDeque<LocalCarrier>,
    is_closed: bool,
}

impl Listener for LocalListener {
    fn accept(&self, _: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        Box::pin(async move {
            loop {
                let come = self.0.has_come.listen();
                if let Some(carrier) = self.0.state.hold().carriers.pop_front() {
                    return Ok(Handshake::new("this process", async move { Ok(carrier) }));
                }
                come.await;
            }
        })
    }

    fn address(&self) -> String {
        "this process".into()
    }
}

impl Drop for LocalListener {
    fn drop(&mut self) {
        let left = {
            let mut state = self.0.state.hold();
            state.is_closed = true;
            mem::take(&mut state.carriers)
        };
        drop(left);
    }
}

impl Dialer for LocalDialer {
    fn dial(&self, _: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        let (here, there) = pair();
        let is_closed = {
            let mut state = self.0.state.hold();
            if !state.is_closed {
                state.carriers.push_back(there);
            }
            state.is_closed
        };
        self.0.has_come.notify_additional(1);
        Box::pin(ready(if is_closed {
            Err(CarrierError::io(
                "connecting within the process",
                io::ErrorKind::ConnectionRefused.into(),
            ))
        } else {
            Ok(Arc::new(here) as Arc<dyn Carrier>)
        }))
    }
}

impl fmt::Debug for LocalListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalListener")
    }
}

impl fmt::Debug for LocalDialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalDialer")
    }
}
